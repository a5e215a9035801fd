#!/usr/bin/env bash
# Runs a long command with its output in a file; shows the end of it when it fails.
#   scripts/quietly.sh LOG COMMAND…
set -euo pipefail
log=$1; shift
mkdir -p "$(dirname "$log")"
printf 'building (the first time takes some minutes; log: %s)\n' "$log"
if ! "$@" >"$log" 2>&1; then
  tail -40 "$log" >&2
  exit 1
fi
