"""`python -m ops webhook`: what storefronts were told, and telling them again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import boto3
import typer

from ops import deployment
from ops.commands.invocation import Region, Stack, fail, failures_in_a_line
from ops.webhooks import NothingToTell, Webhooks, lines
from payments.deliveries import DynamoDeliveries
from payments.errors import Unavailable
from payments.event_queue import SqsEvents
from payments.store import DynamoPayments

app = typer.Typer(no_args_is_help=True, help="What storefronts are told of their payments.")

OrderId = Annotated[str, typer.Argument(help="order.id of the payment.")]


@app.command()
def deliveries(order_id: OrderId, stack: Stack, region: Region = None) -> None:
    """Print what a payment's storefront was told, with every attempt."""
    with _webhooks(stack, region) as webhooks:
        found = webhooks.deliveries.of(order_id)
        if not found:
            fail(f"nothing was told of order {order_id} in the last 90 days")
        for told in found:
            for line in lines(told):
                typer.echo(line)


@app.command()
def redeliver(
    order_id: OrderId,
    stack: Stack,
    version: Annotated[int | None, typer.Option(help="The payment's version then.")] = None,
    region: Region = None,
) -> None:
    """Tell a payment's storefront its latest event once more, or the one of a version."""
    with _webhooks(stack, region) as webhooks:
        event = webhooks.redeliver(order_id, version)
        typer.echo(f"Queued {event.id} ({event.type})")


@app.command()
def redrive(
    stack: Stack,
    storefront: Annotated[str | None, typer.Option(help="Only this storefront's.")] = None,
    region: Region = None,
) -> None:
    """Tell storefronts once more what they did not take for 75 hours."""
    with _webhooks(stack, region) as webhooks:
        queued = 0
        for event in webhooks.redrive(storefront):
            typer.echo(f"Queued {event.id} ({event.type}) for {event.storefront_id}")
            queued += 1
        typer.echo(f"{queued} queued")


@contextmanager
def _webhooks(stack: str, region: str | None) -> Iterator[Webhooks]:
    try:
        with failures_in_a_line():
            session = boto3.Session(region_name=region)
            cloudformation = session.client("cloudformation")

            def named(name: str) -> str:
                return deployment.output(cloudformation, stack, name)

            dynamodb = session.client("dynamodb")
            yield Webhooks(
                DynamoPayments(dynamodb, named("PaymentsTableName")),
                DynamoDeliveries(dynamodb, named("DeliveriesTableName")),
                SqsEvents(session.client("sqs"), named("WebhooksQueueUrl")),
                named("WebhooksDeadLettersUrl"),
            )
    except NothingToTell as error:
        fail(str(error))
    except Unavailable as error:
        fail(f"AWS does not answer: {error}")
