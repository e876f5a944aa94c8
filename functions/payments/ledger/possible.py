"""Which money may be money that is known already, and is only possible therefore.

The number of payments received is the smallest that the reports and the decisions allow, so
possible money is in no sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from payments.ledger.entry import Reporter, Terms
from payments.ledger.received import Received, same_amount


def set_aside(found: Iterable[Received], terms: Terms) -> None:
    """Mark as possible what may be money that is known already, such that the fewest are certain.

    Money of one reporter can only be the same as money of the other, or as money without a
    reference, and each as one of them.
    """
    certain = sorted((one for one in found if one.is_certain), key=_identity)
    callbacks = [one for one in certain if one.reference(Reporter.CALLBACK)]
    checks = [one for one in certain if one not in callbacks and one.is_named]
    unnamed = [one for one in certain if not one.is_named]
    free = [one for one in callbacks if not one.reference(Reporter.STATUS_CHECK)]
    none = [one for one in found if one.is_told_apart and not one.is_certain]
    _settle(none, free, Reporter.STATUS_CHECK)
    _settle(none, checks, Reporter.CALLBACK)
    _pair(free, checks, terms)
    decided = [one for one in unnamed if one.decision]
    for named in (callbacks, checks):
        _pair(decided, [one for one in named if one.is_certain and not one.decision], terms)
    known = [*callbacks, *checks, *decided]
    undecided = [one for one in unnamed if not one.decision]
    for one in sorted(undecided, key=lambda one: not one.matches(terms)):
        same = [other for other in known if other.is_certain and _may_be_same(other, one)]
        if same:
            _mark(min(same, key=partial(_unlikeness, one)), one, terms)
        known.append(one)


def _unlikeness(one: Received, other: Received) -> tuple[bool, bool, bool]:
    """The order in which other money is the same as money without a reference, likeliest first.

    Money with a reference comes first: only one of it can be this. Of several with other amounts,
    the reference of the order at Finpay can name the one.
    """
    named = one.first.order_reference in {report.reference for report in other.reports.values()}
    return not other.is_named, not same_amount(other.first, one.first), not named


def _settle(none: Iterable[Received], others: list[Received], reporter: Reporter) -> None:
    """Note that possible money that is none is what other money was paired with.

    So a decision does not make money possible that was certain before.
    """
    for one in none:
        if one.judged and one.reference(reporter):
            pairs = [
                other
                for other in others
                if other.position < one.judged.position > other.settled_before
                and one.first.currency == other.first.currency
            ]
            pair = min(pairs, key=partial(_unlikeness, one), default=None)
            if pair:
                pair.settled_before = one.judged.position


def _pair(some: list[Received], others: list[Received], terms: Terms) -> None:
    """Pair money that may be the same, equal amounts first, and mark one of each pair."""
    free, left = [*some], sorted(others, key=lambda one: (one.is_rejected, _identity(one)))
    for only_equal in (True, False):
        for other in [*left]:
            pair = next(
                (
                    one
                    for one in free
                    if _may_be_same(one, other)
                    and not _is_settled(one, other)
                    and (not only_equal or same_amount(one.first, other.first))
                ),
                None,
            )
            if pair:
                free.remove(pair)
                left.remove(other)
                _mark(pair, other, terms)


def _is_settled(one: Received, other: Received) -> bool:
    """Whether one of them was paired with money that an operator decided is none."""
    return other.position < one.settled_before or one.position < other.settled_before


def _may_be_same(one: Received, other: Received) -> bool:
    if _is_told_apart_from(one, other) or _is_told_apart_from(other, one):
        return False
    if same_amount(one.first, other.first):
        return True
    is_rejected = one.is_rejected or other.is_rejected
    return one.first.currency == other.first.currency and not is_rejected


def _is_told_apart_from(one: Received, other: Received) -> bool:
    """Whether an operator saw both when deciding about the first as possible money."""
    return one.judged is not None and one.is_told_apart and other.position < one.judged.position


def _mark(one: Received, other: Received, terms: Terms) -> None:
    """Mark as possible the one about which nobody decided, or that does not match, or the second.

    If an operator decided about both, both are certain, unless nothing is owed for either.
    """
    if one.decision and other.decision and not (one.is_rejected and other.is_rejected):
        return
    rank = [(bool(each.decision), each.matches(terms)) for each in (one, other)]
    kept, aside = (other, one) if rank[1] > rank[0] else (one, other)
    aside.is_certain, aside.same_as = False, kept


def _identity(one: Received) -> tuple[int, str]:
    """An order that does not depend on which report came first."""
    return (one.amount or 0, one.first.reference or str(one.paid_at))
