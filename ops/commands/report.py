"""`python -m ops report`: the payments of days beside what Finpay says of them."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ops import finpay, payment_scan, quarantine, report_table, wib
from ops import report as reports
from ops.agreement import Difference
from ops.commands.invocation import TO_LOOK_AT, AsJson, Region, Stack, deployed, fail, tell
from ops.progress import progress
from ops.report import Row
from payments.domain.gateway_status import QuarantineReason

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day in WIB.")]


def report(
    stack: Stack,
    date: Day = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, in WIB.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day, in WIB.")
    ] = None,
    storefront: Annotated[str | None, typer.Option(help="Only this storefront's.")] = None,
    table_file: Annotated[
        Path | None, typer.Option("--csv", help="Write all rows into this file.", dir_okay=False)
    ] = None,
    region: Region = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare the payments created, paid or refunded on a day, or on several, with Finpay.

    Give --date, or --from and --to. Each payment agrees or has one difference. Without --json,
    those that do not agree are printed. Exits with 3 if there are any. Reads the whole table of
    payments.
    """
    first, last = _days(date, first, last)
    days = wib.days(first.date(), last.date())
    with deployed(stack, region) as deployment:
        with progress("Reading payments") as seen:
            table = deployment.output("PaymentsTableName")
            found = payment_scan.of_days(deployment.dynamodb, table, days, seen)
        payments = [one for one in found if storefront in {None, one.storefront_id}]
        unknown = quarantine.every(
            deployment.dynamodb,
            deployment.output("QuarantineTableName"),
            QuarantineReason.UNKNOWN_ORDER,
        )
        # Whose an order is that is not here, nobody knows.
        kept = [] if storefront else [one for one in unknown if one.received_at in days]
        with progress("Asking Finpay", len(payments) + len(kept)) as seen:
            gateway = finpay.gateway_of(deployment)
            rows = list(reports.rows(gateway, payments, kept, deployment.now(), seen))
    if table_file:
        _write(table_file, rows)
    to_look_at = [row for row in rows if row.difference is not Difference.AGREES]
    totals = report_table.totals(rows)
    lines = [_line(row) for row in to_look_at]
    lines += ["  ".join(f"{kind} {count}" for kind, count in totals.items())]
    document = {
        "from": f"{first:%Y-%m-%d}",
        "to": f"{last:%Y-%m-%d}",
        "totals": totals,
        "rows": list(map(report_table.as_json, rows)),
    }
    tell(document, lines, as_json=as_json)
    if to_look_at:
        raise typer.Exit(TO_LOOK_AT)


def _days(
    date: datetime | None, first: datetime | None, last: datetime | None
) -> tuple[datetime, datetime]:
    """The first and the last day."""
    if date and not first and not last:
        return date, date
    if date or not first or not last:
        raise typer.BadParameter("give --date, or --from and --to")
    if last < first:
        raise typer.BadParameter("--to is before --from")
    return first, last


def _line(row: Row) -> str:
    of = report_table.as_json(row)
    return f"{of['orderId']}  {of['storefrontId'] or 'not here'}  {row.difference}  {row.why}"


def _write(file: Path, rows: Sequence[Row]) -> None:
    try:
        with file.open("w", newline="") as opened:
            writer = csv.DictWriter(opened, report_table.COLUMNS)
            writer.writeheader()
            writer.writerows(map(report_table.as_text, rows))
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}", "name another file with --csv")
