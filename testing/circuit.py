"""The circuit breaker's memory in this process, which on AWS ends with the container."""

from typing import Never

from aws_lambda_powertools.utilities.circuit_breaker import circuit_breaker
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerPersistenceLayer,
)

from payments.finpay.circuit_breaker import NAME


class _AlwaysClosed(CircuitBreakerPersistenceLayer):
    """Knows of no circuit, so Powertools takes it for closed and writes nothing."""

    def _get_record(self, name: str) -> None:
        """No record."""

    def _put_record(self, *_: object, **__: object) -> Never:
        raise NotImplementedError

    def _update_record(self, *_: object) -> Never:
        raise NotImplementedError


def forget_failures() -> None:
    """Start counting anew: Powertools does so after a success while the circuit is closed."""
    circuit_breaker(NAME, _AlwaysClosed())(lambda: None)()
