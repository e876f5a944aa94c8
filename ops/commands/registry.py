"""How the commands about storefronts reach the registry, and show what it made."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import boto3
import typer

from ops import deployment
from ops.commands.invocation import fail, failures_in_a_line
from ops.errors import Refused
from ops.storefronts import Registry
from payments import clock

_LABELS = {"storefrontId": "Storefront", "apiKey": "API key", "webhookSecret": "Webhook secret"}

StorefrontId = Annotated[str, typer.Argument(help="Id of the storefront.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


@contextmanager
def registry_of(stack: str, region: str | None) -> Iterator[Registry]:
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


def show(storefront_id: str, secrets: dict[str, str], *, as_json: bool) -> None:
    """Print secrets, by what they are called for machines, this one time."""
    shown = {"storefrontId": storefront_id} | secrets
    if as_json:
        typer.echo(json.dumps(shown))
        return
    for name, value in shown.items():
        typer.echo(f"{_LABELS[name]:16}{value}")
    typer.echo("Keep it now: it is not shown again.", err=True)
