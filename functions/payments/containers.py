"""What each function works with, in one container."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.act_out import ActOut
    from payments.announce import Announce
    from payments.deliver import Deliver
    from payments.event_queue import SqsEvents
    from payments.initiate import Initiated, Order
    from payments.merchant import Credentials
    from payments.payment import Payment
    from payments.ports import PaymentStore
    from payments.receive_callback import ReceiveCallback
    from payments.reconcile import Look, QueueDue
    from payments.settings import RequestSettings
    from payments.settle import Settlement
    from payments.telemetry import Telemetry


class StorefrontApi(NamedTuple):
    """What the storefront routes work with."""

    initiate: Callable[[Order], Initiated]
    plan_scenes: Callable[[Order, Payment], None]
    cancel: Callable[[str, str], Settlement]
    payments: PaymentStore
    credentials: Callable[[], Credentials]
    settings: RequestSettings
    telemetry: Telemetry


class FinpayCallback(NamedTuple):
    """What the callback route works with."""

    receive: ReceiveCallback
    telemetry: Telemetry


class PaymentStream(NamedTuple):
    """What the stream of payments works with."""

    announce: Announce
    telemetry: Telemetry


class Notify(NamedTuple):
    """What the queue of events works with."""

    deliver: Deliver
    queue: SqsEvents
    telemetry: Telemetry


class Mode(NamedTuple):
    """What the queue of test mode works with."""

    act_out: ActOut
    telemetry: Telemetry


class Reconcile(NamedTuple):
    """What schedule and queue work with."""

    queue_due: QueueDue
    look: Look
    telemetry: Telemetry
