"""A trial in a process of its own, which ends with it whatever it did."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

KILLED, SURVIVED, UNFIT = "killed", "survived", "unfit"
CODES = {SURVIVED: 0, KILLED: 1, UNFIT: 3}
_BROKEN = 4


def in_own_process(trial: Callable[[], str], patience: float) -> str:
    """What a trial says; who says nothing for so many seconds, or dies, is killed."""
    child = os.fork()
    if child == 0:
        code = CODES[KILLED]
        try:
            os.setpgid(0, 0)
            with quiet():
                code = CODES[trial()]
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
            return next((outcome for outcome, own in CODES.items() if own == code), KILLED)
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return KILLED


@contextmanager
def quiet() -> Iterator[None]:
    """What pytest prints about mutants is of no interest."""
    with Path(os.devnull).open("w") as nowhere:
        kept = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept
