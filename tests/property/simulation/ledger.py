"""What is known while a world runs: the rows, what Finpay truly told, and what happened so far."""

import hashlib
from collections import Counter, deque

from payments.domain.payment import Payment, Source
from testing.dynamodb.client import SimulatedDynamoDB
from tests.property.simulation.finpay import SimulatedFinpay, Told

SKEW = 3_000
"""Milliseconds by which the clocks of two processes may differ."""


class ViolationError(BaseException):
    """A promise was broken. No handler can swallow it."""


class Ledger:
    """Kept by the watchdog; each kind of promise looks into it."""

    def __init__(
        self, finpay: SimulatedFinpay, tables: SimulatedDynamoDB, forbidden: list[str]
    ) -> None:
        self.finpay = finpay
        self.tables = tables
        self.rows: dict[str, Payment] = {}
        self.checked: Counter[str] = Counter()
        self.trace = hashlib.sha256()
        self.story: deque[str] = deque(maxlen=40)
        """The last things that happened, for whoever replays a violation."""
        self.syncs: Counter[str] = Counter()
        self.code_requested_at: dict[str, int] = {}
        """When a payment's last initiate was sent to Finpay."""
        self._names: dict[str, str] = {}
        self._forbidden = forbidden

    def owe_events(self, old: Payment, new: Payment) -> None:
        """A payment changed, which storefronts may have to be told."""

    def note(self, *facts: object) -> None:
        """Add to the trace, by which two runs are compared."""
        line = f"{self.finpay.hub.now} {facts}"
        self.story.append(line)
        self.trace.update(line.encode())

    def hold(self, promise: str, kept: object, *facts: object) -> None:
        """Count a promise that is kept; raise ViolationError for one that is broken."""
        self.checked[promise] += 1
        if not kept:
            violation = ViolationError(f"{promise}: {facts}")
            violation.add_note("\n".join(self.story))
            raise violation

    def forbid(self, word: str) -> None:
        """A secret that was made."""
        self._forbidden.append(word.lower())

    def is_clean(self, text: str) -> bool:
        """Whether there is nothing personal and no secret in a text."""
        text = text.casefold()
        return not any(word in text for word in self._forbidden)

    def enter(self, row: Payment) -> None:
        """Keep a row as it is now, and the names that it has at Finpay."""
        self.rows[row.order_id] = row
        self._names |= dict.fromkeys(ids(row), row.order_id)

    def payment_of(self, gateway_order_id: str) -> str:
        """The payment that goes by this id at Finpay."""
        return self._names.get(gateway_order_id, gateway_order_id)

    def told(self, row: Payment) -> list[Told]:
        """All that Finpay truly said of a payment's orders."""
        return [fact for o in ids(row) for fact in self.finpay.told.get(o, ())]


def ids(row: Payment) -> tuple[str, ...]:
    """All order ids of a payment at Finpay."""
    return (*row.previous_attempt_ids, row.gateway_order_id)


def is_decided(row: Payment) -> bool:
    """Whether an operator decided about the payment."""
    return any(entry.by is Source.OPERATOR for entry in row.history)


def is_proof(fact: Told, row: Payment) -> bool:
    """Whether it proves that the payment was paid as it was ordered."""
    paid = fact.status in {"PAID", "CAPTURED"}
    ordered = (fact.amount, fact.currency) == (row.amount, row.currency)
    return paid and ordered and fact.paid == row.amount
