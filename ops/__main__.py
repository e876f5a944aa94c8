"""`python -m ops`: the operator's command line."""

from typing import Annotated, Never

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops import reviews, storefronts
from ops.deployment import DeploymentError, output
from payments.errors import NotInReview, PaymentNotFound, Unavailable
from payments.transitions import Status

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
storefront = typer.Typer(no_args_is_help=True, help="The shops that may ask for payment codes.")
app.add_typer(storefront, name="storefront")
review = typer.Typer(no_args_is_help=True, help="Money that came and does not match.")
app.add_typer(review, name="review")

Stack = Annotated[str, typer.Option(help="Name of the deployed stack.")]
Region = Annotated[str | None, typer.Option(help="AWS region of the stack.")]


@app.callback()
def main() -> None:
    """Run a deployed Finpay payment service.

    AWS credentials, and a region that is not given, come from where the AWS CLI takes them.
    """


@storefront.command()
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
    session = boto3.Session(region_name=region)
    try:
        table = output(session.client("cloudformation"), stack, "StorefrontsTableName")
        typer.echo(storefronts.create(session.client("dynamodb"), table, storefront_id, origin))
    except storefronts.StorefrontExists:
        _fail(f"storefront {storefront_id} exists already")
    except (DeploymentError, ValueError, ClientError, BotoCoreError) as error:
        _fail(str(error))


@review.command("list")
def list_reviews(stack: Stack, region: Region = None) -> None:
    """Print the payments that wait for a decision, one on a line."""
    session = boto3.Session(region_name=region)
    try:
        table = output(session.client("cloudformation"), stack, "PaymentsTableName")
        for payment in reviews.waiting(session.client("dynamodb"), table):
            typer.echo(reviews.line(payment))
    except (DeploymentError, ClientError, BotoCoreError) as error:
        _fail(str(error))


@review.command("settle")
def settle_review(
    order_id: Annotated[str, typer.Argument(help="order.id of the payment.")],
    verdict: Annotated[
        reviews.Verdict,
        typer.Argument(help="Take the money as it is; none is owed; it was given back."),
    ],
    stack: Stack,
    region: Region = None,
) -> None:
    """Decide about a payment in REVIEW and print how it stands then."""
    session = boto3.Session(region_name=region)
    try:
        cloudformation = session.client("cloudformation")
        payments = output(cloudformation, stack, "PaymentsTableName")
        quarantine = output(cloudformation, stack, "QuarantineTableName")
        dynamodb = session.client("dynamodb")
        payment = reviews.settle(dynamodb, (payments, quarantine), order_id, verdict)
        typer.echo(reviews.line(payment))
    except PaymentNotFound:
        _fail(f"there is no payment of order {order_id}")
    except NotInReview as error:
        (status,) = error.args
        if status is Status.REVIEW:
            _fail(f"payment {order_id} changed at this moment; look at it and say it again")
        _fail(f"payment {order_id} is not in REVIEW but {status}")
    except Unavailable as error:
        _fail(f"the table does not answer: {error}")
    except (DeploymentError, ClientError, BotoCoreError) as error:
        _fail(str(error))


def _fail(why: str) -> Never:
    typer.echo(f"Not done: {why}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
