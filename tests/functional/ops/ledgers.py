"""Entries of ledgers, for the tests of the operator's commands."""

from typing import Any

from payments.ledger.entry import Kind, Report
from testing.builders import NOW, make_report


def make_money(
    amount: int | None = 1000, reference: str | None = "8f0e1d2c", **more: Any
) -> Report:
    """A callback reports money for the sample order of 1,000 rupiah, with all that it can have."""
    fields: dict[str, Any] = {"kind": Kind.PAID, "paid_at": NOW, "channel": "INDOMARET"}
    return make_report(amount=amount, reference=reference, **fields | more)
