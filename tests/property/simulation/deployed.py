"""What surrounds the handlers: environment, dependencies, and who reads what they print."""

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from greenlet import getcurrent

from payments import bootstrap
from testing.template import environment, template
from tests.property.simulation.service import HANDLERS


class Sink:
    """Takes the place of standard output, and looks at what is printed."""

    def __init__(self, forbidden: list[str]) -> None:
        self.leaks: list[str] = []
        self.last: deque[str] = deque(maxlen=20)
        self._words = list(forbidden)

    def forbid(self, word: str) -> None:
        """A secret that was made."""
        self._words.append(word.casefold())

    def write(self, text: str) -> int:
        self.last.append(text.strip())
        folded = text.casefold()
        self.leaks += [word for word in self._words if word in folded]
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def deployed(sink: Sink) -> Iterator[None]:
    """The environment of template.yaml; handlers find the dependencies of their process."""
    variables = {name: value for f in HANDLERS for name, value in environment(f).items()}
    variables |= {
        "FINPAY_BASE_URL": "https://finpay.example",
        "CALLBACK_BASE_URL": "https://api.example",
        "SOURCES_OF_FUNDS": "finpaycode",
        "SIMULATED_CALLBACKS_QUEUE": "",
        "KEY_OVERLAP_DAYS": "7",
        "WEBHOOK_PAUSES": template()["Parameters"]["WebhookPauses"]["Default"],
        "POWERTOOLS_SERVICE_NAME": "simulation",
    }
    bootstrap.replace(lambda: getcurrent().process.dependencies)  # type: ignore[attr-defined]
    try:
        with (
            mock.patch.dict(os.environ, {k: str(v) for k, v in variables.items()}, clear=True),
            mock.patch.object(sys, "stdout", sink),
        ):
            yield
    finally:
        bootstrap.reset()
