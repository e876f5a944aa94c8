"""Stops calls to Finpay from all functions while Finpay does not answer.

These are circuits of Powertools' circuit breaker, each with its state in a DynamoDB table:

| Circuit | Calls | What counts as a failure |
|---|---|---|
| STATUS | status checks and cancels | no answer; 5xx, unless it is about one order |
| INITIATES | initiates of all storefronts | no answer |
| INITIATES#STOREFRONT | initiates of one storefront | 5xx |

So initiates never stop status checks or cancels, nor the reverse, and 5xx answers to what one
storefront sends stop only that storefront.

Each container counts its own consecutive failures. The first container that reaches FAILURES opens
the circuit for all containers. Nothing is written while Finpay answers. If the table does not
answer, a circuit counts as closed.

Powertools keeps what it knows of each circuit for the life of a container. The names are few:
operators register storefronts, and only a registered one gets here.
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
from botocore.exceptions import BotoCoreError, ClientError

from payments.domain.errors import CircuitOpen, NotAttempted, OutcomeUnknown
from payments.finpay.circuit_states import CircuitStates, local_clock
from payments.finpay.parse_responses import is_own_failure

if TYPE_CHECKING:
    import requests
    from aws_lambda_powertools.utilities.circuit_breaker.persistence.record import (
        CircuitStateRecord,
    )
    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.domain.clock import Clock
    from payments.finpay.http_transport import RawResponse, Transport

STATUS = "finpay-status"
INITIATES = "finpay-initiate"
FAILURES = 3
"""Number of consecutive failures in one container that opens a circuit."""
RECOVERY_SECONDS = 30
"""Seconds from the opening of a circuit to the next call."""
_CACHED_SECONDS = 10
_SERVER_ERRORS = range(500, 600)


class _ServerError(Exception):
    """A 5xx answer about one order only, so it does not count as a failure."""

    def __init__(self, answer: RawResponse) -> None:
        super().__init__("Finpay answered with 5xx")
        self.answer = answer


class _CountedServerError(_ServerError):
    """A 5xx answer that can affect other orders, so it counts as a failure."""


class CircuitBreaker:
    """Transports that call another Transport unless a circuit of the deployment is open.

    The object itself is the Transport of status checks and cancels.
    """

    def __init__(
        self, client: DynamoDBClient, table: str, clock: Clock, transport: Transport
    ) -> None:
        self._states = CircuitStates(client, table, clock)
        self._transport = transport
        no_answer = (NotAttempted, OutcomeUnknown)
        self._ask_status = self._guarded(
            STATUS, self._send_status_request, *no_answer, _CountedServerError
        )
        self._initiate = self._guarded(INITIATES, transport, *no_answer)

    def __call__(self, request: requests.Request, deadline: float) -> RawResponse:
        """Send a status check or a cancel and return Finpay's answer.

        Raises CircuitOpen without a call while the circuit is open, else as `transport` does.
        """
        return self._send(self._ask_status, (STATUS,), request, deadline)

    def initiates_of(self, storefront_id: str) -> Transport:
        """The Transport of a storefront's initiates; it raises as a call of this object does."""
        name = f"{INITIATES}#{storefront_id}"
        send = self._guarded(
            name, partial(self._send_initiate_of_storefront, name), _CountedServerError
        )
        return partial(self._send, send, (name, INITIATES))

    def is_closed(self) -> bool:
        """Whether the next status check would be made, by the state that this container has."""
        known = self._states.get_state(STATUS)
        return known.state is not CircuitState.OPEN or _seconds_left(known) <= 1

    def is_recovering(self) -> bool:
        """Whether the next status check finds out if Finpay answers, and others are refused."""
        return self._states.get_state(STATUS).state is not CircuitState.CLOSED

    def _guarded(self, name: str, send: Transport, *failures: type[Exception]) -> Transport:
        config = CircuitBreakerConfig(
            failure_threshold=FAILURES,
            recovery_timeout=RECOVERY_SECONDS,
            success_threshold=1,
            handled_exceptions=failures,
            local_cache_max_age=_CACHED_SECONDS,
        )
        guarded: Transport = circuit_breaker(name, self._states, config=config)(send)
        return guarded

    def _send(
        self,
        guarded: Transport,
        names: tuple[str, ...],
        request: requests.Request,
        deadline: float,
    ) -> RawResponse:
        try:
            return guarded(request, deadline)
        except _ServerError as error:
            return error.answer
        except CircuitBreakerOpenError:
            raise CircuitOpen(_seconds_left(*map(self._states.get_state, names))) from None
        except (ClientError, BotoCoreError):
            # The table decides which container makes the first call after the recovery time. It
            # failed, so no call was made.
            raise CircuitOpen(RECOVERY_SECONDS) from None

    def _send_status_request(self, request: requests.Request, deadline: float) -> RawResponse:
        answer = self._transport(request, deadline)
        if answer[0] not in _SERVER_ERRORS:
            return answer
        if not is_own_failure(*answer):
            raise _CountedServerError(answer)
        # Finpay can fail on the status of one order. Status syncs repeat that check, and must not
        # open the circuit for all other orders. Nor does it tell whether the circuit can close.
        self._states.return_probe(STATUS)
        raise _ServerError(answer)

    def _send_initiate_of_storefront(
        self, name: str, request: requests.Request, deadline: float
    ) -> RawResponse:
        try:
            answer = self._initiate(request, deadline)
        except Exception:
            # No answer, or no call because the circuit of all storefronts is open. If this was to
            # test the recovery of the storefront's circuit, it still has to be tested.
            self._states.return_probe(name)
            raise
        if answer[0] in _SERVER_ERRORS:
            raise _CountedServerError(answer)
        return answer


def _seconds_left(*circuits: CircuitStateRecord) -> int:
    """Seconds until no circuit is open, from 1 to RECOVERY_SECONDS."""
    opened = [circuit.opened_at for circuit in circuits if circuit.opened_at is not None]
    left = max(opened, default=local_clock() // 1000) + RECOVERY_SECONDS - local_clock() // 1000
    return min(max(left, 1), RECOVERY_SECONDS)
