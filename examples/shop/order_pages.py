"""An order's page, which whoever made the order has the address of, and what the page asks for."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from . import code_image
from .asking import ask_for_code
from .catalogue import PRODUCT
from .channels import CHANNELS
from .orders import Order, Orders, stage
from .payments_api import PaymentsApi, Refused


def routes(orders: Orders, api: PaymentsApi) -> Blueprint:
    pages = Blueprint("order_pages", __name__)
    desk = OrderPages(orders, api)
    pages.get("/<any(id, en):language>/orders/<key>")(desk.show)
    pages.post("/<any(id, en):language>/orders/<key>/code")(desk.ask)
    pages.get("/orders/<key>/state")(desk.state)
    pages.get("/orders/<key>/barcode.svg")(desk.barcode)
    return pages


@dataclass(frozen=True)
class OrderPages:
    orders: Orders
    api: PaymentsApi

    def show(self, language: str, key: str) -> str:
        order = self._order(key)
        return render_template(
            "order.html",
            language=language,
            here="order_pages.show",
            here_with={"key": key},
            key=key,
            order=order,
            product=PRODUCT,
            stage=stage(order),
            mark=_mark(order),
            now=datetime.now(UTC).isoformat(),
            pause=max(0, round(order["askAgainAt"] - time.time())),
            deadline=_in_wib(order["expiresAt"]),
            has_barcode=code_image.svg(order["paymentCode"] or "") is not None,
            channels=CHANNELS,
        )

    def ask(self, language: str, key: str) -> AnyResponse:
        """Ask for the code again; the page then says what came of it."""
        with suppress(Refused):
            ask_for_code(self.orders, self.api, self._order(key))
        return redirect(url_for("order_pages.show", language=language, key=key), 303)

    def state(self, key: str) -> Response:
        """What changes when the page is to be shown anew."""
        return jsonify(mark=_mark(self._order(key)))

    def barcode(self, key: str) -> Response:
        image = code_image.svg(self._order(key)["paymentCode"] or "")
        if image is None:
            abort(404)
        return Response(image, mimetype="image/svg+xml")

    def _order(self, key: str) -> Order:
        return self.orders.find(key) or abort(404)


def _mark(order: Order) -> str:
    return f"{order['version']}-{stage(order)}"


def _in_wib(moment: Any) -> str:
    """The end of a code for a browser without JavaScript: the service writes it in WIB."""
    return datetime.fromisoformat(moment).strftime("%d.%m.%Y %H:%M WIB") if moment else ""
