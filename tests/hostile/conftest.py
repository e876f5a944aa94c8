"""The service of the handlers' tests and the storefront of the stack's, both under attack here."""

import pytest

from tests.handlers.conftest import pending, service
from tests.hostile.figures import FIGURES, Figures
from tests.stack.conftest import order_id, shop

__all__ = ["order_id", "pending", "service", "shop"]


@pytest.fixture
def figures(pytestconfig: pytest.Config) -> Figures:
    """Where a test says what it counted."""
    return pytestconfig.stash.setdefault(FIGURES, Figures())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show the figures, whether or not the tests that counted them passed."""
    for line in config.stash.get(FIGURES, Figures()).lines:
        terminalreporter.write_line(line)
