"""The money of a payment for people; times in WIB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ops import refund_advice, wib
from ops.ledger_json import numbered, numbers_of
from ops.refund_advice import name_of
from ops.rupiah import reported, rupiah
from payments.domain.transition_table import Status
from payments.ledger.entry import Judgement, Kind, Report

if TYPE_CHECKING:
    from ops.quarantine import Kept
    from payments.domain.payment import Payment
    from payments.ledger.received import Received

_HEAD = ("", "time", "kind", "amount", "channel", "reference", "source")


def lines(of: Payment, kept: Sequence[Kept]) -> Iterator[str]:
    """A table of the reports, what is certain, possible and disputed, and what to give back."""
    if not of.ledger and not refund_advice.is_incomplete(kept):
        yield "none"
        return
    yield from table(numbered(of))
    yield from _sums(of)
    advice = refund_advice.advice(of, kept)
    for one in advice.give_back:
        yield f"give back  {rupiah(one.amount)} of {name_of(one.money)}, at Finpay"
    yield from (f"warning    {one}" for one in advice.warnings)


def decisions(of: Payment) -> Iterator[str]:
    """Each decision: when, what, by whom and why."""
    for one in of.ledger:
        if isinstance(one, Judgement):
            covers = ", ".join(map(str, numbers_of(of, one.covers)))
            what = f"{one.decision} {covers}, as of version {one.version}"
            yield f"{wib.told(one.decided_at)}  {what}"
            yield f"  by {one.by}"
            yield f"  why {one.reason}"


def table(reports: Iterable[tuple[int, Report]]) -> Iterator[str]:
    """Numbered reports in columns."""
    rows = [_HEAD, *(_cells(number, one) for number, one in reports)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cells(number: int, of: Report) -> tuple[str, ...]:
    at = of.recorded_at if of.paid_at is None else of.paid_at
    reference = of.reference or of.order_reference
    return (
        str(number),
        wib.told(at),
        of.kind,
        "-" if of.kind is Kind.CANCELLED else reported(of.amount, of.currency),
        of.channel or "-",
        reference or "-",
        of.reporter,
    )


def _sums(of: Payment) -> Iterator[str]:
    standing = of.standing
    if standing.shown:
        what = "in question" if of.status is Status.REVIEW else "counts"
        yield f"certain    {_money(standing.shown)}: {what}"
    for one in refund_advice.excess_of(of):
        back = standing.refunds.of(one)
        went = f", of which {rupiah(back)} went back" if back else ""
        yield f"certain    {_money(one)}: beyond it{went}"
    for one in standing.possible:
        same_as = f": may be the same as {name_of(one.same_as)}" if one.same_as else ""
        yield f"possible   {_money(one)}{same_as}"
    for one in refund_advice.disputed(of):
        yield f"disputed   {_money(one)}"
    if standing.refunded:
        yield f"refunded   {rupiah(standing.refunded)} of what counts"


def _money(of: Received) -> str:
    return f"{reported(of.amount, of.first.currency)} ({name_of(of)})"
