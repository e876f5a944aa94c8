"""Of many changes at once one is applied, on each store that races may run on."""

from collections import Counter
from collections.abc import Callable
from threading import Barrier

import pytest

from payments.aws.payments_table import DynamoPayments
from payments.domain.errors import Unavailable
from payments.domain.payment import Entry, Source
from payments.domain.payment_change import Applied, Change, Refused
from payments.domain.transition_table import Status
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment
from testing.crowd import at_once
from tests.property.races.conftest import Proxied
from tests.stack.faults.proxy import Chance, Fault, Plan

pytestmark = pytest.mark.extended

THREADS = 100


def race(payments: DynamoPayments) -> Counter[type]:
    """Let every thread try to move the same payment; what became of them."""

    def move(number: int) -> type:
        entry = Entry(Status.PENDING, NOW + 1, Source.INITIATE, f"move-{number}")
        change = Change(SAMPLE_ORDER_ID, frozenset({Status.INITIATING}), entry)
        try:
            return type(payments.apply(change))
        except Unavailable:
            return Unavailable

    return Counter(at_once(THREADS, move))


def test_work_starts_together_and_its_results_are_in_order() -> None:
    met = Barrier(20, timeout=10)

    def meet(number: int) -> int:
        met.wait()
        return number

    assert at_once(20, meet) == list(range(20))


def test_an_error_of_one_thread_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        at_once(3, lambda number: 1 // number)


def test_one_change_wins_on_the_simulated_aws(simulated_payments: DynamoPayments) -> None:
    simulated_payments.reserve(make_payment())
    assert race(simulated_payments) == Counter({Applied: 1, Refused: THREADS - 1})


def test_one_change_wins_on_the_local_stack(stack_payments: DynamoPayments) -> None:
    stack_payments.reserve(make_payment())
    assert race(stack_payments) == Counter({Applied: 1, Refused: THREADS - 1})


def test_one_change_wins_where_requests_and_answers_are_lost(
    stack_payments: DynamoPayments, behind_proxy: Callable[[Plan], Proxied]
) -> None:
    rates = {Fault.LOSE_REQUEST: 0.1, Fault.LOSE_ANSWER: 0.1}
    proxied = behind_proxy(Chance(seed=1, rates=rates))
    stack_payments.reserve(make_payment())
    outcomes = race(proxied.payments)
    # The winner itself may have lost its answer three times: nobody knows that it won, but it did.
    assert outcomes[Applied] <= 1
    found = stack_payments.get(SAMPLE_ORDER_ID)
    assert found
    assert (found.status, found.version) == (Status.PENDING, 2)
    assert proxied.proxy.injected.keys() == rates.keys()
