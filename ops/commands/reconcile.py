"""`python -m ops reconcile`: have Finpay asked now instead of when its turn comes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ops import finpay, history_json, payment_history, status_syncs, wib
from ops.commands.invocation import (
    TO_LOOK_AT,
    AsJson,
    Region,
    Stack,
    command,
    deployed,
    fail,
    tell,
)
from ops.deployment import Deployment
from ops.progress import progress
from ops.status_syncs import StatusSyncs, SyncedPayment
from ops.unasked import asked_no_more

NOT_TAKEN = (
    "nobody took the status sync in time; it stays due, and every minute the schedule tries again."
    " Does Finpay answer? python -m ops doctor"
)
NOT_KNOWN = "a status sync began, and what Finpay answered is not known yet"

Name = Annotated[str | None, typer.Argument(help="order.id, payment code or reference.")]
Patience = Annotated[
    int, typer.Option(min=1, max=3600, help="Seconds to wait for the status syncs.")
]


def reconcile(
    stack: Stack,
    name: Name = None,
    region: Region = None,
    *,
    due: Annotated[bool, typer.Option("--due", help="All payments that are due.")] = False,
    patience: Patience = 90,
    as_json: AsJson = False,
) -> None:
    """Ask Finpay about a payment, or about all that are due, through the queue of status syncs.

    Of a final payment only the order at Finpay that counts is asked about. Exits with 3
    if not every status sync was taken and answered in time; they stay due.
    """
    if bool(name) is due:
        fail("either a payment is named or --due is given", "reconcile ORDER-ID or reconcile --due")
    with deployed(stack, region) as deployment:
        asking = status_syncs.of(deployment)
        if not name:
            _all_due(deployment, asking, patience, as_json=as_json)
            return
        payment = payment_history.find(deployment, name)
        with progress("Asking Finpay"):
            synced = asking.ask(payment.order_id, patience * 1000)
        tell(document(synced), sentences(synced, stack), as_json=as_json)
        if not synced.answered:
            raise typer.Exit(TO_LOOK_AT)


def document(synced: SyncedPayment) -> dict[str, Any]:
    """A status sync for machines."""
    return {
        "orderId": synced.after.order_id,
        "asked": synced.taken,
        "answered": synced.answered,
        "before": synced.before.status,
        "after": synced.after.status,
        "nextSyncAt": wib.iso(synced.after.next_sync_at),
        "askedNoMore": asked_no_more(synced.after),
        "payment": history_json.payment(synced.after),
    }


def sentences(synced: SyncedPayment, stack: str) -> list[str]:
    """Sentences about a status sync; the second names what it left out, and the command for it."""
    others = asked_no_more(synced.after)
    if not others:
        return [_sentence(synced)]
    show = command(stack, f"payment show {synced.after.order_id}")
    left_out = f"Status syncs ask no more about its other orders at Finpay ({', '.join(others)})"
    return [_sentence(synced), f"{left_out}, since it is final; what Finpay says of each: {show}"]


def _sentence(synced: SyncedPayment) -> str:
    order_id, before, after = synced.after.order_id, synced.before.status, synced.after.status
    if not synced.taken:
        return f"{order_id}: {NOT_TAKEN}"
    if synced.answered is None:
        return f"{order_id}: {NOT_KNOWN}; it is {after}. Ask again in a few minutes"
    if not synced.answered:
        again = wib.told(synced.after.next_sync_at)
        return f"{order_id}: Finpay did not answer; it is {after} and is asked again at {again}"
    if before is after:
        return f"{order_id}: Finpay was asked, and it is {after} as before"
    return f"{order_id}: Finpay was asked, and it is {after} now; it was {before}"


def _all_due(deployment: Deployment, asking: StatusSyncs, patience: int, *, as_json: bool) -> None:
    due = asking.due()
    with progress("Asking Finpay", len(due)) as seen:
        run = asking.enqueue_due(finpay.gateway_of(deployment)) if due else None
        left = asking.wait(due, patience * 1000 if run and run.queued else 0, seen)
    queued = run.queued if run else 0
    lines = [f"{len(due)} due, {queued} queued, {left} still due"]
    if due and not queued:
        lines.append("Nothing was queued: Finpay does not answer, or the queue is full already")
    tell({"due": len(due), "queued": queued, "stillDue": left}, lines, as_json=as_json)
    if left:
        raise typer.Exit(TO_LOOK_AT)
