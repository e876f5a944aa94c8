"""template.yaml keeps to the rules, and each rule finds what breaks it."""

import copy
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from checks import sam
from tests.repo.guards import template_rules as rules
from tests.repo.guards.conditions import deployed
from tests.repo.guards.template_rules import Document

type Plant = Callable[[Document], None]


@cache
def _transformed() -> Document:
    return sam.transformed(sam.TEMPLATE.read_text())


@pytest.fixture
def template() -> Document:
    return copy.deepcopy(_transformed())


def test_every_star_in_a_policy_is_one_that_is_accepted_with_a_reason(template: Document) -> None:
    assert rules.stars(template) == set(rules.ACCEPTED_STARS)


def test_there_is_something_to_guard(template: Document) -> None:
    assert len(rules.functions(template)) >= 6
    assert len(rules.of_type(template, "AWS::CloudWatch::Alarm")) >= 20
    assert len(rules.of_type(template, "AWS::DynamoDB::Table")) >= 5
    assert len(rules.of_type(template, "AWS::SQS::Queue")) >= 5


@pytest.mark.parametrize("snap_start", ["None", "PublishedVersions"])
@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_cloudformation_can_make_what_each_stage_gets(stage: str, snap_start: str) -> None:
    template = sam.transformed(sam.TEMPLATE.read_text(), stage, snap_start)
    assert rules.errors(template) == []


def test_these_are_all_stages_and_all_that_snapstart_can_be(template: Document) -> None:
    parameters = template["Parameters"]
    assert parameters["Stage"]["AllowedValues"] == ["local", "dev", "prod"]
    assert parameters["SnapStart"]["AllowedValues"] == ["None", "PublishedVersions"]


def test_a_canary_that_waits_for_an_alarm_about_the_api_it_serves_is_found() -> None:
    """The API waits for the alias, the alias for its canary, and that for its alarms."""
    alarm = "          - !Ref FinpayCallbackFailsAlarm\n"
    circle = sam.TEMPLATE.read_text().replace(
        alarm, alarm + "          - !Ref CallbackFailsAlarm\n"
    )
    assert "E3004" in " ".join(rules.errors(sam.transformed(circle)))
    assert rules.errors(sam.transformed(circle, "dev")) == [], "dev has no canary"


def test_a_canary_is_taken_back_by_what_its_function_answers(template: Document) -> None:
    """Handlers answer whatever goes wrong, so that Lambda's errors alone would tell of nothing."""
    alarms = rules.of_type(template, "AWS::CloudWatch::Alarm")
    for name, service in (
        ("StorefrontApi", "storefront_api"),
        ("FinpayCallback", "finpay_callback"),
    ):
        group = properties(template, f"{name}DeploymentGroup")["AlarmConfiguration"]
        watched = [alarms[one["Name"]["Ref"]] for one in group["Alarms"]]
        assert [one["MetricName"] for one in watched] == ["Errors", "ServerError"]
        assert watched[1]["Dimensions"] == [{"Name": "service", "Value": service}]


def test_a_warning_about_what_sam_wrote_stops_no_deploy(template: Document) -> None:
    """SAM gives path parameters no schema, and nobody here writes that document."""
    (api,) = rules.of_type(template, "AWS::ApiGatewayV2::Api").values()
    assert not api.get("FailOnWarnings")


def test_the_dashboard_is_json_and_shows_the_business(template: Document) -> None:
    """That all of it is really sent, tests/functional/handlers/test_dashboard.py holds."""
    (board,) = rules.of_type(template, "AWS::CloudWatch::Dashboard").values()
    body = board["DashboardBody"]["Fn::Sub"]
    shown = set(re.findall(r'MetricName=\\"(\w+)\\"', body))
    for widget in json.loads(body)["widgets"]:
        for metric in widget["properties"].get("metrics", []):
            if str(metric[0]).startswith("FinpayPayments"):
                shown.add(metric[1])
    assert {"Paid", "PaidAmount", "Review", "StatusSyncs"} <= shown


RULES = [
    rules.shared_roles,
    rules.secrets_in_settings,
    rules.without_logs,
    rules.without_alarm,
    rules.unwatched_dead_letters,
    rules.silent_destinations,
    rules.silent_alarms,
    rules.impatient_callers,
    rules.unthrottled_routes,
    rules.telling_access_logs,
    rules.without_our_key,
    rules.stale_settings,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_to(rule: Callable[[Document], list[str]], template: Document) -> None:
    assert rule(template) == []


def setting(name: str, value: Any) -> Plant:
    def plant(template: Document) -> None:
        properties(template, "Notify")["Environment"]["Variables"][name] = value

    return plant


def properties(template: Document, name: str) -> Document:
    found: Document = template["Resources"][name]["Properties"]
    return found


def without(name: str, *path: str) -> Plant:
    """The resource, or what is at a path in its properties, is missing."""

    def plant(template: Document) -> None:
        if not path:
            del template["Resources"][name]
            return
        holder = properties(template, name)
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]

    return plant


def changed(name: str, key: str, value: Any) -> Plant:
    def plant(template: Document) -> None:
        properties(template, name)[key] = value

    return plant


def hidden_parameter(template: Document) -> None:
    template["Parameters"]["WebhookTargets"]["NoEcho"] = True


def slow_queue_reader(template: Document) -> None:
    properties(template, "StatusSyncQueue")["VisibilityTimeout"] = 719


def new_stage(template: Document) -> None:
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Lambda::Version":
            one["Properties"]["Description"] = "always the same"


STAGE = "ApiApiGatewayDefaultStage"
CALLBACK = "POST /callbacks/finpay/{orderId}/{token}"


@pytest.mark.parametrize(
    ("rule", "plant", "found"),
    [
        (rules.shared_roles, changed("Notify", "Role", {"Ref": "AnyRole"}), "Notify"),
        (
            rules.shared_roles,
            changed("Notify", "Role", {"Fn::GetAtt": ["ReconcileRole", "Arn"]}),
            "Notify",
        ),
        (rules.secrets_in_settings, setting("MERCHANT_SECRET", "short"), "Notify.MERCHANT_SECRET"),
        (rules.secrets_in_settings, setting("SALT", "Zm9vYmFyYmF6cXV4MTIz"), "Notify.SALT"),
        (rules.secrets_in_settings, setting("X", "sk_demo_abc"), "Notify.X"),
        (
            rules.secrets_in_settings,
            setting("X", {"Fn::Sub": "{{resolve:secretsmanager:${FinpaySecret}}}"}),
            "Notify.X",
        ),
        (rules.secrets_in_settings, hidden_parameter, "Notify.WEBHOOK_TARGETS"),
        (rules.without_logs, without("NotifyLogs"), "Notify"),
        (rules.without_logs, without("NotifyLogs", "RetentionInDays"), "Notify"),
        (rules.without_logs, without("Notify", "LoggingConfig"), "Notify"),
        (rules.without_alarm, without("NotifyFailsAlarm"), "Notify Errors"),
        (rules.without_alarm, without("NotifyThrottledAlarm"), "Notify Throttles"),
        (
            rules.unwatched_dead_letters,
            without("StatusSyncDeadLettersAlarm"),
            "StatusSyncDeadLetters",
        ),
        (rules.unwatched_dead_letters, without("WebhooksDeadLettersAlarm"), "WebhooksDeadLetters"),
        (rules.unwatched_dead_letters, without("StreamDeadLettersAlarm"), "StreamDeadLetters"),
        (rules.silent_destinations, without("StreamLettersLostAlarm"), "PaymentStream"),
        (rules.silent_alarms, without("ReviewAlarm", "AlarmActions"), "ReviewAlarm"),
        (rules.silent_alarms, changed("Dashboard", "DashboardBody", "{}"), "ReviewAlarm"),
        (rules.impatient_callers, changed("StorefrontApi", "Timeout", 30), "StorefrontApi"),
        (rules.impatient_callers, changed("FinpayCallback", "Timeout", 60), "FinpayCallback"),
        (rules.impatient_callers, changed("StorefrontAuth", "Timeout", 11), "StorefrontAuth"),
        (rules.impatient_callers, slow_queue_reader, "Reconcile"),
        (rules.impatient_callers, without("Notify", "MemorySize"), "Notify"),
        (rules.impatient_callers, without("PaymentStream", "Timeout"), "PaymentStream"),
        (rules.unthrottled_routes, without(STAGE, "RouteSettings", CALLBACK), CALLBACK),
        (
            rules.telling_access_logs,
            changed(STAGE, "AccessLogSettings", {"Format": "$context.identity.sourceIp"}),
            "identity.sourceIp",
        ),
        (
            rules.telling_access_logs,
            changed(STAGE, "AccessLogSettings", {"Format": '{"p": "$context.path"}'}),
            "path",
        ),
        (rules.without_our_key, without("PaymentsTable", "SSESpecification"), "PaymentsTable"),
        (rules.without_our_key, without("WebhooksQueue", "KmsMasterKeyId"), "WebhooksQueue"),
        (rules.without_our_key, without("ApiLogs", "KmsKeyId"), "ApiLogs"),
        (rules.without_our_key, without("FinpaySecret", "KmsKeyId"), "FinpaySecret"),
        (rules.stale_settings, new_stage, "StorefrontApi.CallbackBaseUrl"),
        (
            rules.stale_settings,
            setting("X", {"Ref": "LogRetentionDays"}),
            "Notify.LogRetentionDays",
        ),
    ],
)
def test_a_broken_rule_is_found(
    template: Document, rule: Callable[[Document], list[str]], plant: Plant, found: str
) -> None:
    plant(template)
    assert found in rule(template)


def statement(**parts: Any) -> Plant:
    def plant(template: Document) -> None:
        (policy,) = properties(template, "NotifyRole")["Policies"]
        policy["PolicyDocument"]["Statement"].append({"Effect": "Allow", **parts})

    return plant


TABLE = {"Fn::GetAtt": ["PaymentsTable", "Arn"]}


@pytest.mark.parametrize(
    "plant",
    [
        statement(Action="dynamodb:*", Resource=TABLE),
        statement(Action=["dynamodb:GetItem", "sqs:Send*"], Resource=TABLE),
        statement(Action="dynamodb:GetItem", Resource="*"),
        statement(Action="dynamodb:Query", Resource={"Fn::Sub": "${PaymentsTable.Arn}/index/*"}),
        statement(NotAction="dynamodb:DeleteTable", Resource=TABLE),
        statement(Action="dynamodb:GetItem", NotResource=TABLE),
        changed("NotifyRole", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
    ],
)
def test_a_right_that_is_not_written_out_is_found(template: Document, plant: Plant) -> None:
    before = rules.stars(template)
    plant(template)
    (new,) = rules.stars(template) - before
    assert new[0] == "NotifyRole"


def test_the_rights_that_sam_adds_to_a_function_without_a_role_of_its_own_are_found() -> None:
    text = sam.TEMPLATE.read_text().replace("      Role: !GetAtt NotifyRole.Arn\n", "", 1)
    text = text.replace("  NotifyRole:\n", "  NobodysRole:\n")
    found = rules.stars(sam.transformed(text)) - set(rules.ACCEPTED_STARS)
    assert {name for name, _ in found} == {"NotifyRole"}
    assert len(found) >= 2, "logs, queues and traces everywhere"


LIVE = "https://live.finnet.co.id"
OF_TEST_MODE = ("TestMode", "SimulatedCallbacks")


@pytest.mark.parametrize(
    ("stage", "base_url"),
    [
        ("prod", LIVE),
        ("prod", "https://devo.finnet.co.id"),
        ("dev", LIVE),
        ("dev", "https://api.finnet.co.id"),
        ("local", LIVE),
        ("local", "https://LIVE.finnet.co.id:443"),
        ("local", "https://devo.finnet.co.id"),
    ],
)
def test_where_money_moves_nothing_of_test_mode_exists(stage: str, base_url: str) -> None:
    template = sam.transformed(sam.TEMPLATE.read_text(), stage)
    made = deployed(template, {"Stage": stage, "FinpayBaseUrl": base_url})
    settings = made["Resources"]["StorefrontApi"]["Properties"]["Environment"]["Variables"]
    assert settings["SIMULATED_CALLBACKS_QUEUE"] == ""
    assert settings["STAGE"] == stage
    del settings["SIMULATED_CALLBACKS_QUEUE"]
    assert not [name for name in OF_TEST_MODE if name in json.dumps(made)]


@pytest.mark.parametrize(("stage", "targets"), [("local", "loopback"), ("dev", "public")])
def test_where_no_money_moves_only_its_queue_can_start_test_mode(stage: str, targets: str) -> None:
    template = sam.transformed(sam.TEMPLATE.read_text(), stage)
    made = deployed(template, {"Stage": stage, "WebhookTargets": targets})
    (version,) = [
        name
        for name, one in rules.of_type(made, "AWS::Lambda::Version").items()
        if one["FunctionName"] == {"Ref": "TestMode"}
    ]
    sources = [
        one
        for one in rules.of_type(made, "AWS::Lambda::EventSourceMapping").values()
        if "TestMode" in json.dumps(one["FunctionName"])
    ]
    assert [one["EventSourceArn"] for one in sources] == [
        {"Fn::GetAtt": ["SimulatedCallbacksQueue", "Arn"]}
    ]
    permissions = rules.of_type(made, "AWS::Lambda::Permission", "AWS::Lambda::Url")
    assert len(permissions) >= 4
    assert "TestMode" not in json.dumps(permissions)
    (board,) = [
        one for one in made["Resources"].values() if one["Type"].endswith("ApiGatewayV2::Api")
    ]
    assert "TestMode" not in json.dumps(board)
    assert version.startswith("TestMode")


def test_only_the_function_of_storefronts_may_send_to_the_queue_of_test_mode(
    template: Document,
) -> None:
    arn = {"Fn::GetAtt": ["SimulatedCallbacksQueue", "Arn"]}
    allowed = {
        (name, action)
        for name, document in rules.policies(template)
        for statement in document["Statement"]
        if arn in rules.listed(statement["Resource"])
        for action in rules.listed(statement["Action"])
    }
    assert allowed == {
        ("StorefrontApiSimulatedCallbacksPolicy", "sqs:SendMessage"),
        ("TestModeRole", "sqs:DeleteMessage"),
        ("TestModeRole", "sqs:GetQueueAttributes"),
        ("TestModeRole", "sqs:ReceiveMessage"),
    }
    assert template["Resources"]["StorefrontApiSimulatedCallbacksPolicy"]["Properties"][
        "Roles"
    ] == [{"Ref": "StorefrontApiRole"}]


def test_what_test_mode_needs_no_condition_holds_back_is_found() -> None:
    text = sam.TEMPLATE.read_text().replace("    Condition: HasTestMode\n", "", 1)
    made = deployed(sam.transformed(text), {"Stage": "prod"})
    assert "TestMode" in json.dumps(made)


def test_a_condition_of_a_kind_that_nobody_reads_is_told() -> None:
    template = {
        "Parameters": {},
        "Conditions": {"Odd": {"Fn::Contains": []}},
        "Resources": {"A": {"Condition": "Odd"}},
        "Outputs": {},
    }
    with pytest.raises(ValueError, match="another kind"):
        deployed(template, {})
