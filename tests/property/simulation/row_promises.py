"""Promises about rows, checked at every write as it happens."""

import json
from collections.abc import Callable
from typing import Any

from payments.aws.payment_items import to_payment
from payments.domain.payment import Payment, Source
from payments.domain.transition_table import Status
from payments.ledger.entry import Report
from testing.dynamodb.client import SimulatedDynamoDB
from tests.property.simulation.finpay import SimulatedFinpay, Told
from tests.property.simulation.hub import MINUTE
from tests.property.simulation.ledger import SKEW, ViolationError, ids, is_decided, is_proof
from tests.property.simulation.money_promises import MoneyPromises

S = Status
_OUT = {S.PAID, S.REVIEW, S.FAILED, S.CANCELLED, S.EXPIRED}
# MoneyPromises has what moves a payment with money.
_MOVES = {
    S.INITIATING: {S.PENDING, *_OUT},
    S.PENDING: _OUT,
    S.EXPIRED: {S.PAID, S.REVIEW},
    S.CANCELLED: {S.PAID, S.REVIEW},
    S.FAILED: {S.PAID, S.REVIEW},
    S.PAID: {S.REFUNDED, S.PARTIALLY_REFUNDED, S.REVIEW},
    S.PARTIALLY_REFUNDED: {S.REFUNDED, S.PAID, S.REVIEW},
    S.REFUNDED: {S.PAID, S.PARTIALLY_REFUNDED},
    S.REVIEW: {S.PAID, S.CANCELLED, S.REFUNDED, S.PARTIALLY_REFUNDED},
}
# An operator may decide before the money is known.
_MOVES_AFTER_DECISION = {
    S.CANCELLED: {S.REFUNDED, S.PARTIALLY_REFUNDED},
    S.REFUNDED: {S.REVIEW},
}
# Before the request is sent, its process may wait for AWS.
_LEFT_TO_STOREFRONT = 14 * MINUTE
_GIVEN_UP = {S.EXPIRED, S.CANCELLED, S.FAILED}
_FIXED = (
    "order_id", "storefront_id", "amount", "currency", "source_of_funds",
    "request_fingerprint", "timeout", "created_at",
)  # fmt: skip


class RowPromises(MoneyPromises):
    """What a row may be, and what may become of it."""

    def __init__(
        self, finpay: SimulatedFinpay, tables: SimulatedDynamoDB, forbidden: list[str]
    ) -> None:
        super().__init__(finpay, tables, forbidden)
        self.on_row: Callable[[], None] = lambda: None
        """Called after every change of a payment."""
        self.stale: set[str] = set()
        """Payments that a callback made PAID though Finpay had the order as void by then."""
        for name in tables.tables:
            self._watch(name)

    def _watch(self, name: str) -> None:
        table = self.tables.tables[name]
        write = table.write

        def watched(key: Any, new: Any, touched: Any = None) -> None:
            old = table.items.get(key)
            write(key, new, touched)
            try:
                self._written(name, old, new)
            except Exception as error:
                # A handler must not answer for what is wrong here.
                raise ViolationError(f"a promise could not be checked: {error!r}") from error

        table.write = watched  # type: ignore[method-assign]

    def _written(self, table: str, old: Any, new: Any) -> None:
        self.note(table, new and new.get("orderId"), new and new.get("version"))
        if new is not None and table != "CircuitsTable":
            clean = self.is_clean(json.dumps(new, default=repr))
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
        self.enter(row)
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
        if old.sync_id != new.sync_id and new.sync_id:
            self.syncs[new.order_id] += 1
            due = old.next_sync_at is not None and old.next_sync_at <= self.finpay.hub.now + SKEW
            self.hold("a status sync begins only when it is due", due, old, new)
        self.ledger_changed(old, new)
        self.owe_events(old, new)
        if old.status is not new.status:
            allowed = set(_MOVES[old.status])
            if is_decided(old):
                allowed |= _MOVES_AFTER_DECISION.get(old.status, set())
            moves = new.status in allowed and step == 1
            self.hold("a payment moves only as the table allows", moves, old, new)
            self._moved(old, new)
        if old.code and new.code:
            self.hold("a code is never replaced", old.code == new.code, old, new)

    def _moved(self, old: Payment, new: Payment) -> None:
        told = self.told(new)
        if is_decided(new):
            return  # a person decided, and may do so
        if new.status is S.PAID:
            proven = any(is_proof(fact, new) for fact in told)
            self.hold("PAID only with a trigger of the right money", proven, new, told)
            order = self.finpay.find(new.effective_gateway_order_id)
            by_callback = new.history[-1].by is Source.CALLBACK
            if by_callback and order and order.status == "CANCELLED" and old.status in _GIVEN_UP:
                self.stale.add(new.order_id)
            late = bool(new.received and new.received.late)
            was_late = any(isinstance(e, Report) and e.late for e in old.ledger)
            ended = old.status in {*_GIVEN_UP, S.REFUNDED} or (
                old.status is S.REVIEW and any(e.status in _GIVEN_UP for e in old.history)
            )
            self.hold(
                "late money is marked, other money is not", late == (ended or was_late), old, new
            )
        if new.status is S.EXPIRED:
            over = any(self._says_over(fact, new) for fact in told)
            self.hold("EXPIRED only when Finpay says that it is unpaid", over, new, told)
        if new.status in {S.REFUNDED, S.PARTIALLY_REFUNDED}:
            refunded = any(f.status in {"REFUNDED", "PARTIALLY_REFUNDED"} for f in told)
            self.hold("a refund is Finpay's word", refunded, new, told)
        if new.status is S.PENDING:
            order = self.finpay.find(new.gateway_order_id)
            code = new.code and new.code.payment_code
            self.hold("a stored code is Finpay's", order and order.payment_code == code, new)
            if order and new.code and new.code.redirect_url:
                exact = abs(order.expires_at * 1000 - new.expires_at) <= 1_000
                self.hold("the end of a code is Finpay's", exact, new, order)
        if (old.status, new.status) == (S.INITIATING, S.CANCELLED):
            asked_at = self.code_requested_at.get(new.order_id, 0)
            patient = self.finpay.hub.now - asked_at >= _LEFT_TO_STOREFRONT
            by_sync = new.history[-1].by is Source.STATUS_CHECK
            self.hold("a storefront has time to ask again", patient or not by_sync, new, asked_at)
        if new.status in {S.CANCELLED, S.FAILED}:
            undecided = [
                o for o in ids(new) if (x := self.finpay.find(o)) and x.status == "SETTLING"
            ]
            self.hold("a status nobody knows ends nothing", not undecided, new)
            live = [o for o in ids(new) if self.finpay.is_live(o)]
            self.hold("what is given up cannot be paid any more", not live, new, live)

    def _says_over(self, fact: Told, row: Payment) -> bool:
        if fact.status == "EXPIRED":
            return True
        order = self.finpay.find(row.gateway_order_id)
        end = order.expires_at * 1000 if order else row.expires_at
        unpaid = fact.status in {"REQUEST_INITIATED", "PENDING", "UNKNOWN ORDER"}
        return unpaid and fact.at >= end - SKEW
