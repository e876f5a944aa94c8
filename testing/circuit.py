"""The circuit breaker's memory in this process, which on AWS is a container's, and its clock."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, tzinfo
from types import SimpleNamespace
from typing import Never, Self
from unittest import mock

from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerConfig,
    base,
    circuit_breaker,
)
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerPersistenceLayer,
    dynamodb,
)
from aws_lambda_powertools.utilities.circuit_breaker.persistence import base as persistence

from payments.finpay import circuit_states


class _AlwaysClosed(CircuitBreakerPersistenceLayer):
    """Knows of no circuit, so Powertools takes it for closed and writes nothing."""

    def _get_record(self, name: str) -> None:
        """No record."""

    def _put_record(self, *_: object, **__: object) -> Never:
        raise NotImplementedError

    def _update_record(self, *_: object) -> Never:
        raise NotImplementedError


_names: set[str] = set()
_configure = CircuitBreakerPersistenceLayer.configure


def _noted(
    self: CircuitBreakerPersistenceLayer, config: CircuitBreakerConfig, circuit_name: str
) -> None:
    _names.add(circuit_name)
    _configure(self, config, circuit_name)


# Powertools tells a layer the name of each circuit that it counts for; nobody else knows them all.
CircuitBreakerPersistenceLayer.configure = _noted  # type: ignore[method-assign]


def forget_failures() -> None:
    """Start counting anew: Powertools does so after a success while the circuit is closed."""
    for name in sorted(_names):
        circuit_breaker(name, _AlwaysClosed())(lambda: None)()
    _names.clear()


@contextmanager
def clock_of_the_container(now: Callable[[], int]) -> Iterator[None]:
    """Powertools reads the container's clock by itself; here it reads this one (epoch ms)."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(now() / 1000, tz)

    clock = SimpleNamespace(datetime=Now, UTC=UTC)
    with ExitStack() as patches:
        for module in (base, persistence, dynamodb, circuit_states):
            patches.enter_context(mock.patch.object(module, "dt", clock))
        yield
