"""`python -m ops review`: a person decides about money that does not match."""

import typer

from ops import history_json, reviews
from ops.commands.invocation import AsJson, OrderId, Region, Stack, deployed, fail, tell
from ops.progress import progress
from payments.domain.errors import NotInReview, PaymentNotFound, Unavailable
from payments.domain.transition_table import Status, Trigger

app = typer.Typer(no_args_is_help=True, help="Money that came and does not match.")

_SEE_WHICH = "python -m ops review list shows the payments that wait for a decision"


@app.command("list")
def list_reviews(stack: Stack, region: Region = None, *, as_json: AsJson = False) -> None:
    """Print the payments that wait for a decision, one on a line."""
    with deployed(stack, region) as deployment:
        table = deployment.output("PaymentsTableName")
        with progress("Reading payments"):
            found = list(reviews.waiting(deployment.dynamodb, table))
        tell(list(map(history_json.payment, found)), map(reviews.line, found), as_json=as_json)


@app.command()
def accept(
    order_id: OrderId, stack: Stack, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Take the money as it is: the payment is PAID."""
    _decide(order_id, Trigger.ACCEPTED, stack, region, as_json=as_json)


@app.command()
def reject(
    order_id: OrderId, stack: Stack, region: Region = None, *, as_json: AsJson = False
) -> None:
    """No money is owed: the payment is CANCELLED."""
    _decide(order_id, Trigger.REJECTED, stack, region, as_json=as_json)


@app.command()
def returned(
    order_id: OrderId, stack: Stack, region: Region = None, *, as_json: AsJson = False
) -> None:
    """The money was given back: the payment is REFUNDED."""
    _decide(order_id, Trigger.RETURNED, stack, region, as_json=as_json)


def _decide(
    order_id: str, trigger: Trigger, stack: str, region: str | None, *, as_json: bool
) -> None:
    with deployed(stack, region) as deployment:
        tables = deployment.output("PaymentsTableName"), deployment.output("QuarantineTableName")
        try:
            payment = reviews.apply_status(deployment.dynamodb, tables, order_id, trigger)
        except PaymentNotFound:
            fail(f"there is no payment of order {order_id}", _SEE_WHICH)
        except NotInReview as error:
            (status,) = error.args
            if status is Status.REVIEW:
                again = "look at it and run the command again"
                fail(f"payment {order_id} changed at this moment; {again}")
            fail(f"payment {order_id} is not in REVIEW but {status}", _SEE_WHICH)
        except Unavailable as error:
            fail(f"the table does not answer: {error}")
        tell(history_json.payment(payment), [reviews.line(payment)], as_json=as_json)
