"""Commands that cannot be run here, held against what their tools take."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache

from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.session import get_session
from typer.testing import CliRunner

from ops.__main__ import app
from testing.template import ROOT

ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")
# Of the AWS CLI itself; see `aws help`.
_AWS_OPTIONS = {"--query", "--output", "--region", "--profile"}
# A command of the CLI's own, behind no one operation.
_LOGS_TAIL = frozenset({"--since", "--follow", "--format", "--filter-pattern"})


def commands(text: str) -> Iterator[list[str]]:
    """The commands of a shell block as words, those in `$(…)` too, without their variables."""
    joined = text.replace("\\\n", " ")
    for inner in re.findall(r"\$\(([^()]+)\)", joined):
        yield from commands(inner)
    for line in re.sub(r"\$\([^()]+\)", "X", joined).splitlines():
        words = shlex.split(line, comments=True)
        while words and ASSIGNMENT.fullmatch(words[0]):
            words = words[1:]
        if words:
            yield words


def fault(words: list[str]) -> str:
    """What is wrong with a command; empty if nothing is."""
    match words:
        case ["export" | ".", *_]:
            return ""
        case ["make", target, *_]:
            return "" if target in targets() else f"make has no {target}"
        case [".venv/bin/sam", command, *rest]:
            return _missing(rest, sam_options(command))
        case [".venv/bin/python" | "python", "-m", "ops", *rest]:
            return _ops(rest)
        case ["aws", service, operation, *rest]:
            return _aws(service, operation, rest)
    return f"nobody checks {words[0]}"


@cache
def targets() -> frozenset[str]:
    """The targets of make."""
    makefile = (ROOT / "Makefile").read_text()
    return frozenset(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


@cache
def sam_options(command: str) -> frozenset[str]:
    """The options of a command of the SAM CLI."""
    told = subprocess.run(
        [ROOT / ".venv/bin/sam", command, "--help"], capture_output=True, text=True, check=True
    ).stdout
    return frozenset(re.findall(r"--[a-z][a-z-]+", told))


def _missing(words: list[str], known: frozenset[str]) -> str:
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    return "".join(f"no option {name}" for name in sorted(given - known))


def _ops(words: list[str]) -> str:
    """What it says of the words; asked for help besides, it does nothing."""
    told = CliRunner().invoke(app, [*words, "--help"])
    return "" if told.exit_code == 0 else told.output


def _aws(service: str, operation: str, rest: list[str]) -> str:
    if (service, operation) == ("logs", "tail"):
        return _missing(rest, _LOGS_TAIL)
    try:
        model = get_session().get_service_model(service)
    except UnknownServiceError:
        return f"no service {service}"
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return f"no operation {operation}"
    shape = model.operation_model(names[operation]).input_shape
    members = shape.members if shape else {}
    options = {f"--{xform_name(name, '-')}" for name in members}
    return _missing(rest, frozenset(options | _AWS_OPTIONS))
