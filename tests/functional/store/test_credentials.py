"""The merchant's credentials, out of a secret."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from mypy_boto3_secretsmanager import SecretsManagerClient

from payments.domain.errors import Unavailable
from payments.domain.merchant import Credentials
from payments.finpay.merchant_credentials import MAX_AGE_MS, REFRESH_MS, SecretCredentials
from testing.builders import NOW

HOUR = 3_600_000


@pytest.fixture
def secrets(aws: None) -> SecretsManagerClient:  # noqa: ARG001 - the account must be there
    client = boto3.client("secretsmanager", config=Config(retries={"total_max_attempts": 1}))
    client.create_secret(Name="finpay", SecretString=secret("first"))
    return client


def secret(key: str) -> str:
    return json.dumps({"merchantId": "FINPAY770", "merchantKey": key})


def rotate(secrets: SecretsManagerClient, key: str) -> None:
    secrets.put_secret_value(SecretId="finpay", SecretString=secret(key))


def created_at(secrets: SecretsManagerClient) -> int:
    """When the current version was, in epoch milliseconds."""
    return int(secrets.get_secret_value(SecretId="finpay")["CreatedDate"].timestamp() * 1000)


@pytest.mark.parametrize("read_after", [0, HOUR - 1])
def test_the_current_key_comes_first_and_the_previous_one_verifies_until_the_overlap_ends(
    secrets: SecretsManagerClient, read_after: int
) -> None:
    rotate(secrets, "second")
    created = created_at(secrets)
    now = [created + read_after]
    source = SecretCredentials(secrets, "finpay", lambda: now[0], HOUR)
    source.current()
    now[0] = created + HOUR - 1
    both = ("second", "first")
    assert source.current().merchant_keys == both
    now[0] = created + HOUR
    assert source.current() == Credentials("FINPAY770", ("second",))


def test_a_previous_key_whose_overlap_is_over_is_not_read(secrets: SecretsManagerClient) -> None:
    rotate(secrets, "second")
    now = created_at(secrets) + HOUR
    source = SecretCredentials(secrets, "finpay", lambda: now, HOUR)
    assert source.current().merchant_keys == ("second",)


def test_a_clock_that_was_corrected_to_before_the_read_reads_again(
    secrets: SecretsManagerClient,
) -> None:
    now = [created_at(secrets) + 2 * HOUR]
    source = SecretCredentials(secrets, "finpay", lambda: now[0], HOUR)
    source.current()
    rotate(secrets, "second")
    now[0] -= HOUR
    assert source.current().merchant_keys[0] == "second"


def test_without_an_overlap_the_previous_key_ends_at_once(secrets: SecretsManagerClient) -> None:
    rotate(secrets, "second")
    now = created_at(secrets)
    source = SecretCredentials(secrets, "finpay", lambda: now, 0)
    assert source.current().merchant_keys == ("second",)


def test_before_any_rotation_there_is_one_key(secrets: SecretsManagerClient) -> None:
    source = SecretCredentials(secrets, "finpay", lambda: NOW, HOUR)
    assert source.current().merchant_keys == ("first",)


def test_a_secret_is_read_anew_at_most_once_a_minute(secrets: SecretsManagerClient) -> None:
    now = [NOW]
    source = SecretCredentials(secrets, "finpay", lambda: now[0], HOUR)
    source.current()
    rotate(secrets, "second")
    now[0] += REFRESH_MS - 1
    assert source.renewed() is None
    now[0] += 1
    renewed = source.renewed()
    assert renewed == source.current() == Credentials("FINPAY770", ("second", "first"))
    now[0] += REFRESH_MS
    assert source.renewed() is None, "it did not change"


def test_a_secret_is_read_anew_after_five_minutes_though_nobody_asks_for_it(
    secrets: SecretsManagerClient,
) -> None:
    now = [NOW]
    source = SecretCredentials(secrets, "finpay", lambda: now[0], HOUR)
    source.current()
    rotate(secrets, "second")
    now[0] += MAX_AGE_MS - 1
    assert source.current().merchant_keys == ("first",)
    now[0] += 1
    assert source.current().merchant_keys == ("second", "first")


def test_what_is_known_is_good_enough_while_the_secret_cannot_be_read_anew(
    secrets: SecretsManagerClient,
) -> None:
    now = [NOW]
    source = SecretCredentials(secrets, "finpay", lambda: now[0], HOUR)
    known = source.current()
    now[0] += MAX_AGE_MS
    with Stubber(secrets) as stubber:
        stubber.add_client_error("get_secret_value", "InternalServiceError")
        assert source.current() == known
    with Stubber(secrets) as stubber:
        stubber.add_client_error("get_secret_value", "InternalServiceError")
        now[0] += REFRESH_MS
        with pytest.raises(Unavailable, match="InternalServiceError"):
            source.renewed()


@pytest.mark.parametrize(
    "text",
    [
        *(" ", "FINPAY770", "null", "[]", '{"merchantId": "F"}', '{"merchantKey": "k"}'),
        *('{"merchantId": 770, "merchantKey": "k"}', '{"merchantId": "F", "merchantKey": 1}'),
        '{"merchantId": "F", "merchantKey": ""}',
    ],
)
def test_a_secret_that_is_not_as_it_should_be_is_unavailable(
    secrets: SecretsManagerClient, text: str
) -> None:
    version = {"SecretString": text, "CreatedDate": datetime.now(UTC)}
    with Stubber(secrets) as stubber:
        stubber.add_response("get_secret_value", version)
        with pytest.raises(Unavailable, match="has an invalid format"):
            SecretCredentials(secrets, "finpay", lambda: NOW, HOUR).current()


def test_a_previous_version_that_is_not_as_it_should_be_verifies_nothing(
    secrets: SecretsManagerClient,
) -> None:
    secrets.put_secret_value(SecretId="finpay", SecretString="{}")
    rotate(secrets, "second")
    source = SecretCredentials(secrets, "finpay", lambda: NOW, HOUR)
    assert source.current().merchant_keys == ("second",)


def test_a_secret_that_may_not_be_read_is_unavailable(secrets: SecretsManagerClient) -> None:
    with Stubber(secrets) as stubber:
        stubber.add_client_error("get_secret_value", "AccessDeniedException")
        with pytest.raises(Unavailable, match="AccessDeniedException"):
            SecretCredentials(secrets, "finpay", lambda: NOW, HOUR).current()


def test_secrets_that_do_not_answer_are_unavailable(secrets: SecretsManagerClient) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://x")

    secrets.meta.events.register("before-send.secrets-manager.GetSecretValue", fail)
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        SecretCredentials(secrets, "finpay", lambda: NOW, HOUR).current()
