"""Starts a local stack for tests, in a folder of its own beside `make run`'s."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from local.errors import MissingToolError
from local.ports import Ports
from local.stack import LocalStack
from local.state import RunningStack
from tests.canary.watch import CANARY
from tests.stack.shop import Shop


def warm_up(stack: RunningStack) -> None:
    """Have one payment made, so that no test meets functions that start cold.

    MiniStack counts a cold start against the function's time, and on a busy machine it runs out.
    """
    with requests.Session() as session:
        assert Shop(stack, stack.api_key, session).create_in_the_end("warm-up") == 201


@contextmanager
def started(folder: Path) -> Iterator[tuple[LocalStack, RunningStack]]:
    """The whole service on free ports; skips where a tool is missing.

    What it kept and wrote is looked at by the canary, in the teardown of the last test.
    """
    local_stack = LocalStack(folder, Ports.any_free())
    try:
        running = local_stack.__enter__()
    except MissingToolError as error:
        pytest.skip(str(error))
    try:
        yield local_stack, running
        CANARY.look_at_stack(running.aws)
        CANARY.look_at_files(folder)
    finally:
        local_stack.__exit__(None, None, None)
        CANARY.look_at_files(folder)
