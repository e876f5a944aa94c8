"""The simulator's clock: it can run faster than the real one and be pushed forward."""

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")
"""Asia/Jakarta: UTC+7, without daylight saving."""


class Clock:
    """Simulated time = real start + elapsed real time x speed + what was advanced."""

    def __init__(self, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        self.reset(speed)

    def reset(self, speed: float) -> None:
        """Back to real time."""
        with self._lock:
            self._base, self._since, self._speed = time.time(), time.monotonic(), speed

    def restore(self, reading: Mapping[str, float]) -> None:
        """Go on from an earlier `reading`, as if the clock had run since."""
        with self._lock:
            self._speed, self._since = reading["speed"], time.monotonic()
            self._base = reading["now"] + (time.time() - reading["real"]) * self._speed

    def reading(self) -> Mapping[str, float]:
        """What `restore` takes, also in another process."""
        with self._lock:
            return {"now": self._now(), "real": time.time(), "speed": self._speed}

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> float:
        """Simulated seconds since 1970, UTC."""
        with self._lock:
            return self._now()

    def set_speed(self, speed: float) -> None:
        """Simulated seconds per real second from now on; 0 holds the clock."""
        with self._lock:
            self._base, self._since, self._speed = self._now(), time.monotonic(), speed

    def advance_to(self, moment: float) -> None:
        """Push the clock forward; a moment that is over changes nothing."""
        with self._lock:
            self._base += max(0.0, moment - self._now())

    def real_seconds_until(self, moment: float) -> float | None:
        """How long to really wait for a simulated moment; None when it never comes by itself."""
        with self._lock:
            left = moment - self._now()
            if left <= 0:
                return 0.0
            return left / self._speed if self._speed > 0 else None

    def _now(self) -> float:
        return self._base + (time.monotonic() - self._since) * self._speed


def finpay_time(moment: float) -> str:
    """A moment the way Finpay writes it: `YYYY-MM-DD HH:MM:SS` in WIB, without a zone."""
    return datetime.fromtimestamp(moment, WIB).strftime("%Y-%m-%d %H:%M:%S")


def iso_time(moment: float) -> str:
    """A moment with its zone, for the control API."""
    return datetime.fromtimestamp(moment, WIB).isoformat(timespec="milliseconds")
