"""One local stack for all tests of a session."""

from collections.abc import Iterator

import pytest

from local.errors import MissingToolError
from local.paths import LOCAL
from local.ports import Ports
from local.stack import LocalStack
from local.state import RunningStack

# A folder of its own: the tests run beside `make run`, and reuse its build.
FOLDER = LOCAL / "test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the stack, so that `-m "not stack"` leaves it out."""
    for item in items:
        if isinstance(item, pytest.Function) and "stack" in item.fixturenames:
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The whole service on free ports, with the demo storefront and Finpay's sample merchant."""
    local_stack = LocalStack(FOLDER, Ports.any_free())
    try:
        running = local_stack.__enter__()
    except MissingToolError as error:
        pytest.skip(str(error))
    try:
        yield running
    finally:
        local_stack.__exit__(None, None, None)
