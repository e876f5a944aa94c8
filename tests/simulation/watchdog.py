"""The promises, checked after every step. Knows the service only by its rows and its answers.

What it holds true is written down here a second time, from the design and not from the code: a rule
that the code has wrong must not be wrong here too.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from payments import php_json, signature
from payments.items import to_payment
from payments.payment import Payment
from payments.transitions import Status
from tests.builders import MERCHANT_KEY
from tests.simulation.dynamodb import SimulatedDynamoDB
from tests.simulation.finpay import SimulatedFinpay, Told

S = Status
_PAID = {S.PAID, S.REFUNDED, S.PARTIALLY_REFUNDED}
_MOVES = {
    S.INITIATING: {S.PENDING, S.PAID, S.REVIEW, S.FAILED, S.CANCELLED, S.EXPIRED},
    S.PENDING: {S.PAID, S.REVIEW, S.FAILED, S.CANCELLED, S.EXPIRED},
    S.EXPIRED: {S.PAID, S.REVIEW},
    S.CANCELLED: {S.PAID, S.REVIEW},
    S.FAILED: {S.PAID, S.REVIEW},
    S.PAID: {S.REFUNDED, S.PARTIALLY_REFUNDED, S.REVIEW},
    S.PARTIALLY_REFUNDED: {S.REFUNDED},
    S.REVIEW: set(),
    S.REFUNDED: set(),
}
_FIXED = (
    "order_id", "storefront_id", "amount", "currency", "source_of_funds",
    "request_fingerprint", "timeout", "created_at",
)  # fmt: skip
_MINUTE = 60_000
_SKEW = 3_000


class ViolationError(BaseException):
    """A promise was broken. No handler can swallow it."""


class Watchdog:
    """Raises ViolationError at the first broken promise."""

    def __init__(self, finpay: SimulatedFinpay, forbidden: list[str]) -> None:
        self.finpay = finpay
        self.checked: Counter[str] = Counter()
        self.trace = hashlib.sha256()
        self._forbidden = forbidden
        self._tables: SimulatedDynamoDB | None = None
        self.on_row: Callable[[], None] = lambda: None
        self.rows: dict[str, Payment] = {}
        self._names: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._bodies: dict[str, Any] = {}
        self._paid: Counter[str] = Counter()
        self._looks: Counter[str] = Counter()
        self._checks: Counter[str] = Counter()
        self._probes: dict[str, int] = {}
        self._asking: set[str] = set()
        self._doubtful: set[str] = set()

    def watch(self, tables: SimulatedDynamoDB) -> None:
        """Look at every write on these tables as it happens."""
        self._tables = tables
        for name, table in tables.tables.items():
            write = table.write

            def watched(
                key: Any, new: Any, touched: Any = None, *, name: str = name, write: Any = write
            ) -> None:
                old = tables.tables[name].items.get(key)
                write(key, new, touched)
                self._written(name, old, new)

            table.write = watched  # type: ignore[method-assign]

    def row(self, order_id: str) -> Payment | None:
        return self.rows.get(order_id)

    def note(self, *facts: object) -> None:
        """Add to the trace, by which two runs are compared."""
        self.trace.update(f"{self.finpay.hub.now} {facts}\n".encode())

    def hold(self, promise: str, kept: object, *facts: object) -> None:
        self.checked[promise] += 1
        if not kept:
            raise ViolationError(f"{promise}: {facts}")

    # Rows

    def _written(self, table: str, old: Any, new: Any) -> None:
        self.note(table, new and new.get("orderId"), new and new.get("version"))
        if new is not None and table != "CircuitsTable":
            text = json.dumps(new).lower()
            clean = not any(word.lower() in text for word in self._forbidden)
            self.hold("no personal data and no secret in a row", clean, table)
        if table != "PaymentsTable":
            return
        row = None if new is None else to_payment(new)
        before = None if old is None else self.rows.pop(old["orderId"]["S"])
        if row is None:
            assert before
            row = before
            unseen = not self.finpay.orders_of(row.order_id) and row.version == 1
            self.hold("only a row that Finpay never heard of is removed", unseen, row)
            return
        self.rows[row.order_id] = row
        self._names |= dict.fromkeys(self._ids(row), row.order_id)
        self.on_row()
        if before is None:
            self._created_row(row)
        else:
            self._changed_row(before, row)

    def _created_row(self, row: Payment) -> None:
        fresh = row.status is S.INITIATING and row.version == 1 and row.lease
        self.hold("a payment begins as INITIATING, held, at version 1", fresh, row)

    def _changed_row(self, old: Payment, new: Payment) -> None:
        same = all(getattr(old, name) == getattr(new, name) for name in _FIXED)
        self.hold("what was ordered never changes", same, old, new)
        step = new.version - old.version
        grown = len(new.history) - len(old.history)
        kept = new.history[: len(old.history)] == old.history
        self.hold("version and history grow together, by one", step == grown <= 1, old, new)
        self.hold("history is never rewritten", kept and step >= 0, old, new)
        if old.look != new.look and new.look:
            self._looks[new.order_id] += 1
            due = old.due_at is not None and old.due_at <= self.finpay.hub.now + _SKEW
            self.hold("a look begins only when it is due", due, old, new)
        if old.status is not new.status:
            moves = new.status in _MOVES[old.status] and step == 1
            self.hold("a payment moves only as the table allows", moves, old, new)
            self._moved(old, new)
        if old.code and new.code:
            self.hold("a code is never replaced", old.code == new.code, old, new)
        if old.settled and new.settled and old.settled != new.settled:
            self.hold("money is entered once", new.status is not old.status, old, new)

    def _moved(self, old: Payment, new: Payment) -> None:
        told = self._told(new)
        if new.status is S.PAID:
            self._paid[new.order_id] += 1
            proven = any(_is_proof(fact, new) for fact in told)
            self.hold("PAID only with a proof of the right money", proven, new, told)
            self.hold("PAID at most once", self._paid[new.order_id] == 1, new)
            late = bool(new.settled and new.settled.late)
            given_up = old.status in {S.EXPIRED, S.CANCELLED, S.FAILED}
            self.hold("late money is marked, other money is not", late == given_up, old, new)
        if new.status is S.EXPIRED:
            over = any(self._says_over(fact, new) for fact in told)
            self.hold("EXPIRED only when Finpay says that it is unpaid", over, new, told)
        if new.status in {S.REFUNDED, S.PARTIALLY_REFUNDED}:
            refunded = any(fact.status == new.status for fact in told)
            self.hold("a refund is Finpay's word", refunded, new, told)
        if new.status is S.PENDING:
            order = self.finpay.find(new.gateway_order_id)
            code = new.code and new.code.payment_code
            self.hold("a stored code is Finpay's", order and order.payment_code == code, new)
            if order and new.code and new.code.redirect_url:
                exact = abs(order.expires_at * 1000 - new.expires_at) <= 1_000
                self.hold("the end of a code is Finpay's", exact, new, order)
        if new.status in {S.CANCELLED, S.FAILED}:
            undecided = [
                o for o in self._ids(new) if (x := self.finpay.find(o)) and x.status == "SETTLING"
            ]
            self.hold("a status nobody knows ends nothing", not undecided, new)
            live = [o for o in self._ids(new) if self.finpay.is_live(o)]
            self.hold("what is given up cannot be paid any more", not live, new, live)

    def _ids(self, row: Payment) -> tuple[str, ...]:
        return (*row.earlier_gateway_order_ids, row.gateway_order_id)

    def _told(self, row: Payment) -> list[Told]:
        return [fact for o in self._ids(row) for fact in self.finpay.told.get(o, ())]

    def _says_over(self, fact: Told, row: Payment) -> bool:
        if fact.status == "EXPIRED":
            return True
        order = self.finpay.find(row.gateway_order_id)
        end = order.expires_at * 1000 if order else row.expires_at
        unpaid = fact.status in {"REQUEST_INITIATED", "PENDING", "UNKNOWN ORDER"}
        return unpaid and fact.at >= end - _SKEW

    # Finpay

    def finpay_changed(self, gateway_order_id: str) -> None:
        """Something happened to an order at Finpay."""
        order = self.finpay.find(gateway_order_id)
        self.note("finpay", gateway_order_id, order and order.status)
        if order is None:
            return
        order_id = order.new.callback_url.split("/")[-2]
        orders = self.finpay.orders_of(order_id)
        live = [o.order_id for o in orders if self.finpay.is_live(o.order_id)]
        self.hold("at most one live code for an order", len(live) <= 1, order_id, live)

    def asks(self, function: str, endpoint: str, gateway_order_id: str, order_id: str) -> None:
        """A function is about to call Finpay."""
        if endpoint == "initiate":
            alone = order_id not in self._asking
            self.hold("one initiate at a time for an order", alone, order_id)
            sure = gateway_order_id not in self._doubtful
            self.hold("no initiate again before its outcome is asked for", sure, order_id)
            self._asking.add(order_id)
            self._doubtful.add(gateway_order_id)
        if endpoint == "check" and function == "Reconcile":
            self._checks[gateway_order_id] += 1
            few = self._checks[gateway_order_id] <= self._looks[order_id]
            self.hold("at most one status check for a look", few, order_id)
        if endpoint == "check" and function == "FinpayCallback":
            now, before = self.finpay.hub.now, self._probes.get(order_id, -10 * _MINUTE)
            # Between the write that allows it and the check, a process may wait for DynamoDB.
            rare = now - before >= _MINUTE - 10_000
            self.hold("unverified callbacks make one check a minute", rare, order_id, now - before)
            self._probes[order_id] = now

    def asked(self, endpoint: str, gateway_order_id: str, order_id: str, status: int) -> None:
        """The call is over; status 0 means without an answer, -1 that it never left."""
        if endpoint == "initiate":
            self._asking.discard(order_id)
        if endpoint == "initiate" and status == -1:
            self._doubtful.discard(gateway_order_id)
        if endpoint == "check" and status == 404:
            self._doubtful.discard(gateway_order_id)

    def payment_of(self, gateway_order_id: str) -> str:
        """The payment that goes by this id at Finpay."""
        return self._names.get(gateway_order_id, gateway_order_id)

    # Answers

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
        row = self.row(order_id)
        self.hold("what was answered is stored", row and row.amount == payment["amount"], order_id)
        code = payment["paymentCode"]
        if code is None:
            self.hold("no PENDING payment without its code", payment["status"] != "PENDING", row)
            return
        first = self._codes.setdefault(order_id, code)
        self.hold("the same request gets the same code", first == code, order_id, first, code)
        ours = any(o.payment_code == code for o in self.finpay.orders_of(order_id))
        self.hold("the code is one that Finpay made for this order", ours, order_id, code)

    def cancelled(self, order_id: str, began: tuple[int, bool], answer: Any) -> None:
        """A cancel was answered; it began then, on a payment that was open here or not."""
        self._answered("cancel", order_id, answer)
        if answer is None or answer["statusCode"] != 200:
            return
        live = [o for o in self.finpay.orders_of(order_id) if self.finpay.is_live(o.order_id)]
        self.hold("a cancel that was answered is one", not live, order_id, answer["body"])
        at, was_open = began
        paid = [
            o
            for o in self.finpay.orders_of(order_id)
            if was_open and o.payment and o.payment.paid_at * 1000 < at
        ]
        self.hold("nothing that was paid is answered as cancelled", not paid, order_id, paid)

    def saw(self, order_id: str, storefront: str, answer: Any) -> None:
        """GET was answered."""
        self._answered("GET", order_id, answer)
        if storefront == "another" and answer is not None:
            row = self.row(order_id)
            theirs = row is not None and row.storefront_id == storefront
            hidden = theirs or answer["statusCode"] != 200
            self.hold("nobody sees another storefront's payment", hidden, order_id)

    def called_back(self, order_id: str, body: bytes, answer: Any, *, genuine: bool) -> None:
        """A callback was answered."""
        self._answered("callback", order_id, answer)
        if answer is None or not 200 <= answer["statusCode"] < 300:
            return
        claim: Any = php_json.decode(body)
        row = self.row(order_id)
        stored = row is not None and self._has_effect(claim, row)
        kept = self._is_quarantined(order_id, body)
        self.hold("2xx to Finpay means stored", stored or kept, order_id, claim["result"], row)
        if not genuine:
            told = [] if row is None else self._told(row)
            said = any(fact.status == claim["result"]["payment"]["status"] for fact in told)
            self.hold("a forged callback is not accepted", said, order_id)
        else:
            signature.verify(body, (MERCHANT_KEY,))

    def _has_effect(self, claim: Any, row: Payment) -> bool:
        status = claim["result"]["payment"]["status"]
        if status == "PAID":
            return row.status in _PAID | {S.REVIEW}
        if status in {"EXPIRED", "FAILURE"}:
            return row.status is not S.PENDING or claim["order"]["id"] != row.gateway_order_id
        return True

    def _is_quarantined(self, order_id: str, body: bytes) -> bool:
        assert self._tables
        evidence = hashlib.sha256(body).hexdigest()[:16]
        key = {"orderId": {"S": order_id}, "evidence": {"S": evidence}}
        return "Item" in self._tables.get_item(TableName="QuarantineTable", Key=key)

    def _answered(self, what: str, order_id: str, answer: Any) -> None:
        self.note(what, order_id, answer and answer["statusCode"])
        if answer is None:
            return
        status = answer["statusCode"]
        self.hold("no answer is an unforeseen failure", status != 500, what, answer)
        text = answer["body"].lower()
        clean = not any(word.lower() in text for word in self._forbidden)
        self.hold("no personal data and no secret in an answer", clean, what)

    # The end

    def end(self, sink_leaks: list[str]) -> None:
        """Faults ended long ago, and the last look was taken."""
        self.hold("no personal data and no secret in a log or metric", not sink_leaks, sink_leaks)
        for order in self.finpay.book.all():
            order_id = order.new.callback_url.split("/")[-2]
            row = self.row(order_id)
            kept = row is not None or order_id.startswith("STRANGER")
            self.hold("no payment is lost", kept, order)
            # What was paid and voided before anybody could know has left nothing to credit.
            if row is not None and order.payment is not None and order.status != "CANCELLED":
                self._end_of_paid(row)
        for row in self.rows.values():
            last = self.finpay.find(row.order_at_finpay)
            if last and last.status == "SETTLING":  # Finpay has not decided, so it stays open
                continue
            final = row.status not in {S.INITIATING, S.PENDING}
            self.hold("every payment is final in the end", final, row)
            self.hold("a final payment is watched no more", row.due_at is None, row)

    def _end_of_paid(self, row: Payment) -> None:
        kept = row.status in _PAID | {S.REVIEW}
        self.hold("what Finpay holds as paid is PAID here, or in review", kept, row)
        if row.status is S.REVIEW:
            told = self._told(row)
            reason = any(not _is_proof(f, row) and f.paid for f in told) or any(
                f.status in {"REFUNDED", "PARTIALLY_REFUNDED", "CANCELLED"} for f in told
            )
            self.hold("REVIEW has a reason", reason, row, told)


def _is_proof(fact: Told, row: Payment) -> bool:
    return (
        fact.status in {"PAID", "CAPTURED"}
        and fact.amount == row.amount
        and fact.paid == row.amount
    )
