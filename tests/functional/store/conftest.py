"""The stand-ins for DynamoDB: moto, the simulated one, and the local stack's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from local.state import RunningStack
from testing.dynamodb.client import SimulatedDynamoDB
from testing.dynamodb.streams import SimulatedStreams
from testing.tables import temporary_table
from tests.functional.store.tables import DEFINITIONS, Rows, Streamed

STAND_INS = (
    "simulated",
    pytest.param("moto", marks=pytest.mark.extended),
    pytest.param("stack", marks=[pytest.mark.extended, pytest.mark.xdist_group("stack")]),
)


@dataclass(frozen=True)
class StandIn:
    """One of the stand-ins; the simulated one has its tables from the start."""

    name: str
    client: DynamoDBClient


@pytest.fixture(scope="module", params=STAND_INS)
def stand_in(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """Each of the stand-ins in turn, with one client for all tests of a module."""
    if request.param == "moto":
        from moto import mock_aws

        with mock_aws():
            yield StandIn("moto", boto3.client("dynamodb", region_name="us-east-1"))
    elif request.param == "stack":
        stack: RunningStack = request.getfixturevalue("stack")
        yield StandIn("stack", stack.aws.dynamodb())
    else:
        yield StandIn("simulated", cast("DynamoDBClient", SimulatedDynamoDB({})))


@pytest.fixture
def rows(stand_in: StandIn, request: pytest.FixtureRequest) -> Iterator[Rows]:
    """A table with two indexes, empty."""
    _expect_deviations(stand_in, request)
    with _table(stand_in, "rows") as made:
        yield made


@pytest.fixture
def series(stand_in: StandIn, request: pytest.FixtureRequest) -> Iterator[Rows]:
    """A table whose items have a sort key, a number; empty."""
    _expect_deviations(stand_in, request)
    with _table(stand_in, "series") as made:
        yield made


@pytest.fixture
def streamed(stand_in: StandIn, request: pytest.FixtureRequest) -> Iterator[Streamed]:
    """A table with a stream of both images, empty."""
    _expect_deviations(stand_in, request)
    with _table(stand_in, "streamed") as made:
        yield Streamed(made, _streams(stand_in, made, request))


def _streams(stand_in: StandIn, made: Rows, request: pytest.FixtureRequest) -> Any:
    """boto3's client of DynamoDB Streams, whose types the project has not."""
    if stand_in.name == "moto":
        return boto3.client("dynamodbstreams", region_name="us-east-1")
    if stand_in.name == "stack":
        stack: RunningStack = request.getfixturevalue("stack")
        return stack.aws.streams()
    return SimulatedStreams(cast("SimulatedDynamoDB", made.client))


def _expect_deviations(stand_in: StandIn, request: pytest.FixtureRequest) -> None:
    for marker in request.node.iter_markers("deviates"):
        name, reason = marker.args
        if name == stand_in.name:
            request.applymarker(pytest.mark.xfail(strict=True, reason=reason))


@contextmanager
def _table(stand_in: StandIn, kind: str) -> Iterator[Rows]:
    definition = DEFINITIONS[kind]
    if stand_in.name == "simulated":
        yield Rows(cast("DynamoDBClient", SimulatedDynamoDB({kind: definition})), kind)
        return
    with temporary_table(stand_in.client, definition) as name:
        yield Rows(stand_in.client, name)
