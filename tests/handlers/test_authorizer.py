"""The authorizer names the storefront of a key, or nobody."""

from typing import Any

import pytest

from ops import storefronts
from tests.builders import load_event
from tests.handlers.conftest import Service

NOBODY = {"isAuthorized": True, "context": {}}


def make_authorizer_event(key: str) -> dict[str, Any]:
    event = load_event("authorize")
    event["headers"]["authorization"] = f"Bearer {key}"
    return event


@pytest.fixture
def key(service: Service) -> str:
    origins = ["https://toko.example", "https://m.toko.example"]
    return storefronts.create(service.dynamodb, "StorefrontsTable", "toko", origins)


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
