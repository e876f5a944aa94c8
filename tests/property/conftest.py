"""The real handlers for those tests that go through them, under the personal-data check."""

from testing.fixtures import (
    account,
    aws,
    dynamodb,
    no_container,
    one_finpay,
    pending,
    service,
)
from testing.personal_data.plugin import capsys, pytest_runtest_makereport

__all__ = [
    "account",
    "aws",
    "capsys",
    "dynamodb",
    "no_container",
    "one_finpay",
    "pending",
    "pytest_runtest_makereport",
    "service",
]
