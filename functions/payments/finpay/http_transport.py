"""Sends one HTTP request to Finpay and returns by the deadline in all cases.

A request is sent at most once. The error tells whether the request can have had an effect.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLCertVerificationError
from threading import Lock

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

from payments.deadline import DeadlineExceeded, run_with_deadline
from payments.domain.clock import Clock
from payments.domain.errors import GatewayError, NotAttempted, OutcomeUnknown
from payments.finpay.http_connections import Connections

CONNECT_SECONDS = 3.05
READ_SECONDS = 10.0
_ANSWER_LIMIT = 64 * 1024
# Servers close idle connections, and a request on a closed connection has an unknown outcome.
_IDLE_MS = 15_000

type RawResponse = tuple[int, bytes]
"""HTTP status and body."""

type Transport = Callable[[requests.Request, float], RawResponse]
"""Sends a request once and waits for its answer until a deadline (`time.monotonic()`).

Raises NotAttempted if certainly no byte of the request was sent, else OutcomeUnknown.
"""


def new_session() -> requests.Session:
    """A session without cookies, compression, or settings from the environment such as a proxy."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept"] = "application/json"
    session.headers["Accept-Encoding"] = "identity"
    return session


@dataclass(slots=True)
class HttpTransport:
    """A Transport that reuses its connections until they are idle for _IDLE_MS.

    Several threads may use it at the same time. Each request has a session of its own, because a
    session that is closed at its deadline must not end the request of another thread.
    """

    clock: Clock
    new_session: Callable[[], requests.Session] = new_session
    _idle: list[tuple[requests.Session, int]] = field(default_factory=list)
    """Sessions without a request, and when each was last used (epoch ms), the latest last."""
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, request: requests.Request, deadline: float) -> RawResponse:
        """Send the request and return Finpay's answer; raises NotAttempted or OutcomeUnknown.

        Nothing is sent after the deadline, not even on a connection that is opened later.
        """
        session = self._take_session()
        try:
            result = run_with_deadline(deadline - time.monotonic(), lambda: _send(session, request))
        except DeadlineExceeded:
            session.close()
            raise OutcomeUnknown from None
        with self._lock:
            self._idle.append((session, self.clock()))
        if isinstance(result, GatewayError):
            raise result
        return result

    def _take_session(self) -> requests.Session:
        """Take the session that was used last, or open one; close those idle for too long."""
        oldest = self.clock() - _IDLE_MS
        with self._lock:
            over = [session for session, last_used in self._idle if last_used < oldest]
            self._idle = [entry for entry in self._idle if entry[1] >= oldest]
            latest = self._idle.pop()[0] if self._idle else None
        for session in over:
            session.close()
        return latest or self._open_session()

    def _open_session(self) -> requests.Session:
        session, connections = self.new_session(), Connections()
        for scheme in ("https://", "http://"):
            session.mount(scheme, connections)
        return session


def _send(session: requests.Session, request: requests.Request) -> RawResponse | GatewayError:
    try:
        with session.send(
            session.prepare_request(request),
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            answer = bytearray()
            for chunk in response.iter_content(8192):
                answer += chunk
                if len(answer) > _ANSWER_LIMIT:
                    return OutcomeUnknown()
            return response.status_code, bytes(answer)
    except Exception as error:  # noqa: BLE001 - requests also raises other libraries' errors
        return _translated(error)


def _translated(error: Exception) -> GatewayError:
    """NotAttempted if certainly no byte of the request was sent, else OutcomeUnknown."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, NewConnectionError | ConnectTimeoutError) or _is_bad_certificate(reason):
        return NotAttempted()
    return OutcomeUnknown()


def _is_bad_certificate(reason: object) -> bool:
    """Whether TLS refused the server's certificate, which happens before the request is sent."""
    return isinstance(reason, SSLError) and isinstance(reason.args[0], SSLCertVerificationError)
