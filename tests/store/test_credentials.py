"""The merchant's credentials, out of a secret."""

import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from mypy_boto3_secretsmanager import SecretsManagerClient

from payments.credentials import CURRENT, PREVIOUS, SecretCredentials
from payments.errors import Unavailable
from payments.merchant import Credentials
from tests.builders import NOW


@pytest.fixture
def secrets(aws: None) -> SecretsManagerClient:  # noqa: ARG001 - the account must be there
    client = boto3.client("secretsmanager", config=Config(retries={"total_max_attempts": 1}))
    client.create_secret(Name="finpay", SecretString=secret("first"))
    return client


def secret(key: str) -> str:
    return json.dumps({"merchantId": "FINPAY770", "merchantKey": key})


def rotate(secrets: SecretsManagerClient, key: str) -> None:
    secrets.put_secret_value(SecretId="finpay", SecretString=secret(key))


def test_the_first_key_is_the_current_one_and_the_others_verify(
    secrets: SecretsManagerClient,
) -> None:
    rotate(secrets, "second")
    source = SecretCredentials(secrets, "finpay", lambda: NOW, (CURRENT, PREVIOUS))
    assert source.current() == Credentials("FINPAY770", ("second", "first"))


def test_before_any_rotation_there_is_one_key(secrets: SecretsManagerClient) -> None:
    source = SecretCredentials(secrets, "finpay", lambda: NOW, (CURRENT, PREVIOUS))
    assert source.current().merchant_keys == ("first",)


def test_a_secret_is_read_anew_at_most_once_a_minute(secrets: SecretsManagerClient) -> None:
    now = [NOW]
    source = SecretCredentials(secrets, "finpay", lambda: now[0])
    source.current()
    rotate(secrets, "second")
    now[0] += 59_999
    assert source.renewed() is None
    now[0] += 1
    renewed = source.renewed()
    assert renewed == source.current() == Credentials("FINPAY770", ("second",))
    now[0] += 60_000
    assert source.renewed() is None, "it did not change"


def test_a_secret_that_may_not_be_read_is_unavailable(secrets: SecretsManagerClient) -> None:
    with Stubber(secrets) as stubber:
        stubber.add_client_error("get_secret_value", "AccessDeniedException")
        with pytest.raises(Unavailable, match="AccessDeniedException"):
            SecretCredentials(secrets, "finpay", lambda: NOW).current()


def test_secrets_that_do_not_answer_are_unavailable(secrets: SecretsManagerClient) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://x")

    secrets.meta.events.register("before-send.secrets-manager.GetSecretValue", fail)
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        SecretCredentials(secrets, "finpay", lambda: NOW).current()
