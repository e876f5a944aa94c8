"""All that is known of a payment: here, at its shop and at Finpay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ops import finpay, payment_scan, quarantine
from ops.errors import NothingThere

if TYPE_CHECKING:
    from ops.deployment import Deployment
    from ops.finpay import Said
    from ops.quarantine import Kept
    from payments.aws.deliveries_table import Told
    from payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class PaymentHistory:
    """A payment and what belongs to it; `said` is None if Finpay was not asked."""

    payment: Payment
    told: Sequence[Told]
    kept: Sequence[Kept]
    said: Sequence[Said] | None
    now: int


def find(deployment: Deployment, name: str, storefront_id: str | None = None) -> Payment:
    """The payment of an order id or, by reading all of them, of a code or Finpay's reference.

    Raises NothingThere if there is none, several, or one of another storefront's.
    """
    payment = deployment.payments.get(name)
    if payment is None:
        table = deployment.output("PaymentsTableName")
        found = payment_scan.named(deployment.dynamodb, table, name)
        if len(found) > 1:
            orders = ", ".join(sorted(one.order_id for one in found))
            raise NothingThere(f"several payments bear that name: {orders}", "name one of them")
        payment = found[0] if found else None
    if payment is None or storefront_id not in {None, payment.storefront_id}:
        of = f" of storefront {storefront_id}" if storefront_id else ""
        raise NothingThere(
            f"there is no payment{of} with this order id, code or reference",
            "look through them: python -m ops payment list --newer-than 2d",
        )
    return payment


def tell(deployment: Deployment, payment: Payment, *, offline: bool) -> PaymentHistory:
    """The story of a payment; raises Unavailable. Changes nothing."""
    table = deployment.output("QuarantineTableName")
    said = None
    if not offline:
        said = tuple(finpay.ask_all(partial(finpay.ask, finpay.gateway_of(deployment)), payment))
    return PaymentHistory(
        payment,
        deployment.deliveries.of(payment.order_id),
        quarantine.of(deployment.dynamodb, table, payment.order_id),
        said,
        deployment.now(),
    )
