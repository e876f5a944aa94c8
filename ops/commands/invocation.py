"""What all commands have in common: how they find the stack, and how they fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Never

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.deployment import DeploymentError

Stack = Annotated[str, typer.Option(help="Name of the deployed stack.")]
Region = Annotated[str | None, typer.Option(help="AWS region of the stack.")]


@contextmanager
def failures_in_a_line() -> Iterator[None]:
    """Say what AWS or the stack has against a command, and exit with 1."""
    try:
        yield
    except (DeploymentError, ClientError, BotoCoreError) as error:
        fail(str(error))


def fail(why: str) -> Never:
    """Say why nothing was done, and exit with 1."""
    typer.echo(f"Not done: {why}", err=True)
    raise typer.Exit(1)
