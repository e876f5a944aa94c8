"""`python -m ops quarantine`: callbacks that changed no payment, and what Finpay says instead."""

import itertools
from typing import Annotated

import typer

from ops import finpay, history_json, history_lines, quarantine, status_syncs, wib
from ops.commands import reconcile
from ops.commands.invocation import (
    TO_LOOK_AT,
    AsJson,
    OrderId,
    Region,
    Stack,
    deployed,
    tell,
)
from ops.deployment import Deployment
from ops.errors import NothingThere
from ops.progress import progress
from ops.quarantine import Kept
from payments.domain.gateway_status import QuarantineReason

app = typer.Typer(no_args_is_help=True, help="Callbacks that changed no payment.")


NO_BODY = (
    "The body of a callback is not kept, only a hash of it: it is not played again."
    " Finpay is asked instead, and only what Finpay says counts."
)


@app.command("list")
def list_kept(
    stack: Stack,
    reason: Annotated[
        QuarantineReason | None, typer.Option(help="Only those for this reason.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    region: Region = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print what is kept, the newest first, one on a line. Reads the whole table."""
    with deployed(stack, region) as deployment:
        table = deployment.output("QuarantineTableName")
        with progress("Reading the quarantine"):
            found = quarantine.every(deployment.dynamodb, table, reason)
            newest = sorted(found, key=lambda one: one.received_at, reverse=True)
        shown = list(itertools.islice(newest, limit))
        tell(list(map(quarantine.as_json, shown)), map(quarantine.line, shown), as_json=as_json)
        if len(newest) > limit:
            typer.echo(f"There are {len(newest)}; --limit shows more.", err=True)


@app.command()
def show(
    order_id: OrderId, stack: Stack, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Print what is kept of the callbacks of an order, and what each reason means."""
    with deployed(stack, region) as deployment:
        kept = _kept(deployment, order_id)
        lines = [
            f"{quarantine.line(one)}\n  {quarantine.REASONS.get(one.reason, 'for another reason')};"
            f" kept until {wib.told(one.gone_at)}, payload digest {one.payload_digest}"
            for one in kept
        ]
        tell(list(map(quarantine.as_json, kept)), lines, as_json=as_json)


@app.command()
def replay(
    order_id: OrderId,
    stack: Stack,
    region: Region = None,
    *,
    patience: reconcile.Patience = 90,
    as_json: AsJson = False,
) -> None:
    """Ask Finpay about the order of a quarantined callback, and apply only its answer.

    The callback itself is not played again: its body is not kept, and it proved nothing.
    """
    with deployed(stack, region) as deployment:
        kept = _kept(deployment, order_id)
        told = {"quarantined": list(map(quarantine.as_json, kept)), "how": NO_BODY}
        if deployment.payments.get(order_id) is None:
            said = finpay.ask(finpay.gateway_of(deployment), order_id)
            lines = [
                NO_BODY,
                f"Finpay: {history_lines.said(said)}",
                f"There is no payment of order {order_id} here, so nothing can be credited.",
                "If Finpay has the money, it has to be given back: write to Finpay.",
            ]
            found = {"sync": None, "finpay": history_json.said(said)}
            tell(told | found, lines, as_json=as_json)
            raise typer.Exit(TO_LOOK_AT)
        with progress("Asking Finpay"):
            synced = status_syncs.of(deployment).ask(order_id, patience * 1000)
        tell(
            told | {"sync": reconcile.document(synced), "finpay": None},
            [NO_BODY, *reconcile.sentences(synced, stack)],
            as_json=as_json,
        )
        if not synced.answered:
            raise typer.Exit(TO_LOOK_AT)


def _kept(deployment: Deployment, order_id: str) -> list[Kept]:
    kept = quarantine.of(deployment.dynamodb, deployment.output("QuarantineTableName"), order_id)
    if not kept:
        raise NothingThere(
            f"nothing is quarantined under order {order_id}",
            "python -m ops quarantine list shows what is",
        )
    return kept
