"""Which reports are about the same money: the payments received, as far as reports tell.

Reports are compared within one order at Finpay. The rules:

- Different references of one reporter are different money, for certain.
- References of a callback and of a status check cannot be compared, since nobody has published
  whether they are the same. Equal amount and second are the same money. Otherwise the two may be.
- A report without a reference is the same money as one with an equal amount and no other time.
  Otherwise it may be.
- A known reference with another amount is disputed, and the first amount stands.

`possible` says which money is set aside because it may be other money.
"""

from __future__ import annotations

from collections.abc import Mapping

from payments.ledger.entry import Decision, Judgement, Kind, Ledger, Report, Reporter, Terms
from payments.ledger.possible import set_aside
from payments.ledger.received import (
    Judged,
    Received,
    no_other_time,
    same_amount,
    same_second,
)


def received_in(ledger: Ledger, terms: Terms) -> list[Received]:
    """The payments received, certain and possible, in the order of their first reports."""
    judgements = _judgements(ledger)
    cancelled = _cancelled(ledger)
    orders: dict[str, dict[int, Report]] = {}
    for position, entry in enumerate(ledger):
        if isinstance(entry, Report) and entry.kind is Kind.PAID:
            orders.setdefault(entry.gateway_order_id, {})[position] = entry
    found: list[Received] = []
    for order_id, reports in orders.items():
        found += _of_order(reports, terms, judgements, cancelled.get(order_id, 0))
    return sorted(found, key=lambda one: one.position)


def is_known(report: Report, ledger: Ledger) -> bool:
    """Whether the ledger has this report, however it was spelled and whoever repeats it.

    A cancellation is news if money of the order came after the last one.
    """
    if report.kind is Kind.CANCELLED:
        of_order = [
            entry.kind
            for entry in ledger
            if isinstance(entry, Report) and entry.gateway_order_id == report.gateway_order_id
        ]
        last = max((n for n, kind in enumerate(of_order) if kind is Kind.CANCELLED), default=None)
        return last is not None and Kind.PAID not in of_order[last:]
    return any(isinstance(entry, Report) and _repeats(report, entry) for entry in ledger)


def _repeats(report: Report, entry: Report) -> bool:
    if report.kind is not entry.kind or report.gateway_order_id != entry.gateway_order_id:
        return False
    if not same_amount(report, entry) or report.reporter is not entry.reporter:
        return False
    if entry.order_amount is None and report.order_amount is not None:
        return False
    if report.reference is not None:
        return report.reference == entry.reference
    return entry.reference is None and report.paid_at in (None, entry.paid_at)


def _of_order(
    reports: Mapping[int, Report],
    terms: Terms,
    judgements: Mapping[int, Judged],
    cancelled_at: int,
) -> list[Received]:
    callbacks = _by_reference(reports, Reporter.CALLBACK)
    checks = _by_reference(reports, Reporter.STATUS_CHECK)
    unnamed = [Received({n: report}) for n, report in reports.items() if report.reference is None]
    _join_atsame_second(callbacks, checks)
    unnamed = _fill_in(unnamed, [*callbacks, *checks])
    found = [*callbacks, *checks, *unnamed]
    for one in found:
        one.judged = _judged(one, judgements)
        decided_at = one.judged.position if one.judged else -1
        is_ours = one.decision in {None, Decision.ACCEPTED}
        one.is_questioned = is_ours and cancelled_at > max(one.position, decided_at)
        # What is rejected after a cancellation did come, and went back.
        was_cancelled = one.position < cancelled_at < decided_at
        one.is_certain = not (one.is_told_apart and one.is_rejected and not was_cancelled)
    set_aside(found, terms)
    return found


def _by_reference(reports: Mapping[int, Report], reporter: Reporter) -> list[Received]:
    found: dict[str, Received] = {}
    for position, report in reports.items():
        if report.reporter is reporter and report.reference is not None:
            found.setdefault(report.reference, Received()).reports[position] = report
    return [*found.values()]


def _join_atsame_second(callbacks: list[Received], checks: list[Received]) -> None:
    for check in [*checks]:
        for callback in callbacks:
            is_free = callback.reference(Reporter.STATUS_CHECK) is None
            if (
                is_free
                and same_amount(callback.first, check.first)
                and same_second(callback.paid_at, check.paid_at)
            ):
                callback.absorb(check)
                checks.remove(check)
                break


def _fill_in(unnamed: list[Received], named: list[Received]) -> list[Received]:
    """Add reports without a reference to the money that they fit; return those that fit none."""
    left: list[Received] = []
    for one in unnamed:
        fitting = [
            other
            for other in [*named, *left]
            if same_amount(other.first, one.first) and no_other_time(other.paid_at, one.paid_at)
        ]
        fitting.sort(key=lambda other: other.paid_at is None or one.paid_at is None)
        if fitting:
            fitting[0].absorb(one)
        else:
            left.append(one)
    return left


def _judged(one: Received, judgements: Mapping[int, Judged]) -> Judged | None:
    """The last decision about money.

    That possible money is none is not decided of a reference that came later.
    """
    decided = [judgements[n] for n in one.reports if n in judgements]
    last = max(decided, key=lambda judged: judged.position, default=None)
    if last is None or not last.judgement.is_about_possible:
        return last
    is_none = last.judgement.decision is Decision.REJECTED
    later = (n for n, r in one.reports.items() if r.reference and n not in last.judgement.covers)
    return None if is_none and any(later) else last


def _judgements(ledger: Ledger) -> dict[int, Judged]:
    """The last decision about each report, by the report's position."""
    return {
        covered: Judged(position, entry)
        for position, entry in enumerate(ledger)
        if isinstance(entry, Judgement)
        for covered in entry.covers
    }


def _cancelled(ledger: Ledger) -> dict[str, int]:
    """The position of the last cancellation of each order at Finpay."""
    return {
        entry.gateway_order_id: position
        for position, entry in enumerate(ledger)
        if isinstance(entry, Report) and entry.kind is Kind.CANCELLED
    }
