"""Each shop of examples/ once for all tests, beside a payment service that answers as told."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from testing.scripted.deliveries import SECRET
from testing.scripted.service import (
    ScriptedService,
    fresh_service,  # noqa: F401 - a fixture of these tests
    one_service,  # noqa: F401 - a fixture of these tests
)
from tests.external.examples.shops import LANGUAGES, ExampleShop, Service, running

_numbers = itertools.count(1)


@pytest.fixture(scope="session", params=LANGUAGES)
def shop(
    request: pytest.FixtureRequest,
    scripted: ScriptedService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ExampleShop]:
    told = Service(scripted.url, "sk_demo_key", SECRET)
    with ExitStack() as resources:
        folder = tmp_path_factory.mktemp(request.param)
        yield resources.enter_context(running(request.param, told, folder))


@pytest.fixture
def order_id() -> str:
    """An order id that no other test has."""
    return f"toko-{next(_numbers)}"


@pytest.fixture
def ordered(shop: ExampleShop, service: ScriptedService, order_id: str) -> str:
    """The id of an order that has its code: PENDING, version 2, 150,000 rupiah."""
    assert service.answers == []
    assert shop.order(order_id).status_code == 201
    return order_id
