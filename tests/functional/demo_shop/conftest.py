"""The demo shop's backend in this process, beside a payment service that answers as told."""

from pathlib import Path

import pytest

from examples.shop.settings import Settings
from testing.scripted.service import (
    ScriptedService,
    fresh_service,  # noqa: F401 - a fixture of these tests
    one_service,  # noqa: F401 - a fixture of these tests
)
from tests.functional.demo_shop.customer import Customer, make_settings


@pytest.fixture
def settings(service: ScriptedService, tmp_path: Path) -> Settings:
    return make_settings(payments_url=service.url, database=str(tmp_path / "shop.db"))


@pytest.fixture
def customer(settings: Settings) -> Customer:
    return Customer(settings)
