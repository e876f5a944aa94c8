"""Promises about what storefronts and Finpay are answered."""

import json
from typing import Any

from payments.callbacks import php_json, signature
from payments.domain.payment import HISTORY_LIMIT, LEDGER_LIMIT, Payment
from payments.domain.transition_table import Status
from payments.ledger.entry import Report
from testing.builders import MERCHANT_KEY
from testing.dynamodb.client import SimulatedDynamoDB
from tests.property.simulation.finpay import SimulatedFinpay
from tests.property.simulation.ledger import ids
from tests.property.simulation.merchant_keys import NEXT_KEY
from tests.property.simulation.money_promises import (
    MoneyPromises,
    digest_of_callback,
    is_entered,
)

S = Status
MONEY_CAME = {S.PAID, S.REFUNDED, S.PARTIALLY_REFUNDED, S.REVIEW}


class AnswerPromises(MoneyPromises):
    """What an answer says has to be so."""

    def __init__(
        self, finpay: SimulatedFinpay, tables: SimulatedDynamoDB, forbidden: list[str]
    ) -> None:
        super().__init__(finpay, tables, forbidden)
        self._codes: dict[str, str] = {}
        self._bodies: dict[str, tuple[str, dict[str, Any]]] = {}

    def created(self, body: dict[str, Any], storefront: str, answer: Any) -> None:
        """POST /payments was answered; None means that its process died."""
        order_id = body["order"]["id"]
        self._answered("POST", order_id, answer)
        if answer is None or answer["statusCode"] != 201:
            return
        self._bodies.setdefault(order_id, (storefront, body))
        same = self._bodies[order_id] == (storefront, body)
        self.hold("another body never gets this one's payment", same, order_id, storefront)
        payment = json.loads(answer["body"])
        row = self.rows.get(order_id)
        self.hold("what was answered is stored", row and row.amount == payment["amount"], order_id)
        code = payment["paymentCode"]
        if code is None:
            self.hold("no PENDING payment without its code", payment["status"] != "PENDING", row)
            return
        first = self._codes.setdefault(order_id, code)
        self.hold("the same request gets the same code", first == code, order_id, first, code)
        ours = any(o.payment_code == code for o in self.finpay.orders_of(order_id))
        self.hold("the code is one that Finpay made for this order", ours, order_id, code)

    def cancelled(
        self, order_id: str, storefront: str, began: tuple[int, bool], answer: Any
    ) -> None:
        """A cancel was answered; it began then, on a payment that was open here or not."""
        self._answered("cancel", order_id, answer)
        if answer is None or answer["statusCode"] != 200:
            return
        row = self.rows.get(order_id)
        own = row is not None and row.storefront_id == storefront
        self.hold("nobody cancels another storefront's payment", own, order_id, storefront)
        at, was_open = began
        live = [o for o in self.finpay.orders_of(order_id) if self.finpay.is_live(o.order_id)]
        # A payment that was given up before is answered as it is, without asking Finpay: a request
        # that was delayed for longer than anybody waited may have made an order there since.
        self.hold("a cancel that was answered is one", not (live and was_open), order_id, live)
        paid = [
            o
            for o in self.finpay.orders_of(order_id)
            if was_open and o.status == "PAID" and o.payment and o.payment.paid_at * 1000 < at
        ]
        self.hold("nothing that was paid is answered as cancelled", not paid, order_id, paid)

    def saw(self, order_id: str, storefront: str, answer: Any) -> None:
        """GET was answered."""
        self._answered("GET", order_id, answer)
        if storefront == "another" and answer is not None:
            row = self.rows.get(order_id)
            theirs = row is not None and row.storefront_id == storefront
            hidden = theirs or answer["statusCode"] != 200
            self.hold("nobody sees another storefront's payment", hidden, order_id)

    def called_back(
        self, order_id: str, body: bytes, answer: Any, *, genuine: bool, has_token: bool = True
    ) -> None:
        """A callback was answered."""
        self._answered("callback", order_id, answer)
        if answer is not None and not has_token:
            turned_away = answer["statusCode"] in {404, 503}
            self.hold("a wrong token gets nowhere", turned_away, order_id)
        if answer is None or not 200 <= answer["statusCode"] < 300:
            return
        reported: Any = php_json.decode(body)
        row = self.rows.get(order_id)
        # What is not Finpay's own word may have an effect only in Finpay's words.
        stored = row is not None and (not genuine or self._has_effect(reported, row))
        payload_digest = digest_of_callback(reported)
        kept = self._is_quarantined(order_id, payload_digest, reported, row)
        self.hold("2xx to Finpay means stored", stored or kept, order_id, reported["result"], row)
        if not genuine:
            told = [] if row is None else self.told(row)
            said = any(fact.status == reported["result"]["payment"]["status"] for fact in told)
            self.hold("a forged callback is not accepted", said, order_id)
        else:
            signature.verify(body, (MERCHANT_KEY, NEXT_KEY))
            self.acknowledged(order_id, payload_digest)

    def _has_effect(self, reported: Any, row: Payment) -> bool:
        """Whether the row is as it has to be after this gateway status."""
        payment, order = reported["result"]["payment"], reported["order"]
        # A history that is full has no room for remarks.
        full = len(row.history) >= HISTORY_LIMIT
        said = full or any(e.observed == payment["status"] for e in row.history)
        match payment["status"]:
            case "PAID" | "REFUNDED" | "PARTIALLY_REFUNDED":
                return row.status is not S.PENDING and is_entered(reported, row)
            case "EXPIRED" | "FAILURE":
                return row.status is not S.PENDING or order["id"] != row.gateway_order_id
            case "CANCELLED":
                other = order["id"] != row.effective_gateway_order_id
                return row.status not in {S.PENDING, S.PAID} or said or other
        return True

    def _is_quarantined(
        self, order_id: str, payload_digest: str, reported: Any, row: Payment | None
    ) -> bool:
        key = {"orderId": {"S": order_id}, "payloadDigest": {"S": payload_digest}}
        item = self.tables.get_item(TableName="QuarantineTable", Key=key).get("Item")
        if item is None or row is None or reported["order"]["id"] not in ids(row):
            return item is not None
        # Money of a payment is put aside in place of its ledger only if that is full.
        entries = sum(isinstance(entry, Report) for entry in row.ledger)
        return entries >= LEDGER_LIMIT and item["reason"]["S"] == "ledger-full"

    def _answered(self, what: str, order_id: str, answer: Any) -> None:
        self.note(what, order_id, answer and answer["statusCode"])
        if answer is None:
            return
        status = answer["statusCode"]
        self.hold("no answer is an unforeseen failure", status != 500, what, answer)
        clean = self.is_clean(answer["body"])
        self.hold("no personal data and no secret in an answer", clean, what)
