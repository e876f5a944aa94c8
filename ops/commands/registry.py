"""How the commands about storefronts reach the registry, and show what it made."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from ops.commands.invocation import deployed, fail
from ops.storefronts import Registry

_LABELS = {"storefrontId": "Storefront", "apiKey": "API key", "webhookSecret": "Webhook secret"}

StorefrontId = Annotated[str, typer.Argument(help="Id of the storefront.")]


@contextmanager
def registry_of(stack: str, region: str | None) -> Iterator[Registry]:
    """The storefronts of a stack; what is refused in it is said in a line."""
    with deployed(stack, region) as deployment:
        try:
            yield Registry(
                deployment.dynamodb,
                deployment.session.client("kms"),
                deployment.output("StorefrontsTableName"),
                deployment.output("DataKeyArn"),
                deployment.now,
            )
        except ValueError as error:
            fail(str(error))


def show(storefront_id: str, secrets: dict[str, str], *, as_json: bool) -> None:
    """Print secrets, by what they are called for machines, this one time."""
    shown = {"storefrontId": storefront_id} | secrets
    if as_json:
        typer.echo(json.dumps(shown))
        return
    for name, value in shown.items():
        typer.echo(f"{_LABELS[name]:16}{value}")
    typer.echo("Keep it now: it is not shown again.", err=True)
