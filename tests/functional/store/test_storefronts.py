import hmac
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from ops.errors import StorefrontExists
from payments.domain.errors import Unavailable
from payments.storefronts import api_key_format
from payments.storefronts.authenticate import Storefront, Storefronts
from testing.builders import NOW
from testing.registry import TABLE, make_registry

pytestmark = pytest.mark.usefixtures("aws")


def register(dynamodb: DynamoDBClient, storefront_id: str = "toko") -> str:
    return make_registry(dynamodb).create(storefront_id, ["https://toko.example"]).api_key


def storefronts(dynamodb: DynamoDBClient, table: str = TABLE) -> Storefronts:
    return Storefronts(dynamodb, table, lambda: NOW)


def test_a_registered_key_names_its_storefront(dynamodb: DynamoDBClient) -> None:
    key = register(dynamodb)
    storefront = storefronts(dynamodb).authenticate(f"Bearer {key}")
    assert storefront == Storefront("toko", ("https://toko.example",))


def test_the_scheme_of_the_header_is_read_in_any_case(dynamodb: DynamoDBClient) -> None:
    key = register(dynamodb)
    assert storefronts(dynamodb).authenticate(f"bearer  {key}")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer sk_toko_x", "Basic {key}", "{key}"])
def test_another_header_names_nobody(dynamodb: DynamoDBClient, header: str) -> None:
    key = register(dynamodb)
    assert storefronts(dynamodb).authenticate(header.format(key=key)) is None


def test_the_key_of_one_storefront_is_no_key_of_another(dynamodb: DynamoDBClient) -> None:
    key = register(dynamodb)
    register(dynamodb, "warung")
    table = storefronts(dynamodb)
    assert table.authenticate("Bearer " + key.replace("sk_toko", "sk_warung")) is None
    assert table.authenticate("Bearer " + key.replace("sk_toko", "sk_nobody")) is None


def test_the_table_holds_no_key(dynamodb: DynamoDBClient) -> None:
    key = register(dynamodb)
    stored = str(dynamodb.scan(TableName=TABLE)["Items"])
    assert key not in stored
    assert key.removeprefix("sk_toko_") not in stored
    assert api_key_format.digest(key) in stored


def test_a_key_is_compared_as_often_for_a_storefront_that_is_not_there(
    dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    real = hmac.compare_digest

    def compare(actual: str, stored: str) -> bool:
        compared.append(stored)
        return real(actual, stored)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    key = register(dynamodb)
    good, *wrong = key, key[:-4] + "xxxx", key.replace("sk_toko", "sk_nobody")
    counts = []
    for given in (good, *wrong):
        compared.clear()
        storefronts(dynamodb).authenticate(f"Bearer {given}")
        counts.append(len(compared))
        assert {len(digest) for digest in compared} == {64}, "time is not to tell either"
    assert counts == [2] * 3


def test_the_authorizer_never_sees_a_webhook_secret(
    dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    real = dynamodb.get_item

    def see(**request: Any) -> Any:
        seen.append(real(**request)["Item"])
        return {"Item": seen[0]}

    key = register(dynamodb)
    monkeypatch.setattr(dynamodb, "get_item", see)
    assert storefronts(dynamodb).authenticate(f"Bearer {key}")
    assert seen[0].keys() == {"keys", "allowedOrigins"}


def test_a_storefront_is_registered_once(dynamodb: DynamoDBClient) -> None:
    register(dynamodb)
    with pytest.raises(StorefrontExists):
        register(dynamodb)


@pytest.mark.parametrize("storefront_id", ["", "Toko", "to_ko", "-toko", "t" * 33])
def test_an_id_that_no_key_can_carry_is_refused(
    dynamodb: DynamoDBClient, storefront_id: str
) -> None:
    with pytest.raises(ValueError, match="storefront id"):
        register(dynamodb, storefront_id)


@pytest.mark.parametrize(
    "origin",
    [
        *("toko.example", "https://toko.example/", "https://TOKO.example"),
        *("https://toko.example:443", "http://toko.example:80", "https://toko.example:65536"),
    ],
)
def test_an_origin_that_no_url_can_have_is_refused(dynamodb: DynamoDBClient, origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        make_registry(dynamodb).create("toko", [origin])


@pytest.mark.parametrize("origin", ["https://toko.example:8443", "http://localhost:3000", "*"])
def test_an_origin_that_a_url_can_have_is_registered(dynamodb: DynamoDBClient, origin: str) -> None:
    assert make_registry(dynamodb).create("toko", [origin]).api_key


@pytest.mark.parametrize("dynamodb", ["moto"], indirect=True)
def test_a_registration_that_meets_itself_gives_its_key(dynamodb: DynamoDBClient) -> None:
    def send_twice(**_: object) -> None:
        dynamodb.meta.events.unregister("before-send.dynamodb.PutItem", send_twice)
        register_again.append(dynamodb.put_item(**sent[0]))

    register_again: list[object] = []
    sent: list[Any] = []
    dynamodb.meta.events.register(
        "provide-client-params.dynamodb.PutItem", lambda params, **_: sent.append(params)
    )
    dynamodb.meta.events.register("before-send.dynamodb.PutItem", send_twice)
    key = register(dynamodb)
    assert register_again
    assert storefronts(dynamodb).authenticate(f"Bearer {key}")


def test_a_table_that_does_not_answer_is_unavailable(dynamodb: DynamoDBClient) -> None:
    key = register(dynamodb)
    with pytest.raises(Unavailable):
        storefronts(dynamodb, "missing").authenticate(f"Bearer {key}")
