"""Bugs in what goes over the line to Finpay, and in what is asked again; see simulation.bugs."""

import ssl
import warnings
from dataclasses import replace
from typing import Any
from unittest import mock

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InsecureRequestWarning

from payments.aws.payments_table import DynamoPayments
from payments.domain.merchant import Credentials
from payments.domain.payment import Lease, Payment
from payments.finpay import http_transport
from payments.finpay.client import FinpayClient
from payments.finpay.http_connections import Connections
from payments.storefronts.webhook_endpoints import DynamoReceivers
from payments.webhooks.endpoint import Receiver
from tests.property.simulation.planting import bug, method

# Over TLS only


@bug
def any_failure_of_tls_counts_as_not_attempted() -> Any:
    return mock.patch.object(http_transport, "SSLCertVerificationError", ssl.SSLError)


@bug
def finpays_redirects_are_followed() -> Any:
    def send(real: Any, self: requests.Session, request: Any, **how: Any) -> Any:
        return real(self, request, **how | {"allow_redirects": True})

    return method(requests.Session, "send", send)


@bug
def a_request_is_sent_after_its_deadline() -> Any:
    return method(Connections, "close", lambda _, self: HTTPAdapter.close(self))


@bug
def finpays_certificate_is_not_verified() -> Any:
    def send(real: Any, self: requests.Session, request: Any, **how: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureRequestWarning)
            return real(self, request, **how | {"verify": False})

    return method(requests.Session, "send", send)


# Keys


@bug
def a_refused_key_is_tried_again() -> Any:
    def after(real: Any, self: FinpayClient, refused: Credentials) -> Credentials:
        changed: Credentials | None = real(self, refused)
        return changed or refused

    return method(FinpayClient, "_credentials_after", after)


# Asked again


@bug
def a_code_that_is_asked_for_again_ends_with_the_first_request() -> Any:
    def take_lease(
        real: Any, self: DynamoPayments, payment: Payment, lease: Lease, _: int, *next_sync: int
    ) -> Payment | None:
        taken: Payment | None = real(self, payment, lease, payment.last_attempt_at, *next_sync)
        return taken

    return method(DynamoPayments, "take_lease", take_lease)


# Without a secret


class _Enough(tuple[bytes, ...]):
    """No secrets at all, and yet as good as some."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


@bug
def who_has_no_secret_is_sent_unsigned_webhooks() -> Any:
    def of(real: Any, self: DynamoReceivers, storefront_id: str) -> Receiver | None:
        receiver: Receiver | None = real(self, storefront_id)
        if receiver and not receiver.secrets:
            return replace(receiver, secrets=_Enough())
        return receiver

    return method(DynamoReceivers, "of", of)
