"""The simulated AWS under many threads."""

import sys
from collections.abc import Iterator
from functools import partial

import pytest

from testing.aws.account import SimulatedAccount
from testing.aws.errors import Refusal
from testing.crowd import at_once

THREADS, ROUNDS = 16, 20


@pytest.fixture
def threads_change_places_often() -> Iterator[None]:
    """Let Python turn to another thread a thousand times as often as it does."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 1_000)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@pytest.mark.usefixtures("threads_change_places_often")
def test_of_many_conditional_writes_at_once_one_succeeds(account: SimulatedAccount) -> None:
    account.reset()

    def reserve(order_id: str, _: int) -> bool:
        request = {
            "TableName": "PaymentsTable",
            "Item": {"orderId": {"S": order_id}},
            "ConditionExpression": "attribute_not_exists(orderId)",
        }
        try:
            account.answer("DynamoDB_20120810.PutItem", request)
        except Refusal:
            return False
        return True

    for number in range(ROUNDS):
        answers = at_once(THREADS, partial(reserve, f"order-{number}"))
        assert answers.count(True) == 1
