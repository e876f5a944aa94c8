"""Does a test fail? Each mutant gets a process of its own, forked from one that is warm.

Most mutants differ within one function: they are put into a pytest that has imported and collected
everything. The others are imported anew, by a process that has only the libraries.
"""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from checks.mutants.mutant import Mutant, import_it, put_in, unchanged
from checks.mutants.own_process import KILLED, SURVIVED, UNFIT, in_own_process, quiet
from checks.mutants.reach import FOLDERS, Reach
from checks.mutants.session import Session, arguments, warm_up

_GRACE = 60.0
"""Seconds that any mutant may take, besides ten times what its tests do."""
_CONTROLS = 10
"""So many tests of each file have to pass without a mutant."""

type Report = Callable[[Mutant, str], None]


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
        with quiet():
            code = pytest.main(arguments([f"tests/{folder}" for folder in FOLDERS]), [session])
        if code != pytest.ExitCode.OK:
            raise ChildProcessError(f"pytest ended with {code!r}")


def _demand_sound(trial: Callable[[], str]) -> None:
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


def _within(mutant: Mutant, chosen: Sequence[pytest.Item], session: Session) -> str:
    if mutant.function and not put_in(mutant):
        return UNFIT
    return SURVIVED if session.run(chosen) else KILLED


def _anew(mutant: Mutant, reach: Reach, most: int | None = None) -> str:
    import_it(mutant)
    tests = _tests(mutant, reach)[:most]
    survived = [False]

    def loop(items: dict[str, pytest.Item]) -> None:
        chosen = [items[test] for test in tests if test in items]
        survived[0] = session.run(chosen)

    session = Session(loop)
    files = sorted({test.partition("::")[0] for test in tests})
    code = pytest.main(arguments(files), [session])
    # Where the mutant cannot even be imported, nothing was collected and nothing has run.
    return SURVIVED if survived[0] and code == pytest.ExitCode.OK else KILLED
