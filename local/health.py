"""Waits until a process answers."""

import http.client
import time
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from local.errors import LocalStackError
from local.processes import Process

# A developer's proxy has no way to 127.0.0.1.
_OPENER = build_opener(ProxyHandler({}))


def wait_until_healthy(process: Process, url: str, *, seconds: float = 30) -> None:
    """Return when `url` answers 2xx; raise LocalStackError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not _answers(url):
        process.check_alive()
        if time.monotonic() > deadline:
            message = f"{process.name} did not answer in {seconds:.0f} s. {process.last_words()}"
            raise LocalStackError(message)
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with _OPENER.open(url, timeout=5):
            return True
    except (URLError, OSError, http.client.HTTPException):
        return False
