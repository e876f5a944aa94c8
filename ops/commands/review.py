"""`python -m ops review`: an operator decides about money that is in question."""

from typing import Annotated, Never

import typer

from ops import caller, history_json, ledger_json, payment_scan, reviews
from ops.commands.invocation import (
    TO_LOOK_AT,
    AsJson,
    OrderId,
    Region,
    Stack,
    command,
    deployed,
    fail,
    tell,
)
from ops.deployment import Deployment
from ops.progress import progress
from payments.domain.errors import NothingToDecide, PaymentNotFound, VersionChanged
from payments.domain.payment import Payment
from payments.ledger.entry import Decision

app = typer.Typer(no_args_is_help=True, help="Money that is in question: a person decides.")

Version = Annotated[
    int, typer.Option("--version", help="As payment show or review list shows it.", min=1)
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason", help="Why; it is stored, so nothing personal. At most 200 characters."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")]

_SEE_WHICH = "python -m ops review list shows the payments that wait for a decision"


@app.command("list")
def list_reviews(stack: Stack, region: Region = None, *, as_json: AsJson = False) -> None:
    """Print the payments in REVIEW, and others with money that may be other money.

    One on a line. Reads the whole table.
    """
    with deployed(stack, region) as deployment:
        table = deployment.output("PaymentsTableName")
        with progress("Reading payments"):
            found = list(payment_scan.in_question(deployment.dynamodb, table))
        document = [history_json.payment(one) | ledger_json.review(one) for one in found]
        tell(document, map(reviews.line, found), as_json=as_json)


@app.command()
def accept(
    order_id: OrderId,
    stack: Stack,
    version: Version,
    reason: Reason,
    region: Region = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """The money in question counts: in REVIEW the payment is PAID.

    Of a payment that has money that counts: it is other money, and is to go back. Another version
    than the stored one is refused with exit code 3, and nothing is written.
    """
    _decide(order_id, Decision.ACCEPTED, stack, version, reason, region, yes=yes, as_json=as_json)


@app.command()
def reject(
    order_id: OrderId,
    stack: Stack,
    version: Version,
    reason: Reason,
    region: Region = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Nothing is owed for the money in question: in REVIEW the payment is CANCELLED.

    Of a payment that has money that counts: it is the same money, or none. Another version than the
    stored one is refused with exit code 3, and nothing is written.
    """
    _decide(order_id, Decision.REJECTED, stack, version, reason, region, yes=yes, as_json=as_json)


@app.command()
def returned(
    order_id: OrderId,
    stack: Stack,
    version: Version,
    reason: Reason,
    region: Region = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """The money in question was given back: in REVIEW the payment is REFUNDED.

    Of a payment that has money that counts: it was other money. Another version than the stored one
    is refused with exit code 3, and nothing is written.
    """
    _decide(order_id, Decision.RETURNED, stack, version, reason, region, yes=yes, as_json=as_json)


def _decide(
    order_id: str,
    decision: Decision,
    stack: str,
    version: int,
    reason: str,
    region: str | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    if why := reviews.why_unfit(reason):
        raise typer.BadParameter(why)
    with deployed(stack, region) as deployment:
        _check(
            deployment.payments.get(order_id), decision, order_id, version, stack, as_json=as_json
        )
        if not yes and not typer.confirm("Write this decision?", err=True):
            fail("the decision was not confirmed, and nothing was written")
        payment = _written(deployment, order_id, decision, version, reason, stack)
        tell(
            history_json.payment(payment) | ledger_json.review(payment),
            [reviews.line(payment)],
            as_json=as_json,
        )


def _check(
    payment: Payment | None,
    decision: Decision,
    order_id: str,
    version: int,
    stack: str,
    *,
    as_json: bool,
) -> None:
    """Print what the decision covers, or say why there is nothing to decide."""
    if payment is None:
        fail(f"there is no payment of order {order_id}", _SEE_WHICH)
    if payment.version != version:
        _refuse_version(payment, version, stack)
    if not payment.standing.undecided:
        fail(f"no money of payment {order_id} is in question: it is {payment.status}", _SEE_WHICH)
    for line in reviews.covered(payment, decision):
        typer.echo(line, err=as_json)


def _written(
    deployment: Deployment,
    order_id: str,
    decision: Decision,
    version: int,
    reason: str,
    stack: str,
) -> Payment:
    by = caller.identity(deployment.untyped("sts"))
    if by.startswith(caller.UNKNOWN):
        typer.echo(f"The decision names nobody: {by.partition(': ')[2]}.", err=True)
    try:
        return reviews.decide(
            deployment, order_id, decision, version=version, by=by, reason=reason.strip()
        )
    except VersionChanged as error:
        _refuse_version(error.payment, version, stack)
    except (PaymentNotFound, NothingToDecide):
        fail(f"payment {order_id} changed at this moment", _SEE_WHICH)


def _refuse_version(payment: Payment, version: int, stack: str) -> Never:
    fail(
        f"payment {payment.order_id} has version {payment.version} now, not {version}",
        f"{command(stack, f'payment show {payment.order_id}')}, and decide on what it shows",
        code=TO_LOOK_AT,
    )
