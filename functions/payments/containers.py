"""What each function works with, in one container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.announce import Announce
    from payments.cancel import Cancel
    from payments.deliver import Deliver
    from payments.event_queue import SqsEvents
    from payments.initiate import Initiate
    from payments.ports import CredentialSource, PaymentStore
    from payments.receive_callback import ReceiveCallback
    from payments.reconcile import Look, QueueDue
    from payments.settings import RequestSettings
    from payments.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class StorefrontApi:
    """What the storefront routes work with."""

    initiate: Initiate
    cancel: Cancel
    payments: PaymentStore
    credentials: CredentialSource
    settings: RequestSettings
    telemetry: Telemetry


@dataclass(frozen=True, slots=True)
class FinpayCallback:
    """What the callback route works with."""

    receive: ReceiveCallback
    telemetry: Telemetry


@dataclass(frozen=True, slots=True)
class PaymentStream:
    """What the stream of payments works with."""

    announce: Announce
    telemetry: Telemetry


@dataclass(frozen=True, slots=True)
class Notify:
    """What the queue of events works with."""

    deliver: Deliver
    queue: SqsEvents
    telemetry: Telemetry


@dataclass(frozen=True, slots=True)
class Reconcile:
    """What schedule and queue work with."""

    queue_due: QueueDue
    look: Look
    telemetry: Telemetry
