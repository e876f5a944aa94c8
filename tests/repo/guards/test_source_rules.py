"""The service's source keeps to the rules, and each rule finds what breaks it."""

from collections.abc import Callable

import pytest

from testing.template import ROOT
from tests.repo.guards import source_rules as rules

type Rule = Callable[[str], list[int]]

SOURCES = sorted((ROOT / "functions").rglob("*.py"))

POWERTOOLS = "aws_lambda_powertools"
DECORATED = "@bootstrap.instrumented\ndef lambda_handler("

LISTED = "return all(key in {index, str(index)} for index, key in enumerate(members))"
RECEIVED_BEFORE = (
    "entry for entry in payment.history if entry.payload_digest == reported.payload_digest"
)
ACCEPTED = {
    ("php_json.py", LISTED): "the key of a list's member",
    ("trigger_rules.py", RECEIVED_BEFORE): "the digest of a payload, which is no secret",
    ("signature.py", 'depth += 1 if token[0] in b"[{" else -1'): "a token of JSON",
}
"""Lines that look like a secret's comparison and are none."""


def breaches(rule: Rule) -> set[tuple[str, str]]:
    found = set()
    for path in SOURCES:
        source = path.read_text()
        lines = source.splitlines()
        found |= {(path.name, lines[number - 1].strip()) for number in rule(source)}
    return found


def test_there_is_something_to_guard() -> None:
    assert len(SOURCES) > 50


def test_no_signature_key_or_token_is_compared_in_a_time_that_tells_of_it() -> None:
    assert breaches(rules.secrets_compared_in_open_time) == set(ACCEPTED)


def test_no_http_call_waits_for_ever() -> None:
    assert breaches(rules.http_without_timeout) == set()


def test_every_client_of_aws_has_timeouts_and_retries_written_out() -> None:
    assert breaches(rules.clients_without_limits) == set()


def test_only_handlers_and_the_api_package_read_the_events_of_lambda() -> None:
    reads = {
        str(path.relative_to(ROOT / "functions"))
        for path in SOURCES
        if rules.events_read_by_hand(path.read_text())
    }
    assert all(name.endswith("/app.py") or name.startswith("payments/api/") for name in reads)
    assert "notify/app.py" in reads, "the rule finds those that may"


def test_each_part_of_powertools_that_the_service_is_to_have_is_in_use() -> None:
    used = {name for path in SOURCES for name in rules.used_of(POWERTOOLS, path.read_text())}
    assert used >= {"APIGatewayHttpResolver", "parse", "Logger", "Metrics", "Tracer"}
    assert used >= {"APIGatewayHttpRouter", "BatchProcessor"}


def test_every_handler_that_logs_is_decorated_with_powertools() -> None:
    handlers = {path.parent.name: path.read_text() for path in SOURCES if path.name == "app.py"}
    decorated = {name for name, text in handlers.items() if DECORATED in text}
    assert decorated == {*handlers} - {"storefront_auth"}


@pytest.mark.parametrize(
    "line",
    [
        'event["requestContext"]',
        'lambda_event.get("rawPath", "")',
        'self.event["anything"]',
        '[record["messageId"] for record in event["Records"]]',
        'record["dynamodb"]["NewImage"]',
    ],
)
def test_an_event_that_is_read_by_hand_is_found(line: str) -> None:
    assert set(rules.events_read_by_hand(f"def f():\n    return {line}")) == {2}


def test_an_import_that_is_not_used_or_only_for_types_is_no_use() -> None:
    unused = f"from {POWERTOOLS} import Logger"
    types = f"if TYPE_CHECKING:\n    from {POWERTOOLS} import Tracer\ndef f() -> Tracer: ..."
    assert rules.used_of(POWERTOOLS, unused) == rules.used_of(POWERTOOLS, types) == set()
    used = f"def f():\n    from {POWERTOOLS}.utilities.parser import parse\n    return parse()"
    assert rules.used_of(POWERTOOLS, used) == {"parse"}


@pytest.mark.parametrize(
    "line",
    [
        "signature == expected",
        "expected != fields['signature']",
        "fields.get('signature') == expected",
        "self.api_key == key",
        "token != made",
        "hashed(api_key) == row.key_hash",
        "digest() == given",
        "mac.hexdigest() != signature.lower()",
        "token.encode() == b''.join(parts)",
        "merchant_key in known",
        "webhook_secret not in row.secrets",
    ],
)
def test_a_secret_that_is_compared_in_open_time_is_found(line: str) -> None:
    assert rules.secrets_compared_in_open_time(f"def f():\n    return {line}") == [2]


@pytest.mark.parametrize(
    "line",
    [
        "hmac.compare_digest(signature, expected)",
        "name == 'signature'",
        "status == PAID",
        "monkey == donkey",
        "signature is None",
    ],
)
def test_what_compares_no_secret_is_let_through(line: str) -> None:
    assert rules.secrets_compared_in_open_time(line) == []


@pytest.mark.parametrize(
    "call",
    [
        "requests.get(url)",
        "requests.post(url, json=body)",
        "session.send(request, stream=True)",
        "self._session.request('GET', url)",
        "urlopen(url)",
        "urllib.request.urlopen(url, data)",
        "http.client.HTTPSConnection(host, 443)",
        "socket.create_connection(address)",
        "urllib3.PoolManager()",
    ],
)
def test_an_http_call_without_a_timeout_is_found(call: str) -> None:
    assert rules.http_without_timeout(f"\n{call}") == [2]


@pytest.mark.parametrize(
    "call",
    [
        "requests.get(url, timeout=3)",
        "session.send(request, timeout=(1, 2))",
        "socket.create_connection(address, 3)",
        "http.client.HTTPSConnection(host, 443, 3)",
        "row.get('status')",
        "queue.send(batch)",
    ],
)
def test_a_call_with_a_timeout_or_of_another_kind_is_let_through(call: str) -> None:
    assert rules.http_without_timeout(call) == []


@pytest.mark.parametrize(
    "call",
    [
        "boto3.client('sqs')",
        "boto3.resource('dynamodb')",
        "boto3.Session().client('sqs')",
        "session.client('kms', region_name=region)",
        "get_session().create_client('kms')",
        "Config(connect_timeout=1, read_timeout=1)",
        "botocore.config.Config(retries={'total_max_attempts': 2}, read_timeout=1)",
    ],
)
def test_a_client_of_aws_without_limits_is_found(call: str) -> None:
    assert rules.clients_without_limits(f"\n\n{call}") == [3]


def test_a_client_of_aws_with_limits_is_let_through() -> None:
    source = (
        "limits = Config(connect_timeout=1, read_timeout=1, retries={})\n"
        "boto3.client('sqs', config=limits)\n"
        "session.create_client('sqs', config=limits)"
    )
    assert rules.clients_without_limits(source) == []
