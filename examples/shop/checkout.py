"""The product's page with the checkout, and what becomes of a checkout that was sent."""

import json
import re
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from . import orders as order_store
from . import till
from .asking import ask_for_code
from .catalogue import MOST, PRODUCT
from .orders import Orders
from .payments_api import PaymentsApi, Refused
from .settings import Settings

FIELDS = ("firstName", "lastName", "email", "mobilePhone")
OPTIONAL = "lastName"
LONGEST = 320
SOMEBODY = {
    "firstName": "Sari",
    "lastName": "Contoh",
    "email": "sari.contoh@toko.example",
    "mobilePhone": "081200000000",
}
"""A made-up customer, filled in where there is a till to play with."""

type Page = tuple[str, int]


def routes(settings: Settings, orders: Orders, api: PaymentsApi) -> Blueprint:
    pages = Blueprint("checkout", __name__)
    desk = Checkout(settings, orders, api)
    pages.get("/<any(id, en):language>/")(desk.show)
    pages.post("/<any(id, en):language>/orders")(desk.order)
    return pages


@dataclass(frozen=True)
class Checkout:
    settings: Settings
    orders: Orders
    api: PaymentsApi

    def show(self, language: str) -> Page:
        return _page(language, SOMEBODY if self.settings.till_url else {}, frozenset()), 200

    def order(self, language: str) -> Page | Response:
        """Make the order and ask for its code; the same form sent again leads to the same order."""
        form = request.form
        key = form.get("key", "")
        if not re.fullmatch(r"[0-9a-f]{32}", key):
            abort(400)
        known = self.orders.find(key)
        if known is None and (wrong := _wrong_fields(form)):
            return _page(language, form, wrong), 422
        if known and str(known["quantity"]) != form.get("quantity"):
            return _page(language, form, frozenset(), sent_before=key), 409
        order = known or self._store(key, form)
        try:
            ask_for_code(self.orders, self.api, order)
        except Refused as error:
            return _page(language, form, error.fields or frozenset({"order"})), 422
        if form.get("then") == "till" and self.settings.till_url:
            till.pay_soon(self.settings.till_url, order["id"])
        return redirect(url_for("order_pages.show", language=language, key=key), 303)

    def _store(self, key: str, form: MultiDict[str, str]) -> order_store.Order:
        quantity, order_id = int(form["quantity"]), order_store.new_id()
        amount = PRODUCT.price * quantity
        customer = {name: form.get(name, "").strip() for name in FIELDS}
        body = {
            "customer": {name: value for name, value in customer.items() if value},
            "order": {
                "id": order_id,
                "amount": amount,
                "description": f"{quantity} x {PRODUCT.name}",
            },
            "url": {"callbackUrl": f"{self.settings.shop_url}/webhooks"},
        }
        return self.orders.add(key, quantity, amount, json.dumps(body).encode(), order_id)


def _wrong_fields(form: MultiDict[str, str]) -> frozenset[str]:
    """What the payment service need not be asked about."""
    wrong = {name for name in FIELDS if len(form.get(name, "")) > LONGEST}
    wrong |= {name for name in FIELDS if name != OPTIONAL and not form.get(name, "").strip()}
    if form.get("quantity") not in {str(number) for number in range(1, MOST + 1)}:
        wrong.add("quantity")
    return frozenset(wrong)


def _page(
    language: str,
    filled: "MultiDict[str, str] | dict[str, str]",
    wrong: frozenset[str],
    sent_before: str | None = None,
) -> str:
    """The page; its key makes its form one order, however often it is sent."""
    return render_template(
        "product.html",
        language=language,
        here="checkout.show",
        here_with={},
        product=PRODUCT,
        most=MOST,
        fields=FIELDS,
        optional=OPTIONAL,
        filled=filled,
        wrong=wrong,
        sent_before=sent_before,
        key=order_store.new_key(),
    )
