"""What the control API shows. Nothing personal is in it."""

from typing import Any

from simulator.callbacks import Attempt
from simulator.clock import Clock, finpay_time, iso_time
from simulator.faults import Fault
from simulator.orders import Order
from simulator.simulation import Delivered

View = dict[str, Any]


def order_view(order: Order) -> View:
    payment = order.payment
    return {
        "orderId": order.order_id,
        "status": order.status,
        "amount": order.new.amount,
        "currency": order.new.currency,
        "sourceOfFunds": order.new.source,
        "paymentCode": order.payment_code,
        "redirectUrl": order.redirect_url,
        "callbackUrl": order.new.callback_url,
        "createdAt": iso_time(order.created_at),
        "expiresAt": iso_time(order.expires_at),
        "expiryLink": finpay_time(order.expires_at),
        "paidAmount": payment.amount if payment else None,
        "paidAt": iso_time(payment.paid_at) if payment else None,
        "refundedAmount": order.refunded or None,
        "reference": payment.reference if payment else None,
        "channel": payment.channel if payment else None,
    }


def attempt_view(attempt: Attempt) -> View:
    return {
        "time": iso_time(attempt.time),
        "orderId": attempt.order_id,
        "status": attempt.status,
        "attempt": attempt.number,
        "httpStatus": attempt.receipt.http_status,
        "body": attempt.receipt.body,
        "error": attempt.receipt.error,
        "lost": attempt.lost,
    }


def delivered_view(delivered: Delivered) -> View:
    return {
        "callbacks": [attempt_view(attempt) for attempt in delivered.attempts],
        "complete": delivered.complete,
    }


def fault_view(fault: Fault) -> View:
    return {
        "endpoint": fault.endpoint,
        "fault": fault.kind,
        "seconds": fault.seconds,
        "work": fault.work,
    }


def clock_view(clock: Clock) -> View:
    now = clock.now()
    return {"now": iso_time(now), "wib": finpay_time(now), "speed": clock.speed}
