"""The SDK's retries meet their own writes: the local stack behind a proxy that injects faults."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_dynamodb import DynamoDBClient

from local.state import RunningStack
from payments.aws.payments_table import DynamoPayments
from payments.domain import clock
from payments.domain.errors import Unavailable
from payments.domain.payment import Entry, Source
from payments.domain.payment_change import Applied, Change, Refused
from payments.domain.transition_table import Status
from payments.storefronts.authenticate import Storefronts
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment
from testing.registry import registry_of
from testing.tables import definition_of, temporary_table
from tests.stack.faults.proxy import Chance, Fault, Plan, Proxy, Script, proxy

KEY = {"orderId": {"S": SAMPLE_ORDER_ID}}


@dataclass(frozen=True)
class Faulty:
    """The payments table behind a proxy, and the same table directly."""

    proxy: Proxy
    client: DynamoDBClient
    directly: DynamoPayments

    @property
    def payments(self) -> DynamoPayments:
        return DynamoPayments(self.client, self.directly.table)

    def add_one(self) -> None:
        self.client.update_item(
            TableName=self.directly.table,
            Key=KEY,
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    def number(self) -> str:
        found = self.directly.client.get_item(TableName=self.directly.table, Key=KEY)
        return found["Item"]["n"]["N"]


@pytest.fixture
def faulty(stack: RunningStack, payments_table: str) -> Iterator[Callable[..., Faulty]]:
    with ExitStack() as running:

        def make(plan: Plan, delay_seconds: float = 1.0, **of_client: Any) -> Faulty:
            server = running.enter_context(proxy(stack.aws_endpoint, plan, delay_seconds))
            directly = DynamoPayments(stack.aws.dynamodb(), payments_table)
            return Faulty(server, server.client(**of_client), directly)

        yield make


def change(mark: str = "write-2") -> Change:
    entry = Entry(Status.PENDING, NOW + 1, Source.INITIATE, mark)
    return Change(SAMPLE_ORDER_ID, frozenset({Status.INITIATING}), entry)


def test_without_faults_all_goes_through_as_it_is(faulty: Callable[..., Faulty]) -> None:
    there = faulty(Script())
    assert there.payments.reserve(make_payment()) is None
    assert isinstance(there.payments.apply(change()), Applied)
    assert there.payments.get(SAMPLE_ORDER_ID) == there.directly.get(SAMPLE_ORDER_ID)
    assert there.proxy.calls == Counter(PutItem=1, UpdateItem=1, GetItem=1)
    assert not there.proxy.injected


def test_an_error_of_dynamodb_comes_through(faulty: Callable[..., Faulty]) -> None:
    with pytest.raises(ClientError) as error:
        faulty(Script()).client.get_item(TableName="no-such-table", Key=KEY)
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_who_is_not_known_is_refused_behind_the_proxy_too(faulty: Callable[..., Faulty]) -> None:
    there = faulty(Script())
    session = boto3.Session("AKIANOBODY", "secret", region_name="ap-southeast-3")
    nobody = session.client("dynamodb", endpoint_url=there.proxy.url)
    with pytest.raises(ClientError) as error:
        nobody.get_item(TableName=there.directly.table, Key=KEY)
    assert error.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_an_addition_whose_answer_was_lost_is_made_twice(faulty: Callable[..., Faulty]) -> None:
    there = faulty(Script(UpdateItem=[Fault.LOSE_ANSWER]))
    there.add_one()
    assert there.number() == "2"


def test_an_addition_whose_request_was_lost_is_made_once(faulty: Callable[..., Faulty]) -> None:
    there = faulty(Script(UpdateItem=[Fault.LOSE_REQUEST]))
    there.add_one()
    assert there.number() == "1"


def test_a_plain_conditional_put_whose_answer_was_lost_conflicts_with_itself(
    faulty: Callable[..., Faulty],
) -> None:
    there = faulty(Script(PutItem=[Fault.LOSE_ANSWER]))
    with pytest.raises(there.client.exceptions.ConditionalCheckFailedException):
        there.client.put_item(
            TableName=there.directly.table,
            Item=KEY,
            ConditionExpression="attribute_not_exists(orderId)",
        )


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name)
def test_a_reservation_is_made_once_whatever_happens_to_its_first_call(
    faulty: Callable[..., Faulty], fault: Fault
) -> None:
    there = faulty(Script(PutItem=[fault]), delay_seconds=4.5, read_timeout=3.0)
    assert there.payments.reserve(make_payment()) is None
    assert there.directly.get(SAMPLE_ORDER_ID) == make_payment()
    assert there.proxy.calls == Counter(PutItem=2)
    assert there.proxy.injected == Counter([fault])


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name)
def test_a_change_is_applied_once_whatever_happens_to_its_first_call(
    faulty: Callable[..., Faulty], fault: Fault
) -> None:
    there = faulty(Script(UpdateItem=[fault]), delay_seconds=4.5, read_timeout=3.0)
    there.directly.reserve(make_payment())
    result = there.payments.apply(change())
    assert isinstance(result, Applied)
    assert [entry.write_id for entry in result.payment.history] == ["write-1", "write-2"]
    assert there.directly.get(SAMPLE_ORDER_ID) == result.payment


def test_a_change_after_a_rivals_is_refused_although_its_first_answer_was_lost(
    faulty: Callable[..., Faulty],
) -> None:
    there = faulty(Script(UpdateItem=[Fault.LOSE_ANSWER]))
    there.directly.reserve(make_payment())
    rival = there.directly.apply(change("rival"))
    assert isinstance(rival, Applied)
    assert there.payments.apply(change()) == Refused(rival.payment)


def test_a_late_request_does_nothing_after_the_retry_that_overtook_it(
    faulty: Callable[..., Faulty],
) -> None:
    there = faulty(Script(UpdateItem=[Fault.LATE_REQUEST]), delay_seconds=6.0, read_timeout=3.0)
    there.directly.reserve(make_payment())
    result = there.payments.apply(change())
    assert isinstance(result, Applied)
    assert there.directly.get(SAMPLE_ORDER_ID) == result.payment
    assert there.proxy.settled(seconds=30)
    assert there.directly.get(SAMPLE_ORDER_ID) == result.payment


@pytest.mark.parametrize(
    "fault", [Fault.LOSE_REQUEST, Fault.THROTTLE, Fault.FAIL], ids=lambda fault: fault.name
)
def test_a_store_that_fails_three_times_is_unavailable(
    faulty: Callable[..., Faulty], fault: Fault
) -> None:
    there = faulty(Script(PutItem=[fault] * 3))
    with pytest.raises(Unavailable):
        there.payments.reserve(make_payment())
    assert there.proxy.calls == Counter(PutItem=3)
    assert there.directly.get(SAMPLE_ORDER_ID) is None


def test_a_reservation_whose_every_answer_is_lost_is_unavailable_and_there(
    faulty: Callable[..., Faulty],
) -> None:
    there = faulty(Script(PutItem=[Fault.LOSE_ANSWER] * 3))
    with pytest.raises(Unavailable):
        there.payments.reserve(make_payment())
    assert there.directly.get(SAMPLE_ORDER_ID) == make_payment()


def test_a_withdrawal_whose_answer_was_lost_is_done(faulty: Callable[..., Faulty]) -> None:
    there = faulty(Script(DeleteItem=[Fault.LOSE_ANSWER]))
    there.directly.reserve(make_payment())
    there.payments.withdraw(SAMPLE_ORDER_ID, "write-1")
    assert there.directly.get(SAMPLE_ORDER_ID) is None


def test_a_registration_whose_answer_was_lost_gives_a_key_that_works(
    faulty: Callable[..., Faulty], stack: RunningStack
) -> None:
    there = faulty(Script(PutItem=[Fault.LOSE_ANSWER]))
    with temporary_table(stack.aws.dynamodb(), definition_of("StorefrontsTable")) as table:
        registry = replace(registry_of(stack), dynamodb=there.client, table=table)
        key = registry.create("toko", ["*"]).api_key
        table_itself = Storefronts(stack.aws.dynamodb(), table, clock.now)
        assert table_itself.authenticate(f"Bearer {key}")


def test_chance_is_the_same_for_the_same_seed_and_keeps_its_rates() -> None:
    def drawn(seed: int) -> list[Fault | None]:
        chance = Chance(seed, {Fault.LOSE_ANSWER: 0.2, Fault.THROTTLE: 0.1})
        return [chance("PutItem") for _ in range(5_000)]

    assert drawn(1) == drawn(1) != drawn(2)
    counted = Counter(drawn(1))
    assert counted[Fault.LOSE_ANSWER] == pytest.approx(1000, rel=0.2)
    assert counted[Fault.THROTTLE] == pytest.approx(500, rel=0.2)
    assert counted.keys() == {Fault.LOSE_ANSWER, Fault.THROTTLE, None}
