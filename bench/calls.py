"""What each path really asks of AWS, of Finpay and of receivers: counted through the real handlers.

Each path is walked twice or more in the same containers. The first time is cold and reads the
secret and the circuits' states; the last time is what a request takes when nothing has to be read
anew. What comes back now and then is `AMORTISED`.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime

import boto3
import pytest
from aws_lambda_powertools.utilities.circuit_breaker.persistence import base as circuit_states

from bench.recorder import recording
from bench.walk import Path, Walk
from payments import bootstrap
from testing.aws.account import SimulatedAccount, active
from testing.circuit import forget_failures
from testing.fixtures import forget_loggers, pretend_account
from testing.registry import make_registry
from testing.service import deployed, serving_finpay
from testing.shop import open_shop
from testing.template import resources

TYPICAL = "1680576995412"
LONGEST = "X" * 30
AMORTISED: Mapping[str, str] = {
    "secretsmanager.GetSecretValue": "two for each container that works, every 5 minutes",
    "dynamodb.GetItem of a circuit": "one for status checks and cancels, one for initiates and one "
    "for those of each storefront, in each container that makes them, every 10 s",
    "kms.Decrypt": "one for each storefront in each container of notify",
}


class _StoppedClock:
    """Stands in for the module `datetime` where it is asked for the time alone."""

    class datetime:  # noqa: N801 - the name of what it stands in for
        @staticmethod
        def now() -> datetime:
            return datetime(2026, 11, 25, tzinfo=UTC)


@contextmanager
def _world() -> Iterator[tuple[Walk, str]]:
    """The functions on the simulated AWS, and the API key of a storefront whose backend listens."""
    account = SimulatedAccount(resources("AWS::DynamoDB::Table"))
    with pytest.MonkeyPatch.context() as monkeypatch, active(account), serving_finpay() as finpay:
        pretend_account(monkeypatch)
        # The circuit's state is read anew after 10 s, and a busy machine may take longer here.
        monkeypatch.setattr(circuit_states, "dt", _StoppedClock)
        dynamodb = boto3.client("dynamodb")
        forget_failures()
        output = io.StringIO()
        service = deployed(finpay, dynamodb, monkeypatch)
        with open_shop(service) as shop:
            service.pass_time(0)
            key = make_registry(dynamodb).create("kunci", ["*"]).api_key
            with recording(dynamodb) as recorder, redirect_stdout(output):
                yield Walk(service, shop, recorder, output), f"Bearer {key}"
        bootstrap.reset()
        forget_loggers()


def measure(order_id: str = TYPICAL) -> dict[str, Path]:
    """What each path takes when its container is warm; `order_id` is that of the paid payment."""
    with _world() as (walk, authorization):
        walk.payment("COLD-1", authorization)
        walk.cancelled("COLD-2")
        walk.synced("COLD-3")
        # A connection to Finpay is kept for 15 s, and the walk before let two minutes pass.
        walk.payment("COLD-4", authorization)
        walk.paths.clear()
        walk.payment(order_id, authorization)
        walk.cancelled("WARM-2")
        walk.synced("WARM-3")
        return walk.paths
