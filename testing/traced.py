"""A plugin of pytest, `-p testing.traced`: X-Ray samples every invocation of a handler.

Segments go to the daemon at `TRACE_DAEMON`. A run with this plugin has a process of its own, since
the X-Ray SDK reads its settings when it is imported, and patches botocore.
"""

import os
from importlib import import_module

import pytest

TRACE_ID = "1-642b9163-00000000deadbeef00000000"
TRACE_DAEMON = "FINPAY_TEST_TRACE_DAEMON"


def _settings() -> dict[str, str]:
    """What Lambda sets in a sampled invocation."""
    return {
        "AWS_XRAY_DAEMON_ADDRESS": os.environ[TRACE_DAEMON],
        "LAMBDA_TASK_ROOT": "/var/task",
        "_X_AMZN_TRACE_ID": f"Root={TRACE_ID};Parent=53995c3f42cd8ad8;Sampled=1",
    }


def pytest_configure() -> None:
    """Import the SDK with these settings, before moto imports it without them."""
    os.environ.update(_settings())
    import_module("aws_xray_sdk.core")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Set them again for each test. Its fixtures removed them."""
    os.environ.update(_settings())
