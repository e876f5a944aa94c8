"""template.yaml and the code fit each other."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from payments import gateway, initiate, settings
from payments.errors import OutcomeUnknown
from tests.builders import load_event
from tests.template import ROOT, environment, functions, resources, routes, template

STOREFRONT_ROUTES = {"POST /payments", "GET /payments/{orderId}"}
CALLBACK_ROUTE = "POST /callbacks/finpay/{orderId}/{token}"


def statements(function: str) -> list[dict[str, Any]]:
    policies = functions()[function]["Policies"]
    return [statement for policy in policies for statement in policy["Statement"]]


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
        if f"{event['Properties']['Method']} {event['Properties']['Path']}" == route
    ]
    assert event["Auth"] == {"Authorizer": "StorefrontKey"}


@pytest.mark.parametrize(
    ("function", "read"),
    [
        ("StorefrontApi", settings.storefront_api),
        ("FinpayCallback", settings.finpay_callback),
        ("StorefrontAuth", settings.storefronts_table),
    ],
)
def test_each_function_gets_the_settings_that_it_reads(
    function: str, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = functions()[function]["Environment"]["Variables"]
    for name in environment(function):
        monkeypatch.setenv(name, "x")
    value = read()
    fields = len(dataclasses.fields(value)) if dataclasses.is_dataclass(value) else 1
    assert fields == len([name for name in own if not name.startswith("POWERTOOLS_")])


@pytest.mark.parametrize("function", functions())
def test_no_policy_has_a_star(function: str) -> None:
    for statement in statements(function):
        actions = statement["Action"]
        assert not [action for action in (actions, *actions) if "*" in action]
        assert "*" not in str(statement["Resource"])


def test_a_function_outlives_its_calls_and_api_gateway_outlives_the_function() -> None:
    timeout = functions()["StorefrontApi"]["Timeout"]
    assert gateway.DEADLINE_SECONDS + 10 < timeout < 30


def test_a_lease_outlives_the_function_that_holds_it() -> None:
    assert functions()["StorefrontApi"]["Timeout"] * 1000 < initiate.LEASE_MS


def test_who_comes_back_when_told_to_does_not_meet_his_own_lease() -> None:
    assert OutcomeUnknown.retry_after * 1000 > initiate.LEASE_MS


def test_no_table_is_lost_with_the_stack() -> None:
    for name, table in resources("AWS::DynamoDB::Table").items():
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


@pytest.mark.parametrize("path", sorted((ROOT / "events").glob("*.json")), ids=lambda p: p.stem)
def test_each_event_file_is_of_payload_2_and_for_a_route_that_exists(path: Path) -> None:
    event = load_event(path.stem)
    assert event["version"] == "2.0"
    assert event["routeKey"] == event["requestContext"]["routeKey"]
    assert event["routeKey"] in routes()
    method, _, route_path = event["routeKey"].partition(" ")
    assert event["requestContext"]["http"]["method"] == method
    parameters = event.get("pathParameters") or {}
    assert route_path.format(**parameters) == event["rawPath"]
