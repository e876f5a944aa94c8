"""Promises about the money of a payment, checked at every write of its row.

What follows from reports is written down a second time here, as far as a few lines can say it:
how often money came for certain, and that no sum is larger than what truly came or went back.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from payments.callbacks import php_json
from payments.domain.gateway_status import digest_of
from payments.domain.payment import Payment, Source
from payments.domain.transition_table import Status
from payments.ledger.entry import REFUNDS, Judgement, Kind, Report, Reporter
from payments.ledger.received import Received
from testing.dynamodb.client import SimulatedDynamoDB
from tests.property.simulation.finpay import SimulatedFinpay, Told, fact_of
from tests.property.simulation.ledger import Ledger, ids, is_decided

S = Status
WITH_MONEY = {S.PAID, S.REVIEW, S.REFUNDED, S.PARTIALLY_REFUNDED}
KINDS = {
    "PAID": Kind.PAID,
    "CAPTURED": Kind.PAID,
    "REFUNDED": Kind.REFUNDED,
    "PARTIALLY_REFUNDED": Kind.PARTIALLY_REFUNDED,
    "CANCELLED": Kind.CANCELLED,
}


class MoneyPromises(Ledger):
    """What a ledger may hold, and what may follow from it."""

    def __init__(
        self, finpay: SimulatedFinpay, tables: SimulatedDynamoDB, forbidden: list[str]
    ) -> None:
        super().__init__(finpay, tables, forbidden)
        self._seen: dict[str, Payment] = {}
        self._acknowledged: defaultdict[str, set[str]] = defaultdict(set)

    def shown(self, row: Payment) -> None:
        """An operator looks at a payment, and decides about what he sees."""
        self._seen[row.order_id] = row

    def acknowledged(self, order_id: str, payload_digest: str) -> None:
        """Finpay was answered 2xx for a signed callback."""
        self._acknowledged[order_id].add(payload_digest)

    def ledger_changed(self, old: Payment, new: Payment) -> None:
        """A row was written."""
        kept = new.ledger[: len(old.ledger)] == old.ledger
        self.hold("no entry of a ledger is changed or forgotten", kept, old, new)
        added = new.ledger[len(old.ledger) :]
        if old.status is not new.status and WITH_MONEY & {old.status, new.status}:
            self.hold("a status with money follows from a new entry", added, old, new)
        decided = old.status is S.REVIEW and new.history[-1].by is Source.OPERATOR
        if old.status in WITH_MONEY:
            stays = new.status in WITH_MONEY or (decided and new.status is S.CANCELLED)
            self.hold("a payment with money never goes back to one without", stays, old, new)
        self._entered_once(new)
        for entry in added:
            if isinstance(entry, Judgement):
                self._decided(old, new, entry)
            elif entry.reporter is not Reporter.OPERATOR:
                heard = any(_tells(fact, entry) for fact in self.told(new))
                self.hold("an entry of a ledger is Finpay's word", heard, entry, self.told(new))
        if is_decided(old) and new.history[-1].payload_digest in self._acknowledged[new.order_id]:
            same = old.status is new.status and old.ledger == new.ledger
            self.hold("a replay changes nothing after a decision", same, old, new)
        if added:
            self._sums_are_true(new)
            self._refund_of_excess(old, new)

    def _entered_once(self, row: Payment) -> None:
        reports = [
            entry
            for entry in row.ledger
            if isinstance(entry, Report) and entry.reporter is not Reporter.OPERATOR
        ]
        entered = Counter(_identity(entry, reports[:n]) for n, entry in enumerate(reports))
        self.hold("the same report is entered once", max(entered.values(), default=1) == 1, row)

    def _decided(self, old: Payment, new: Payment, judgement: Judgement) -> None:
        seen = self._seen[new.order_id]
        same = _without_syncs(old) == _without_syncs(seen) and judgement.version == seen.version
        self.hold("an operator decides about what he saw", same, seen, old)
        # What the decision itself enters is the only thing that nobody reported before.
        own = {
            position
            for position, entry in enumerate(new.ledger)
            if isinstance(entry, Report) and entry.reporter is Reporter.OPERATOR
        }
        reports = {p for p, entry in enumerate(old.ledger) if isinstance(entry, Report)}
        covered = judgement.covers <= reports | own and judgement.covers
        self.hold("a decision covers reports that were there", covered, judgement, old)
        named = judgement.by and judgement.reason and judgement.decided_at
        self.hold("a decision says who, why and when", named, judgement)
        # Money that is told apart can leave other money that may be the same as what counts.
        left = new.standing.undecided
        if judgement.is_about_possible:
            left &= judgement.covers
        answered = not left and new.status is not S.REVIEW
        self.hold("a decision leaves nothing that it covers in question", answered, old, new)
        if judgement.is_about_possible:
            same_money = new.standing.shown is not None and old.status in WITH_MONEY
            self.hold("a decision about possible money keeps what counts", same_money, old, new)

    def _sums_are_true(self, row: Payment) -> None:
        standing = row.standing
        shown = (standing.shown.amount or 0) if standing.shown else 0
        self.hold("no more goes back than counted", 0 <= standing.refunded <= shown, row)
        self.hold("an excess is never negative", standing.overpaid >= 0, row)
        if any(isinstance(entry, Judgement) for entry in row.ledger):
            return  # what operators decided need not be so
        certain = [one for one in standing.received if one.is_certain]
        paid = {
            position
            for position, entry in enumerate(row.ledger)
            if isinstance(entry, Report) and entry.kind is Kind.PAID
        }
        held = {position for one in standing.received for position in one.reports}
        self.hold("every report of money stands for some money", paid == held, row)
        proven = sum(self._proofs(row).values())
        if {one.first.currency for one in standing.received} <= {row.currency}:
            # A cancellation puts all money before it in question.
            asked = any(isinstance(e, Report) and e.kind is Kind.CANCELLED for e in row.ledger)
            exact = len(certain) == proven or (asked and len(certain) < proven)
            self.hold("money counts as often as references or orders prove", exact, row, proven)
        few = standing.overpaid == 0 or proven > 1
        self.hold("an excess is certain only where it is proven", few, row)
        payments = [payment for order_id in ids(row) for payment in self.finpay.came[order_id]]
        came, told = sum(one.amount for one in payments), sum(one.amount or 0 for one in certain)
        self.hold("no more is said to have come than came", told <= came, row, payments)
        back = sum(self.finpay.went_back[payment.reference] for payment in payments)
        said = sum(standing.refunds.amounts.values()) + standing.refunds.unexplained
        self.hold("no more is said to have gone back than did", said <= back, row, back)

    def _proofs(self, row: Payment) -> dict[str, int]:
        """How often each order at Finpay was paid at least, by the references of one reporter."""
        paid = [e for e in row.ledger if isinstance(e, Report) and e.kind is Kind.PAID]
        proofs: dict[str, int] = {}
        for order_id in {entry.gateway_order_id for entry in paid}:
            references: defaultdict[Reporter, set[str]] = defaultdict(set)
            for entry in paid:
                if entry.gateway_order_id == order_id and entry.reference is not None:
                    references[entry.reporter].add(entry.reference)
            proofs[order_id] = max(map(len, references.values()), default=1)
        return proofs

    def _refund_of_excess(self, old: Payment, new: Payment) -> None:
        """Of a payment that counts and that nobody decided about."""
        last, standing = new.ledger[-1], old.standing
        reports = [entry for entry in new.ledger if isinstance(entry, Report)]
        if len(reports) < len(new.ledger) or not isinstance(last, Report):
            return
        refunds = [entry for entry in reports if entry.kind in REFUNDS]
        if last.kind not in REFUNDS or old.status not in WITH_MONEY - {S.REVIEW}:
            return
        named = [_named(entry, standing.received) for entry in refunds]
        target = named[-1]
        same = old.status is new.status and standing.refunded == new.standing.refunded
        if None not in named and target and target.is_certain and target is not standing.shown:
            self.hold("the refund of an excess moves nothing", same, old, new)
        excess = [
            one
            for one in standing.received
            if one.is_certain
            and one is not standing.shown
            and one.first.currency == old.currency
            and one.first.gateway_order_id == last.gateway_order_id
        ]
        covered = sum(one.amount or 0 for one in excess)
        # Of a partial refund with the whole amount, nobody knows how much went back.
        is_exact = last.kind is Kind.REFUNDED or (last.amount or 0) < old.amount
        if len(refunds) == 1 and target is None and is_exact and (last.amount or 0) <= covered:
            self.hold("a refund without a name is of the excess first", same, old, new)


def _without_syncs(payment: Payment) -> Payment:
    """The payment without what changes when Finpay is asked about it, and answers nothing new."""
    return replace(payment, next_sync_at=None, sync_id=None, sync_requested_at=None)


def digest_of_callback(reported: Any) -> str:
    """The payload digest of a callback: without its signature, which may be made anew."""
    said = {name: reported[name] for name in reported if name != "signature"}
    return digest_of(php_json.encode(said).encode())


def is_entered(reported: Any, row: Payment) -> bool:
    """Whether the ledger has what a callback says of money."""
    fact = fact_of(reported, 0, Reporter.CALLBACK)
    return any(isinstance(entry, Report) and _tells(fact, entry) for entry in row.ledger)


def _tells(fact: Told, entry: Report) -> bool:
    if KINDS.get(fact.status) is not entry.kind or fact.reporter is not entry.reporter:
        return False
    if entry.gateway_order_id != fact.gateway_order_id:
        return False
    if entry.kind is Kind.CANCELLED:
        return True
    said = (fact.paid, fact.amount, fact.currency, fact.reference)
    return said == (entry.amount, entry.order_amount, entry.currency, entry.reference)


def _identity(entry: Report, earlier: Sequence[Report]) -> tuple[object, ...]:
    order = (entry.kind, entry.gateway_order_id)
    if entry.kind is Kind.CANCELLED:
        # After more money of the order, it is said of that money too.
        paid = (Kind.PAID, entry.gateway_order_id)
        return (*order, sum((one.kind, one.gateway_order_id) == paid for one in earlier))
    money = (*order, entry.reporter, entry.amount, entry.currency)
    return (*money, entry.reference or entry.paid_at)


def _named(refund: Report, received: Sequence[Received]) -> Received | None:
    """The money whose reference a refund has."""
    return next(
        (
            one
            for one in received
            if refund.reference and one.reference(refund.reporter) == refund.reference
        ),
        None,
    )
