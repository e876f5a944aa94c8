"""A stack more, for the tests that kill its parts: no other test is to lose its connections."""

from collections.abc import Iterator

import pytest

from local.paths import LOCAL
from tests.stack.killable import KillableStack
from tests.stacks import started


@pytest.fixture(scope="session")
def killable() -> Iterator[KillableStack]:
    with started(LOCAL / "kill") as (local_stack, running):
        yield KillableStack(local_stack, running)
