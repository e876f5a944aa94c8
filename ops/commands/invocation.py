"""What all commands have in common: how they find the stack, what they print, how they fail.

With --json standard output has one JSON document and nothing else. Everything that is not the
result goes to standard error: why nothing was done, what to do next, progress.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Never

import typer
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

from ops.deployment import Deployment, DeploymentError
from ops.errors import Refused
from payments.domain.errors import Unavailable

NOT_DONE = 1
"""The exit code of what was not done, and of a doctor that found something."""

TO_LOOK_AT = 3
"""The exit code of what was done and leaves something to look at.

Also of a decision on another version than the stored one, which is not done.
"""

Stack = Annotated[
    str, typer.Option(envvar="FINPAY_STACK", help="Name of the deployed stack.", show_envvar=True)
]
Region = Annotated[str | None, typer.Option(help="AWS region of the stack.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
OrderId = Annotated[str, typer.Argument(help="order.id of the payment.")]


@contextmanager
def deployed(stack: str, region: str | None) -> Iterator[Deployment]:
    """The stack that a command is about; whatever is in the way is said in a line."""
    with failures_in_a_line():
        yield Deployment(stack, region)


@contextmanager
def failures_in_a_line() -> Iterator[None]:
    """Say what AWS or the stack has against a command, and exit with 1."""
    try:
        yield
    except Refused as error:
        fail(str(error), error.next_step)
    except Unavailable as error:
        fail(f"AWS does not answer: {error}")
    except (DeploymentError, ClientError, BotoCoreError) as error:
        fail(str(error), _mended_by(error))


def fail(why: str, next_step: str = "", *, code: int = NOT_DONE) -> Never:
    """Say why nothing was done and what to do about it, and exit."""
    typer.echo(f"Not done: {why}", err=True)
    if next_step:
        typer.echo(f"Next: {next_step}", err=True)
    raise typer.Exit(code)


def tell(document: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Print a result: as one JSON document, or in lines for people."""
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    for line in lines:
        typer.echo(line)


def command(stack: str, words: str) -> str:
    """A command of this program as it is to be typed."""
    return f"python -m ops {words} --stack {stack}"


def _mended_by(error: Exception) -> str:
    match error:
        case NoRegionError():
            return "give --region, or set AWS_DEFAULT_REGION"
        case NoCredentialsError():
            return "sign in as the AWS CLI does; `aws sts get-caller-identity` shows as whom"
        case EndpointConnectionError():
            return "is there a network, and does AWS_ENDPOINT_URL name a stack that runs?"
        case DeploymentError():
            return "name the stack as samconfig.toml does, and the region it is in"
        case ClientError() if error.response["Error"]["Code"].startswith("AccessDenied"):
            return "docs/runbook.md says which rights an operator needs"
    return ""
