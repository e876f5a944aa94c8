"""Asks for an order's code, once, and keeps what came of it."""

from .orders import Order, Orders
from .payments_api import PaymentsApi, Refused, TryLater


def ask_for_code(orders: Orders, api: PaymentsApi, order: Order) -> None:
    """Raises Refused when the order never gets one; anything else is for another try.

    The bytes are those that were stored with the order. An order without them has its outcome.
    """
    if order["body"] is None:
        return
    try:
        payment = api.ask(order["body"])
    except TryLater as error:
        orders.ask_later(order["key"], error.seconds)
    except Refused:
        orders.refuse(order["key"])
        raise
    else:
        orders.take(payment)
