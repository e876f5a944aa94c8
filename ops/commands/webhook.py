"""`python -m ops webhook`: what storefronts were told, and telling them again."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ops import history_json, webhooks
from ops.commands.invocation import (
    TO_LOOK_AT,
    AsJson,
    OrderId,
    Region,
    Stack,
    deployed,
    fail,
    tell,
)
from ops.dead_letter_messages import Queue
from ops.dead_letters import DeadLetters
from ops.progress import progress
from ops.redrive import Redrive
from ops.webhooks import NothingToTell, lines
from payments.aws.webhook_queue import read_event
from payments.webhooks.events import Event

app = typer.Typer(no_args_is_help=True, help="What storefronts are told of their payments.")


@app.command()
def deliveries(
    order_id: OrderId, stack: Stack, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Print what a payment's storefront was told, with every attempt."""
    with deployed(stack, region) as deployment:
        found = deployment.deliveries.of(order_id)
        if not found:
            fail(f"nothing was told of order {order_id} in the last 90 days")
        tell(
            [history_json.told(one) for one in found],
            (line for told in found for line in lines(told)),
            as_json=as_json,
        )


@app.command()
def redeliver(
    order_id: OrderId,
    stack: Stack,
    version: Annotated[int | None, typer.Option(help="The payment's version then.")] = None,
    region: Region = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell a payment's storefront the events of its latest change, or of a version, once more."""
    with deployed(stack, region) as deployment:
        try:
            events = webhooks.of(deployment).redeliver(order_id, version)
        except NothingToTell as error:
            fail(str(error))
        tell(
            {"queued": list(map(event_json, events))},
            [f"Queued {event.id} ({event.type})" for event in events],
            as_json=as_json,
        )


@app.command()
def redrive(
    stack: Stack,
    storefront: Annotated[str | None, typer.Option(help="Only this storefront's.")] = None,
    region: Region = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell storefronts once more what they did not take for 75 hours.

    Exits with 3 if a message cannot be read, whoever's it is; it stays where it is. Exits with 1
    after an error of AWS, and prints what was queued until then; the rest stays too.
    """
    with deployed(stack, region) as deployment:
        messages, again = DeadLetters.of(deployment, Queue.WEBHOOKS), Redrive.of(deployment)
        try:
            with progress("Queueing") as seen:
                again(messages, seen, storefront)
        finally:
            # After an error too: what was sent is sent.
            tell(_queued_json(again), _queued_lines(again), as_json=as_json)
    if again.left:
        raise typer.Exit(TO_LOOK_AT)


def _queued_json(again: Redrive) -> dict[str, Any]:
    queued = [event_json(read_event(one.body)) for one in again.again]
    return {"queued": queued, "left": again.as_json()["left"]}


def _queued_lines(again: Redrive) -> Iterator[str]:
    for event in (read_event(one.body) for one in again.again):
        yield f"Queued {event.id} ({event.type}) for {event.storefront_id}"
    yield from again.left_lines()
    yield f"{len(again.again)} queued" + (f", {len(again.left)} left" if again.left else "")


def event_json(event: Event) -> dict[str, Any]:
    """An event for machines, without what it says."""
    return {
        "eventId": event.id,
        "type": event.type,
        "orderId": event.order_id,
        "version": event.version,
        "storefrontId": event.storefront_id,
    }
