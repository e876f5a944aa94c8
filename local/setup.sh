#!/bin/sh
# Makes .venv with everything in requirements.lock, unless it has that already.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/requirements.cksum
wanted=$(cat .python-version requirements.lock | cksum)
if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

if [ -L .venv ]; then
    echo ".venv is a link to another folder's, which may need other packages; remove it first" >&2
    exit 1
fi
python=$(sh local/find_python.sh)
echo "Making .venv with $python"
"$python" -m local.environments requirements.lock .venv
echo "$wanted" > "$stamp"
