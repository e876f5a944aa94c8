"""What the tests rely on of SQS, Secrets Manager and KMS, as AWS documents it.

It runs on the simulated AWS and, by `--aws=moto`, on moto.
"""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_kms import KMSClient
from mypy_boto3_secretsmanager import SecretsManagerClient
from mypy_boto3_sqs import SQSClient

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def sqs(aws: None) -> SQSClient:  # noqa: ARG001 - the account must be there
    return boto3.client("sqs")


@pytest.fixture
def url(sqs: SQSClient) -> str:
    return sqs.create_queue(QueueName="any")["QueueUrl"]


def receive(sqs: SQSClient, url: str, **more: Any) -> list[Any]:
    request: Any = {"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"], **more}
    return list(sqs.receive_message(QueueUrl=url, **request).get("Messages", []))


def counts(sqs: SQSClient, url: str) -> tuple[int, int, int]:
    """How many messages can be received, are delayed, and are hidden."""
    found = sqs.get_queue_attributes(
        QueueUrl=url,
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
        ],
    )["Attributes"]
    ready, delayed, hidden = (int(found[name]) for name in sorted(found))
    return ready, delayed, hidden


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


# SQS


def test_a_message_that_was_received_is_hidden_until_its_visibility_timeout_ends(
    sqs: SQSClient, url: str
) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="one")
    (first,) = receive(sqs, url)
    assert receive(sqs, url) == []
    assert counts(sqs, url) == (0, 0, 1)
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0
    )
    (again,) = receive(sqs, url)
    assert (again["MessageId"], again["Body"]) == (first["MessageId"], "one")
    times = [int(one["Attributes"]["ApproximateReceiveCount"]) for one in (first, again)]
    assert times == [1, 2]


def test_a_message_that_was_deleted_does_not_come_again(sqs: SQSClient, url: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="one")
    (message,) = receive(sqs, url, VisibilityTimeout=0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert receive(sqs, url) == []
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_a_delayed_message_is_not_received_yet(sqs: SQSClient, url: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=600)
    assert receive(sqs, url) == []
    assert counts(sqs, url) == (0, 1, 0)


def test_a_batch_has_an_answer_for_each_entry(sqs: SQSClient, url: str) -> None:
    entries: Any = [{"Id": str(n), "MessageBody": str(n), "MessageGroupId": "g"} for n in range(3)]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [one["Id"] for one in sent["Successful"]] == ["0", "1", "2"]
    messages = receive(sqs, url)
    assert {one["Attributes"]["MessageGroupId"] for one in messages} == {"g"}
    handles: Any = [
        {"Id": one["Body"], "ReceiptHandle": one["ReceiptHandle"]} for one in messages[:2]
    ]
    shown = sqs.change_message_visibility_batch(
        QueueUrl=url, Entries=[one | {"VisibilityTimeout": 0} for one in handles]
    )
    assert [one["Id"] for one in shown["Successful"]] == ["0", "1"]
    gone = sqs.delete_message_batch(QueueUrl=url, Entries=handles)
    assert [one["Id"] for one in gone["Successful"]] == ["0", "1"]
    assert counts(sqs, url) == (0, 0, 1)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ([str(n) for n in range(11)], "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
        (["a", "a"], "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
    ],
)
def test_a_batch_that_is_too_large_or_not_distinct_is_refused_as_a_whole(
    sqs: SQSClient, url: str, names: list[str], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        sqs.send_message_batch(
            QueueUrl=url, Entries=[{"Id": name, "MessageBody": "x"} for name in names]
        )
    assert code_of(refused) == code
    assert receive(sqs, url) == []


def test_a_purged_queue_is_empty(sqs: SQSClient, url: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="one")
    sqs.purge_queue(QueueUrl=url)
    assert receive(sqs, url) == []


def test_a_queue_that_was_deleted_takes_nothing(sqs: SQSClient, url: str) -> None:
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.send_message(QueueUrl=url, MessageBody="one")


def test_a_receipt_that_was_never_given_out_is_refused(sqs: SQSClient, url: str) -> None:
    with pytest.raises(ClientError) as refused:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle="none", VisibilityTimeout=0)
    assert code_of(refused) == "ReceiptHandleIsInvalid"


# Secrets Manager


@pytest.fixture
def secrets(aws: None) -> SecretsManagerClient:  # noqa: ARG001 - the account must be there
    return boto3.client("secretsmanager")


def test_a_secret_has_its_current_and_its_previous_version(secrets: SecretsManagerClient) -> None:
    made = secrets.create_secret(Name="pair", SecretString="first")
    for text in ("second", "third"):
        secrets.put_secret_value(SecretId=made["ARN"], SecretString=text)
    current = secrets.get_secret_value(SecretId="pair")
    previous = secrets.get_secret_value(SecretId="pair", VersionStage="AWSPREVIOUS")
    assert (current["SecretString"], previous["SecretString"]) == ("third", "second")
    assert previous["CreatedDate"] <= current["CreatedDate"]


@pytest.mark.parametrize("stage", ["AWSCURRENT", "AWSPREVIOUS"])
def test_a_secret_or_a_version_that_is_not_there_is_not_found(
    secrets: SecretsManagerClient, stage: str
) -> None:
    secrets.create_secret(Name="pair", SecretString="first")
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId="pair", VersionStage="AWSPREVIOUS")
    secrets.delete_secret(SecretId="pair", ForceDeleteWithoutRecovery=True)
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId="pair", VersionStage=stage)


def test_a_name_stands_for_one_secret(secrets: SecretsManagerClient) -> None:
    secrets.create_secret(Name="pair", SecretString="first")
    with pytest.raises(secrets.exceptions.ResourceExistsException):
        secrets.create_secret(Name="pair", SecretString="second")


# KMS


@pytest.fixture
def kms(aws: None) -> KMSClient:  # noqa: ARG001 - the account must be there
    return boto3.client("kms")


def test_what_was_encrypted_is_decrypted_in_the_same_context_only(kms: KMSClient) -> None:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    context = {"storefrontId": "toko"}
    sealed = kms.encrypt(KeyId=key, Plaintext=b"\x00raw\xff", EncryptionContext=context)
    blob = sealed["CiphertextBlob"]
    assert json.dumps(str(blob)).find("raw") < 0
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    assert opened["Plaintext"] == b"\x00raw\xff"
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"storefrontId": "kios"})


def test_a_key_that_is_not_there_encrypts_nothing(kms: KMSClient) -> None:
    missing = "arn:aws:kms:ap-southeast-3:123456789012:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.encrypt(KeyId=missing, Plaintext=b"x")
