"""`python -m ops`: the operator's command line."""

import typer

from ops.commands import review, rotation, storefront, webhook

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
storefront.app.add_typer(rotation.app)
app.add_typer(storefront.app, name="storefront")
app.add_typer(review.app, name="review")
app.add_typer(webhook.app, name="webhook")


@app.callback()
def main() -> None:
    """Run a deployed Finpay payment service.

    AWS credentials, and a region that is not given, come from where the AWS CLI takes them.
    """


if __name__ == "__main__":
    app()
