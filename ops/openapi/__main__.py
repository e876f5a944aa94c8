"""`python -m ops.openapi` prints docs/openapi.json, with `postman` the collection made from it."""

import sys

from ops.openapi import document, postman

if __name__ == "__main__":
    made = postman if sys.argv[1:] == ["postman"] else document
    sys.stdout.write(made.render())
