"""`python -m ops`: the operator's command line."""

from typing import Annotated

import boto3
import typer

from ops import storefronts
from ops.deployment import DeploymentError, output

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
storefront = typer.Typer(no_args_is_help=True, help="The shops that may ask for payment codes.")
app.add_typer(storefront, name="storefront")


@app.callback()
def main() -> None:
    """Run a deployed Finpay payment service.

    AWS credentials and region come from where the AWS CLI takes them.
    """


@storefront.command()
def create(
    storefront_id: Annotated[str, typer.Argument(help="1 to 32 of a-z, 0-9 and inner hyphens.")],
    stack: Annotated[str, typer.Option(help="Name of the deployed stack.")],
    origin: Annotated[
        list[str], typer.Option(help="https://shop.example: may stand in its URLs; repeat it.")
    ],
) -> None:
    """Register a storefront and print its API key, this one time."""
    try:
        table = output(boto3.client("cloudformation"), stack, "StorefrontsTableName")
        key = storefronts.create(boto3.client("dynamodb"), table, storefront_id, origin)
    except storefronts.StorefrontExists:
        raise typer.BadParameter(f"storefront {storefront_id} exists already") from None
    except (DeploymentError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(key)


if __name__ == "__main__":
    app()
