"""Serves the till: a page on which codes are paid, and what may go wrong with them goes wrong."""

from pathlib import Path

from flask import Blueprint, Response, abort, redirect
from werkzeug.wrappers import Response as AnyResponse

from simulator.callers import only_from_this_machine

PREFIX = "/till"
FOLDER = Path(__file__).with_name("till")
FILES = {
    "": ("index.html", "text/html"),
    "till.css": ("till.css", "text/css"),
    "till.svg": ("till.svg", "image/svg+xml"),
    **{
        f"{name}.js": (f"{name}.js", "text/javascript")
        for name in ("till", "control", "actions", "words", "cards")
    },
}
"""All that is served: a name that is not here is no file's."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def blueprint() -> Blueprint:
    routes = Blueprint("till", __name__, url_prefix=PREFIX)
    routes.before_request(only_from_this_machine)
    routes.after_request(_with_headers)
    routes.get("")(_to_the_page)
    routes.get("/", defaults={"name": ""})(_file)
    routes.get("/<name>")(_file)
    return routes


def _to_the_page() -> AnyResponse:
    return redirect(f"{PREFIX}/")


def _file(name: str) -> Response:
    if name not in FILES:
        abort(404)
    file, kind = FILES[name]
    return Response((FOLDER / file).read_bytes(), content_type=f"{kind}; charset=utf-8")


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
