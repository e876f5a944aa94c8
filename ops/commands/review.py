"""`python -m ops review`: a person decides about money that does not match."""

from typing import Annotated

import boto3
import typer

from ops import deployment, reviews
from ops.commands.invocation import Region, Stack, fail, failures_in_a_line
from payments.errors import NotInReview, PaymentNotFound, Unavailable
from payments.transitions import Status

app = typer.Typer(no_args_is_help=True, help="Money that came and does not match.")


@app.command("list")
def list_reviews(stack: Stack, region: Region = None) -> None:
    """Print the payments that wait for a decision, one on a line."""
    with failures_in_a_line():
        session = boto3.Session(region_name=region)
        table = deployment.output(session.client("cloudformation"), stack, "PaymentsTableName")
        for payment in reviews.waiting(session.client("dynamodb"), table):
            typer.echo(reviews.line(payment))


@app.command()
def settle(
    order_id: Annotated[str, typer.Argument(help="order.id of the payment.")],
    verdict: Annotated[
        reviews.Verdict,
        typer.Argument(help="Take the money as it is; none is owed; it was given back."),
    ],
    stack: Stack,
    region: Region = None,
) -> None:
    """Decide about a payment in REVIEW and print how it stands then."""
    try:
        with failures_in_a_line():
            session = boto3.Session(region_name=region)
            cloudformation = session.client("cloudformation")
            payments = deployment.output(cloudformation, stack, "PaymentsTableName")
            quarantine = deployment.output(cloudformation, stack, "QuarantineTableName")
            dynamodb = session.client("dynamodb")
            payment = reviews.settle(dynamodb, (payments, quarantine), order_id, verdict)
            typer.echo(reviews.line(payment))
    except PaymentNotFound:
        fail(f"there is no payment of order {order_id}")
    except NotInReview as error:
        (status,) = error.args
        if status is Status.REVIEW:
            fail(f"payment {order_id} changed at this moment; look at it and say it again")
        fail(f"payment {order_id} is not in REVIEW but {status}")
    except Unavailable as error:
        fail(f"the table does not answer: {error}")
