"""Promises about what storefronts are told of their payments."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from payments.aws.deliveries_table import DynamoDeliveries
from payments.domain.payment import Payment
from payments.domain.transition_table import Status
from payments.webhooks.delivery_attempt import EndpointResponse
from testing.dynamodb.client import SimulatedDynamoDB
from testing.template import template
from tests.property.simulation.backends import Backends
from tests.property.simulation.finpay import SimulatedFinpay
from tests.property.simulation.ledger import Ledger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

S = Status
_TYPES = {
    S.PENDING: "payment.pending", S.PAID: "payment.paid", S.EXPIRED: "payment.expired",
    S.CANCELLED: "payment.cancelled", S.FAILED: "payment.failed", S.REVIEW: "payment.review",
    S.REFUNDED: "payment.refunded", S.PARTIALLY_REFUNDED: "payment.refunded",
}  # fmt: skip
_PAUSES_S = [int(n) for n in template()["Parameters"]["WebhookPauses"]["Default"].split(",")]
_LONGEST_S = 12 * 3_600 - 60
_MANY_DEATHS = 6  # of twelve attempts

OVERPAID = "payment.overpaid"

type Move = tuple[str, int, str]
"""What is told at once: order id, version, and `payment.overpaid` or nothing."""


@dataclass
class Turn:
    """One delivery of a message to the function, and what the receiver said in it."""

    message: str
    number: int
    began: int
    move: Move = ("", 0, "")
    url: str = ""
    replied_at: int = 0
    reply: EndpointResponse | None = None


class WebhookPromises(Ledger):
    """What is told, to whom, when, and that it is told at all."""

    def __init__(
        self, finpay: SimulatedFinpay, tables: SimulatedDynamoDB, forbidden: list[str]
    ) -> None:
        super().__init__(finpay, tables, forbidden)
        self.backends: Backends | None = None
        self.waiting: Callable[[], Iterable[str]] = lambda: ()
        """The events in the queue, as they are there."""
        self._owed: dict[Move, tuple[Payment, str]] = {}
        """Every event that has to be sent, with the payment as it was then, and its type."""
        self._events: dict[Move, tuple[str, str, str]] = {}
        self._moves_of: dict[str, Move] = {}
        self._taken: set[Move] = set()
        self._aside: set[Move] = set()
        self._logged: set[Move] = set()
        self._said_gone: set[tuple[str, str]] = set()
        self._gone: dict[tuple[str, str], int] = {}
        self._last: dict[str, Turn] = {}
        self._tried: set[str] = set()
        self._deaths: Counter[str] = Counter()

    def owe_events(self, old: Payment, new: Payment) -> None:
        """A new status is told, else what went back of what counts, and a change of the excess."""
        kind = _TYPES.get(new.status) if old.status is not new.status else None
        if kind == "payment.paid" and new.received and new.received.late:
            kind = "payment.paid_late"
        if old.status is new.status and old.standing.refunded != new.standing.refunded:
            kind = "payment.refunded"
        if kind:
            self._owed[new.order_id, new.version, ""] = new, kind
        if old.standing.overpaid != new.standing.overpaid:
            self._owed[new.order_id, new.version, OVERPAID] = new, OVERPAID

    def sends(self, turn: Turn, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """The function sends a webhook in this turn."""
        said = json.loads(body)
        self._tried.add(turn.message)
        is_excess = said["type"] == OVERPAID
        data, turn.url = said["data"], url
        turn.move = data["orderId"], data["version"], OVERPAID if is_excess else ""
        self.note("webhook", headers["webhook-id"], said["type"], turn.number)
        owed = self._owed.get(turn.move)
        self.hold("only a change of a payment's status or sums is told", owed, turn.move, said)
        assert owed
        row, kind = owed
        self._is_one_event(turn.move, headers["webhook-id"], body, url)
        so = (data["status"], data["amount"]) == (row.status.value, row.amount)
        sums = row.standing.overpaid or None, row.standing.refunded or None
        so = so and (data["overpaidAmount"], data["refundedAmount"]) == sums
        self.hold("a storefront is told what its payment was at that version", so, said, row)
        self.hold("an event's type is what happened", said["type"] == kind, said, row)
        self.hold("a webhook goes where its payment says", url == row.webhook_url, url, row)
        assert self.backends
        ours = self.backends.verifies(row.storefront_id, headers, body)
        self.hold("a webhook's signature verifies", ours, turn.move, headers)
        since = self._gone.get(_endpoint(row))
        wanted = since is None or turn.began < since
        self.hold("nothing is sent to an endpoint that is gone", wanted, turn, since)
        self._is_patient(turn)

    def _is_one_event(self, move: Move, event_id: str, body: bytes, url: str) -> None:
        same = self._moves_of.setdefault(event_id, move) == move
        first = self._events.setdefault(move, (event_id, body.decode(), url))
        self.hold("an event keeps its id", same and first[0] == event_id, move, event_id, first)
        self.hold("an event keeps its bytes", first[1] == body.decode(), move, first, body)

    def _is_patient(self, turn: Turn) -> None:
        last = self._last.get(turn.message)
        if last is None or last.reply is None:
            return
        pause = 0.9 * _PAUSES_S[last.number - 1]
        wanted = min(_LONGEST_S, max(pause, last.reply.retry_after or 0))
        waited = (self.finpay.hub.now - last.replied_at) / 1000
        # Pauses are whole seconds.
        self.hold("the pause between two attempts is kept", waited >= wanted - 1, last, turn)

    def replied(self, turn: Turn, reply: EndpointResponse) -> None:
        """The receiver answered, or did not within its time."""
        turn.reply, turn.replied_at = reply, self.finpay.hub.now
        if reply.status is not None and 200 <= reply.status < 300:
            self._taken.add(turn.move)
        if reply.status == 410:
            self._said_gone.add(_endpoint(self._owed[turn.move][0]))

    def turn_is_over(self, turn: Turn, answer: Any) -> None:
        """The function is done with a message for now; None means that it failed or died."""
        self._last.pop(turn.message, None)
        if answer is None or turn.reply is None:
            return
        self._logged.add(turn.move)
        if turn.reply.status == 410:
            self._gone.setdefault(_endpoint(self._owed[turn.move][0]), self.finpay.hub.now)
        elif answer["batchItemFailures"]:
            self._last[turn.message] = turn

    def died(self, turn: Turn) -> None:
        """The function died with a message in its hands, so it could not ask for a pause."""
        self._deaths[turn.message] += 1

    def gives_up(self, message: str) -> None:
        """The queue puts a message aside: it was tried, or killed its function again and again."""
        is_owed = message not in self._tried and self._deaths[message] < _MANY_DEATHS
        self.hold("no event is given up that was never sent", not is_owed, message)

    def is_put_aside(self, order_id: str, version: int, event: str | None = None) -> None:
        """An event, or the change that events would have been made of, is a dead letter."""
        self.note("put aside", order_id, version)
        for kind in ("", OVERPAID):
            if event is None or (event == OVERPAID) == bool(kind):
                self._aside.add((order_id, version, kind))

    def end_of_webhooks(self) -> None:
        """Everybody was told by now, or it can be seen who was not."""
        if self.backends is None:
            return
        waiting = list(self.waiting())
        self.hold("no event waits for ever", not waiting, waiting)
        newest: dict[str, Move] = {}
        for move in sorted(self._owed):
            row, _ = self._owed[move]
            newest[move[0]] = move
            known = move in self._taken or move in self._aside
            excused = _endpoint(row) in self._said_gone
            excused = excused or row.storefront_id not in self.backends.secrets
            self.hold("whatever becomes of a payment is told or put aside", known or excused, row)
        for order_id, move in newest.items():
            if move in self._taken:
                self._ends_alike(self.rows[order_id])
        for move in sorted(self._logged):
            self._is_in_the_log(move)

    def _is_in_the_log(self, move: Move) -> None:
        log = DynamoDeliveries(cast("DynamoDBClient", self.tables), "DeliveriesTable")
        kept = [(one.event.id, one.event.body, one.event.url) for one in log.of(move[0])]
        same = kept.count(self._events[move]) == 1
        self.hold("what was told is in the log as it was told", same, move, kept)

    def _ends_alike(self, row: Payment) -> None:
        assert self.backends
        known = self.backends.at(row.webhook_url).newest.get(row.order_id)
        same = known is not None and known[1] == row.status.value
        self.hold("who ignores older versions ends with the payment's status", same, row, known)


def _endpoint(row: Payment) -> tuple[str, str]:
    return row.storefront_id, row.webhook_url.partition("?")[0]
