"""Writes docs/states.md from the table that the code enforces: `python -m ops.states`."""

from payments.domain.transition_table import TABLE, Rule, Status

_HEAD = """# The states of a payment

Made from `TABLE` in `functions/payments/domain/transition_table.py` by `make docs`; a test compares
the two. A rule is enforced by one conditional write: it applies to a payment in one of the states
on the left, or it changes nothing. A trigger that no line names changes nothing either, unless it
reports money. A trigger of money is a callback with a valid signature or an authenticated status
check.

## Money

The table has the first report of money. What is reported after that, the payment's
[ledger](architecture.md#money) decides about: money that comes again, refunds, and a status check
that reports the order of the money as cancelled. The ledger contains all reports and the operators'
decisions, and the status follows from it by one function, `standing_of` in
`functions/payments/ledger/standing.py`. For example, a payment that an operator accepts is
PARTIALLY_REFUNDED if part of its money went back. For the first money, and for a decision about it,
a test compares the ledger with the table.

## The table

| From | Trigger | To |
|---|---|---|
"""


def render() -> str:
    """The whole document."""
    return _HEAD + "".join(map(_line, TABLE))


def _line(rule: Rule) -> str:
    return f"| {_sources(rule)} | {rule.trigger.value} | {_target(rule)} |\n"


def _sources(rule: Rule) -> str:
    if rule.sources == frozenset(Status):
        return "any"
    return ", ".join(status for status in Status if status in rule.sources)


def _target(rule: Rule) -> str:
    if rule.target is None:
        return "the same, recorded"
    return f"{rule.target}, marked `paidLate`" if rule.late else str(rule.target)


if __name__ == "__main__":
    print(render(), end="")
