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
from payments.domain.errors import GatewayRefused, Unavailable
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
"""Whether the next call would be made; False while the circuit is open."""


@dataclass(frozen=True, slots=True)
class FinpayClient:
    """Finpay's API at one base URL; see interfaces.Gateway."""

    base_url: str
    credentials: CredentialSource
    clock: Clock
    observe: Observe
    transport: Transport
    is_reachable: IsReachable = lambda: True
    check_seconds: float = CHECK_SECONDS

    def initiate(self, body: Mapping[str, Any]) -> IssuedCode:
        """`POST /pg/payment/card/initiate`: request a payment code.

        Raises a GatewayError, or Unavailable without credentials.
        """
        sent_at = self.clock()
        request = requests.Request(
            "POST",
            self.base_url + "/pg/payment/card/initiate",
            data=json.dumps(body, separators=(",", ":")),
            headers={"Content-Type": "application/json"},
        )

        def read(status: int, answer: bytes) -> IssuedCode:
            return read_initiate_response(status, answer, body, sent_at)

        return self._send("initiate", request, INITIATE_SECONDS, read)

    def check(self, gateway_order_id: str) -> GatewayStatus | None:
        """`GET /pg/payment/card/check/{id}`: the gateway status, or None for an unknown order.

        Raises a GatewayError, or Unavailable without credentials.
        """

        def read(status: int, answer: bytes) -> GatewayStatus | None:
            return read_check_response(status, answer, gateway_order_id)

        return self._send("check", self._get("check", gateway_order_id), self.check_seconds, read)

    def cancel(self, gateway_order_id: str) -> bool:
        """`GET /pg/payment/card/cancel/{id}`: whether Finpay agreed to cancel.

        The call changes the order although it is a GET. Raises a GatewayError, or Unavailable
        without credentials.
        """
        request = self._get("cancel", gateway_order_id)
        return self._send("cancel", request, CANCEL_SECONDS, read_cancel_response)

    def _get(self, endpoint: str, gateway_order_id: str) -> requests.Request:
        path = f"/pg/payment/card/{endpoint}/{quote(gateway_order_id, safe='')}"
        return requests.Request("GET", self.base_url + path)

    def _send[T](
        self, name: str, request: requests.Request, seconds: float, read: Callable[[int, bytes], T]
    ) -> T:
        """Send the request and read the answer; repeat it once if the merchant key has changed.

        The repetition is safe because a refused request has no effect.
        """
        deadline = time.monotonic() + seconds
        try:
            return self._call(name, request, self.credentials.current(), deadline, read)
        except GatewayRefused:
            renewed = self._renewed_credentials()
            if renewed is None:
                raise
            return self._call(name, request, renewed, deadline, read)

    def _renewed_credentials(self) -> Credentials | None:
        """The credentials if they have changed; None if not, or if the secret is unavailable."""
        try:
            return self.credentials.renewed()
        except Unavailable:
            return None

    def _call[T](
        self,
        name: str,
        request: requests.Request,
        credentials: Credentials,
        deadline: float,
        read: Callable[[int, bytes], T],
    ) -> T:
        # requests encodes a str as Latin-1, so bytes are passed.
        merchant_id, merchant_key = credentials.merchant_id, credentials.merchant_keys[0]
        request.auth = HTTPBasicAuth(merchant_id.encode(), merchant_key.encode())
        with self.observe(name):
            return read(*self.transport(request, deadline))
