"""Starts a local stack for tests, in a folder of its own beside `make run`'s."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.errors import MissingToolError
from local.ports import Ports
from local.stack import LocalStack
from local.state import RunningStack
from testing.personal_data.watch import CHECK


@contextmanager
def started(folder: Path) -> Iterator[tuple[LocalStack, RunningStack]]:
    """The whole service on free ports; skips where a tool is missing.

    The personal-data check looks at what it kept and wrote. The teardown of the last test fails if
    that has personal data in it.
    """
    local_stack = LocalStack(folder, Ports.any_free())
    try:
        running = local_stack.__enter__()
    except MissingToolError as error:
        pytest.skip(str(error))
    try:
        yield local_stack, running
        CHECK.look_at_stack(running.aws)
        CHECK.look_at_files(folder)
    finally:
        local_stack.__exit__(None, None, None)
        CHECK.look_at_files(folder)
    CHECK.demand_clean(f"the local stack in {folder.name}")
