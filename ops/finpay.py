"""What Finpay says at this moment, asked with the merchant's credentials and the service's code.

A status check changes nothing. The circuit of status checks that all functions share is looked at
and never moved: that this machine cannot reach Finpay must not keep the service from asking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import DAY
from payments.domain.errors import GatewayError, GatewayRefused, OutcomeUnknown
from payments.finpay.circuit_breaker import CircuitBreaker
from payments.finpay.client import FinpayClient
from payments.finpay.http_transport import HttpTransport
from payments.finpay.merchant_credentials import SecretCredentials

if TYPE_CHECKING:
    from ops.deployment import Deployment
    from payments.domain.gateway_status import GatewayStatus
    from payments.domain.interfaces import Gateway
    from payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class Said:
    """What Finpay said of one of its orders.

    No reported and no error: it knows no such order. `refused` is the merchant, not the
    order.
    """

    gateway_order_id: str
    reported: GatewayStatus | None = None
    error: str = ""
    refused: bool = False


def credentials_of(deployment: Deployment) -> SecretCredentials:
    """The merchant's credentials, out of the stack's secret."""
    return SecretCredentials(
        deployment.session.client("secretsmanager"),
        deployment.output("FinpaySecretArn"),
        deployment.now,
        int(deployment.parameter("KeyOverlapDays")) * DAY,
    )


def gateway_of(deployment: Deployment) -> FinpayClient:
    """The Finpay of a stack; `is_reachable` is whether its functions would ask it now."""
    transport = HttpTransport(deployment.now)
    table = deployment.output("CircuitsTableName")
    circuit = CircuitBreaker(deployment.dynamodb, table, deployment.now, transport)
    return FinpayClient(
        deployment.parameter("FinpayBaseUrl"),
        credentials_of(deployment),
        deployment.now,
        nullcontext,
        transport,
        is_reachable=circuit.is_closed,
    )


def ask(gateway: Gateway, gateway_order_id: str) -> Said:
    """One status check; raises Unavailable without credentials."""
    try:
        return Said(gateway_order_id, gateway.check(gateway_order_id))
    except GatewayRefused as error:
        return Said(gateway_order_id, error=f"it refuses the merchant ({error.code})", refused=True)
    except OutcomeUnknown as error:
        of = f" ({error.code})" if error.code else ""
        return Said(gateway_order_id, error=f"no answer came that can be read{of}")
    except GatewayError:
        return Said(gateway_order_id, error="it cannot be reached from here")


def ask_all(asking: Callable[[str], Said], payment: Payment) -> Iterator[Said]:
    """What is said of all orders at Finpay that are the payment's, the one that counts first."""
    orders = (
        payment.effective_gateway_order_id,
        payment.gateway_order_id,
        *payment.previous_attempt_ids,
    )
    return map(asking, dict.fromkeys(orders))
