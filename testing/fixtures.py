"""The fixtures of every test that goes through the real handlers, commands or store.

`--aws moto` lets the same tests run on moto instead of the simulated AWS.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from mypy_boto3_dynamodb import DynamoDBClient

from payments import bootstrap
from payments.aws import clients
from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.aws.payments_table import DynamoPayments
from payments.domain.payment import LEASE_MS
from testing.aws.account import SimulatedAccount, active
from testing.builders import NOW, load_event
from testing.circuit import forget_failures
from testing.service import Finpay, Service, deployed, serving_finpay
from testing.template import environment, functions, resources

REGION = "ap-southeast-3"
_SCHEMA = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")


@pytest.fixture(autouse=True)
def no_container() -> Iterator[None]:
    """Each test starts without a container of any function, and leaves none."""
    yield
    bootstrap.reset()
    forget_failures()
    forget_loggers()


def forget_loggers() -> None:
    """Powertools keeps its handler, and with it the stdout of the test that came first."""
    for function in functions():
        logging.Logger.manager.loggerDict.pop(
            environment(function)["POWERTOOLS_SERVICE_NAME"], None
        )


@pytest.fixture(scope="session")
def account() -> SimulatedAccount:
    """The simulated AWS, with the template's tables, each under its logical id."""
    return SimulatedAccount(resources("AWS::DynamoDB::Table"))


@pytest.fixture
def aws(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS account that has the template's tables, and nothing else yet."""
    pretend_account(monkeypatch)
    wants_moto = request.node.get_closest_marker("moto") is not None
    if wants_moto or request.config.getoption("--aws") == "moto":
        with moto_account():
            yield
        return
    account: SimulatedAccount = request.getfixturevalue("account")
    account.reset()
    with active(account):
        yield


def pretend_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are good for nothing, and the region."""
    # A stand-in may take what AWS would refuse.
    careful = clients.AWS_CONFIG.merge(Config(parameter_validation=True))
    monkeypatch.setattr(clients, "AWS_CONFIG", careful)
    for name in [name for name in os.environ if name.startswith(("AWS_", "_X_AMZN"))]:
        monkeypatch.delenv(name)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@contextmanager
def moto_account() -> Iterator[None]:
    """moto, with the template's tables."""
    from moto import mock_aws

    with mock_aws():
        create_tables(boto3.client("dynamodb"))
        yield


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
def one_finpay() -> Iterator[Finpay]:
    """The simulated Finpay of all tests."""
    with serving_finpay() as finpay:
        yield finpay


@pytest.fixture
def service(
    one_finpay: Finpay, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """The deployed functions."""
    yield deployed(one_finpay, dynamodb, monkeypatch)
    one_finpay.forget()


@pytest.fixture
def pending(service: Service) -> Service:
    """The service with the sample payment, whose code Finpay issued; all clocks stand still."""
    service.pass_time(0)
    assert service.api(load_event("initiate")).status == 201
    service.witness.calls.clear()
    return service


@pytest.fixture
def renamed(service: Service) -> Service:
    """A payment whose first order at Finpay was cancelled, and that goes by another id there."""
    service.finpay.simulation.check_shows_code = False
    service.pass_time(0)
    service.fault("initiate", "drop")
    service.api(load_event("initiate"))
    service.pass_time(LEASE_MS + 1)
    assert service.api(load_event("initiate")).status == 201
    service.witness.calls.clear()
    return service
