"""Calls to Finpay over HTTPS.

Nothing is ever sent twice: whether a request that failed had an effect is for the caller to find
out. The deadlines add up to less than the function may run, so that an answer is always given.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ssl import SSLCertVerificationError
from typing import Any

import requests
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    SSLError,
)

from payments.clock import Clock
from payments.credentials import Credentials
from payments.errors import GatewayError, NotAttempted, OutcomeUnknown
from payments.finpay_answers import read_initiate_answer
from payments.payment import IssuedCode

_CONNECT_SECONDS = 3.05
_READ_SECONDS = 10.0
_DEADLINE_SECONDS = 14.0
_ANSWER_LIMIT = 64 * 1024
# A server forgets idle connections; a request on a forgotten one has an unknown outcome.
_IDLE_SECONDS = 15.0

type Observe = Callable[[str, float], None]
"""Told of each call: the endpoint's name and the seconds it took."""


def new_session() -> requests.Session:
    """A session that keeps connections, follows nothing and takes no word from the environment."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Accept"] = "application/json"
    session.headers["Accept-Encoding"] = "identity"
    return session


@dataclass(slots=True)
class FinpayGateway:
    """Finpay at one base URL; see ports.Gateway."""

    session: requests.Session
    base_url: str
    credentials: Callable[[], Credentials]
    clock: Clock
    observe: Observe
    _last_used: float = 0.0

    def initiate(self, body: Mapping[str, Any]) -> IssuedCode:
        """`POST /pg/payment/card/initiate`; raises a GatewayError."""
        asked_at = self.clock()
        status, answer = self._call("initiate", "POST", "/pg/payment/card/initiate", body)
        return read_initiate_answer(status, answer, body, asked_at)

    def _call(
        self, name: str, method: str, path: str, body: Mapping[str, Any] | None
    ) -> tuple[int, bytes]:
        credentials = self.credentials()
        started = time.monotonic()
        if started - self._last_used > _IDLE_SECONDS:
            self.session.close()
        try:
            return self._exchange(credentials, method, path, body, started + _DEADLINE_SECONDS)
        except (requests.RequestException, OSError) as error:
            raise _translated(error) from None
        finally:
            self._last_used = time.monotonic()
            self.observe(name, self._last_used - started)

    def _exchange(
        self,
        credentials: Credentials,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        deadline: float,
    ) -> tuple[int, bytes]:
        with self.session.request(
            method,
            self.base_url + path,
            data=json.dumps(body, separators=(",", ":")) if body is not None else None,
            headers={"Content-Type": "application/json"} if body is not None else None,
            auth=_basic(credentials),
            timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            answer = bytearray()
            for chunk in response.iter_content(8192):
                answer += chunk
                if len(answer) > _ANSWER_LIMIT or time.monotonic() > deadline:
                    raise OutcomeUnknown
            return response.status_code, bytes(answer)


def _basic(credentials: Credentials) -> HTTPBasicAuth:
    # As bytes: requests would encode text as Latin-1.
    merchant_id, merchant_key = credentials.merchant_id, credentials.merchant_keys[0]
    return HTTPBasicAuth(merchant_id.encode(), merchant_key.encode())


def _translated(error: Exception) -> GatewayError:
    """NotAttempted only where no byte of the request can have left; else the outcome is unknown."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, NewConnectionError | ConnectTimeoutError) or _is_bad_certificate(reason):
        return NotAttempted()
    return OutcomeUnknown()


def _is_bad_certificate(reason: object) -> bool:
    """Whether TLS stopped before the request, because whoever answered is not Finpay."""
    return isinstance(reason, SSLError) and isinstance(reason.args[0], SSLCertVerificationError)
