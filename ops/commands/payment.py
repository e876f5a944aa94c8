"""`python -m ops payment`: how payments stand, and "I paid, where is my order?"."""

from typing import Annotated

import typer

from ops import history_json, history_lines, payment_history, payment_scan, wib
from ops.commands.invocation import AsJson, Region, Stack, command, deployed, fail, tell
from ops.diagnosis import diagnose
from ops.payment_scan import Wanted
from ops.progress import progress
from payments.domain.transition_table import Status

app = typer.Typer(no_args_is_help=True, help="How payments stand, here and at Finpay.")


@app.command()
def show(
    stack: Stack,
    name: Annotated[
        str | None, typer.Argument(help="order.id, or payment code or Finpay's reference.")
    ] = None,
    storefront: Annotated[str | None, typer.Option(help="Whose payment it has to be.")] = None,
    order: Annotated[str | None, typer.Option(help="order.id, instead of the argument.")] = None,
    region: Region = None,
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask Finpay.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print all that is known of a payment, and the diagnosis: "I paid, where is my order?"."""
    wanted = name or order
    if not wanted or (name and order):
        fail("one payment has to be named", "give its order.id, or --storefront and --order")
    with deployed(stack, region) as deployment:
        with progress("Looking"):
            payment = payment_history.find(deployment, wanted, storefront)
            found = payment_history.tell(deployment, payment, offline=offline)
        diagnosis = diagnose(found.payment, found.told, found.kept, found.said, found.now)
        following = command(stack, diagnosis.next)
        tell(
            history_json.document(found, diagnosis, following),
            history_lines.lines(found, diagnosis, following),
            as_json=as_json,
        )


@app.command("list")
def list_payments(
    stack: Stack,
    status: Annotated[list[Status] | None, typer.Option(help="Repeat it for several.")] = None,
    older_than: Annotated[str | None, typer.Option(help="Such as 30m, 2h or 3d.")] = None,
    newer_than: Annotated[str | None, typer.Option(help="Such as 30m, 2h or 3d.")] = None,
    changed_since: Annotated[
        str | None, typer.Option(help="However old it is; such as 30m, 2h or 3d.")
    ] = None,
    storefront: Annotated[str | None, typer.Option(help="Only this storefront's.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    region: Region = None,
    *,
    unresolved: Annotated[
        bool,
        typer.Option(
            "--unresolved",
            help="Only those whose code expired a day ago, and Finpay has not told how they ended.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print payments, the newest first, one on a line. Reads the whole table."""
    with deployed(stack, region) as deployment:
        now = deployment.now()
        wanted = Wanted(
            frozenset(status or ()),
            storefront,
            _before(now, older_than),
            _before(now, newer_than),
            _before(now, changed_since),
            unresolved_at=now if unresolved else None,
        )
        table = deployment.output("PaymentsTableName")
        with progress("Reading payments"):
            found = payment_scan.newest(deployment.dynamodb, table, wanted, limit + 1)
        shown = found[:limit]
        document = [history_json.payment(one) for one in shown]
        tell(document, map(history_lines.line, shown), as_json=as_json)
        if len(found) > limit:
            typer.echo(f"There are more; --limit {2 * limit} shows more.", err=True)


def _before(now: int, age: str | None) -> int | None:
    """The moment that is so long ago."""
    if age is None:
        return None
    try:
        return now - wib.read_age(age)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
