"""Receivers of webhooks: their live secrets, opened by KMS, and the endpoints that are gone."""

import base64
from dataclasses import replace

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_kms import KMSClient

from ops import storefront_writes
from ops.rotation import Overlap
from payments.domain.errors import Unavailable
from payments.storefronts.storefront_item import (
    ApiKey,
    Registration,
    WebhookSecret,
    encryption_context,
    secrets_value,
    to_item,
    to_registration,
)
from payments.storefronts.webhook_endpoints import DynamoReceivers
from payments.webhooks.endpoint import MAX_GONE, Receiver
from testing.builders import NOW
from testing.registry import TABLE, make_registry

HOUR = 3_600_000

pytestmark = pytest.mark.usefixtures("aws")


class Hands:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def kms(aws: None) -> KMSClient:  # noqa: ARG001 - the account must be there
    return boto3.client("kms", config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def receivers(dynamodb: DynamoDBClient, kms: KMSClient, hands: Hands) -> DynamoReceivers:
    return DynamoReceivers(dynamodb, kms, TABLE, hands)


def raw(secret: str) -> bytes:
    """The bytes of a secret as its storefront reads them."""
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def read(dynamodb: DynamoDBClient, storefront_id: str = "toko") -> Registration:
    return to_registration(dynamodb.get_item(**storefront_writes.get(TABLE, storefront_id))["Item"])


def test_what_a_secret_is_sealed_for_stays_the_same_over_releases() -> None:
    # With another context KMS opens nothing that was sealed before.
    assert encryption_context("toko") == {"storefrontId": "toko"}


@pytest.mark.parametrize("end", [None, NOW + HOUR])
def test_a_registration_is_read_as_it_was_written(end: int | None) -> None:
    registration = Registration(
        "toko",
        NOW,
        (ApiKey("a" * 64, NOW + 1, end),),
        (WebhookSecret("id", b"sealed", NOW + 2, end),),
        ("https://toko.example",),
        {"hash": NOW + 3},
        end,
    )
    assert to_registration(to_item(registration)) == registration


def test_a_new_storefront_has_one_secret_and_no_endpoint_that_is_gone(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers
) -> None:
    shown = make_registry(dynamodb).create("toko", ["*"]).webhook_secret
    assert len(raw(shown)) == 32
    assert receivers.of("toko") == Receiver("toko", (raw(shown),), frozenset())


def test_nobody_receives_for_a_storefront_that_is_not_there(receivers: DynamoReceivers) -> None:
    assert receivers.of("nobody") is None


def test_a_disabled_storefront_is_still_told_what_becomes_of_its_payments(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers
) -> None:
    registry = make_registry(dynamodb)
    registry.create("toko", ["*"])
    registry.disable("toko")
    assert receivers.of("toko")


def test_both_secrets_live_during_a_rotation_the_new_one_first(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers, hands: Hands
) -> None:
    registry = make_registry(dynamodb, now=hands)
    old = registry.create("toko", ["*"]).webhook_secret
    new = registry.rotate_webhook_secret("toko", Overlap(HOUR))
    assert secrets_of(receivers) == (raw(new), raw(old))
    hands.at += HOUR - 1
    assert secrets_of(receivers) == (raw(new), raw(old))
    hands.at += 1
    assert secrets_of(receivers) == (raw(new),)


def secrets_of(receivers: DynamoReceivers) -> tuple[bytes, ...]:
    receiver = receivers.of("toko")
    assert receiver
    return receiver.secrets


def test_no_secret_is_in_the_table_or_in_what_a_receiver_prints(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers
) -> None:
    shown = make_registry(dynamodb).create("toko", ["*"]).webhook_secret
    stored = read(dynamodb).webhook_secrets[0].sealed
    assert raw(shown) not in stored
    assert secrets_of(receivers) == (raw(shown),)
    assert repr(raw(shown))[2:-1] not in f"{receivers.of('toko')!r}{receivers!r}"


def test_a_secret_that_was_opened_needs_no_kms_again(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers, kms: KMSClient
) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://x")

    make_registry(dynamodb).create("toko", ["*"])
    before = receivers.of("toko")
    kms.meta.events.register("before-send.kms.Decrypt", fail)
    assert receivers.of("toko") == before
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        replace(receivers, _decrypted={}).of("toko")


def test_a_sealed_secret_opens_for_its_own_storefront_only(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers
) -> None:
    registry = make_registry(dynamodb)
    for storefront_id in ("toko", "warung"):
        registry.create(storefront_id, ["*"])
    assert receivers.of("toko"), "opened, and remembered"
    copied = replace(read(dynamodb, "warung"), webhook_secrets=read(dynamodb).webhook_secrets)
    dynamodb.put_item(TableName=TABLE, Item=to_item(copied))
    with pytest.raises(Unavailable, match="InvalidCiphertextException"):
        receivers.of("warung")


def test_an_endpoint_that_is_gone_stays_gone_with_the_time_it_first_said_so(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers, hands: Hands
) -> None:
    make_registry(dynamodb).create("toko", ["*"])
    receivers.disable("toko", "hash-1")
    hands.at += 1
    receivers.disable("toko", "hash-1")
    receivers.disable("toko", "hash-2")
    assert read(dynamodb).gone_endpoints == {"hash-1": NOW, "hash-2": NOW + 1}
    receiver = receivers.of("toko")
    assert receiver
    assert receiver.gone == {"hash-1", "hash-2"}


def test_no_more_than_a_hundred_endpoints_are_remembered(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers
) -> None:
    make_registry(dynamodb).create("toko", ["*"])
    for n in range(MAX_GONE + 1):
        receivers.disable("toko", f"hash-{n}")
    assert set(read(dynamodb).gone_endpoints) == {f"hash-{n}" for n in range(MAX_GONE)}


def test_no_storefront_comes_to_be_because_an_endpoint_is_gone(
    dynamodb: DynamoDBClient, receivers: DynamoReceivers
) -> None:
    receivers.disable("nobody", "hash-1")
    assert receivers.of("nobody") is None
    assert dynamodb.scan(TableName=TABLE)["Items"] == []


def test_a_table_that_does_not_answer_is_unavailable(
    dynamodb: DynamoDBClient, kms: KMSClient
) -> None:
    receivers = DynamoReceivers(dynamodb, kms, "missing", lambda: NOW)
    with pytest.raises(Unavailable, match="ResourceNotFoundException"):
        receivers.of("toko")
    with pytest.raises(Unavailable, match="ResourceNotFoundException"):
        receivers.disable("toko", "hash-1")


def test_what_is_registered_is_read_as_it_was_stored(dynamodb: DynamoDBClient) -> None:
    registry = make_registry(dynamodb, now=lambda: NOW)
    registry.create("toko", ["https://toko.example", "*"])
    registry.rotate_webhook_secret("toko", Overlap(HOUR))
    registry.disable("toko")
    found = read(dynamodb)
    assert (found.created_at, found.disabled_at) == (NOW, NOW)
    assert [one.expires_at for one in found.webhook_secrets] == [None, NOW + HOUR]
    stored = dynamodb.scan(TableName=TABLE)["Items"]
    assert stored == [to_item(found)]
    assert stored[0]["webhookSecrets"] == secrets_value(found.webhook_secrets)
