"""`python -m ops`: the operator's command line."""

from typing import Annotated, Never

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops import storefronts
from ops.deployment import DeploymentError, output

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
storefront = typer.Typer(no_args_is_help=True, help="The shops that may ask for payment codes.")
app.add_typer(storefront, name="storefront")


@app.callback()
def main() -> None:
    """Run a deployed Finpay payment service.

    AWS credentials, and a region that is not given, come from where the AWS CLI takes them.
    """


@storefront.command()
def create(
    storefront_id: Annotated[str, typer.Argument(help="1 to 32 of a-z, 0-9 and inner hyphens.")],
    stack: Annotated[str, typer.Option(help="Name of the deployed stack.")],
    origin: Annotated[
        list[str],
        typer.Option(help="https://shop.example: may stand in its URLs; repeat it. * is any."),
    ],
    region: Annotated[str | None, typer.Option(help="AWS region of the stack.")] = None,
) -> None:
    """Register a storefront and print its API key, this one time."""
    session = boto3.Session(region_name=region)
    try:
        table = output(session.client("cloudformation"), stack, "StorefrontsTableName")
        typer.echo(storefronts.create(session.client("dynamodb"), table, storefront_id, origin))
    except storefronts.StorefrontExists:
        _fail(f"storefront {storefront_id} exists already")
    except (DeploymentError, ValueError, ClientError, BotoCoreError) as error:
        _fail(str(error))


def _fail(why: str) -> Never:
    typer.echo(f"Not done: {why}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
