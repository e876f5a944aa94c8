from collections.abc import Iterator

import pytest

from local.state import RunningStack
from testing.tables import definition_of, temporary_table


@pytest.fixture
def payments_table(stack: RunningStack) -> Iterator[str]:
    """A payments table of the test's own, on the local stack."""
    with temporary_table(stack.aws.dynamodb(), definition_of("PaymentsTable")) as name:
        yield name
