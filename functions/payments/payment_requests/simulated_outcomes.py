"""What becomes of a test payment: the name before the domain that stands for no customer.

Finpay's sandbox has nothing to pay a code with. So on a deployment that takes no money a
storefront's developer says by the customer's e-mail what Finpay is to report, and when.
"""

import re
from typing import NamedTuple

LATEST = 900
"""Seconds that a report can wait: SQS delays no message for longer."""

_SOON = 1  # after the shop has its 201, which is the usual order
_LATER = 10
_OTHER_AMOUNT = 1_000
_HALF = 2
_PAID_AFTER = re.compile(r"paid-after-([1-9][0-9]{0,2})s", re.ASCII)


class Report(NamedTuple):
    """A status that Finpay is to report, `after` seconds, and rupiah paid beyond the amount.

    `payment` numbers the payments received. `part` is the divisor of the amount that goes back.
    """

    after: int
    status: str
    beyond: int = 0
    payment: int = 1
    part: int = 1


_OUTCOMES: dict[str, tuple[Report, ...]] = {
    "paid": (Report(_SOON, "PAID"),),
    "expired": (Report(_SOON, "EXPIRED"),),
    "paid-late": (Report(_SOON, "EXPIRED"), Report(_LATER, "PAID")),
    "wrong-amount": (Report(_SOON, "PAID", _OTHER_AMOUNT),),
    "failed": (Report(_SOON, "FAILURE"),),
    "refunded": (Report(_SOON, "PAID"), Report(_LATER, "REFUNDED")),
    "partly-refunded": (Report(_SOON, "PAID"), Report(_LATER, "PARTIALLY_REFUNDED", part=_HALF)),
    "paid-twice": (Report(_SOON, "PAID"), Report(_LATER, "PAID", payment=2)),
    "never": (),
}
NAMES = ("paid", f"paid-after-Ns (N from 1 to {LATEST})", *[*_OUTCOMES][1:])
"""As they are told to whoever misspelt one."""


def reports_of(outcome: str) -> tuple[Report, ...] | None:
    """What Finpay is to report for the outcome of this name; None if there is none."""
    if after := _PAID_AFTER.fullmatch(outcome):
        seconds = int(after[1])
        return (Report(seconds, "PAID"),) if seconds <= LATEST else None
    return _OUTCOMES.get(outcome)
