"""`python -m ops doctor`: what may be wrong is found, and each finding says what to do."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from checks import sam
from ops import finpay
from ops.dead_letter_messages import Queue
from ops.deployment import Deployment
from ops.doctor import alarms, callbacks, merchant, resources, stages
from ops.doctor.callbacks import Reply
from ops.doctor.finding import Finding, Health
from ops.doctor.resources import Resources
from payments.domain import clock
from payments.domain.merchant import Credentials
from testing.builders import MERCHANT_KEY, make_callback_event
from testing.template import resources as of_template
from testing.template import template
from tests.functional.ops.operator import Operator
from tests.stack.runbook import RUNBOOK

LIVE, SANDBOX = "https://live.finnet.co.id", "https://devo.finnet.co.id"


def ill(findings: Any) -> list[str]:
    """What is not well; each of that says what to do."""
    found = [one for one in findings if one.health is Health.BAD]
    assert all(one.remedy for one in found)
    return [f"{one.subject}: {one.said}" for one in found]


@pytest.mark.parametrize(
    ("stage", "url", "is_well"),
    [
        ("prod", LIVE, True),
        ("dev", SANDBOX, True),
        ("local", "http://127.0.0.1:8090", True),
        ("prod", SANDBOX, False),
        ("dev", LIVE, False),
        ("local", LIVE, False),
        ("prod", "https://live.finnet.co.id.example", False),
        ("", "", False),
    ],
)
def test_a_stage_asks_its_own_finpay(stage: str, url: str, is_well: bool) -> None:  # noqa: FBT001
    parameters = {"Stage": stage, "FinpayBaseUrl": url, "WebhookTargets": "public"}
    assert (ill(stages.findings(parameters, {})) == []) is is_well


def test_the_stages_are_those_of_the_template_with_its_hosts() -> None:
    assert set(stages.HOSTS) == set(template()["Parameters"]["Stage"]["AllowedValues"])
    rules = json.dumps(template()["Rules"])
    assert all(f"https://{stages.HOSTS[stage]}" in rules for stage in ("prod", "dev"))


def test_webhooks_of_money_have_to_leave_the_machine() -> None:
    given = {"Stage": "prod", "FinpayBaseUrl": LIVE, "WebhookTargets": "loopback"}
    assert ill(stages.findings(given, {})) == ["stage: webhooks of money stay on the machine"]


def test_a_function_that_was_given_another_finpay_by_hand_is_found() -> None:
    given = {"Stage": "dev", "FinpayBaseUrl": SANDBOX, "WebhookTargets": "public"}
    (found,) = ill(stages.findings(given, {"Reconcile": LIVE, "StorefrontApi": SANDBOX}))
    assert found.startswith("functions: Reconcile ask another Finpay")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SoSecret", "it is no JSON"),
        ('["SoSecret"]', "it is no JSON object"),
        ('{"merchantId": "M"}', "merchantKey is missing or no text"),
        ('{"merchantId": "M", "merchantKey": ""}', "merchantKey is missing or no text"),
        ('{"merchantId": 7, "merchantKey": "SoSecret"}', "merchantId is missing or no text"),
        (
            '{"merchantId": "M", "merchantKey": "SoSecret\\n"}',
            "merchantKey begins or ends with a space",
        ),
        (
            '{"merchantId": "not-set", "merchantKey": "SoSecret"}',
            "it still has the random key of the first deploy, and nobody can pay",
        ),
    ],
)
def test_a_secret_of_a_wrong_shape_is_told_and_never_quoted(text: str, said: str) -> None:
    found = merchant.shape(text)
    assert ill(found) == [f"secret: {said}"]
    assert "SoSecret" not in repr(found)


def test_what_the_template_puts_into_a_new_secret_is_known_as_not_set() -> None:
    (secret,) = of_template("AWS::SecretsManager::Secret").values()
    made = json.loads(secret["GenerateSecretString"]["SecretStringTemplate"])
    assert made == {"merchantId": merchant.NOT_SET}


def test_a_good_secret_is_good() -> None:
    assert ill(merchant.shape('{"merchantId": "M", "merchantKey": "K"}')) == []


@pytest.mark.parametrize("keys", [("one",), ("one", "before")])
def test_what_each_key_signs_is_verified_here_and_nothing_is_sent(keys: tuple[str, ...]) -> None:
    found = merchant.round_trip(Credentials("M", keys))
    assert found.health is Health.GOOD
    assert ("before" in found.said) is (len(keys) > 1)


def test_a_key_that_cannot_sign_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payments.callbacks.signature.sign", lambda _fields, _key: "0" * 128)
    assert ill([merchant.round_trip(Credentials("M", ("one",)))])


def asked() -> list[Finding]:
    """What Finpay says of the merchant."""
    return list(merchant.taken(finpay.gateway_of(Deployment("finpay-payments-test", None))))


def test_finpay_says_whether_it_takes_the_merchant_and_no_order_is_made(operator: Operator) -> None:
    assert ill(asked()) == []
    assert operator.service.orders() == {}
    assert operator.service.witness.calls == ["check"]


def test_the_key_of_another_environment_is_recognised(operator: Operator) -> None:
    pair = {"merchantId": "M", "merchantKey": "of the sandbox"}
    client = boto3.client("secretsmanager")
    client.put_secret_value(SecretId=operator.service.secret, SecretString=json.dumps(pair))
    assert ill(asked()) == ["finpay: it refuses the merchant (4010000)"]


def test_a_secret_that_cannot_be_read_is_a_finding(operator: Operator) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=operator.service.secret, SecretString="{}"
    )
    assert ill(asked()) == [
        "finpay: it was not asked: the secret is missing or has an invalid format"
    ]


def test_a_finpay_that_is_down_is_a_finding(operator: Operator) -> None:
    operator.silence()
    assert ill(asked()) == ["finpay: no answer came that can be read"]


@contextmanager
def answering(*statuses: int) -> Iterator[tuple[str, list[str]]]:
    """An API that answers so, whoever calls; and what came to it."""
    left, came = list(statuses), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            came.append(f"{self.path.rpartition('/')[2]} {body.decode()}")
            self.send_response(left.pop(0))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_url_of_our_own_is_told_from_a_strangers_by_what_they_are_answered() -> None:
    with answering(404, 400) as (url, came):
        found = list(callbacks.findings(url, MERCHANT_KEY))
    assert ill(found) == []
    assert [one.health for one in found if one.subject == "certificate"] == [Health.SKIPPED]
    assert [one.partition(" ")[2] for one in came] == ["{", "{"], "no JSON, so nothing is done"
    assert not [one for one in found if came[1].partition(" ")[0] in repr(one)]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((404, 404), "our own URL is refused: the function has another key"),
        ((502, 502), "it answered 502 and 502 instead of 404 and 400"),
        ((200, 200), "it answered 200 and 200 instead of 404 and 400"),
    ],
)
def test_an_api_that_answers_otherwise_is_not_well(answers: tuple[int, ...], said: str) -> None:
    with answering(*answers) as (url, _):
        assert ill(callbacks.findings(url, MERCHANT_KEY)) == [f"callback: {said}"]


def test_an_api_that_is_not_there_is_not_well() -> None:
    (found,) = ill(callbacks.findings("http://127.0.0.1:9", MERCHANT_KEY))
    assert found == "callback: http://127.0.0.1:9 cannot be reached: ConnectionError"


def test_what_the_doctor_posts_is_refused_by_the_real_function_and_stores_nothing(
    operator: Operator,
) -> None:
    before = operator.rows()
    known = make_callback_event("{", order_id=merchant.nobodys_order())
    assert operator.service.callback(known).status == 400
    stranger = make_callback_event("{", order_id=merchant.nobodys_order(), token="0" * 32)
    assert operator.service.callback(stranger).status == 404
    assert operator.rows() == before


def test_plain_http_is_for_this_machine_only() -> None:
    assert callbacks.certificate("http://127.0.0.1:1").health is Health.SKIPPED
    assert ill([callbacks.certificate("http://shop.example")]) == [
        "certificate: http://shop.example is plain http"
    ]


def test_nothing_is_said_of_a_certificate_that_nobody_showed() -> None:
    assert callbacks.certificate("https://127.0.0.1:9").health is Health.SKIPPED


@pytest.mark.parametrize(
    ("date", "apart", "health"),
    [
        ("Thu, 26 Nov 2026 02:00:00 GMT", 0, Health.GOOD),
        ("Thu, 26 Nov 2026 02:00:00 GMT", 5_900, Health.GOOD),
        ("Thu, 26 Nov 2026 02:00:00 GMT", 7_000, Health.BAD),
        ("Thu, 26 Nov 2026 02:00:00 GMT", -7_000, Health.BAD),
        ("yesterday", 0, Health.SKIPPED),
        ("", 0, Health.SKIPPED),
    ],
)
def test_clocks_may_be_a_few_seconds_apart(date: str, apart: int, health: Health) -> None:
    at = 1_795_658_400_000
    assert clock.iso_utc(at) == "2026-11-26T02:00:00.000Z"
    assert callbacks.clock("clock", "Finpay", Reply(200, date, at + apart)).health is health


def deployed() -> Resources:
    """The template's tables and alarms, as they would be deployed under their logical ids."""
    kinds = ("AWS::DynamoDB::Table", "AWS::CloudWatch::Alarm")
    found = {
        name: {"Type": kind, "Properties": of}
        for kind in kinds
        for name, of in of_template(kind).items()
    }
    return Resources(found, {name: name for name in found})


@pytest.fixture
def tables(operator: Operator) -> Any:  # noqa: ARG001 - its tables must be there
    """As the template has them: time to live and protection are not made by the fixture."""
    client = boto3.client("dynamodb")
    for name, properties in of_template("AWS::DynamoDB::Table").items():
        protected = bool(properties.get("DeletionProtectionEnabled"))
        client.update_table(TableName=name, DeletionProtectionEnabled=protected)
        if ttl := properties.get("TimeToLiveSpecification"):
            client.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
    return client


@pytest.mark.moto
def test_tables_as_the_template_says_are_well(tables: Any) -> None:
    assert ill(resources.tables(tables, deployed())) == []


@pytest.mark.moto
def test_each_change_of_a_table_is_found(tables: Any) -> None:
    off = {"AttributeName": "deleteAt", "Enabled": False}
    tables.update_time_to_live(TableName="QuarantineTable", TimeToLiveSpecification=off)
    tables.update_table(TableName="StorefrontsTable", DeletionProtectionEnabled=False)
    stream = {"StreamEnabled": False}
    tables.update_table(TableName="PaymentsTable", StreamSpecification=stream)
    tables.delete_table(TableName="CircuitsTable")
    assert sorted(ill(resources.tables(tables, deployed()))) == [
        "table CircuitsTable: it is not there",
        "table PaymentsTable: not as the template says: stream",
        "table QuarantineTable: not as the template says: TTL",
        "table StorefrontsTable: not as the template says: deletion protection",
    ]


def in_prod() -> Resources:
    """What CloudFormation has of a stack of stage prod: the conditions there do not hold."""
    made = sam.transformed(sam.TEMPLATE.read_text(), stage="prod")["Resources"]
    assert {one.get("Condition") for one in made.values()} == {None, "HasTestMode"}
    there = [name for name, one in made.items() if "Condition" not in one]
    return Resources(made, {name: f"{name:-<36}" for name in there})


@pytest.fixture
def prod(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Resources:
    """A stack of stage prod with all of its functions, as the template has them."""
    made = in_prod()
    iam, client = boto3.client("iam"), boto3.client("lambda")
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    for logical, name, properties in made.of_type("AWS::Lambda::Function"):
        if logical in made.names:
            asks = "FINPAY_BASE_URL" in properties["Environment"]["Variables"]
            client.create_function(
                FunctionName=name,
                Role=arn,
                Runtime="python3.13",
                Handler="app.handler",
                Code={"ZipFile": b"nothing"},
                Environment={"Variables": {"FINPAY_BASE_URL": LIVE} if asks else {}},
            )
    monkeypatch.setattr(Resources, "of", lambda _: made)
    operator.parameters |= {"Stage": "prod", "FinpayBaseUrl": LIVE, "WebhookTargets": "public"}
    return made


def found_by_the_doctor(operator: Operator) -> dict[str, dict[str, Any]]:
    """The findings by their subject."""
    return {one["subject"]: one for one in operator.json("doctor", code=1)["findings"]}


@pytest.mark.moto
def test_a_function_that_prod_does_not_have_is_not_asked_for(
    operator: Operator, prod: Resources
) -> None:
    client = boto3.client("lambda")
    assert ill(stages.findings(operator.parameters, resources.finpays(client, prod))) == []
    assert ill(resources.functions(client, prod)) == []
    found = found_by_the_doctor(operator)
    assert found["stage"]["health"] == found["functions"]["health"] == "good"


@pytest.mark.parametrize("gone", ["Reconcile", "Notify"])
@pytest.mark.moto
def test_a_function_that_was_deleted_by_hand_is_found_and_keeps_no_other_finding(
    operator: Operator, prod: Resources, gone: str
) -> None:
    client = boto3.client("lambda")
    asking = resources.finpays(client, prod)
    client.delete_function(FunctionName=prod.names[gone])
    found = found_by_the_doctor(operator)
    assert found["stage"]["health"] == "good"
    left = len(asking.keys() - {gone})
    assert found["functions"]["said"] == f"all {left} that ask Finpay ask that one"
    missing = found[f"function {gone}"]
    assert (missing["health"], missing["said"]) == ("bad", "it is not there")
    assert missing["remedy"] == "docs/runbook.md#a-function-or-a-source-is-gone"
    assert "\n## A function or a source is gone\n" in RUNBOOK.read_text()
    assert found["function StorefrontApi"]["health"] == "good"


@pytest.mark.moto
def test_a_source_that_prod_does_not_have_is_not_missed() -> None:
    prod = in_prod()
    client = boto3.client("lambda")
    with Stubber(client) as stubber:
        for logical, one in prod.template.items():
            if one["Type"] == "AWS::Lambda::EventSourceMapping" and logical in prod.names:
                request = {"UUID": prod.names[logical]}
                stubber.add_response("get_event_source_mapping", {"State": "Enabled"}, request)
        assert ill(resources.sources(client, prod)) == []
        stubber.assert_no_pending_responses()


@pytest.mark.moto
def test_what_is_gone_is_missed_if_it_has_no_condition(tables: Any) -> None:
    made = deployed()
    tables.delete_table(TableName="CircuitsTable")
    (found,) = ill(resources.tables(tables, made))
    assert found == "table CircuitsTable: it is not there"


def put_alarms(change: Callable[[str, dict[str, Any]], dict[str, Any] | None]) -> Any:
    client = boto3.client("cloudwatch")
    for name, of in of_template("AWS::CloudWatch::Alarm").items():
        names = ("MetricName", "Namespace", "Threshold", "Period", "EvaluationPeriods")
        wanted = {one: of[one] for one in (*names, "ComparisonOperator", "Statistic")}
        if changed := change(name, wanted | {"AlarmName": name}):
            client.put_metric_alarm(**changed)
    return client


@pytest.mark.moto
def test_alarms_as_the_template_says_are_well_and_silence_is_for_prod_to_mind(
    operator: Operator,  # noqa: ARG001 - its account is the one with the alarms
) -> None:
    client = put_alarms(lambda _, alarm: alarm)
    assert ill(alarms.alarms(client, deployed(), "", "dev")) == []
    assert ill(alarms.alarms(client, deployed(), "", "prod")) == ["topic: alarms reach nobody"]
    assert ill(alarms.alarms(client, deployed(), "arn:aws:sns:…", "prod")) == []


@pytest.mark.moto
def test_an_alarm_that_is_gone_changed_or_rings_is_found(operator: Operator) -> None:  # noqa: ARG001
    changes: dict[str, dict[str, Any] | None] = {
        "DriftAlarm": None,
        "ReviewAlarm": {"Threshold": 99.0},
        "NotifyFailsAlarm": {"ActionsEnabled": False},
    }

    def change(name: str, alarm: dict[str, Any]) -> dict[str, Any] | None:
        change = changes.get(name, {})
        return None if change is None else alarm | change

    client = put_alarms(change)
    client.set_alarm_state(AlarmName="QuarantineAlarm", StateValue="ALARM", StateReason="a test")
    found = list(alarms.alarms(client, deployed(), "topic", "prod"))
    assert ill(found) == [
        "alarms: missing: DriftAlarm; changed: NotifyFailsAlarm, ReviewAlarm",
        "alarm QuarantineAlarm: it rings",
    ]
    assert found[1].remedy == "docs/runbook.md#quarantinealarm"


def test_what_cannot_be_looked_at_is_a_finding_and_keeps_no_other_one(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(_: Deployment) -> Resources:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetTemplate")

    monkeypatch.setattr(Resources, "of", forbid)
    operator.parameters["CallbackBaseUrl"] = operator.outputs["ApiUrl"]
    operator.dead_letter("StatusSyncDeadLettersUrl", "a status sync")
    found = operator.json("doctor", code=1)
    assert found["well"] is False
    health = {one["subject"]: one["health"] for one in found["findings"]}
    assert health["secret"] == health["signature"] == health["finpay"] == "good"
    assert health["stage"] == health["tables"] == health["alarms"] == "bad"
    assert health["callback"] == "bad"
    assert health[f"dead letters of {Queue.STATUS_SYNCS}"] == "bad"
    assert health[f"dead letters of {Queue.STREAM}"] == "good"
    assert all(one["remedy"] for one in found["findings"] if one["health"] == "bad")
    assert operator.lines("doctor", code=1)[-1].endswith(" not well")


def test_a_stack_that_is_not_there_is_no_patient(operator: Operator) -> None:
    del operator.outputs["ApiUrl"]
    why, _ = operator.refused("doctor")
    assert "has no output ApiUrl" in why
