"""A storefront on the stack of all tests, and a stack more for the tests that kill its parts."""

import itertools
from collections.abc import Iterator

import pytest

from local.paths import LOCAL
from local.state import RunningStack
from testing.personal_data.plugin import (  # noqa: F401 - in force for these tests
    capsys,
    pytest_runtest_makereport,
)
from testing.stacks import started
from tests.stack.account import account  # noqa: F401 - a fixture of these tests
from tests.stack.killable import KillableStack
from tests.stack.shop import Shop, at_rest, warm_up

_numbers = itertools.count(1)


@pytest.fixture
def shop(stack: RunningStack) -> Iterator[Shop]:
    with at_rest(stack) as shop:
        yield shop


@pytest.fixture
def order_id() -> str:
    return f"stack-{next(_numbers)}"


@pytest.fixture(scope="session")
def killable() -> Iterator[KillableStack]:
    """A stack of their own: no other test is to lose its connections."""
    with started(LOCAL / "kill") as (local_stack, running):
        warm_up(running)
        yield KillableStack(local_stack, running)
