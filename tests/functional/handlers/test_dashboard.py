"""What the dashboard shows is what the functions really send: every metric, every field."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import requests

from payments.domain.clock import DAY, MINUTE
from testing.builders import (
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_cancel_event,
    make_initiate_event,
    make_request_body,
)
from testing.service import Service
from testing.shop import Shop, open_shop
from testing.template import resources

# CloudWatch Logs Insights' own words; @timestamp is Lambda's.
_WORDS = {"SOURCE", "filter", "stats", "sort", "limit", "by", "as", "and", "in", "asc", "desc"}
_WORDS |= {"bin", "sum", "count", "count_distinct", "earliest", "latest", "ispresent"}

type Measure = tuple[str, frozenset[str]]
"""A metric and the names of its dimensions."""


class Sent(NamedTuple):
    """What the functions wrote."""

    metrics: set[Measure]
    lines: list[dict[str, Any]]

    @property
    def fields(self) -> set[str]:
        return {name for line in self.lines for name, value in line.items() if value is not None}


def widgets(kind: str) -> list[dict[str, Any]]:
    (board,) = resources("AWS::CloudWatch::Dashboard").values()
    found = json.loads(board["DashboardBody"])["widgets"]
    return [one["properties"] for one in found if one["type"] == kind]


def shown_metrics() -> Iterator[Measure]:
    for row in (row for widget in widgets("metric") for row in widget["metrics"]):
        if isinstance(row[0], dict):
            search = re.search(
                # CloudWatch takes a name with a hyphen only in double quotes.
                r"'\{\"FinpayPayments-\$\{Stage\}\",([a-z,]+)\} (.+?)'",
                row[0]["expression"],
            )
            assert search, row
            name = search[2].removeprefix("MetricName=").strip('"')
            yield name, frozenset(search[1].split(","))
        elif row[0].startswith("FinpayPayments"):
            yield row[1], frozenset(row[2::2])


def queried(query: str) -> set[str]:
    """The fields that a query of Insights reads: neither its own words nor names it gives."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"|@timestamp|\b1h\b", "", query)
    given = set(re.findall(r"\bas (\w+)", bare))
    return set(re.findall(r"[A-Za-z_]+", bare)) - _WORDS - given


@pytest.fixture
def sent(service: Service, capsys: pytest.CaptureFixture[str]) -> Sent:
    """Everything that can happen to payments, once."""
    service.pass_time(0)
    with open_shop(service) as shop:
        happen(service, shop)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = {
        (metric["Name"], frozenset(described["Dimensions"][0]))
        for line in lines
        if "_aws" in line
        for described in line["_aws"]["CloudWatchMetrics"]
        for metric in described["Metrics"]
    }
    return Sent(metrics, [line for line in lines if "_aws" not in line])


def happen(service: Service, shop: Shop) -> None:
    for order_id in ("PAID", "LATE", "FAILED", "REVIEW", "REFUNDED", "LOST", "CANCELLED"):
        shop.order(order_id)
    callback(service, "PAID")
    callback(service, "LATE", status="EXPIRED")
    callback(service, "LATE")
    callback(service, "FAILED", status="FAILED")
    callback(service, "REVIEW", amount=900)
    callback(service, "REFUNDED")
    callback(service, "REFUNDED", status="REFUNDED")
    assert service.api(make_cancel_event("CANCELLED", storefront=shop.storefront_id)).status == 200
    shop.tell()
    lost = {"callback": "lose", "channel": "INDOMARET"}
    url = f"{service.finpay.url}/_simulator/orders/LOST/pay"
    assert requests.post(url, json=lost, timeout=5).ok
    service.pass_time(3 * MINUTE)
    service.sweep()
    shop.order("OPEN")
    service.pass_time(3 * MINUTE)
    service.fault("check", "garbage")
    service.sweep()
    for endpoint, event in (
        ("initiate", make_initiate_event(make_request_body(id="NONE"))),
        ("cancel", make_cancel_event("OPEN", storefront=shop.storefront_id)),
    ):
        service.fault(endpoint, "garbage")
        service.api(event)
    service.finpay.simulation.order_store.set_status("OPEN", "DECLINED")
    service.pass_time(3 * DAY)
    service.sweep()


def callback(service: Service, order_id: str, **told: Any) -> None:
    body = make_callback_body(make_callback_fields(order_id, **told))
    assert service.callback(make_callback_event(body, order_id=order_id)).status == 200


def test_each_metric_on_the_dashboard_is_sent_with_its_dimensions(sent: Sent) -> None:
    shown = set(shown_metrics())
    assert len(shown) >= 18
    assert shown - sent.metrics == set()


def test_each_field_that_the_dashboard_asks_the_logs_for_is_written(sent: Sent) -> None:
    queries = [widget["query"] for widget in widgets("log")]
    assert len(queries) >= 6
    asked = set[str]().union(*map(queried, queries))
    assert {"amount", "channel", "storefront_id"} <= asked
    assert asked - sent.fields == set()


def test_the_lines_of_money_say_what_the_dashboard_adds_up(sent: Sent) -> None:
    paid = [
        (line["order_id"], line["amount"], line["channel"], line.get("late"))
        for line in sent.lines
        if line.get("effect") == "moved" and line.get("status") == "PAID"
    ]
    assert paid == [
        ("PAID", 1000, "INDOMARET", None),
        ("LATE", 1000, "INDOMARET", True),
        ("REFUNDED", 1000, "INDOMARET", None),
        ("LOST", 1000, "INDOMARET", None),
    ]
    assert {line["storefront_id"] for line in sent.lines if "amount" in line} == {"toko"}
    assert {line.get("amount") for line in sent.lines if line.get("status") == "REVIEW"} == {None}


def test_what_is_open_the_longest_can_be_told_from_the_lines(sent: Sent) -> None:
    stands: dict[str, str] = {}
    for line in sent.lines:
        if line.get("order_id") and line.get("status"):
            stands[line["order_id"]] = line["status"]
    assert [name for name, status in stands.items() if status == "PENDING"] == ["OPEN"]
