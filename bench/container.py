"""A container: one process in which AWS's own runtime interface client runs a handler.

A cold start is a new one.
"""

import json
import re
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self

from bench.errors import HandlerFailedError
from bench.places import RUNTIME
from bench.runtime_api import Answer, RuntimeApi

PATIENCE_SECONDS = 60.0

type Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler in an artifact's folder, with its environment as template.yaml sets it."""

    artifact: Path
    name: str
    environment: Mapping[str, str] = field(default_factory=dict)


class Container:
    """A context manager: one process of `awslambdaric` with its own Runtime API.

    `started_at` and `ready_at` are `time.perf_counter()`: when the process was started, and when
    it first asked for an event, which is what Lambda counts as its init.
    """

    def __init__(self, handler: Handler, *options: str, sampled: bool = False) -> None:
        self._handler = handler
        self._options = options
        self._trace = f"Root=1-642b9163-0000000000000000deadbeef;Sampled={int(sampled)}"
        self._events: SimpleQueue[bytes | None] = SimpleQueue()
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self.ready_at = 0.0

    def __enter__(self) -> Self:
        self._api = RuntimeApi(self._next, self._answers.put)
        thread = threading.Thread(target=self._api.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(
            [RUNTIME / "bin/python", *self._options, "-m", "awslambdaric", self._handler.name],
            cwd=self._handler.artifact,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._stderr = SimpleQueue[bytes]()
        self._drains = threading.Thread(target=self._drain, daemon=True)
        self._drains.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._drains.join()
        self._events.put(None)
        self._api.shutdown()
        self._api.server_close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def invoke(self, event: Event) -> Answer:
        """The handler's answer; raises HandlerFailedError where it raised or died."""
        self._events.put(json.dumps(event).encode())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self._answers.get(timeout=0.5)
            except Empty:
                if self._process.poll() is not None:
                    raise HandlerFailedError(f"{self._handler.name} died\n{self.end()}") from None
                continue
            if answer.failed:
                raise HandlerFailedError(f"{self._handler.name}: {answer.body.decode()}")
            return answer
        raise HandlerFailedError(f"{self._handler.name} did not answer")

    def cpu_seconds(self) -> float:
        """The CPU time that the process and its threads, also those that ended, have had."""
        # What glibc's clock_getcpuclockid() makes of a process id; Linux has it, macOS not.
        return time.clock_gettime(~self.pid << 3 | 2)

    def peak_bytes(self) -> int:
        """The most memory that was resident at once."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    def end(self) -> str:
        """End the process; what it wrote to stderr."""
        self._process.kill()
        self._process.wait()
        return self._stderr.get(timeout=5).decode(errors="replace")

    def _drain(self) -> None:
        # A full pipe would stop the handler.
        if self._process.stderr:
            with self._process.stderr as pipe:
                self._stderr.put(pipe.read())

    def _next(self) -> tuple[bytes | None, str]:
        self.ready_at = self.ready_at or time.perf_counter()
        return self._events.get(), self._trace

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": "/tmp",  # noqa: S108 - nobody's configuration of AWS or Python
            "TZ": "UTC",
            "LANG": "en_US.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.server_address[1]}",
            "LAMBDA_TASK_ROOT": str(self._handler.artifact),
            "_HANDLER": self._handler.name,
            "AWS_LAMBDA_FUNCTION_NAME": "measured",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_REGION": "ap-southeast-3",
            "AWS_DEFAULT_REGION": "ap-southeast-3",
            "AWS_ACCESS_KEY_ID": "measured",
            "AWS_SECRET_ACCESS_KEY": "measured",
            # Nobody listens for traces there.
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9",
        } | dict(self._handler.environment)
