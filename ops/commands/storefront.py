"""`python -m ops storefront`: the shops that may ask for payment codes."""

from typing import Annotated

import typer

from ops import storefront_view
from ops.commands.invocation import AsJson, Region, Stack, tell
from ops.commands.registry import StorefrontId, registry_of, show
from payments.domain import clock

app = typer.Typer(no_args_is_help=True, help="The shops that may ask for payment codes.")


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
    with registry_of(stack, region) as registry:
        made = registry.create(storefront_id, origin)
        secrets = {"apiKey": made.api_key, "webhookSecret": made.webhook_secret}
        show(storefront_id, secrets, as_json=as_json)


@app.command("list")
def list_storefronts(stack: Stack, region: Region = None, *, as_json: AsJson = False) -> None:
    """Print all storefronts, one on a line; no key and no secret is among it."""
    with registry_of(stack, region) as registry:
        found, now = sorted(registry.all(), key=lambda one: one.storefront_id), clock.now()
        tell(
            [storefront_view.as_json(one, now) for one in found],
            [storefront_view.line(one, now) for one in found],
            as_json=as_json,
        )


@app.command()
def disable(
    storefront_id: StorefrontId, stack: Stack, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Let none of its keys in; payments that it has go on, and it is told of them."""
    with registry_of(stack, region) as registry:
        registry.disable(storefront_id)
        tell({"storefrontId": storefront_id, "enabled": False}, [], as_json=as_json)


@app.command()
def enable(
    storefront_id: StorefrontId, stack: Stack, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Let its keys in again."""
    with registry_of(stack, region) as registry:
        registry.enable(storefront_id)
        tell({"storefrontId": storefront_id, "enabled": True}, [], as_json=as_json)


@app.command()
def enable_webhooks(
    storefront_id: StorefrontId, stack: Stack, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Send webhooks again to endpoints that once answered 410; print how many those are."""
    with registry_of(stack, region) as registry:
        endpoints = registry.enable_webhooks(storefront_id)
        document = {"storefrontId": storefront_id, "endpoints": endpoints}
        tell(document, [str(endpoints)], as_json=as_json)
