"""The demo shop's backend in this process, beside a payment service that answers as told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.shop.settings import Settings
from tests.demo_shop.customer import Customer, make_settings
from tests.examples.service import ScriptedService


@pytest.fixture(scope="session")
def _service() -> Iterator[ScriptedService]:
    service = ScriptedService()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture
def service(_service: ScriptedService) -> ScriptedService:
    _service.forget()
    return _service


@pytest.fixture
def settings(service: ScriptedService, tmp_path: Path) -> Settings:
    return make_settings(payments_url=service.url, database=str(tmp_path / "shop.db"))


@pytest.fixture
def customer(settings: Settings) -> Customer:
    return Customer(settings)
