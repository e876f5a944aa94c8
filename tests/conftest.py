"""A clean environment for each test, AWS as template.yaml describes it on moto, and the stack."""

import logging
import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.circuit_breaker import base as breaker
from botocore.config import Config
from moto import mock_aws
from mypy_boto3_dynamodb import DynamoDBClient

from local.paths import LOCAL
from local.state import RunningStack
from payments import composition
from payments.store import DynamoPayments, DynamoQuarantine
from tests.builders import NOW
from tests.stacks import started, warm_up
from tests.template import environment, functions, resources

pytest_plugins = ["tests.canary.plugin"]

REGION = "ap-southeast-3"
_OURS = ("AWS_", "POWERTOOLS_", "LAMBDA_", "_X_AMZN")
_SCHEMA = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
_STACKS = {"stack", "killable"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a stack, so that `-m "not stack"` leaves it out."""
    for item in items:
        if isinstance(item, pytest.Function) and _STACKS.intersection(item.fixturenames):
            item.add_marker(pytest.mark.stack)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the machine's AWS settings or what another test built."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    yield
    forget_containers()
    forget_loggers()


def forget_loggers() -> None:
    """Powertools keeps its handler, and with it the stdout of the test that came first."""
    for function in functions():
        service = logging.getLogger(environment(function)["POWERTOOLS_SERVICE_NAME"])
        service.handlers.clear()
        for attribute in ("init", "powertools_handler"):
            service.__dict__.pop(attribute, None)


def forget_containers() -> None:
    """Let every function start anew, as in a container that Lambda just made."""
    for name, built in vars(composition).items():
        # What botocore has read of AWS's descriptions is the same in every container.
        if hasattr(built, "cache_clear") and name != "session":
            built.cache_clear()
    # Powertools counts failures for as long as the process lives, which is a container on AWS.
    for counted in (breaker._LOCAL_FAILURES, breaker._LOCAL_SUCCESSES):
        counted.clear()
    breaker._LAST_OBSERVED_STATE.clear()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS account with the template's tables, each under its logical id."""
    pretend_account(monkeypatch)
    with mock_aws():
        create_tables(boto3.client("dynamodb"))
        yield


def pretend_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are good for nothing, and the region."""
    # moto takes what AWS would refuse.
    careful = composition.AWS.merge(Config(parameter_validation=True))
    monkeypatch.setattr(composition, "AWS", careful)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


def create_tables(client: DynamoDBClient) -> None:
    """The template's tables, each under its logical id."""
    for name, properties in resources("AWS::DynamoDB::Table").items():
        schema: Any = {key: properties[key] for key in _SCHEMA if key in properties}
        if "StreamSpecification" in properties:
            schema["StreamSpecification"] = {
                "StreamEnabled": True,
                **properties["StreamSpecification"],
            }
        client.create_table(TableName=name, **schema)


@pytest.fixture
def dynamodb(aws: None) -> DynamoDBClient:  # noqa: ARG001 - the account must be there
    return boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def payments(dynamodb: DynamoDBClient) -> DynamoPayments:
    return DynamoPayments(dynamodb, "PaymentsTable")


@pytest.fixture
def quarantine(dynamodb: DynamoDBClient) -> DynamoQuarantine:
    return DynamoQuarantine(dynamodb, "QuarantineTable", lambda: NOW)


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The whole service on free ports, with the demo storefront and Finpay's sample merchant."""
    with started(LOCAL / "test") as (_, running):
        warm_up(running)
        yield running
