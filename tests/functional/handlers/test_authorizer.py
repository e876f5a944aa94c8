"""The authorizer names the storefront of a key, or nobody."""

from typing import Any

import pytest

from ops.rotation import Overlap
from testing.builders import load_event
from testing.registry import make_registry
from testing.service import MINUTE, Service

NOBODY = {"isAuthorized": True, "context": {}}


def make_authorizer_event(key: str) -> dict[str, Any]:
    event = load_event("authorize")
    event["headers"]["authorization"] = f"Bearer {key}"
    return event


@pytest.fixture
def key(service: Service) -> str:
    origins = ["https://toko.example", "https://m.toko.example"]
    service.pass_time(0)
    return make_registry(service.dynamodb).create("toko", origins).api_key


def test_a_key_stands_for_its_storefront_and_origins(service: Service, key: str) -> None:
    assert service.authorize(make_authorizer_event(key)) == {
        "isAuthorized": True,
        "context": {
            "storefrontId": "toko",
            "allowedOrigins": "https://toko.example https://m.toko.example",
        },
    }


def test_a_wrong_key_stands_for_nobody(service: Service, key: str) -> None:
    assert service.authorize(make_authorizer_event(key[:-1] + "~")) == NOBODY
    assert service.authorize(make_authorizer_event("")) == NOBODY


def test_a_request_without_the_header_stands_for_nobody(service: Service) -> None:
    assert service.authorize(load_event("authorize") | {"headers": None}) == NOBODY


def test_nobody_gets_401_from_the_api(service: Service) -> None:
    event = load_event("initiate")
    event["requestContext"]["authorizer"] = {"lambda": NOBODY["context"]}
    assert service.api(event).status == 401


def test_a_disabled_storefronts_key_stands_for_nobody_until_it_is_enabled(
    service: Service, key: str
) -> None:
    registry = make_registry(service.dynamodb)
    registry.disable("toko")
    assert service.authorize(make_authorizer_event(key)) == NOBODY
    registry.enable("toko")
    assert service.authorize(make_authorizer_event(key)) != NOBODY


def test_during_a_rotation_both_keys_are_good_and_then_the_new_one_alone(
    service: Service, key: str
) -> None:
    new = make_registry(service.dynamodb).rotate_key("toko", Overlap(MINUTE))
    service.pass_time(MINUTE - 1)
    for good in (key, new):
        identity = service.authorize(make_authorizer_event(good))
        assert identity["context"]["storefrontId"] == "toko"
    service.pass_time(1)
    assert service.authorize(make_authorizer_event(key)) == NOBODY
    assert service.authorize(make_authorizer_event(new)) != NOBODY
