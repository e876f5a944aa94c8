"""The shop as a web application."""

from flask import Flask, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from . import checkout, order_pages, webhooks, words
from .catalogue import rupiah
from .orders import Orders
from .payments_api import PaymentsApi
from .settings import Settings
from .words import LANGUAGES

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # An order's address is a secret of the customer's, also before the till that it links to.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(settings: Settings) -> Flask:
    """The shop; it makes its table in the database's file if that has none."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 65_536
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    orders = Orders(settings.database)
    api = PaymentsApi(settings.payments_url, settings.api_key)
    app.register_blueprint(checkout.routes(settings, orders, api))
    app.register_blueprint(order_pages.routes(orders, api))
    app.register_blueprint(webhooks.routes(orders, settings.webhook_secret))
    app.add_template_filter(rupiah)
    everywhere = {"words": words.read(), "languages": LANGUAGES, "till": settings.till_url}
    app.context_processor(lambda: everywhere)
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _lost)
    app.get("/")(_in_the_customers_language)
    return app


def _in_the_customers_language() -> AnyResponse:
    """A browser that prefers neither gets the shop's own, Bahasa Indonesia."""
    answer = redirect(url_for("checkout.show", language=_language()))
    answer.headers["Vary"] = "Accept-Language"
    return answer


def _language() -> str:
    return request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])


def _lost(error: HTTPException) -> tuple[str, int]:
    """A page for people; programs have its status."""
    language = (request.view_args or {}).get("language") or _language()
    page = render_template("lost.html", language=language, here="checkout.show", here_with={})
    return page, error.code or 500


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
