"""Which tests run in one process, one after the other, when pytest-xdist runs them in parallel.

xdist's own groups (`--dist=loadgroup`) need a test's id to be changed, which pytest 9.2 ignores.
"""

from xdist.scheduler import LoadScopeScheduling

STACK = "stack"
_SHARE_THE_STACK = (
    "tests/browser/",
    "tests/property/races/",
    "tests/repo/bench/test_subjects.py",
    "tests/stack/",
)
_KILLS_ITS_STACK = "tests/stack/test_kill.py"
_ALONE = ("tests/property/simulation/",)


def scope_of(test: str) -> str:
    """What a test, by its id, has in common with the others of its process.

    Tests that share the local stack are one scope. Others are by file, since a file's tests share
    what is slow to build; the simulation's long runs share nothing.
    """
    file = test.partition("::")[0]
    if test.startswith(_ALONE):
        return test
    shares_the_stack = test.startswith(_SHARE_THE_STACK) or "[stack" in test
    return STACK if shares_the_stack and file != _KILLS_ITS_STACK else file


class ByScope(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Gives each process whole scopes, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
