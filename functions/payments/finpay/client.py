"""Finpay's endpoints, as the use cases see them.

Nothing is sent twice but what Finpay refused, if there is a new key since: whether a request that
failed had an effect is for the caller to find out. The deadlines of one request's calls together
stay below the function's own end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
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
from payments.finpay.responses import (
    read_cancel_response,
    read_check_response,
    read_initiate_response,
)
from payments.finpay.transport import Answer, Transport

if TYPE_CHECKING:
    from payments.domain.merchant import CredentialSource

INITIATE_SECONDS = 12.0
CHECK_SECONDS = 4.0
CANCEL_SECONDS = 4.0

type Observe = Callable[[str, float], None]
"""Told of each call: the endpoint's name and the seconds it took."""

type IsReachable = Callable[[], bool]
"""Whether a call would be made at all."""


@dataclass(frozen=True, slots=True)
class FinpayClient:
    """Finpay at one base URL; see ports.Gateway."""

    base_url: str
    credentials: CredentialSource
    clock: Clock
    observe: Observe
    transport: Transport
    is_reachable: IsReachable = lambda: True
    check_seconds: float = CHECK_SECONDS

    def initiate(self, body: Mapping[str, Any]) -> IssuedCode:
        """`POST /pg/payment/card/initiate`; raises a GatewayError."""
        sent_at = self.clock()
        request = requests.Request(
            "POST",
            self.base_url + "/pg/payment/card/initiate",
            data=json.dumps(body, separators=(",", ":")),
            headers={"Content-Type": "application/json"},
        )

        def read(status: int, answer: bytes) -> IssuedCode:
            return read_initiate_response(status, answer, body, sent_at)

        return self._ask("initiate", request, INITIATE_SECONDS, read)

    def check(self, gateway_order_id: str) -> GatewayStatus | None:
        """`GET /pg/payment/card/check/{id}`; raises a GatewayError."""

        def read(status: int, answer: bytes) -> GatewayStatus | None:
            return read_check_response(status, answer, gateway_order_id)

        return self._ask("check", self._get("check", gateway_order_id), self.check_seconds, read)

    def cancel(self, gateway_order_id: str) -> bool:
        """`GET /pg/payment/card/cancel/{id}`, which changes state; raises a GatewayError."""
        request = self._get("cancel", gateway_order_id)
        return self._ask("cancel", request, CANCEL_SECONDS, read_cancel_response)

    def _get(self, endpoint: str, gateway_order_id: str) -> requests.Request:
        path = f"/pg/payment/card/{endpoint}/{quote(gateway_order_id, safe='')}"
        return requests.Request("GET", self.base_url + path)

    def _ask[T](
        self, name: str, request: requests.Request, seconds: float, read: Callable[[int, bytes], T]
    ) -> T:
        """What Finpay answered. A refusal of an old key did nothing: once more, with the new."""
        deadline = time.monotonic() + seconds
        try:
            return read(*self._call(name, request, self.credentials.current(), deadline))
        except GatewayRefused:
            renewed = self._renewed_credentials()
            if renewed is None:
                raise
            return read(*self._call(name, request, renewed, deadline))

    def _renewed_credentials(self) -> Credentials | None:
        """New credentials, if there are any to be had; a refusal stays one where there are none."""
        try:
            return self.credentials.renewed()
        except Unavailable:
            return None

    def _call(
        self, name: str, request: requests.Request, credentials: Credentials, deadline: float
    ) -> Answer:
        # As bytes: requests would encode text as Latin-1.
        merchant_id, merchant_key = credentials.merchant_id, credentials.merchant_keys[0]
        request.auth = HTTPBasicAuth(merchant_id.encode(), merchant_key.encode())
        started = time.monotonic()
        try:
            return self.transport(request, deadline)
        finally:
            self.observe(name, time.monotonic() - started)
