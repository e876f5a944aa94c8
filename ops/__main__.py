"""`python -m ops`: the operator's command line."""

import typer

from ops.commands import (
    dead_letters,
    doctor,
    payment,
    quarantine,
    reconcile,
    report,
    review,
    rotation,
    storefront,
    webhook,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)
storefront.app.add_typer(rotation.app)
app.add_typer(payment.app, name="payment")
app.command()(reconcile.reconcile)
app.add_typer(review.app, name="review")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(webhook.app, name="webhook")
app.add_typer(dead_letters.app, name="dead-letters")
app.command()(report.report)
app.command()(doctor.doctor)
app.add_typer(storefront.app, name="storefront")


@app.callback()
def main() -> None:
    """Run a deployed Finpay payment service.

    AWS credentials, and a region that is not given, come from where the AWS CLI takes them. With
    --json, standard output has one JSON document and nothing else. Exit codes: 0 it is done; 1 it
    is not, or the doctor found something; 2 the command is wrong; 3 it is done and leaves
    something to look at.
    """


if __name__ == "__main__":
    app()
