"""Every test in here runs on the simulated AWS, and under the personal-data check."""

from testing.fixtures import (
    account,
    aws,
    dynamodb,
    no_container,
    one_finpay,
    payments,
    pending,
    quarantine,
    renamed,
    service,
)
from testing.personal_data.plugin import capsys, personal_data, pytest_runtest_makereport

__all__ = [
    "account",
    "aws",
    "capsys",
    "dynamodb",
    "no_container",
    "one_finpay",
    "payments",
    "pending",
    "personal_data",
    "pytest_runtest_makereport",
    "quarantine",
    "renamed",
    "service",
]
