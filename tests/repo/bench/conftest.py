"""All paths, walked once for all tests; nothing in here needs a stack."""

import os

import pytest

from bench.calls import LONGEST, measure
from bench.walk import Path


@pytest.fixture(scope="session")
def paths() -> dict[str, Path]:
    """What each path takes in a warm container."""
    return _measured()


@pytest.fixture(scope="session")
def longest() -> dict[str, Path]:
    """The same for a payment whose order id is as long as Finpay takes it."""
    return _measured(LONGEST)


def _measured(*order_id: str) -> dict[str, Path]:
    # The machine's own settings are taken out for single tests only, and this comes before them.
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "_X_AMZN"))]:
            monkeypatch.delenv(name)
        return measure(*order_id)
