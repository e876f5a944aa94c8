"""Which money to give back, and which not. Pure.

Money is advised to go back only if it certainly came beyond what counts, and only as much of it as
has not gone back even if every report of a refund was of it. Nothing is advised on money that is
only possible or disputed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ops import wib
from ops.rupiah import reported, rupiah
from payments.domain.gateway_status import QuarantineReason
from payments.domain.transition_table import Status
from payments.ledger.entry import Reporter
from payments.ledger.refunds import refunded_at_most

if TYPE_CHECKING:
    from ops.quarantine import Kept
    from payments.domain.payment import Payment
    from payments.ledger.received import Received


class GiveBack(NamedTuple):
    """Money to give back at Finpay; `amount` in rupiah."""

    money: Received
    amount: int


class Advice(NamedTuple):
    """What to give back, and a sentence for each thing that is not to go back or not known."""

    give_back: Sequence[GiveBack]
    warnings: Sequence[str]


def is_incomplete(kept: Sequence[Kept]) -> bool:
    """Whether reports of money are in the quarantine, since the ledger had no room for them."""
    return any(one.reason == QuarantineReason.LEDGER_FULL for one in kept)


def advice(payment: Payment, kept: Sequence[Kept]) -> Advice:
    """What to do about the money of a payment; `kept` are its quarantined callbacks."""
    held = _why_nothing(payment, kept)
    excess = [] if held else list(_excess(payment))
    give_back = [GiveBack(one, sure) for one, sure, _ in excess if sure]
    warnings = [held] if held else []
    warnings += [_unsure(one, sure, left) for one, sure, left in excess if sure < left]
    warnings += [_of_possible(one) for one in payment.standing.possible]
    warnings += [_of_disputed(one) for one in disputed(payment)]
    if payment.standing.refunds.positions:
        warnings.append(f"{unexplained(payment)}: ask Finpay what went back.")
    return Advice(give_back, warnings)


def excess_of(payment: Payment) -> list[Received]:
    """Money that certainly came beyond what counts, also if it went back since."""
    standing = payment.standing
    return [
        one
        for one in standing.received
        if one.is_certain and one is not standing.shown and not one.is_rejected
    ]


def disputed(payment: Payment) -> list[Received]:
    """Money whose reports name different amounts or currencies, and about which nobody decided."""
    return [one for one in payment.standing.received if one.is_disputed and not one.decision]


def unexplained(payment: Payment) -> str:
    """What is reported to have gone back beyond the money that came; an amount may be unknown."""
    refunds = payment.standing.refunds
    of = f" of {rupiah(refunds.unexplained)}" if refunds.unexplained else ""
    return f"Refunds{of} are reported beyond the money that came"


def name_of(money: Received) -> str:
    """The reference of a payment received, or else the time that tells it from others."""
    references = references_of(money)
    if references:
        return " / ".join(references)
    return f"the one of {wib.told(money.paid_at or money.first.recorded_at)}"


def references_of(money: Received) -> list[str]:
    """Finpay's references of a payment received: the callback's first, else the order's."""
    named = [money.reference(reporter) for reporter in (Reporter.CALLBACK, Reporter.STATUS_CHECK)]
    of_order = [report.order_reference for report in money.reports.values()]
    return list(dict.fromkeys(one for one in named if one)) or list(
        dict.fromkeys(one for one in of_order if one)
    )


def _why_nothing(payment: Payment, kept: Sequence[Kept]) -> str:
    """Why no money at all is advised to go back; empty if some may be."""
    standing = payment.standing
    if is_incomplete(kept):
        return (
            "Give nothing back yet: the payment holds no more reports of money, and more came."
            " Ask Finpay for all payments and refunds of the order."
        )
    if not standing.overpaid:
        return ""
    if payment.status is Status.REVIEW:
        return "Give nothing back yet: first decide what counts (review list)."
    if standing.shown in disputed(payment):
        return "Give nothing back yet: the amount of the money that counts is disputed."
    return ""


def _excess(payment: Payment) -> Iterator[tuple[Received, int, int]]:
    """Each money in excess, how much of it is surely here, and how much the sums say is here."""
    standing = payment.standing
    for one in excess_of(payment):
        left = standing.refunds.left(one)
        if not left or one.first.currency != payment.currency or one in disputed(payment):
            continue
        at_most = refunded_at_most(payment.ledger, standing.received, one)
        yield one, (one.amount or 0) - at_most, left


def _unsure(one: Received, sure: int, left: int) -> str:
    return (
        f"Do not give back {rupiah(left - sure)} of {name_of(one)} yet: it may have gone back."
        " Ask Finpay."
    )


def _of_possible(one: Received) -> str:
    # Money that is possible without being like other money is in question since a cancellation.
    may = f"be the same money as {name_of(one.same_as)}" if one.same_as else "have been reversed"
    return (
        f"Do not give back {reported(one.amount, one.first.currency)} ({name_of(one)}):"
        f" it may {may}. Ask Finpay, and decide (review list)."
    )


def _of_disputed(one: Received) -> str:
    amounts = dict.fromkeys(reported(r.amount, r.currency) for r in one.reports.values())
    return (
        f"Do not give back {name_of(one)}: its reports differ ({' and '.join(amounts)})."
        " Ask Finpay which is right."
    )
