"""The store's own requests, at random, get the same answers from every stand-in."""

import random
from contextlib import ExitStack
from typing import Any, cast

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from payments.aws.payments_table import DynamoPayments
from payments.domain.payment import Entry, Failure, IssuedCode, Source
from payments.domain.payment_change import Change, NewLedger
from payments.domain.transition_table import Status
from payments.ledger.entry import Terms
from testing.builders import NOW, make_payment, make_report
from testing.dynamodb.client import SimulatedDynamoDB
from testing.tables import definition_of, temporary_table
from tests.functional.store.conftest import StandIn

STEPS = 150


def random_step(chance: random.Random, number: int) -> tuple[str, Any]:
    """A call of the store, and what it is called with."""
    order_id = chance.choice(["A-1", "A-2", "A-3"])
    mark = f"write-{chance.randrange(max(1, number - 3), number + 1)}"
    entry = Entry(chance.choice([*Status]), NOW + number, Source.CALLBACK, mark, "e" * 16)
    match chance.randrange(6):
        case 0:
            return "get", (order_id,)
        case 1:
            return "withdraw", (order_id, mark)
        case 2:
            payment = make_payment(order_id=order_id, history=(entry,), amount=number % 3)
            return "reserve", (payment,)
    change = Change(
        order_id,
        frozenset(chance.sample([*Status], 5)),
        entry,
        amount=chance.choice([None, number % 3]),
        currency=chance.choice([None, "IDR"]),
        version=chance.choice([None, None, 2]),
        code=chance.choice([None, IssuedCode("https://x.example", NOW, "88")]),
        failure=chance.choice([None, Failure("rejected", "4000001")]),
        ledger=chance.choice(
            [None, NewLedger((make_report(amount=number, late=True),), Terms(1000, "IDR"))]
        ),
    )
    return "apply", (change,)


@pytest.mark.parametrize("seed", range(3))
def test_random_requests_get_the_same_answers(stand_in: StandIn, seed: int) -> None:
    definition = definition_of("PaymentsTable")
    with ExitStack() as made:
        simulated = SimulatedDynamoDB({"payments": definition})
        ours = DynamoPayments(cast("DynamoDBClient", simulated), "payments")
        name = "payments"
        if stand_in.name == "simulated":
            other = SimulatedDynamoDB({"payments": definition})
            theirs = DynamoPayments(cast("DynamoDBClient", other), name)
        else:
            name = made.enter_context(temporary_table(stand_in.client, definition))
            theirs = DynamoPayments(stand_in.client, name)
        chance = random.Random(seed)  # noqa: S311 - repeatable is the point
        for number in range(1, STEPS):
            call, given = random_step(chance, number)
            assert getattr(ours, call)(*given) == getattr(theirs, call)(*given), (number, call)
