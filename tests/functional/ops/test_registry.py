"""Two operators at once, and a write that meets itself."""

from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from ops.errors import StorefrontChanged, StorefrontUnknown
from ops.rotation import Overlap
from ops.storefronts import Registry
from payments.domain import clock
from payments.storefronts.authenticate import Storefronts
from payments.storefronts.webhook_endpoints import DynamoReceivers
from testing.builders import NOW
from testing.registry import TABLE, make_registry

DAY = Overlap(86_400_000)

type Change = Callable[[Registry], Any]

CHANGES: dict[str, Change] = {
    "rotate_key": lambda registry: registry.rotate_key("toko", DAY),
    "rotate_webhook_secret": lambda registry: registry.rotate_webhook_secret("toko", DAY),
    "end_key_overlap": lambda registry: registry.end_key_overlap("rotating"),
    "end_webhook_secret_overlap": lambda registry: registry.end_webhook_secret_overlap("rotating"),
    "disable": lambda registry: registry.disable("toko"),
    "enable": lambda registry: registry.enable("disabled"),
    "enable_webhooks": lambda registry: registry.enable_webhooks("gone"),
}


@pytest.fixture
def registry(dynamodb: DynamoDBClient) -> Registry:
    """Storefronts in whatever state a change needs."""
    made = make_registry(dynamodb, now=lambda: NOW)
    for storefront_id in ("toko", "rotating", "disabled", "gone"):
        made.create(storefront_id, ["*"])
    made.rotate_key("rotating", DAY)
    made.rotate_webhook_secret("rotating", DAY)
    made.disable("disabled")
    DynamoReceivers(dynamodb, made.kms, TABLE, clock.now).disable("gone", "hash-1")
    return made


def before_the_next_write(dynamodb: DynamoDBClient, do: Callable[[Any], object]) -> None:
    """Let something happen just before the next UpdateItem arrives; it is given the request."""
    params: list[Any] = []

    def note(params_: Any) -> None:
        params.append(params_)

    def once(**_: object) -> None:
        events.unregister("before-send.dynamodb.UpdateItem", once)
        do(params[0])

    events = dynamodb.meta.events
    events.register("provide-client-params.dynamodb.UpdateItem", lambda params, **_: note(params))
    events.register("before-send.dynamodb.UpdateItem", once)


def items(dynamodb: DynamoDBClient) -> dict[str, Any]:
    return {one["storefrontId"]["S"]: one for one in dynamodb.scan(TableName=TABLE)["Items"]}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_meets_itself_is_done(
    dynamodb: DynamoDBClient, registry: Registry, name: str
) -> None:
    written: list[Any] = []

    def write(request: Any) -> None:
        dynamodb.update_item(**request)
        written.append(items(dynamodb))

    before = items(dynamodb)
    before_the_next_write(dynamodb, write)
    CHANGES[name](registry)
    assert written == [items(dynamodb)], "the second write changed nothing"
    assert written != [before]


def test_a_key_whose_write_met_itself_is_the_one_that_is_let_in(
    dynamodb: DynamoDBClient, registry: Registry
) -> None:
    before_the_next_write(dynamodb, lambda request: dynamodb.update_item(**request))
    key = registry.rotate_key("toko", DAY)
    assert Storefronts(dynamodb, TABLE, lambda: NOW).authenticate(f"Bearer {key}")


@pytest.mark.parametrize(
    ("name", "rival"),
    [
        ("rotate_key", lambda registry: registry.rotate_key("toko", DAY)),
        (
            "rotate_webhook_secret",
            lambda registry: registry.rotate_webhook_secret("toko", DAY),
        ),
        ("end_key_overlap", lambda registry: registry.rotate_key("rotating", Overlap(0))),
        (
            "end_webhook_secret_overlap",
            lambda registry: registry.rotate_webhook_secret("rotating", Overlap(0)),
        ),
        ("enable_webhooks", lambda registry: receivers(registry).disable("gone", "hash-2")),
    ],
)
def test_of_two_changes_at_once_the_second_is_told_and_undoes_nothing(
    dynamodb: DynamoDBClient, registry: Registry, name: str, rival: Change
) -> None:
    after_rival: list[Any] = []

    def be_quicker(_: object) -> None:
        rival(registry)
        after_rival.append(items(dynamodb))

    before_the_next_write(dynamodb, be_quicker)
    with pytest.raises(StorefrontChanged, match="changed at this moment"):
        CHANGES[name](registry)
    assert after_rival == [items(dynamodb)]


def receivers(registry: Registry) -> DynamoReceivers:
    return DynamoReceivers(registry.dynamodb, registry.kms, TABLE, registry.clock)


def test_who_disables_what_another_just_disabled_is_content(
    dynamodb: DynamoDBClient, registry: Registry
) -> None:
    before_the_next_write(dynamodb, lambda _: registry.disable("toko"))
    registry.disable("toko")
    assert items(dynamodb)["toko"]["disabledAt"] == {"N": str(NOW)}


def test_who_enables_what_another_disables_anew_is_told(
    dynamodb: DynamoDBClient, registry: Registry
) -> None:
    def disable_anew(_: object) -> None:
        registry.enable("disabled")
        make_registry(dynamodb, now=lambda: NOW + 1).disable("disabled")

    before_the_next_write(dynamodb, disable_anew)
    with pytest.raises(StorefrontChanged):
        registry.enable("disabled")
    assert items(dynamodb)["disabled"]["disabledAt"] == {"N": str(NOW + 1)}


def test_changes_of_different_things_at_once_are_both_kept(
    dynamodb: DynamoDBClient, registry: Registry
) -> None:
    before_the_next_write(dynamodb, lambda _: registry.rotate_webhook_secret("toko", DAY))
    registry.rotate_key("toko", DAY)
    toko = items(dynamodb)["toko"]
    assert (len(toko["keys"]["L"]), len(toko["webhookSecrets"]["L"])) == (2, 2)


def test_a_storefront_that_is_removed_meanwhile_does_not_come_back(
    dynamodb: DynamoDBClient, registry: Registry
) -> None:
    key = {"storefrontId": {"S": "toko"}}
    before_the_next_write(dynamodb, lambda _: dynamodb.delete_item(TableName=TABLE, Key=key))
    with pytest.raises(StorefrontUnknown):
        registry.rotate_key("toko", DAY)
    assert "toko" not in items(dynamodb)
