#!/bin/sh
# Prints the path of a Python of the version in .python-version that really runs and can make
# environments. Version managers put shims on PATH that exist and yet do not run.
set -eu
cd "$(dirname "$0")/.."
version=$(cat .python-version)

works() {
    "$1" -c "import sys, venv, ensurepip
sys.exit('%d.%d' % sys.version_info[:2] != '$version')" >/dev/null 2>&1
}

candidates() {
    command -v "python$version" || true
    command -v python3 || true
    for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version"*/bin; do
        echo "$folder/python$version"
    done
    if command -v uv >/dev/null; then
        uv python find --no-project "$version" 2>/dev/null || true
    fi
}

IFS='
'
for python in $(candidates); do
    if works "$python"; then
        # The interpreter itself, not its link in a .venv, which is removed before it is made anew.
        exec "$python" -c "import os, sys; print(os.path.realpath(sys.executable))"
    fi
done
if command -v uv >/dev/null && uv python install --quiet "$version" >&2; then
    exec uv python find --no-project "$version"
fi
echo "Python $version is needed and was not found: install it (pyenv install $version, uv python" \
    "install $version, or your system's python$version and python$version-venv), then go on" >&2
exit 1
