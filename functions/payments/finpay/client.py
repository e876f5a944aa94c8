"""Client of Finpay's initiate, check and cancel endpoints; implements interfaces.Gateway.

A request is sent again only if Finpay refused it and the merchant key has changed since. In all
other cases the caller has to determine whether a failed request had an effect. The deadlines of all
calls for one storefront request add up to less than the function's timeout.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
from requests.auth import HTTPBasicAuth

from payments.domain.clock import Clock
from payments.domain.errors import KeyRefused, Unavailable
from payments.domain.gateway_status import GatewayStatus
from payments.domain.merchant import Credentials
from payments.domain.payment import IssuedCode
from payments.finpay.http_transport import Transport
from payments.finpay.parse_responses import (
    read_cancel_response,
    read_check_response,
    read_initiate_response,
)

if TYPE_CHECKING:
    from payments.domain.merchant import CredentialSource

# The deadline of a call, which includes its repetition with a new merchant key.
INITIATE_SECONDS = 12.0
CHECK_SECONDS = 4.0
CANCEL_SECONDS = 4.0

type Observe = Callable[[str], AbstractContextManager[object]]
"""Returns the context of an HTTP call to the endpoint of this name, such as `initiate`."""

type IsReachable = Callable[[], bool]
"""Whether the next status check would be made; False while its circuit is open."""

type InitiatesOf = Callable[[str], Transport]
"""Returns the Transport of the initiates of the storefront with this id."""


@dataclass(frozen=True, slots=True)
class FinpayClient:
    """Finpay's API at one base URL; see interfaces.Gateway."""

    base_url: str
    credentials: CredentialSource
    clock: Clock
    observe: Observe
    transport: Transport
    """Of all requests, if there is no other for initiates."""
    initiates_of: InitiatesOf | None = None
    is_reachable: IsReachable = lambda: True
    check_seconds: float = CHECK_SECONDS
    is_recovering: IsReachable = lambda: False
    """False while the circuit is closed."""

    def initiate(self, body: Mapping[str, Any], storefront_id: str) -> IssuedCode:
        """`POST /pg/payment/card/initiate`: request a payment code.

        The storefront's id is not sent. Raises a GatewayError, or Unavailable without credentials.
        """
        transport = self.initiates_of(storefront_id) if self.initiates_of else self.transport
        sent_at = self.clock()
        request = requests.Request(
            "POST",
            self.base_url + "/pg/payment/card/initiate",
            data=json.dumps(body, separators=(",", ":")),
            headers={"Content-Type": "application/json"},
        )

        def read(status: int, answer: bytes) -> IssuedCode:
            return read_initiate_response(status, answer, body, sent_at)

        return self._send("initiate", transport, request, INITIATE_SECONDS, read)

    def check(self, gateway_order_id: str) -> GatewayStatus | None:
        """`GET /pg/payment/card/check/{id}`: the gateway status, or None for an unknown order.

        Raises a GatewayError, or Unavailable without credentials.
        """

        def read(status: int, answer: bytes) -> GatewayStatus | None:
            return read_check_response(status, answer, gateway_order_id)

        request = self._get("check", gateway_order_id)
        return self._send("check", self.transport, request, self.check_seconds, read)

    def cancel(self, gateway_order_id: str) -> bool:
        """`GET /pg/payment/card/cancel/{id}`: whether Finpay agreed to cancel.

        The call changes the order although it is a GET. Raises a GatewayError, or Unavailable
        without credentials.
        """
        request = self._get("cancel", gateway_order_id)
        return self._send("cancel", self.transport, request, CANCEL_SECONDS, read_cancel_response)

    def _get(self, endpoint: str, gateway_order_id: str) -> requests.Request:
        path = f"/pg/payment/card/{endpoint}/{quote(gateway_order_id, safe='')}"
        return requests.Request("GET", self.base_url + path)

    def _send[T](
        self,
        name: str,
        transport: Transport,
        request: requests.Request,
        seconds: float,
        read: Callable[[int, bytes], T],
    ) -> T:
        """Send the request and read the answer; repeat it once if the refused key has changed.

        The repetition is safe because a request with a refused key has no effect. Any other refusal
        proves nothing: the order can exist.
        """
        deadline = time.monotonic() + seconds

        def call(credentials: Credentials) -> T:
            # requests encodes a str as Latin-1, so bytes are passed.
            merchant_id, merchant_key = credentials.login
            request.auth = HTTPBasicAuth(merchant_id.encode(), merchant_key.encode())
            with self.observe(name):
                return read(*transport(request, deadline))

        refused = self.credentials.current()
        try:
            return call(refused)
        except KeyRefused:
            renewed = self._credentials_after(refused)
            if renewed is None:
                raise
            return call(renewed)

    def _credentials_after(self, refused: Credentials) -> Credentials | None:
        """The credentials if the key has changed; None if not, or if the secret is unavailable.

        Another thread may have read the new key after this one took the refused one.
        """
        try:
            renewed = self.credentials.renewed() or self.credentials.current()
        except Unavailable:
            return None
        return renewed if renewed.login != refused.login else None
