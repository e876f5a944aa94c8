"""`python -m ops storefront`: the shops that may ask for payment codes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import boto3
import typer

from ops import deployment, storefront_view
from ops.commands.invocation import Region, Stack, fail, failures_in_a_line
from ops.errors import Refused
from ops.rotation import Overlap
from ops.storefronts import Registry
from payments import clock

app = typer.Typer(no_args_is_help=True, help="The shops that may ask for payment codes.")

_HOUR_MS = 3_600_000
_LABELS = {"storefrontId": "Storefront", "apiKey": "API key", "webhookSecret": "Webhook secret"}

StorefrontId = Annotated[str, typer.Argument(help="Id of the storefront.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
OverlapHours = Annotated[
    float,
    typer.Option(min=0, max=720, help="How long the old one lives on; 0 ends all old ones now."),
]
DropOlder = Annotated[
    bool, typer.Option("--drop-older", help="Where two are alive: end the older one now.")
]


class Rotated(StrEnum):
    """What there may be two of during a rotation."""

    KEY = "key"
    WEBHOOK_SECRET = "webhook-secret"  # noqa: S105 - a word of the command line  # nosec B105


@app.command()
def create(
    storefront_id: Annotated[str, typer.Argument(help="1 to 32 of a-z, 0-9 and inner hyphens.")],
    stack: Stack,
    origin: Annotated[
        list[str],
        typer.Option(help="https://shop.example: may stand in its URLs; repeat it. * is any."),
    ],
    region: Region = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Register a storefront; print its API key and its webhook secret, this one time."""
    with _registry(stack, region) as registry:
        made = registry.create(storefront_id, origin)
        _show(
            storefront_id, {"apiKey": made.api_key, "webhookSecret": made.webhook_secret}, as_json
        )


@app.command("list")
def list_storefronts(stack: Stack, region: Region = None, *, as_json: AsJson = False) -> None:
    """Print all storefronts, one on a line; no key and no secret is among it."""
    with _registry(stack, region) as registry:
        found, now = sorted(registry.all(), key=lambda one: one.storefront_id), clock.now()
        if as_json:
            typer.echo(json.dumps([storefront_view.as_json(one, now) for one in found], indent=2))
            return
        for one in found:
            typer.echo(storefront_view.line(one, now))


@app.command()
def disable(storefront_id: StorefrontId, stack: Stack, region: Region = None) -> None:
    """Let none of its keys in; payments that it has go on, and it is told of them."""
    with _registry(stack, region) as registry:
        registry.disable(storefront_id)


@app.command()
def enable(storefront_id: StorefrontId, stack: Stack, region: Region = None) -> None:
    """Let its keys in again."""
    with _registry(stack, region) as registry:
        registry.enable(storefront_id)


@app.command()
def rotate_key(
    storefront_id: StorefrontId,
    stack: Stack,
    region: Region = None,
    overlap_hours: OverlapHours = 24,
    *,
    drop_older: DropOlder = False,
    as_json: AsJson = False,
) -> None:
    """Print a new API key, this one time; the old one ends after the overlap."""
    with _registry(stack, region) as registry:
        overlap = Overlap(round(overlap_hours * _HOUR_MS), drop_older)
        _show(storefront_id, {"apiKey": registry.rotate_key(storefront_id, overlap)}, as_json)


@app.command()
def rotate_webhook_secret(
    storefront_id: StorefrontId,
    stack: Stack,
    region: Region = None,
    overlap_hours: OverlapHours = 24,
    *,
    drop_older: DropOlder = False,
    as_json: AsJson = False,
) -> None:
    """Print a new webhook secret, this one time; both sign until the old one ends."""
    with _registry(stack, region) as registry:
        overlap = Overlap(round(overlap_hours * _HOUR_MS), drop_older)
        secret = registry.rotate_webhook_secret(storefront_id, overlap)
        _show(storefront_id, {"webhookSecret": secret}, as_json)


@app.command()
def end_overlap(
    storefront_id: StorefrontId,
    what: Annotated[Rotated, typer.Argument(help="Which rotation is over.")],
    stack: Stack,
    region: Region = None,
) -> None:
    """End all old keys, or webhook secrets, at once: the storefront uses the new one."""
    with _registry(stack, region) as registry:
        if what is Rotated.KEY:
            registry.end_key_overlap(storefront_id)
        else:
            registry.end_webhook_secret_overlap(storefront_id)


@app.command()
def enable_webhooks(storefront_id: StorefrontId, stack: Stack, region: Region = None) -> None:
    """Send webhooks again to endpoints that once answered 410; print how many those are."""
    with _registry(stack, region) as registry:
        typer.echo(registry.enable_webhooks(storefront_id))


@contextmanager
def _registry(stack: str, region: str | None) -> Iterator[Registry]:
    """The storefronts of a stack; what is refused in it is said in a line."""
    try:
        with failures_in_a_line():
            session = boto3.Session(region_name=region)
            cloudformation = session.client("cloudformation")
            yield Registry(
                session.client("dynamodb"),
                session.client("kms"),
                deployment.output(cloudformation, stack, "StorefrontsTableName"),
                deployment.output(cloudformation, stack, "DataKeyArn"),
                clock.now,
            )
    except (Refused, ValueError) as error:
        fail(str(error))


def _show(storefront_id: str, secrets: dict[str, str], as_json: bool) -> None:  # noqa: FBT001
    shown = {"storefrontId": storefront_id} | secrets
    if as_json:
        typer.echo(json.dumps(shown))
        return
    for name, value in shown.items():
        typer.echo(f"{_LABELS[name]:16}{value}")
    typer.echo("Keep it now: it is not shown again.", err=True)
