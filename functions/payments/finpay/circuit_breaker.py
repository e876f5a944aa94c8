"""Stops calls to Finpay from all functions while Finpay does not answer.

This is Powertools' circuit breaker with its state in a DynamoDB table. Each container counts its
own consecutive failures. The first container that reaches FAILURES opens the circuit for all
containers. Nothing is written while Finpay answers. If the table does not answer, the circuit
counts as closed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerConfig,
    CircuitBreakerOpenError,
    CircuitState,
    circuit_breaker,
)
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerDynamoDBPersistence,
)
from botocore.exceptions import BotoCoreError, ClientError

from payments.domain.errors import CircuitOpen, NotAttempted, OutcomeUnknown
from payments.finpay.parse_responses import is_own_failure

if TYPE_CHECKING:
    import requests
    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.domain.clock import Clock
    from payments.finpay.http_transport import RawResponse, Transport

NAME = "finpay"
FAILURES = 3
"""Number of consecutive failures in one container that opens the circuit."""
RECOVERY_SECONDS = 30
"""Seconds from the opening of the circuit to the next call."""
_CACHED_SECONDS = 10
_SERVER_ERRORS = range(500, 600)


class _ServerError(Exception):
    """A 5xx answer about one order only, so it does not count as a failure."""

    def __init__(self, answer: RawResponse) -> None:
        super().__init__("Finpay answered with 5xx")
        self.answer = answer


class _CountedServerError(_ServerError):
    """A 5xx answer that can affect all orders, so it counts as a failure."""


_CONFIG = CircuitBreakerConfig(
    failure_threshold=FAILURES,
    recovery_timeout=RECOVERY_SECONDS,
    success_threshold=1,
    handled_exceptions=(NotAttempted, OutcomeUnknown, _CountedServerError),
    local_cache_max_age=_CACHED_SECONDS,
)


class CircuitBreaker:
    """A Transport that calls another Transport unless the deployment's circuit is open."""

    def __init__(
        self, client: DynamoDBClient, table: str, clock: Clock, transport: Transport
    ) -> None:
        self._clock = clock
        self._states = CircuitBreakerDynamoDBPersistence(table, boto3_client=client)
        self._guarded_send = circuit_breaker(NAME, self._states, config=_CONFIG)(
            partial(_send, transport)
        )

    def __call__(self, request: requests.Request, deadline: float) -> RawResponse:
        """Send the request and return Finpay's answer.

        Raises CircuitOpen without a call while the circuit is open, else as `transport` does.
        """
        try:
            answer: RawResponse = self._guarded_send(request, deadline)
        except _ServerError as error:
            return error.answer
        except CircuitBreakerOpenError as error:
            opened_at = error.circuit.opened_at if error.circuit else None
            raise CircuitOpen(self._seconds_left(opened_at)) from None
        except (ClientError, BotoCoreError):
            # The table decides which container makes the first call after the recovery time. It
            # failed, so no call was made.
            raise CircuitOpen(RECOVERY_SECONDS) from None
        return answer

    def is_closed(self) -> bool:
        """Whether the next call would be made, according to the state that this container has."""
        known = self._states.get_state(NAME)
        recovering = self._seconds_left(known.opened_at) <= 1
        return known.state is not CircuitState.OPEN or recovering

    def _seconds_left(self, opened_at: int | None) -> int:
        """Seconds until the next call to Finpay, from 1 to RECOVERY_SECONDS."""
        if opened_at is None:
            return RECOVERY_SECONDS
        left = opened_at + RECOVERY_SECONDS - self._clock() // 1000
        return min(max(left, 1), RECOVERY_SECONDS)


def _send(transport: Transport, request: requests.Request, deadline: float) -> RawResponse:
    answer = transport(request, deadline)
    if answer[0] not in _SERVER_ERRORS:
        return answer
    # Finpay can fail on the status of one order. Status syncs repeat that check, and must not open
    # the circuit for all other orders.
    is_about_one_order = request.method == "GET" and is_own_failure(*answer)
    raise _ServerError(answer) if is_about_one_order else _CountedServerError(answer)
