"""What an attack left behind: in the tables and in the log."""

import json
from collections.abc import Mapping
from typing import Any

from testing.service import Service
from testing.template import resources

# When an unverified callback last made us ask Finpay; no storefront sees it.
_CONFIRMED = ("confirmationId", "confirmationStartedAt")

type Rows = list[dict[str, Any]]


def tables(service: Service) -> Mapping[str, Rows]:
    """All rows of all tables, but for the notes that a payment was asked about."""
    found = {name: service.rows(name) for name in resources("AWS::DynamoDB::Table")}
    found["PaymentsTable"] = [unprobed(row) for row in found["PaymentsTable"]]
    return found


def unprobed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _CONFIRMED}


def reasons(rows: Rows) -> list[str]:
    """Why the quarantine holds what it holds."""
    return [row["reason"]["S"] for row in rows]


def one_line(out: str) -> dict[str, Any]:
    """The one log line of one request; all else that was printed is metrics, a line each.

    Not split as str.splitlines does: whoever reads logs takes a line feed for the end of a line.
    """
    lines = [json.loads(line) for line in out.split("\n") if line]
    (line,) = [line for line in lines if "_aws" not in line]
    assert line["message"] == "request served"
    return dict(line)
