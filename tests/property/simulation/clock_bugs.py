"""Bugs of containers whose clocks differ; see simulation.bugs."""

from dataclasses import replace
from typing import Any

from payments.aws.aws_clock import AwsClock
from payments.domain.payment import Payment
from payments.services.initiate import Initiate, Order
from tests.property.simulation.planting import bug, method


@bug
def containers_trust_their_own_clocks() -> Any:
    return method(AwsClock, "correct", lambda *_: None)


@bug
def a_payment_begins_by_the_clock_of_a_container_that_was_frozen() -> Any:
    def reservation(real: Any, self: Initiate, order: Order) -> Payment:
        reserved: Payment = real(self, replace(order, received_at=0))
        return reserved

    return method(Initiate, "_reservation", reservation)
