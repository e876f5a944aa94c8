"""A payment's story for people, a line for each thing; times in WIB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ops import ledger_lines, quarantine, wib
from ops.rupiah import rupiah
from payments.domain.payment import Source

if TYPE_CHECKING:
    from ops.cases import Diagnosis
    from ops.finpay import Said
    from ops.payment_history import PaymentHistory
    from payments.aws.deliveries_table import Told
    from payments.domain.payment import Entry, Payment
    from payments.webhooks.delivery_attempt import DeliveryAttempt


def lines(of: PaymentHistory, diagnosis: Diagnosis, following: str) -> Iterator[str]:
    """Everything, and last the diagnosis; `following` is the command to run next."""
    yield from _payment(of.payment)
    yield "Money"
    yield from (f"  {line}" for line in ledger_lines.lines(of.payment, of.kept))
    if decisions := list(ledger_lines.decisions(of.payment)):
        yield "Decisions"
        yield from (f"  {line}" for line in decisions)
    yield "History"
    for version, entry in enumerate(of.payment.history, 1):
        yield f"  {version}. {_entry(entry)}"
    yield "Callbacks"
    yield from _callbacks(of)
    yield "Webhooks"
    yield from _webhooks(of)
    yield "Finpay"
    yield from _finpay(of)
    yield f"Diagnosis  {diagnosis.sentence}"
    yield f"Next    {following}"


def line(of: Payment) -> str:
    """A payment in one line."""
    late = " late" if of.received and of.received.late else ""
    created, amount = wib.told(of.created_at), rupiah(of.amount, of.currency)
    return f"{created}  {of.order_id}  {of.storefront_id}  {of.status}{late}  {amount}"


def said(of: Said) -> str:
    """What Finpay says of one of its orders, in one line."""
    if of.error:
        return f"{of.gateway_order_id}  no answer: {of.error}"
    if of.reported is None:
        return f"{of.gateway_order_id}  it knows no such order"
    reported = of.reported
    parts = [
        of.gateway_order_id,
        reported.status,
        f"ordered {rupiah(reported.amount, reported.currency)}",
    ]
    if reported.paid_amount:
        parts.append(f"paid {rupiah(reported.paid_amount, reported.currency)}")
    parts += [f"by {reported.channel}"] if reported.channel else []
    parts += [f"reference {reported.reference}"] if reported.reference else []
    return "  ".join(parts)


def _payment(of: Payment) -> Iterator[str]:
    status = f"{of.status}, version {of.version}"
    yield f"Payment {of.order_id} of storefront {of.storefront_id}: {status}"
    yield f"  ordered  {rupiah(of.amount, of.currency)} at {wib.told(of.created_at)}"
    if of.code and of.code.payment_code:
        yield f"  code     {of.code.payment_code}, until {wib.told(of.expires_at)}"
    if of.received and of.received.late:
        yield "  paid late, after it had been given up"
    if of.failure:
        yield f"  failed   {of.failure.reason} {of.failure.code}"
    yield f"  Finpay is asked next: {wib.told(of.next_sync_at)}"


def _entry(entry: Entry) -> str:
    verb = "decided" if entry.by is Source.OPERATOR else "said"
    observed = f", which {verb} {entry.observed}" if entry.observed else ""
    return f"{wib.told(entry.at)}  {entry.status}  by {entry.by}{observed}"


def _callbacks(of: PaymentHistory) -> Iterator[str]:
    counted = [entry for entry in of.payment.history if entry.by is Source.CALLBACK]
    for entry in counted:
        yield f"  {_entry(entry)}"
    for kept in of.kept:
        yield f"  quarantined: {quarantine.line(kept)}"
    if not counted and not of.kept:
        yield "  none that changed anything"


def _webhooks(of: PaymentHistory) -> Iterator[str]:
    for told in of.told:
        yield from (f"  {line}" for line in attempts(told))
    if not of.told:
        yield "  none"


def attempts(told: Told) -> Iterator[str]:
    """An event and its attempts."""
    yield f"{told.event.type} (version {told.event.version})"
    for number, one in enumerate(told.attempts, 1):
        yield f"  {number}. {attempt(one)}"


def attempt(of: DeliveryAttempt) -> str:
    """An attempt: when (WIB), what came of it, how long it took (milliseconds)."""
    answer = of.why if of.status is None else f"status {of.status}"
    return f"{wib.told(of.at)}  {of.outcome}  {answer}  {of.took_ms} ms"


def _finpay(of: PaymentHistory) -> Iterator[str]:
    if of.said is None:
        yield "  not asked"
        return
    for one in of.said:
        yield f"  {said(one)}"
