"""Does a test fail? Each mutant gets a process of its own, forked from one that is warm.

Most mutants differ within one function: they are put into a pytest that has imported and collected
everything. The others are imported anew, by a process that has only the libraries.
"""

import importlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from checks.mutants.mutant import Mutant, import_it, put_in, unchanged
from checks.mutants.reach import FOLDERS, OPTIONS, Reach

KILLED, SURVIVED, UNFIT = "killed", "survived", "unfit"
_EXITS = {0: SURVIVED, 3: UNFIT}
_BROKEN = 4
_GRACE = 60.0
"""Seconds that any mutant may take, besides ten times what its tests do."""
_CONTROLS = 10
"""So many tests of each file have to pass without a mutant."""
_LIBRARIES = (
    *("aws_lambda_powertools.metrics", "aws_lambda_powertools.utilities.circuit_breaker"),
    *("aws_lambda_powertools.utilities.batch", "greenlet", "hypothesis.strategies"),
    *("pydantic", "requests", "typer", "yaml"),
)

type Report = Callable[[Mutant, str], None]


@dataclass(slots=True, eq=False)
class Session:
    """A pytest plugin that runs what it is told to instead of everything that was collected."""

    loop: Callable[[dict[str, pytest.Item]], None]
    failed: bool = field(default=False, init=False)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.loop({item.nodeid: item for item in session.items})
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    def run(self, items: Sequence[pytest.Item]) -> bool:
        """Whether all pass; stops at the first that does not."""
        for item, following in zip_longest(items, items[1:]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return False
        return True


def warm_up() -> None:
    """Import the libraries, and let botocore read what it knows of DynamoDB."""
    for library in _LIBRARIES:
        importlib.import_module(library)
    with mock_aws():
        for service in ("dynamodb", "secretsmanager", "sqs"):
            boto3.client(service, region_name="ap-southeast-3")


def run_all(mutants: Sequence[Mutant], reach: Reach, report: Report) -> None:
    """Try mutants one after the other, and report what became of each."""
    warm_up()
    # These come first: afterwards this process has imported the modules themselves.
    sound: set[str] = set()
    for mutant in mutants:
        if _is_inside(mutant, reach):
            continue
        if mutant.file not in sound:
            _demand_sound(partial(_anew, unchanged(mutant.file), reach, _CONTROLS))
            sound.add(mutant.file)
        anew = partial(_anew, mutant, reach)
        report(mutant, in_own_process(anew, _patience(mutant, reach)))
    inside = [one for one in mutants if _is_inside(one, reach)]
    if inside:
        session = Session(lambda items: _in_place(inside, reach, report, session, items))
        with _quiet():
            code = pytest.main(_arguments([f"tests/{folder}" for folder in FOLDERS]), [session])
        if code != pytest.ExitCode.OK:
            raise ChildProcessError(f"pytest ended with {code!r}")


def _demand_sound(trial: Callable[[], int]) -> None:
    """Without a fault the tests pass, or else they would seem to notice every one."""
    if in_own_process(trial, 10 * _GRACE) != SURVIVED:
        raise ChildProcessError("tests fail without any mutant")


def _is_inside(mutant: Mutant, reach: Reach) -> bool:
    """Whether the difference is in a function that nothing calls while modules are imported."""
    return mutant.in_body and "" not in _reached(mutant, reach)


def _reached(mutant: Mutant, reach: Reach) -> frozenset[str]:
    return reach.of(mutant.file, *mutant.lines)


def _tests(mutant: Mutant, reach: Reach) -> list[str]:
    reached = _reached(mutant, reach) if mutant.in_body else frozenset()
    if not reached or "" in reached:
        reached = reach.of_file(mutant.file)
    return reach.quickest_first(reached)


def _patience(mutant: Mutant, reach: Reach) -> float:
    return _GRACE + 10 * sum(reach.seconds.get(test, 0) for test in _tests(mutant, reach))


def _in_place(
    mutants: Sequence[Mutant],
    reach: Reach,
    report: Report,
    session: Session,
    items: dict[str, pytest.Item],
) -> None:
    sound: set[str] = set()
    for mutant in mutants:
        chosen = [items[test] for test in _tests(mutant, reach) if test in items]
        if mutant.file not in sound:
            _demand_sound(partial(_within, unchanged(mutant.file), chosen[:_CONTROLS], session))
            sound.add(mutant.file)
        one = partial(_within, mutant, chosen, session)
        report(mutant, in_own_process(one, _patience(mutant, reach)))


def _within(mutant: Mutant, chosen: Sequence[pytest.Item], session: Session) -> int:
    if mutant.function and not put_in(mutant):
        return 3
    return int(not session.run(chosen))


def _anew(mutant: Mutant, reach: Reach, most: int | None = None) -> int:
    import_it(mutant)
    tests = _tests(mutant, reach)[:most]
    survived = [False]

    def loop(items: dict[str, pytest.Item]) -> None:
        chosen = [items[test] for test in tests if test in items]
        survived[0] = session.run(chosen)

    session = Session(loop)
    files = sorted({test.partition("::")[0] for test in tests})
    code = pytest.main(_arguments(files), [session])
    return 0 if survived[0] and code == pytest.ExitCode.OK else 1


def _arguments(paths: Sequence[str]) -> list[str]:
    # Libraries are imported before pytest can rewrite their asserts, which nobody needs.
    quiet = ["-q", "--no-header", "--no-summary", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return [*quiet, *OPTIONS, *paths]


def in_own_process(trial: Callable[[], int], patience: float) -> str:
    """What a trial says: 0 for survived, 3 for unfit, all else is killed, and so is no answer."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            with _quiet():
                code = trial()
        except Exception:  # noqa: BLE001 - told on the way out, as nobody is left to raise it to
            os.write(2, traceback.format_exc().encode())
            code = _BROKEN
        finally:
            os._exit(code)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            if code == _BROKEN:
                raise ChildProcessError("the trial failed, and not a test")
            return _EXITS.get(code, KILLED)
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return KILLED


@contextmanager
def _quiet() -> Iterator[None]:
    """What pytest prints about mutants is of no interest."""
    with Path(os.devnull).open("w") as nowhere:
        kept = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept
