"""One composition for each container, which tests replace by one call."""

from collections.abc import Iterator
from types import SimpleNamespace

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


def test_the_real_adapters_have_the_clock_and_ids_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: 1_680_574_595_000)
    adapters = bootstrap.real_adapters()
    assert adapters.clock() == 1_680_574_595_000
    assert adapters.new_id is ids.new_id
    assert 0 <= adapters.chance() < 1


def test_each_response_to_a_client_corrects_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-3")
    monkeypatch.setattr(clock, "now", lambda: 1_680_574_595_000 + 10 * clock.MINUTE)
    adapters = bootstrap.real_adapters()
    client = adapters.client("dynamodb")
    client.meta.events.emit(
        "after-call.dynamodb.GetItem",
        http_response=SimpleNamespace(status_code=200),
        parsed={"ResponseMetadata": {"HTTPHeaders": {"date": "Tue, 04 Apr 2023 02:16:35 GMT"}}},
        context={},
    )
    assert adapters.clock() == 1_680_574_595_500
