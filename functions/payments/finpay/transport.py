"""One HTTP exchange with Finpay, over by its deadline whatever Finpay does.

Nothing here is sent twice, and an error says whether the request can have had an effect.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLCertVerificationError

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    SSLError,
)

from payments.deadline import Overdue, within
from payments.domain.clock import Clock
from payments.domain.errors import GatewayError, NotAttempted, OutcomeUnknown
from payments.finpay.connections import Connections

_CONNECT_SECONDS = 3.05
READ_SECONDS = 10.0
_ANSWER_LIMIT = 64 * 1024
# A server forgets idle connections; a request on a forgotten one has an unknown outcome.
_IDLE_MS = 15_000

type Answer = tuple[int, bytes]
"""HTTP status and body."""

type Transport = Callable[[requests.Request, float], Answer]
"""Sends a request once and waits for its answer until a deadline (`time.monotonic()`).

Raises NotAttempted where no byte of the request can have left, else OutcomeUnknown.
"""


def new_session() -> requests.Session:
    """A session that keeps connections and nothing else: no cookies, no proxy, no redirects."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept"] = "application/json"
    session.headers["Accept-Encoding"] = "identity"
    return session


@dataclass(slots=True)
class HttpTransport:
    """An Transport over connections that are kept while they are fresh."""

    clock: Clock
    new_session: Callable[[], requests.Session] = new_session
    _session: requests.Session | None = None
    _last_used: int = 0

    def __call__(self, request: requests.Request, deadline: float) -> Answer:
        """Finpay's answer, or whatever is known without one when the deadline comes.

        After the deadline nothing is sent any more, however late a connection comes about.
        """
        session = self._usable_session()
        try:
            result = within(deadline - time.monotonic(), lambda: _exchange(session, request))
        except Overdue:
            session.close()
            self._session = None
            result = OutcomeUnknown()
        self._last_used = self.clock()
        if isinstance(result, GatewayError):
            raise result
        return result

    def _usable_session(self) -> requests.Session:
        if self._session is None or self.clock() - self._last_used > _IDLE_MS:
            if self._session:
                self._session.close()
            self._session, connections = self.new_session(), Connections()
            for scheme in ("https://", "http://"):
                self._session.mount(scheme, connections)
        return self._session


def _exchange(session: requests.Session, request: requests.Request) -> Answer | GatewayError:
    try:
        with session.send(
            session.prepare_request(request),
            timeout=(_CONNECT_SECONDS, READ_SECONDS),
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
