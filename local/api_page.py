"""The API as a page to try requests from: Swagger UI, on the local stack only.

All of it comes from this machine: the files out of a package, the document out of docs/, and the
browser is told to load nothing else.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

from local.paths import ROOT

PATH = "/docs"
DOCUMENT = ROOT / "docs/openapi.json"
# Swagger UI writes styles into its elements and has images in its style sheet.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'"
)
_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
_FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")
_INDEX = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Finpay payment service</title>
<link rel="icon" href="{PATH}/favicon-32x32.png">
<link rel="stylesheet" href="{PATH}/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="{PATH}/swagger-ui-bundle.js"></script>
<script src="{PATH}/start.js"></script>
</body>
</html>
"""
_START = """const page = SwaggerUIBundle({
  url: "%(path)s/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: () => {
    page.preauthorizeApiKey("apiKey", %(key)s);
    // From here on requests bear the key; whoever automates a browser can wait for it.
    document.documentElement.dataset.script = "running";
  },
});
"""


class Page(NamedTuple):
    """What is answered at a path."""

    content_type: str
    content: bytes


def pages(api_key: str) -> Mapping[str, Page]:
    """The page and its files by their paths; requests from it bear this key."""
    document = json.loads(DOCUMENT.read_text())
    document["servers"] = [{"url": "/", "description": "This local stack."}]
    start = _START % {"path": PATH, "key": json.dumps(api_key)}
    index = Page("text/html; charset=utf-8", _INDEX.encode())
    shipped = files("flask_swagger_ui") / "dist"
    return {
        PATH: index,
        f"{PATH}/": index,
        f"{PATH}/start.js": Page(_TYPES[".js"], start.encode()),
        f"{PATH}/openapi.json": Page("application/json", json.dumps(document).encode()),
    } | {
        f"{PATH}/{name}": Page(_TYPES[name[name.rindex(".") :]], (shipped / name).read_bytes())
        for name in _FILES
    }
