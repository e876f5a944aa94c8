"""`python -m ops storefront`: the shops that may ask for payment codes."""

from typing import Annotated

import boto3
import typer

from ops import deployment, storefronts
from ops.commands.invocation import Region, Stack, fail, failures_in_a_line

app = typer.Typer(no_args_is_help=True, help="The shops that may ask for payment codes.")


@app.callback()
def storefront() -> None:
    """The shops that may ask for payment codes."""


@app.command()
def create(
    storefront_id: Annotated[str, typer.Argument(help="1 to 32 of a-z, 0-9 and inner hyphens.")],
    stack: Stack,
    origin: Annotated[
        list[str],
        typer.Option(help="https://shop.example: may stand in its URLs; repeat it. * is any."),
    ],
    region: Region = None,
) -> None:
    """Register a storefront and print its API key, this one time."""
    try:
        with failures_in_a_line():
            session = boto3.Session(region_name=region)
            cloudformation = session.client("cloudformation")
            table = deployment.output(cloudformation, stack, "StorefrontsTableName")
            typer.echo(storefronts.create(session.client("dynamodb"), table, storefront_id, origin))
    except storefronts.StorefrontExists:
        fail(f"storefront {storefront_id} exists already")
    except ValueError as error:
        fail(str(error))
