"""Every attack of the table on the local stack: as deployed, over HTTP that no library tidies."""

import http.client
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests

from payments.domain.transition_table import Status
from testing.builders import make_callback_body, make_callback_fields
from testing.registry import registry_of
from tests.functional.hostile.attacks import CALLBACKS, ODD_REQUESTS, REQUESTS, Attack
from tests.functional.hostile.bodies import callback
from tests.functional.hostile.strings import HOSTILE
from tests.functional.hostile.traces import reasons, unprobed
from tests.stack.hostile.wire import JSON, Wire
from tests.stack.shop import Shop

BYTES_APART = 40
NOBODYS = ["unknown", "x" * 31, "x" * 3_000, "%C3%A9", "%0D%0Ax", "%00", "%252F"]


def over_http(attacks: list[Attack]) -> list[Attack]:
    return [attack for attack in attacks if not attack.event]


def rows(shop: Shop, order_id: str) -> Mapping[str, list[dict[str, Any]]]:
    """What the tables hold of an order. What they hold of others may be looked at meanwhile."""
    client = shop.stack.aws.dynamodb()
    found = {}
    for name in ("Payments", "Quarantine"):
        answer = client.query(
            TableName=shop.stack.outputs[f"{name}TableName"],
            KeyConditionExpression="orderId = :id",
            ExpressionAttributeValues={":id": {"S": order_id}},
            ConsistentRead=True,
        )
        found[name] = [unprobed(row) for row in answer["Items"]]
    return found


def orders(shop: Shop) -> set[str]:
    """All order ids that have a payment."""
    pages = shop.stack.aws.dynamodb().get_paginator("scan")
    table = shop.stack.outputs["PaymentsTableName"]
    found = pages.paginate(TableName=table, ProjectionExpression="orderId", ConsistentRead=True)
    return {item["orderId"]["S"] for page in found for item in page["Items"]}


def create(shop: Shop, order_id: str) -> None:
    """A payment whose row no status sync of the schedule changes meanwhile."""
    assert shop.create(id=order_id).status_code == 201
    shop.postpone(order_id)


def pay(shop: Shop, order_id: str) -> None:
    """Finpay tells the truth, and it counts."""
    body = make_callback_body(make_callback_fields(order_id))
    assert shop.callback(order_id, body).status_code == 200
    assert shop.status(order_id) == Status.PAID


def authorized(shop: Shop, wire: Wire) -> Wire:
    headers = {**wire.headers, "Authorization": f"Bearer {shop.api_key}"}
    return Wire(wire.method, wire.path, headers, wire.body)


@pytest.mark.parametrize("attacks", CALLBACKS.values(), ids=CALLBACKS.keys())
def test_a_hostile_callback_does_what_is_said_in_the_table_and_no_more(
    shop: Shop, order_id: str, attacks: list[Attack], subtests: pytest.Subtests
) -> None:
    for number, attack in enumerate(over_http(attacks)):
        attacked = f"{order_id}-{number}"
        with subtests.test(attack.name):
            create(shop, attacked)
            before, known = rows(shop, attacked), orders(shop)
            status, _, _ = attack.callback(attacked).send(shop.stack.api_url)
            assert status == attack.status
            after = rows(shop, attacked)
            assert reasons(after["Quarantine"]) == ([attack.kept] if attack.kept else [])
            assert orders(shop) == known
            assert shop.status(attacked) == attack.then
            if attack.then is Status.PENDING:
                assert after["Payments"] == before["Payments"]
                pay(shop, attacked)


def test_a_hostile_request_writes_nothing_and_leaves_the_order_id_free(
    shop: Shop, order_id: str, subtests: pytest.Subtests
) -> None:
    for number, attack in enumerate(over_http(REQUESTS)):
        attacked = f"{order_id}-{number}"
        with subtests.test(attack.name):
            known = orders(shop)
            wire = authorized(shop, attack.request(attacked))
            status, headers, body = wire.send(shop.stack.api_url)
            assert status == attack.status
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(body)["status"] == status
            assert orders(shop) == known
            assert shop.orders_at_finpay(attacked) == 0
            assert shop.create(id=attacked).status_code == 201
            pay(shop, attacked)


def test_a_request_that_is_only_odd_is_served(
    shop: Shop, order_id: str, subtests: pytest.Subtests
) -> None:
    for number, attack in enumerate(ODD_REQUESTS):
        with subtests.test(attack.name):
            wire = authorized(shop, attack.request(f"{order_id}-{number}"))
            assert wire.send(shop.stack.api_url)[0] == attack.status
            pay(shop, f"{order_id}-{number}")


def test_any_byte_of_a_signed_callback_changed_makes_it_worthless(
    shop: Shop, order_id: str
) -> None:
    create(shop, order_id)
    before, signed = rows(shop, order_id)["Payments"], callback(order_id)
    for at in range(0, len(signed), BYTES_APART):
        changed = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        assert shop.callback(order_id, changed.decode()).status_code in {400, 401}, at
    after = rows(shop, order_id)
    assert after["Payments"] == before
    assert set(reasons(after["Quarantine"])) == {"signature"}
    pay(shop, order_id)


@pytest.fixture
def stranger(shop: Shop, order_id: str) -> Iterator[Shop]:
    """Another storefront of the same merchant."""
    key = registry_of(shop.stack).create(f"other-{order_id}", ["*"]).api_key
    with requests.Session() as session:
        yield Shop(shop.stack, key, session)


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("POST", "/cancel")])
def test_another_storefronts_payment_is_as_unknown_as_none(
    shop: Shop, stranger: Shop, order_id: str, method: str, suffix: str
) -> None:
    create(shop, order_id)
    before = rows(shop, order_id)

    def tell(name: str) -> tuple[int, dict[str, str], bytes]:
        wire = authorized(stranger, Wire(method, f"/payments/{name}{suffix}"))
        status, headers, body = wire.send(shop.stack.api_url)
        varying = {"date", "apigw-requestid", "x-amzn-requestid", "x-amz-request-id", "x-amz-id-2"}
        return status, {n: v for n, v in headers.items() if n not in varying}, body

    foreign = tell(order_id)
    assert foreign[0] == 404
    assert [tell(name) for name in NOBODYS] == [foreign] * len(NOBODYS)
    assert rows(shop, order_id) == before


def test_the_same_order_id_in_another_storefront_is_refused_and_changes_nothing(
    shop: Shop, stranger: Shop, order_id: str
) -> None:
    create(shop, order_id)
    before = rows(shop, order_id)
    own, theirs = shop.create(id=order_id, amount="2000"), stranger.create(id=order_id)
    assert (own.status_code, own.content) == (409, theirs.content)
    assert theirs.status_code == 409
    assert rows(shop, order_id) == before
    pay(shop, order_id)


def test_hostile_texts_in_headers_are_no_failure(shop: Shop, order_id: str) -> None:
    text = HOSTILE.translate({ord(c): None for c in "\r\n\x00\u2028"})
    for name in ("Content-Type", "Content-Encoding", "If-None-Match", "User-Agent", "X-Any"):
        for wire in (
            Wire("POST", "/payments", {**JSON, name: text}, b"{}"),
            Wire("GET", "/payments/unknown", {name: text}),
            Wire("POST", "/callbacks/finpay/x/y", {name: text}, b"{}"),
        ):
            assert 400 <= authorized(shop, wire).send(shop.stack.api_url)[0] < 500
    nobody = Wire("GET", f"/payments/{order_id}", {"Authorization": f"Bearer sk_demo_{text}"})
    assert nobody.send(shop.stack.api_url)[0] == 401


def test_what_is_no_http_is_refused_and_does_no_harm(shop: Shop, order_id: str) -> None:
    address = shop.stack.api_url.removeprefix("http://")
    for lines in (
        [("Content-Length", "-1")],
        [("Content-Length", "x")],
        [("Transfer-Encoding", "chunked")],
    ):
        connection = http.client.HTTPConnection(address, timeout=60)
        connection.putrequest("POST", f"/callbacks/finpay/{order_id}/x")
        for name, value in lines:
            connection.putheader(name, value)
        connection.endheaders()
        assert 400 <= connection.getresponse().status < 500
        connection.close()
    assert shop.create(id=order_id).status_code == 201
    pay(shop, order_id)
