#!/bin/sh
# Proves the sandbox against software we did not write: the acquirer's official SDK, and its published
# document where one is at hand.
#
#   SANDBOX_URL      base address of a running sandbox with control on, e.g. http://127.0.0.1:4010
#   SANDBOX_SHOP     its shop number
#   SANDBOX_KEY      its secret key
#   SANDBOX_WEBHOOK  optional: the webhook address it was started with, on this machine
#   YOOKASSA_OPENAPI optional: path of the document
#
# To try it:  cargo run -p sandbox --example sandbox -- 4010 http://127.0.0.1:4011/hook
set -eu
: "${SANDBOX_URL:?address of the sandbox}" "${SANDBOX_SHOP:?shop number}" "${SANDBOX_KEY:?secret key}"

here=$(cd "$(dirname "$0")" && pwd)
venv=${CARGO_TARGET_DIR:-$here/../target}/conformance
python=$venv/bin/python

if [ ! -x "$python" ]; then
    python3 -m venv "$venv"
fi
# Installed again only when the list has changed.
if ! cmp -s "$here/requirements.txt" "$venv/requirements.installed"; then
    "$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.installed"
fi

# The checks leave nothing beside themselves.
export PYTHONDONTWRITEBYTECODE=1
status=0
"$python" "$here/sdk_yookassa.py" || status=1
"$python" "$here/openapi.py" || status=1
exit $status
