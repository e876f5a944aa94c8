"""What a month costs beside its payments: what runs while nobody pays, and what is kept."""

import math
from collections.abc import Mapping
from typing import Any

from bench.work import LINES, Assumed, Work
from testing.template import functions, resources, routes

_HOURS = 730


def monthly(schedule: Work, assumed: Assumed, prices: Mapping[str, Any]) -> dict[str, float]:
    """USD per month by line; the last ones grow with the payments of a month up to a limit."""
    usd = {name: price["usd"] / price["per"] for name, price in prices.items()}
    month = assumed["month"]
    minutes = month["seconds"] / 60
    runs = schedule.use(assumed)
    queues = sum(
        event["Type"] == "SQS"
        for f in functions().values()
        for event in f.get("Events", {}).values()
    )
    polls = queues * month["pollers"] * month["seconds"] / 20
    anew = month["containers"] * _HOURS * 12
    kept_gb = month["payments"] * 1024 / 1e9
    return {
        "reconcile's schedule": minutes
        * sum(amount * usd[LINES[line]] for line, amount in runs.items()),
        "polling of the queues": polls * usd["sqs_request"],
        "alarms": len(resources("AWS::CloudWatch::Alarm")) * usd["alarm_month"],
        "metrics of our own": month["custom_metrics"] * usd["metric_month"],
        "metrics of the routes": len(routes()) * month["metrics_per_route"] * usd["metric_month"],
        "dashboard": usd["dashboard_month"],
        "key": usd["kms_key_month"],
        "requests to KMS": anew * _encrypted() * usd["kms_request"],
        "secret": usd["secret_month"] + anew * 2 * usd["secret_call"],
        "X-Ray, the first of each second": _first_traces(assumed) * usd["trace"],
        "a month's payments, kept": kept_gb
        * (usd["dynamodb_gb_month"] + usd["dynamodb_backup_gb_month"]),
    }


def _encrypted() -> int:
    """The tables and queues that ask the key's service for a data key."""
    return len(resources("AWS::DynamoDB::Table")) + len(resources("AWS::SQS::Queue"))


def _first_traces(assumed: Assumed) -> float:
    """Traces a month beyond the share of all, of functions that are invoked at any moment.

    X-Ray records the first invocation of each second in each function, so a small shop has nearly
    all of them traced, and a large one 2.6 million a month for each function.
    """
    month, reads = assumed["month"], assumed["payment"]["status_reads"]
    syncs = assumed["payment"]["syncs_until_paid"] / assumed["payment"]["syncs_per_invocation"]
    a_second = month["payments"] / month["seconds"]
    for_each = {"StorefrontApi": 1 + reads, "FinpayCallback": 1, "Notify": 2, "Reconcile": syncs}
    for_each["PaymentStream"] = 2 / assumed["payment"]["changes_per_invocation"]
    seconds = sum(1 - math.exp(-a_second * times) for times in for_each.values())
    rest: float = 1 - assumed["traces"]["share"]
    return seconds * float(month["seconds"]) * rest
