"""`python -m ops webhook`: what storefronts were told, and telling them again."""

from typing import Annotated, Any

import typer

from ops import story_json, webhooks
from ops.commands.invocation import AsJson, OrderId, Region, Stack, deployed, fail, tell
from ops.progress import progress
from ops.webhooks import NothingToTell, lines
from payments.webhook_events import Event

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
            [story_json.told(one) for one in found],
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
    """Tell a payment's storefront its latest event once more, or the one of a version."""
    with deployed(stack, region) as deployment:
        try:
            event = webhooks.of(deployment).redeliver(order_id, version)
        except NothingToTell as error:
            fail(str(error))
        tell(event_json(event), [f"Queued {event.id} ({event.type})"], as_json=as_json)


@app.command()
def redrive(
    stack: Stack,
    storefront: Annotated[str | None, typer.Option(help="Only this storefront's.")] = None,
    region: Region = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell storefronts once more what they did not take for 75 hours."""
    with deployed(stack, region) as deployment, progress("Queueing") as seen:
        queued: list[Event] = []
        for event in webhooks.of(deployment).redrive(storefront):
            queued.append(event)
            seen(len(queued))
            if not as_json:  # at once: it is queued, whatever becomes of the rest
                typer.echo(f"Queued {event.id} ({event.type}) for {event.storefront_id}")
        document = {"queued": list(map(event_json, queued))}
        tell(document, [f"{len(queued)} queued"], as_json=as_json)


def event_json(event: Event) -> dict[str, Any]:
    """An event for machines, without what it says."""
    return {
        "eventId": event.id,
        "type": event.type,
        "orderId": event.order_id,
        "version": event.version,
        "storefrontId": event.storefront_id,
    }
