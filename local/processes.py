"""Starts the stack's processes and ends all of them, with everything that they started."""

import shutil
import signal
import subprocess  # each call is judged where it is made  # nosec B404
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from local import guard
from local.errors import LocalStackError

SHOWN_LINES = 15
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process:
    """One process, leader of a group of its own, writing to the end of its log."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path
    ) -> None:
        self.name = name
        self.log = log
        self._again = (name, command, env, cwd, log)
        with log.open("ab") as output:
            self._popen = subprocess.Popen(  # our own commands  # nosec B603
                command,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def again(self) -> "Process":
        """Start the same command once more."""
        return Process(*self._again)

    @property
    def has_ended(self) -> bool:
        return self._popen.poll() is not None

    def wait(self) -> int:
        return self._popen.wait()

    def check_alive(self) -> None:
        """Raise LocalStackError when the process has ended."""
        code = self._popen.poll()
        if code is not None:
            raise LocalStackError(f"{self.name} ended with code {code}. {self.last_words()}")

    def last_words(self) -> str:
        """Return where the log is and its last lines."""
        lines = self.log.read_text(errors="replace").splitlines()[-SHOWN_LINES:]
        return "\n".join([f"The whole log: {self.log}", *(f"    {line}" for line in lines)])


class Processes:
    """All processes of a stack; leaving the context ends them and removes what they left.

    `temporary` is where they put their temporary files, such as the code of functions.
    """

    def __init__(self, temporary: Path) -> None:
        self.temporary = temporary
        self._running: list[Process] = []

    def __enter__(self) -> Self:
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(parents=True)
        self._guard = subprocess.Popen(  # our own module  # nosec B603
            [sys.executable, guard.__file__],
            stdin=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._running):
            guard.end_group(process.pid)
            process.wait()
        self._running.clear()
        self._guard.communicate()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def start(
        self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path
    ) -> Process:
        """Start a process that runs until the stack stops."""
        env = {**env, "TMPDIR": str(self.temporary)}
        log.unlink(missing_ok=True)
        with _signals_held():
            return self._keep(Process(name, command, env, cwd, log))

    def restart(self, name: str) -> Process:
        """Start a process again that was started under this name; end it first if it runs."""
        old = self._named(name)
        self._end(old)
        with _signals_held():
            return self._keep(old.again())

    def run(
        self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path
    ) -> None:
        """Run a process to its end; raise LocalStackError when it fails."""
        process = self.start(name, command, env, cwd, log)
        code = process.wait()
        self._end(process)
        if code != 0:
            raise LocalStackError(f"{name} failed with code {code}. {process.last_words()}")

    def last_words(self, name: str) -> str:
        """Return where the log of a process is and its last lines."""
        return self._named(name).last_words()

    def ended(self) -> list[str]:
        """Return the names of the processes that have ended by themselves."""
        return [process.name for process in self._running if process.has_ended]

    def pids(self) -> dict[str, int]:
        return {process.name: process.pid for process in self._running}

    def _named(self, name: str) -> Process:
        return next(process for process in self._running if process.name == name)

    def _keep(self, process: Process) -> Process:
        self._running.append(process)
        self._tell_guard("start", process)
        return process

    def _end(self, process: Process) -> None:
        # What it left in the background goes with it.
        guard.end_group(process.pid)
        process.wait()
        self._running.remove(process)
        self._tell_guard("end", process)

    def _tell_guard(self, event: str, process: Process) -> None:
        if self._guard.stdin is not None:
            self._guard.stdin.write(f"{event} {process.pid}\n")


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let a signal wait: between a process's start and its entry in the list it orphans it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python handles signals in the main thread only.
        return
    held: list[int] = []
    handlers = {
        number: signal.signal(number, lambda number, _frame: held.append(number))
        for number in STOP_SIGNALS
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for pending in held:
            signal.raise_signal(pending)
