"""template.yaml and the code fit each other."""

from pathlib import Path

import pytest

from payments.aws import lease_write_expressions
from payments.aws.status_sync_queue import read_sync
from payments.aws.stream_records import read_changes
from payments.aws.webhook_queue import read_event
from payments.dependencies import CONFIRMATION_SECONDS
from payments.domain import payment
from payments.domain.errors import OutcomeUnknown
from payments.finpay import client
from payments.services.reconcile_payment import SYNCS_AT_ONCE
from reconcile.app import STOP_BEFORE_MS, SYNC_MS
from testing.builders import load_event
from testing.template import ROOT, functions, resources, routes, template

STOREFRONT_ROUTES = {
    "POST /payments",
    "GET /payments/{orderId}",
    "POST /payments/{orderId}/cancel",
}
CALLBACK_ROUTE = "POST /callbacks/finpay/{orderId}/{token}"


@pytest.mark.parametrize("function", functions())
def test_each_handler_is_where_the_template_says(function: str) -> None:
    module, _, name = functions()[function]["Handler"].rpartition(".")
    path = ROOT / "functions" / Path(*module.split(".")).with_suffix(".py")
    source = path.read_text()
    assert f"def {name}(" in source
    assert len(source.splitlines()) < 60, "a handler reads, calls and answers"


def test_the_routes_are_the_documented_ones() -> None:
    assert set(routes()) == STOREFRONT_ROUTES | {CALLBACK_ROUTE}


@pytest.mark.parametrize("route", sorted(STOREFRONT_ROUTES))
def test_every_storefront_route_has_the_authorizer(route: str) -> None:
    (event,) = [
        event["Properties"]
        for function in functions().values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "HttpApi"
        and f"{event['Properties']['Method']} {event['Properties']['Path']}" == route
    ]
    assert event["Auth"] == {"Authorizer": "StorefrontKey"}


SETTINGS = (ROOT / "functions/payments/settings.py").read_text()
ASKS_FINPAY = {"CIRCUITS_TABLE", "FINPAY_SECRET", "FINPAY_BASE_URL", "KEY_OVERLAP_DAYS"}
SETTLES = {"PAYMENTS_TABLE", "QUARANTINE_TABLE"}


@pytest.mark.parametrize(
    ("function", "needs"),
    [
        (
            "StorefrontApi",
            ASKS_FINPAY
            | SETTLES
            | {"STAGE", "CALLBACK_BASE_URL", "SOURCES_OF_FUNDS", "SIMULATED_CALLBACKS_QUEUE"},
        ),
        ("FinpayCallback", ASKS_FINPAY | SETTLES),
        ("Reconcile", ASKS_FINPAY | SETTLES | {"SYNC_QUEUE"}),
        ("StorefrontAuth", {"STOREFRONTS_TABLE"}),
        ("PaymentStream", {"WEBHOOKS_QUEUE"}),
        ("TestMode", {"STAGE", "FINPAY_SECRET", "FINPAY_BASE_URL", "WEBHOOK_TARGETS"}),
        (
            "Notify",
            {
                "STAGE",
                "STOREFRONTS_TABLE",
                "DELIVERIES_TABLE",
                "WEBHOOKS_QUEUE",
                "WEBHOOK_PAUSES",
                "WEBHOOK_TARGETS",
            },
        ),
    ],
)
def test_each_function_gets_the_settings_that_it_reads_and_no_other(
    function: str, needs: set[str]
) -> None:
    own = functions()[function]["Environment"]["Variables"]
    assert {name for name in own if not name.startswith("POWERTOOLS_")} == needs
    assert not [name for name in needs if f'os.environ["{name}"]' not in SETTINGS]


SLACK = 10
"""Seconds for everything else: a cold start, the store and the secret."""


def test_a_function_outlives_its_calls_and_api_gateway_outlives_the_function() -> None:
    timeout = functions()["StorefrontApi"]["Timeout"]
    assert client.INITIATE_SECONDS + SLACK < timeout < 30


def test_a_function_outlives_a_resolve_with_all_its_calls() -> None:
    calls = client.CHECK_SECONDS + client.CANCEL_SECONDS + client.INITIATE_SECONDS
    assert calls + SLACK / 2 < functions()["StorefrontApi"]["Timeout"]


def test_a_callback_is_answered_within_finpays_five_seconds_although_finpay_is_asked() -> None:
    assert CONFIRMATION_SECONDS < 5
    assert functions()["FinpayCallback"]["Timeout"] > CONFIRMATION_SECONDS + SLACK


def test_a_batch_of_syncs_ends_within_the_functions_time() -> None:
    reconcile = functions()["Reconcile"]
    batch = reconcile["Events"]["StatusSyncs"]["Properties"]["BatchSize"]
    rounds = -(-batch // SYNCS_AT_ONCE)
    assert rounds * SYNC_MS + SLACK * 1000 < reconcile["Timeout"] * 1000
    assert reconcile["Timeout"] * 1000 > STOP_BEFORE_MS


def test_a_sync_with_all_its_calls_ends_within_the_time_that_it_is_given() -> None:
    orders = 5  # of a payment at Finpay, at most
    calls = orders * client.CHECK_SECONDS + client.CANCEL_SECONDS
    assert calls + SLACK / 2 < SYNC_MS / 1000


def test_a_sync_that_is_under_way_is_hidden_from_other_consumers() -> None:
    queue = resources("AWS::SQS::Queue")["StatusSyncQueue"]
    assert queue["VisibilityTimeout"] >= 6 * functions()["Reconcile"]["Timeout"]


def test_finpay_is_asked_by_few_at_once_and_the_schedule_has_a_turn_of_its_own() -> None:
    reconcile = functions()["Reconcile"]
    properties = reconcile["Events"]["StatusSyncs"]["Properties"]
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    at_once = properties["ScalingConfig"]["MaximumConcurrency"]
    assert reconcile["ReservedConcurrentExecutions"][1] == "ReconcileConcurrency"
    assert at_once < template()["Parameters"]["ReconcileConcurrency"]["Default"]


def test_a_sync_that_fails_again_and_again_is_put_aside_and_kept() -> None:
    queues = resources("AWS::SQS::Queue")
    redrive = queues["StatusSyncQueue"]["RedrivePolicy"]
    letters = redrive["deadLetterTargetArn"].partition(".")[0]
    assert (
        queues[letters]["MessageRetentionPeriod"]
        > queues["StatusSyncQueue"]["MessageRetentionPeriod"]
    )


def test_a_lease_outlives_the_function_that_holds_it() -> None:
    assert functions()["StorefrontApi"]["Timeout"] * 1000 < payment.LEASE_MS


def test_who_comes_back_when_told_to_does_not_meet_his_own_lease() -> None:
    assert OutcomeUnknown.retry_after * 1000 > payment.LEASE_MS


def test_the_index_of_due_payments_is_the_one_that_the_store_asks() -> None:
    (index,) = resources("AWS::DynamoDB::Table")["PaymentsTable"]["GlobalSecondaryIndexes"]
    request = lease_write_expressions.due("t", "0", 1, 1)
    assert request["IndexName"] == index["IndexName"]
    condition = request["KeyConditionExpression"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["syncShard", "nextSyncAt"]
    assert condition == "syncShard = :shard AND nextSyncAt <= :now"
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_no_table_is_lost_with_the_stack_but_the_one_that_holds_nothing() -> None:
    for name, table in resources("AWS::DynamoDB::Table").items():
        if name == "CircuitsTable":
            continue
        assert table["DeletionProtectionEnabled"] is True
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        resource = template()["Resources"][name]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_the_quarantine_forgets_by_the_attribute_that_the_store_writes() -> None:
    table = resources("AWS::DynamoDB::Table")["QuarantineTable"]
    assert table["TimeToLiveSpecification"]["AttributeName"] == "deleteAt"


def test_every_function_is_traced_and_has_logs_with_an_end() -> None:
    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    groups = resources("AWS::Logs::LogGroup")
    for function in functions().values():
        assert groups[function["LoggingConfig"]["LogGroup"]]["RetentionInDays"]


EVENTS = sorted((ROOT / "events").glob("*.json"))
OTHER_EVENTS = {"reconcile_schedule", "reconcile_syncs", "payment_stream", "notify", "test_mode"}
HTTP_EVENTS = [path for path in EVENTS if path.stem not in OTHER_EVENTS]


@pytest.mark.parametrize("path", HTTP_EVENTS, ids=lambda p: p.stem)
def test_each_http_event_file_is_of_payload_2_and_for_a_route_that_exists(path: Path) -> None:
    event = load_event(path.stem)
    assert event["version"] == "2.0"
    assert event["routeKey"] == event["requestContext"]["routeKey"]
    assert event["routeKey"] in routes()
    method, _, route_path = event["routeKey"].partition(" ")
    assert event["requestContext"]["http"]["method"] == method
    parameters = event.get("pathParameters") or {}
    assert route_path.format(**parameters) == event["rawPath"]
    assert event["requestContext"]["http"]["path"] == event["rawPath"]


def test_the_other_event_files_are_what_the_other_triggers_send() -> None:
    assert {path.stem for path in EVENTS} >= OTHER_EVENTS
    schedule, syncs = load_event("reconcile_schedule"), load_event("reconcile_syncs")
    assert (schedule["source"], schedule["detail-type"]) == ("aws.events", "Scheduled Event")
    (record,) = syncs["Records"]
    assert record["eventSource"] == "aws:sqs"
    order_id, due_at = read_sync(record["body"])
    assert (type(order_id), type(due_at)) == (str, int)
    (record,) = load_event("notify")["Records"]
    assert record["eventSource"] == "aws:sqs"
    assert read_event(record["body"]).id == "evt_1680576995412_3"
    (record,) = load_event("payment_stream")["Records"]
    assert record["eventSource"] == "aws:dynamodb"
    changes, unread = read_changes([record["dynamodb"]])
    assert (len(changes), unread) == (1, "")


def test_snapshots_are_off_until_asked_for_and_then_of_what_somebody_waits_for() -> None:
    assert template()["Parameters"]["SnapStart"]["Default"] == "None"
    from_snapshots = {name for name, one in functions().items() if "SnapStart" in one}
    assert from_snapshots == {"StorefrontApi", "StorefrontAuth", "FinpayCallback"}
    for name in from_snapshots:
        assert functions()[name]["SnapStart"] == {"ApplyOn": "SnapStart"}, "as the parameter says"
        # Or turning it on would publish no version, and only versions have snapshots.
        assert "SnapStart" in str(functions()[name]["VersionDescription"])
