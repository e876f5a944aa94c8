"""How the holder of a lease gives it up when its request has failed.

If the store is unavailable, the lease goes on until it expires.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from payments.domain.errors import Unavailable

if TYPE_CHECKING:
    from payments.domain.interfaces import PaymentStore
    from payments.domain.payment import Lease, Payment


def release(payments: PaymentStore, leased: Payment) -> None:
    """End the lease: Finpay has no request of its holder that can still change the order."""
    # Not the present time, because the clocks of other containers can be a little behind.
    _store(payments, leased, replace(_lease_of(leased), until=0))


def note_unanswered(payments: PaymentStore, leased: Payment) -> None:
    """Note that nobody works on the request any more. Finpay may, so the lease goes on."""
    _store(payments, leased, replace(_lease_of(leased), unanswered=True))


def _lease_of(leased: Payment) -> Lease:
    return cast("Lease", leased.lease)


def _store(payments: PaymentStore, leased: Payment, lease: Lease) -> None:
    with suppress(Unavailable):
        payments.update_lease(leased.order_id, lease)
