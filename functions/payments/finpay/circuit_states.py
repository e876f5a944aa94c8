"""The states of circuits in a DynamoDB table, with all times in the common time.

Powertools takes every time from the container's clock, and containers' clocks can be minutes apart.
A circuit that a fast clock opened would stay open for minutes, and a container with a fast clock
would end the recovery time of all others. So the table has the common time: times are converted
when a state is read or written.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.circuit_breaker import CircuitState
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerDynamoDBPersistence,
)
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.circuit_breaker.persistence.record import (
        CircuitStateRecord,
    )
    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.domain.clock import Clock


def local_clock() -> int:
    """The container's own time in epoch milliseconds, which is what Powertools reads."""
    return int(dt.datetime.now(dt.UTC).timestamp() * 1000)


class CircuitStates(CircuitBreakerDynamoDBPersistence):
    """Powertools' persistence layer, with the times in the table by another clock.

    Records that it returns and takes have the container's time. The time at which DynamoDB deletes
    a row stays in it: that is an hour after the last change, and DynamoDB is not exact either.
    """

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock) -> None:
        super().__init__(table, boto3_client=client)
        self._clock = clock
        self._lags: dict[str, int] = {}

    def return_probe(self, name: str) -> None:
        """Let the next call test the recovery, if this one did and its outcome told nothing.

        If the table is unavailable, that has to wait for the end of this call's lease, which is as
        long as the recovery time.
        """
        held = self.get_state(name)
        if held.state is CircuitState.HALF_OPEN and held.opened_at is not None:
            with suppress(ClientError, BotoCoreError):
                self.save_reopen(name, held.opened_at)

    def _get_record(self, name: str) -> CircuitStateRecord | None:
        record = super()._get_record(name)
        return _later(record, -self._new_lag(name)) if record else None

    def _put_record(
        self,
        record: CircuitStateRecord,
        condition: str | None = None,
        expected_opened_at: int | None = None,
    ) -> None:
        if expected_opened_at is None:
            super()._put_record(_later(record, self._new_lag(record.name)), condition)
        else:
            # Compared with what was read, so it is converted back by the same difference.
            lag = self._lags[record.name]
            super()._put_record(_later(record, lag), condition, expected_opened_at + lag)

    def _update_record(self, record: CircuitStateRecord) -> None:
        super()._update_record(_later(record, self._new_lag(record.name)))

    def _build_half_open_condition(self, expected_opened_at: int | None = None) -> dict[str, Any]:
        """Powertools' condition, which compares the end of a lease with the time."""
        condition: dict[str, Any] = super()._build_half_open_condition(expected_opened_at)
        condition["ExpressionAttributeValues"][":now"] = self._n(self._clock() // 1000)
        return condition

    def _new_lag(self, name: str) -> int:
        """Seconds by which this container's clock is behind at a read or write of the circuit."""
        self._lags[name] = round((self._clock() - local_clock()) / 1000)
        return self._lags[name]


def _later(record: CircuitStateRecord, seconds: int) -> CircuitStateRecord:
    opened_at, lease = record.opened_at, record.probe_lease_expiry
    return replace(
        record,
        opened_at=None if opened_at is None else opened_at + seconds,
        probe_lease_expiry=None if lease is None else lease + seconds,
    )
