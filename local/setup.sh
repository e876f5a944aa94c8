#!/bin/sh
# Makes .venv with everything in requirements.txt, unless it has that already.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/requirements.cksum
wanted=$(cat .python-version requirements.txt requirements-dev.txt functions/requirements.txt | cksum)
if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

python=$(sh local/find_python.sh)
echo "Making .venv with $python"
"$python" -m venv --clear .venv
printf 'Installing requirements.txt, once … '
started=$(date +%s)
.venv/bin/python -m pip install -qq --disable-pip-version-check -r requirements.txt
echo "$(($(date +%s) - started)) s"
echo "$wanted" > "$stamp"
