"""The operator's commands about payments, against the deployed functions and queues."""

import json
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from local.state import RunningStack
from ops.__main__ import app
from tests.stack.shop import Shop, eventually

pytestmark = pytest.mark.usefixtures("account")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def told(*arguments: str, code: int = 0) -> Any:
    """What a command prints for machines."""
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_the_doctor_finds_the_local_stack_well_but_for_what_other_tests_put_aside() -> None:
    found = json.loads(run("doctor", "--json").stdout)["findings"]
    ill = [one for one in found if one["health"] == "bad"]
    assert [one for one in ill if not one["subject"].startswith("dead letters")] == []
    assert {one["subject"] for one in found if one["health"] == "skipped"} == {
        "certificate",
        "topic",
    }
    assert len(found) > 20


def test_the_doctor_leaves_nothing_behind(stack: RunningStack) -> None:
    dynamodb, table = stack.aws.dynamodb(), stack.outputs["QuarantineTableName"]

    def rows() -> list[str]:
        return sorted(item["orderId"]["S"] for item in dynamodb.scan(TableName=table)["Items"])

    before = rows()
    run("doctor")
    assert [name for name in rows() if name not in before and name.startswith("doctor")] == []


def test_the_doctor_finds_a_table_that_forgets_no_more(stack: RunningStack) -> None:
    dynamodb, table = stack.aws.dynamodb(), stack.outputs["DeliveriesTableName"]

    def forget(*, enabled: bool) -> None:
        dynamodb.update_time_to_live(
            TableName=table,
            TimeToLiveSpecification={"AttributeName": "deleteAt", "Enabled": enabled},
        )

    forget(enabled=False)
    try:
        found = told("doctor", code=1)["findings"]
    finally:
        forget(enabled=True)
    assert "table DeliveriesTable" in [one["subject"] for one in found if one["health"] == "bad"]


def test_all_that_is_due_is_asked_about_by_the_deployed_function(shop: Shop) -> None:
    orders = [f"due-{n}" for n in range(3)]
    for order_id in orders:
        assert shop.create_in_the_end(order_id) == 201
        shop.fate(f"orders/{order_id}/pay", channel="INDOMARET", callback="lose")
        shop.make_due(order_id)
    run("reconcile", "--due")
    assert eventually(lambda: shop.statuses(orders) == {"PAID"})


def test_syncs_that_were_put_aside_are_taken_again(stack: RunningStack, shop: Shop) -> None:
    assert shop.create_in_the_end("aside-1") == 201
    shop.fate("orders/aside-1/pay", channel="INDOMARET", callback="lose")
    letter = json.dumps({"orderId": "aside-1", "nextSyncAt": 1})
    boto3.client("sqs").send_message(
        QueueUrl=stack.outputs["StatusSyncDeadLettersUrl"], MessageBody=letter
    )
    letters = told("dead-letters", "show", "--queue", "status-syncs")["messages"]
    assert "aside-1" in [one["about"]["order"] for one in letters]
    assert told("dead-letters", "redrive", "--queue", "status-syncs")["left"] == []
    assert eventually(lambda: shop.status("aside-1") == "PAID")


def test_a_day_is_compared_with_the_simulator(shop: Shop) -> None:
    assert shop.create_in_the_end("day-1") == 201
    result = run("payment", "show", "day-1", "--json")
    day = json.loads(result.stdout)["payment"]["createdAt"][:10]
    found = json.loads(run("report", "--date", day, "--json").stdout)
    assert "agrees" in [row["difference"] for row in found["rows"] if row["orderId"] == "day-1"]
