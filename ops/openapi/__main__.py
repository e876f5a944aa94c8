"""`python -m ops.openapi` prints docs/openapi.json; with `postman`, the Postman collection."""

import sys

from ops.openapi import document, postman

if __name__ == "__main__":
    source = postman if sys.argv[1:] == ["postman"] else document
    sys.stdout.write(source.render())
