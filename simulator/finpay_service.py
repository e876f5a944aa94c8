"""What Finpay decides about a merchant's call, without HTTP, threads or faults."""

import base64
import binascii
import hmac
from collections.abc import Callable
from typing import Any, Protocol

from payments.callbacks.php_json import decode, encode
from simulator import answers
from simulator.answers import Answer, References, RefundAmounts
from simulator.checks import first_problem, read_order
from simulator.order_store import OrderStore
from simulator.orders import (
    DuplicateOrderError,
    NotCancellableError,
    NotVoidableError,
    Order,
    UnknownOrderError,
)
from simulator.settings import Settings


class Gateway(Protocol):
    """What a service works with: a `Simulation`, or a test's own order store and clock."""

    @property
    def order_store(self) -> OrderStore: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def check_shows_code(self) -> bool: ...

    @property
    def references(self) -> References: ...

    @property
    def refund_amounts(self) -> RefundAmounts: ...

    def allows(self, source: str | None) -> bool: ...


class FinpayService:
    """Every refusal is an answer too: nothing here raises an `OrderError`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def is_merchant(self, authorization_header: str) -> bool:
        scheme, _, credentials = authorization_header.partition(" ")
        try:
            given = base64.b64decode(credentials.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        settings = self._gateway.settings
        expected = f"{settings.merchant_id}:{settings.merchant_key}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(given, expected)

    def initiate(self, raw: bytes) -> Answer:
        """Issue a code for the order in this body."""
        try:
            body = _read_json(raw)
        except ValueError:
            return answers.BAD_REQUEST
        if (problem := first_problem(body)) is not None:
            return answers.invalid_field(problem)
        new = read_order(body)
        if not self._gateway.allows(new.source):
            return answers.FEATURE_NOT_ALLOWED
        return _answered(lambda: answers.initiated(self._gateway.order_store.add(new)))

    def check(self, order_id: str) -> Answer:
        return _answered(lambda: self._about(self._gateway.order_store.get(order_id)))

    def cancel(self, order_id: str) -> Answer:
        return _answered(lambda: _done(self._gateway.order_store.cancel(order_id)))

    def void(self, order_id: str) -> Answer:
        return _answered(lambda: _done(self._gateway.order_store.void(order_id)))

    def _about(self, order: Order) -> Answer:
        gateway = self._gateway
        return answers.checked(
            order,
            gateway.settings.merchant_id,
            show_code=gateway.check_shows_code,
            references=gateway.references,
            amounts=gateway.refund_amounts,
        )


def _done(_: Order) -> Answer:
    return answers.SUCCESS


def _answered(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except UnknownOrderError:
        return answers.NOT_FOUND
    except DuplicateOrderError:
        return answers.DUPLICATE
    except NotCancellableError:
        return answers.INVALID_STATUS
    except NotVoidableError:
        return answers.NOT_PERMITTED


def _read_json(raw: bytes) -> Any:
    """The body as PHP reads it; raises ValueError where PHP could not write it again either."""
    body = decode(raw)
    encode(body)
    return body
