"""`python -m ops.openapi` prints docs/openapi.json; `make docs` puts it where it belongs."""

import sys

from ops.openapi.document import render

if __name__ == "__main__":
    sys.stdout.write(render())
