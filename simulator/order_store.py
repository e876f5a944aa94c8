"""The order store: every order by its id, and the rules by which it moves. No HTTP here."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace

from simulator.journal import Record, forget
from simulator.numbering import Numbers
from simulator.orders import (
    MONEY_TAKEN,
    OPEN,
    DuplicateOrderError,
    NewOrder,
    NotCancellableError,
    NotPayableError,
    NotRefundableError,
    NotVoidableError,
    Order,
    Payment,
    UnknownOrderError,
)

DEFAULT_CHANNEL = "INDOMARET"


class OrderStore:
    """All methods give the order as it is afterwards, and raise an `OrderError`.

    Every change is recorded before it is seen.
    """

    def __init__(
        self, lock: threading.RLock, now: Callable[[], float], record: Record = forget
    ) -> None:
        self._lock = lock
        self._now = now
        self._record = record
        self._numbers = Numbers(record)
        self._orders: dict[str, Order] = {}
        self._ids_by_code: dict[str, str] = {}

    def add(self, new: NewOrder) -> Order:
        with self._lock:
            if new.order_id in self._orders:
                raise DuplicateOrderError
            now = self._now()
            expires_at = now + new.timeout_minutes * 60
            code, link = self._numbers.code_and_link(hosted=new.source is None)
            return self._keep(Order(new, now, expires_at, code, link))

    def get(self, order_id: str) -> Order:
        with self._lock:
            order = self._orders.get(order_id)
            if order is None:
                raise UnknownOrderError
            if order.status in OPEN and self._now() >= order.expires_at:
                return self._keep(replace(order, status="EXPIRED"))
            return order

    def by_code(self, payment_code: str) -> Order:
        with self._lock:
            return self.get(self._ids_by_code.get(payment_code, ""))

    def all(self) -> list[Order]:
        with self._lock:
            return [self.get(order_id) for order_id in list(self._orders)]

    def pay(
        self,
        order_id: str,
        amount: int | None = None,
        channel: str = DEFAULT_CHANNEL,
        *,
        late: bool = False,
        again: bool = False,
    ) -> Order:
        """A customer pays: `late` also a code that is no longer open, `again` one already paid."""
        with self._lock:
            order = self.get(order_id)
            if order.payment is not None and not again:
                raise NotPayableError("the order is paid already")
            if order.payment is None and order.status not in OPEN and not late:
                raise NotPayableError(f"the order is {order.status}")
            payment = self.imagine_payment(order, amount, channel)
            return self._keep(
                replace(order, status="PAID", payment=payment, refunded=0, last_refund=0)
            )

    def imagine_payment(
        self, order: Order, amount: int | None = None, channel: str = DEFAULT_CHANNEL
    ) -> Payment:
        """A payment of this order, made now, that is not entered in the order store."""
        with self._lock:
            paid = order.new.amount if amount is None else amount
            return Payment(paid, self._now(), self._numbers.reference(), channel)

    def refund(self, order_id: str, amount: int | None = None) -> Order:
        """Money of the last payment goes back: this amount (rupiah), or all that is left."""
        with self._lock:
            order = self.get(order_id)
            left = order.payment.amount - order.refunded if order.payment else 0
            back = left if amount is None else amount
            if not 0 < back <= left:
                raise NotRefundableError(f"{left} rupiah are left to go back")
            status = "REFUNDED" if back == left else "PARTIALLY_REFUNDED"
            refunded = order.refunded + back
            return self._keep(replace(order, status=status, refunded=refunded, last_refund=back))

    def cancel(self, order_id: str) -> Order:
        with self._lock:
            order = self.get(order_id)
            if order.status not in OPEN:
                raise NotCancellableError
            return self._keep(replace(order, status="CANCELLED"))

    def void(self, order_id: str) -> Order:
        with self._lock:
            order = self.get(order_id)
            if order.status not in MONEY_TAKEN:
                raise NotVoidableError
            return self._keep(replace(order, status="CANCELLED"))

    def expire(self, order_id: str) -> Order:
        """End an open order's time now."""
        with self._lock:
            order = self.get(order_id)
            if order.status not in OPEN | {"EXPIRED"}:
                raise NotPayableError(f"the order is {order.status}")
            expires_at = min(order.expires_at, self._now())
            return self._keep(replace(order, status="EXPIRED", expires_at=expires_at))

    def set_status(self, order_id: str, status: str) -> Order:
        """Any status at all; one that means money also enters a payment of the full amount."""
        with self._lock:
            order = self.get(order_id)
            payment = order.payment
            if payment is None and status in MONEY_TAKEN:
                payment = self.imagine_payment(order)
            return self._keep(replace(order, status=status, payment=payment))

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()
            self._ids_by_code.clear()

    def restore(self, orders: Iterable[Order], numbers: Mapping[str, int]) -> None:
        """Go on from what was recorded."""
        with self._lock:
            self._numbers.restore(numbers)
            for order in orders:
                self._enter(order)

    def _keep(self, order: Order) -> Order:
        self._record("order", asdict(order))
        return self._enter(order)

    def _enter(self, order: Order) -> Order:
        self._orders[order.order_id] = order
        if order.payment_code is not None:
            self._ids_by_code[order.payment_code] = order.order_id
        return order
