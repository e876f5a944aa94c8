"""Stores that many threads may use at once: in memory, on the local stack, and behind a proxy."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from local.state import RunningStack
from payments.aws.payments_table import DynamoPayments
from testing.tables import definition_of, temporary_table
from tests.stack.faults.proxy import Plan, Proxy, client_of, proxy

# As many as a race has threads, or they would queue for connections instead of racing.
CONNECTIONS = 500


@pytest.fixture
def simulated_payments(dynamodb: DynamoDBClient) -> DynamoPayments:
    """The payments table on the simulated AWS."""
    return DynamoPayments(dynamodb, "PaymentsTable")


@pytest.fixture
def stack_payments(stack: RunningStack) -> Iterator[DynamoPayments]:
    """A payments table of the test's own, on the local stack."""
    with temporary_table(stack.aws.dynamodb(), definition_of("PaymentsTable")) as name:
        yield DynamoPayments(client_of(stack.aws_endpoint, connections=CONNECTIONS), name)


@dataclass(frozen=True)
class Proxied:
    """The table of `stack_payments` behind a proxy of the test's own."""

    proxy: Proxy
    payments: DynamoPayments


@pytest.fixture
def behind_proxy(
    stack: RunningStack, stack_payments: DynamoPayments
) -> Iterator[Callable[[Plan], Proxied]]:
    """Make a proxy with a plan of faults."""
    with ExitStack() as running:

        def make(plan: Plan) -> Proxied:
            server = running.enter_context(proxy(stack.aws_endpoint, plan))
            client = server.client(connections=CONNECTIONS)
            return Proxied(server, DynamoPayments(client, stack_payments.table))

        yield make
