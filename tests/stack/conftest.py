"""One local stack for all tests of a session, and one for those that kill its parts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.errors import MissingToolError
from local.paths import LOCAL
from local.ports import Ports
from local.stack import LocalStack
from local.state import RunningStack
from tests.stack.killable import KillableStack

# A folder of its own: the tests run beside `make run`, and reuse its build.
FOLDER = LOCAL / "test"
FIXTURES = {"stack", "killable"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a stack, so that `-m "not stack"` leaves it out."""
    for item in items:
        if isinstance(item, pytest.Function) and FIXTURES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The whole service on free ports, with the demo storefront and Finpay's sample merchant."""
    with _started(FOLDER) as started:
        yield started.running


@pytest.fixture(scope="session")
def killable() -> Iterator[KillableStack]:
    """The same once more: no other test is to lose its connections."""
    with _started(LOCAL / "kill") as started:
        yield started


@contextmanager
def _started(folder: Path) -> Iterator[KillableStack]:
    local_stack = LocalStack(folder, Ports.any_free())
    try:
        running = local_stack.__enter__()
    except MissingToolError as error:
        pytest.skip(str(error))
    try:
        yield KillableStack(local_stack, running)
    finally:
        local_stack.__exit__(None, None, None)
