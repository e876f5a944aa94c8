"""The service's source keeps to the rules, and each rule finds what breaks it."""

from collections.abc import Callable

import pytest

from testing.template import ROOT
from tests.repo.guards import source_rules as rules

type Rule = Callable[[str], list[int]]

SOURCES = sorted((ROOT / "functions").rglob("*.py"))

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
