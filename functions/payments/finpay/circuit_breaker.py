"""Stops asking a Finpay that does not answer, in all functions at once.

Powertools' circuit breaker with its state in a table of its own: failures are counted in each
container, and the first to have enough of them in a row opens the circuit for everybody. Nothing is
written while Finpay is well. If the table does not answer, the circuit counts as closed.
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
from payments.finpay.responses import is_own_failure

if TYPE_CHECKING:
    import requests
    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.domain.clock import Clock
    from payments.finpay.transport import Answer, Transport

NAME = "finpay"
FAILURES = 3
RECOVERY_SECONDS = 30
_CACHED_SECONDS = 10
_SERVER_ERRORS = range(500, 600)


class _ServerError(Exception):
    """Finpay answered with 5xx; what that was about one order counts for nothing."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("Finpay answered with 5xx")
        self.answer = answer


class _Unwell(_ServerError):
    """It may be like that for everybody."""


_CONFIG = CircuitBreakerConfig(
    failure_threshold=FAILURES,
    recovery_timeout=RECOVERY_SECONDS,
    success_threshold=1,
    handled_exceptions=(NotAttempted, OutcomeUnknown, _Unwell),
    local_cache_max_age=_CACHED_SECONDS,
)


class CircuitBreaker:
    """The circuit of one deployment: an Transport before another one."""

    def __init__(
        self, client: DynamoDBClient, table: str, clock: Clock, transport: Transport
    ) -> None:
        self._clock = clock
        self._states = CircuitBreakerDynamoDBPersistence(table, boto3_client=client)
        self._attempt = circuit_breaker(NAME, self._states, config=_CONFIG)(
            partial(_attempt, transport)
        )

    def __call__(self, request: requests.Request, deadline: float) -> Answer:
        """Finpay's answer; raises CircuitOpen at once while the circuit is open."""
        try:
            answer: Answer = self._attempt(request, deadline)
        except _ServerError as error:
            return error.answer
        except CircuitBreakerOpenError as error:
            opened_at = error.circuit.opened_at if error.circuit else None
            raise CircuitOpen(self._seconds_left(opened_at)) from None
        except (ClientError, BotoCoreError):
            # Who may try first again is decided in the table, so nobody did.
            raise CircuitOpen(RECOVERY_SECONDS) from None
        return answer

    def is_closed(self) -> bool:
        """Whether a call would be made, as far as is known here."""
        known = self._states.get_state(NAME)
        recovering = self._seconds_left(known.opened_at) <= 1
        return known.state is not CircuitState.OPEN or recovering

    def _seconds_left(self, opened_at: int | None) -> int:
        """Until Finpay is tried again: at least one second, at most the whole recovery."""
        if opened_at is None:
            return RECOVERY_SECONDS
        left = opened_at + RECOVERY_SECONDS - self._clock() // 1000
        return min(max(left, 1), RECOVERY_SECONDS)


def _attempt(transport: Transport, request: requests.Request, deadline: float) -> Answer:
    answer = transport(request, deadline)
    if answer[0] not in _SERVER_ERRORS:
        return answer
    # An order that Finpay cannot show is looked at again and again; the others do not suffer.
    is_one_orders = request.method == "GET" and is_own_failure(*answer)
    raise _ServerError(answer) if is_one_orders else _Unwell(answer)
