"""Calls to Finpay over HTTPS.

Nothing is sent twice but what Finpay refused: whether a request that failed had an effect is for
the caller to find out. Whatever Finpay does, a call ends by its deadline, well before the
function's own end.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from queue import Empty, SimpleQueue
from ssl import SSLCertVerificationError
from threading import Thread
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
from payments.errors import (
    GatewayError,
    GatewayRefused,
    NotAttempted,
    OutcomeUnknown,
    Unavailable,
)
from payments.finpay_answers import read_initiate_answer
from payments.merchant import Credentials
from payments.payment import IssuedCode
from payments.ports import CredentialSource

DEADLINE_SECONDS = 14.0
_CONNECT_SECONDS = 3.05
_READ_SECONDS = 10.0
_ANSWER_LIMIT = 64 * 1024
# A server forgets idle connections; a request on a forgotten one has an unknown outcome.
_IDLE_MS = 15_000

type Observe = Callable[[str, float], None]
"""Told of each call: the endpoint's name and the seconds it took."""

type Answer = tuple[int, bytes]
"""HTTP status and body."""


def new_session() -> requests.Session:
    """A session that keeps connections and nothing else: no cookies, no proxy, no redirects."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept"] = "application/json"
    session.headers["Accept-Encoding"] = "identity"
    return session


@dataclass(slots=True)
class FinpayGateway:
    """Finpay at one base URL; see ports.Gateway."""

    base_url: str
    credentials: CredentialSource
    clock: Clock
    observe: Observe
    new_session: Callable[[], requests.Session] = new_session
    _session: requests.Session | None = None
    _last_used: int = 0

    def initiate(self, body: Mapping[str, Any]) -> IssuedCode:
        """`POST /pg/payment/card/initiate`; raises a GatewayError.

        A refusal because of an old merchant key did nothing, so it is asked again with a new one.
        """
        deadline = time.monotonic() + DEADLINE_SECONDS
        try:
            return self._initiate(body, self.credentials.current(), deadline)
        except GatewayRefused:
            renewed = self._renewed_credentials()
            if renewed is None:
                raise
            return self._initiate(body, renewed, deadline)

    def _renewed_credentials(self) -> Credentials | None:
        """New credentials, if there are any to be had; a refusal stays one where there are none."""
        try:
            return self.credentials.renewed()
        except Unavailable:
            return None

    def _initiate(
        self, body: Mapping[str, Any], credentials: Credentials, deadline: float
    ) -> IssuedCode:
        asked_at = self.clock()
        request = requests.Request(
            "POST",
            self.base_url + "/pg/payment/card/initiate",
            data=json.dumps(body, separators=(",", ":")),
            headers={"Content-Type": "application/json"},
            auth=_basic(credentials),
        )
        status, answer = self._call("initiate", request, deadline)
        return read_initiate_answer(status, answer, body, asked_at)

    def _call(self, name: str, request: requests.Request, deadline: float) -> Answer:
        """Finpay's answer, or whatever is known without one when the deadline comes.

        The exchange runs beside, because no timeout of a socket bounds a server that drips.
        """
        started = time.monotonic()
        session = self._usable_session()
        outcome: SimpleQueue[Answer | GatewayError] = SimpleQueue()
        Thread(target=lambda: outcome.put(_exchange(session, request)), daemon=True).start()
        try:
            result = outcome.get(timeout=max(0.0, deadline - started))
        except Empty:
            self._session = None
            result = OutcomeUnknown()
        self._last_used = self.clock()
        self.observe(name, time.monotonic() - started)
        if isinstance(result, GatewayError):
            raise result
        return result

    def _usable_session(self) -> requests.Session:
        if self._session is None or self.clock() - self._last_used > _IDLE_MS:
            if self._session:
                self._session.close()
            self._session = self.new_session()
        return self._session


def _exchange(session: requests.Session, request: requests.Request) -> Answer | GatewayError:
    try:
        with session.send(
            session.prepare_request(request),
            timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            answer = bytearray()
            for chunk in response.iter_content(8192):
                answer += chunk
                if len(answer) > _ANSWER_LIMIT:
                    return OutcomeUnknown()
            return response.status_code, bytes(answer)
    except Exception as error:  # noqa: BLE001 - of any kind: requests lets other libraries' through
        return _translated(error)


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
