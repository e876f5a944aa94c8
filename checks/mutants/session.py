"""A pytest that runs what it is told to, and what has to be in the process before it."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import boto3
import pytest
from moto import mock_aws

from checks.mutants.reach import OPTIONS

_LIBRARIES = (
    *("aws_lambda_powertools.metrics", "aws_lambda_powertools.utilities.circuit_breaker"),
    *("aws_lambda_powertools.utilities.batch", "greenlet", "hypothesis.strategies"),
    *("pydantic", "requests", "typer", "yaml"),
)


@dataclass(slots=True, eq=False)
class Session:
    """A pytest plugin that runs what it is told to instead of everything that was collected."""

    loop: Callable[[dict[str, pytest.Item]], None]
    failed: bool = field(default=False, init=False)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.loop({item.nodeid: item for item in session.items})
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    def run(self, items: Sequence[pytest.Item]) -> bool:
        """Whether all pass; stops at the first that does not."""
        for item, following in zip(items, [*items[1:], None], strict=False):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return False
        return True


def warm_up() -> None:
    """Import the libraries, and let botocore read what it knows of DynamoDB."""
    for library in _LIBRARIES:
        importlib.import_module(library)
    with mock_aws():
        for service in ("dynamodb", "secretsmanager", "sqs"):
            boto3.client(service, region_name="ap-southeast-3")


def arguments(paths: Sequence[str]) -> list[str]:
    """What pytest is to be started with, to collect the tests in some paths."""
    # Libraries are imported before pytest can rewrite their asserts, which nobody needs.
    quiet = ["-q", "--no-header", "--no-summary", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return [*quiet, *OPTIONS, *paths]
