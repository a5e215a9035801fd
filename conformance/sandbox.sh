#!/usr/bin/env bash
# Starts the stand-in for the acquirer and lets the acquirer's official SDK talk to it. Responses are
# also compared with the acquirer's own description of its API when that file is at hand.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet -p sandbox --example sandbox
port=4210 hook=4211
target/debug/examples/sandbox $port http://127.0.0.1:$hook/hook >target/sandbox.log 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
for _ in $(seq 50); do
  (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null && break
  sleep 0.1
done
if [ -z "${YOOKASSA_OPENAPI:-}" ] && [ -f ../shared/yookassa-openapi.yaml ]; then
  export YOOKASSA_OPENAPI=$PWD/../shared/yookassa-openapi.yaml
fi
SANDBOX_URL=http://127.0.0.1:$port SANDBOX_SHOP=100500 SANDBOX_KEY=test_key \
  SANDBOX_WEBHOOK=http://127.0.0.1:$hook/hook conformance/run.sh
