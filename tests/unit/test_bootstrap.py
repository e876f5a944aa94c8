"""One composition for each container, which tests replace by one call."""

from collections.abc import Iterator

import pytest

from payments import bootstrap
from payments.dependencies import Dependencies
from payments.domain import clock, ids


@pytest.fixture(autouse=True)
def real_again() -> Iterator[None]:
    yield
    bootstrap.reset()


def test_a_container_builds_its_dependencies_once() -> None:
    assert bootstrap.dependencies() is bootstrap.dependencies()


def test_after_a_reset_they_are_built_anew() -> None:
    before = bootstrap.dependencies()
    bootstrap.reset()
    assert bootstrap.dependencies() is not before


def test_what_replaces_them_is_what_every_handler_gets_until_the_reset() -> None:
    other = Dependencies(bootstrap.real_adapters())
    bootstrap.replace(lambda: other)
    assert bootstrap.dependencies() is other
    bootstrap.reset()
    assert bootstrap.dependencies() is not other


def test_the_real_adapters_have_the_clock_and_ids_of_the_machine() -> None:
    adapters = bootstrap.real_adapters()
    assert adapters.clock is clock.now
    assert adapters.new_id is ids.new_id
    assert 0 <= adapters.chance() < 1
