"""`python -m ops storefront`: new API keys and webhook secrets in place of old ones."""

from enum import StrEnum
from typing import Annotated

import typer

from ops.commands.invocation import AsJson, Region, Stack, tell
from ops.commands.registry import StorefrontId, registry_of, show
from ops.rotation import Overlap
from payments.domain.clock import HOUR

app = typer.Typer()

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
    with registry_of(stack, region) as registry:
        overlap = Overlap(round(overlap_hours * HOUR), drop_older)
        show(
            storefront_id, {"apiKey": registry.rotate_key(storefront_id, overlap)}, as_json=as_json
        )


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
    with registry_of(stack, region) as registry:
        overlap = Overlap(round(overlap_hours * HOUR), drop_older)
        secret = registry.rotate_webhook_secret(storefront_id, overlap)
        show(storefront_id, {"webhookSecret": secret}, as_json=as_json)


@app.command()
def end_overlap(
    storefront_id: StorefrontId,
    what: Annotated[Rotated, typer.Argument(help="Which rotation is over.")],
    stack: Stack,
    region: Region = None,
    *,
    as_json: AsJson = False,
) -> None:
    """End all old keys, or webhook secrets, at once: the storefront uses the new one."""
    with registry_of(stack, region) as registry:
        if what is Rotated.KEY:
            registry.end_key_overlap(storefront_id)
        else:
            registry.end_webhook_secret_overlap(storefront_id)
        tell({"storefrontId": storefront_id, "ended": what}, [], as_json=as_json)
