"""A proxy that does to DynamoDB calls what networks do: loses requests and answers, delays, fails.

No stand-in for DynamoDB loses an answer by itself, so none shows how an SDK's retry meets the write
that it repeats. Requests go on as they came, Host header included, since that is part of their
signature.
"""

import http.client
import json
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from mypy_boto3_dynamodb import DynamoDBClient

from local.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY

_UPSTREAM_TIMEOUT = 30.0
# Those speak of one connection only (RFC 9110, 7.6.1).
_NOT_FORWARDED = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Fault(StrEnum):
    """What is done to a call."""

    LOSE_REQUEST = "the connection is dropped before anything is done"
    LOSE_ANSWER = "all is done, and the connection is dropped instead of the answer"
    LATE_REQUEST = "it is done only after a delay"
    LATE_ANSWER = "it is done, and answered only after a delay"
    THROTTLE = "ThrottlingException, and nothing is done"
    FAIL = "InternalServerError, and nothing is done"


type Plan = Callable[[str], Fault | None]
"""The fault of the next call of an operation, such as `PutItem`."""

_ERRORS = {
    Fault.THROTTLE: (400, "com.amazon.coral.availability#ThrottlingException"),
    Fault.FAIL: (500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
}


class Script:
    """The faults of each operation's calls, in order; after them there are none."""

    def __init__(self, **faults: Sequence[Fault | None]) -> None:
        self._left = {operation: iter(listed) for operation, listed in faults.items()}

    def __call__(self, operation: str) -> Fault | None:
        return next(self._left.get(operation, iter(())), None)


class Chance:
    """Faults at given rates, drawn for each operation from a seed.

    The n-th call of an operation has the same fate in every run; which call is the n-th is up to
    the threads that make them.
    """

    def __init__(self, seed: int, rates: Mapping[Fault, float]) -> None:
        self._seed = seed
        self._faults: list[Fault | None] = [*rates, None]
        self._weights = [*rates.values(), 1 - sum(rates.values())]
        self._randoms: dict[str, random.Random] = {}

    def __call__(self, operation: str) -> Fault | None:
        drawn = self._randoms.setdefault(
            operation,
            random.Random(f"{self._seed} {operation}"),  # noqa: S311 - repeatable is the point
        )
        return drawn.choices(self._faults, self._weights)[0]


class Proxy(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1 and forwards to `upstream`, a URL."""

    request_queue_size = 1024
    daemon_threads = True

    def __init__(self, upstream: str, plan: Plan, delay_seconds: float = 1.0) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarder)
        address = urlsplit(upstream)
        self.upstream = (str(address.hostname), int(address.port or 80))
        self.plan = plan
        self.delay_seconds = delay_seconds
        self.calls: Counter[str] = Counter()
        """How often each operation was asked for, with or without a fault."""
        self.injected: Counter[Fault] = Counter()
        self._lock = Lock()
        self._under_way = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def call(self, operation: str) -> Iterator[Fault | None]:
        """What is to be done to a call that is under way."""
        with self._lock:
            self._under_way += 1
            self.calls[operation] += 1
            fault = self.plan(operation)
            if fault:
                self.injected[fault] += 1
        try:
            yield fault
        finally:
            with self._lock:
                self._under_way -= 1

    def settled(self, seconds: float) -> bool:
        """Wait until no call is under way, those included whose client gave up; tells if so."""
        end = time.monotonic() + seconds
        while self._under_way and time.monotonic() < end:
            time.sleep(0.01)
        return not self._under_way

    def client(
        self, *, attempts: int = 3, read_timeout: float = 10.0, connections: int = 10
    ) -> DynamoDBClient:
        """A client of its own, which retries as the SDK does by its standard mode."""
        return client_of(
            self.url, attempts=attempts, read_timeout=read_timeout, connections=connections
        )


def client_of(
    endpoint: str, *, attempts: int = 3, read_timeout: float = 10.0, connections: int = 10
) -> DynamoDBClient:
    """A client of the local stack's DynamoDB at this endpoint."""
    config = Config(
        connect_timeout=5,
        read_timeout=read_timeout,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": attempts},
        proxies={},
    )
    session = boto3.Session(
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        region_name="ap-southeast-3",
    )
    return session.client("dynamodb", endpoint_url=endpoint, config=config)


@contextmanager
def proxy(upstream: str, plan: Plan, delay_seconds: float = 1.0) -> Iterator[Proxy]:
    """A running proxy."""
    with Proxy(upstream, plan, delay_seconds) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Forwarder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    # An idle kept-alive connection is closed after it.
    timeout = 60
    server: Proxy

    def setup(self) -> None:
        super().setup()
        self._upstream = http.client.HTTPConnection(
            *self.server.upstream, timeout=_UPSTREAM_TIMEOUT
        )

    def finish(self) -> None:
        self._upstream.close()
        # The client may have hung up long ago.
        with suppress(ConnectionError):
            super().finish()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        with self.server.call(operation) as fault:
            self._exchange(body, fault)

    def _exchange(self, body: bytes, fault: Fault | None) -> None:
        if fault is Fault.LOSE_REQUEST:
            self._hang_up()
        elif fault is Fault.THROTTLE or fault is Fault.FAIL:
            status, kind = _ERRORS[fault]
            answer = json.dumps({"__type": kind, "message": "injected"}).encode()
            self._answer(status, [("Content-Type", "application/x-amz-json-1.0")], answer)
        else:
            if fault is Fault.LATE_REQUEST:
                time.sleep(self.server.delay_seconds)
            response = self._forward(body)
            answer = response.read()
            if fault is Fault.LATE_ANSWER:
                time.sleep(self.server.delay_seconds)
            if fault is Fault.LOSE_ANSWER:
                self._hang_up()
            else:
                self._answer(response.status, response.getheaders(), answer)

    def _forward(self, body: bytes) -> http.client.HTTPResponse:
        self._upstream.putrequest(
            self.command, self.path, skip_host=True, skip_accept_encoding=True
        )
        for name, value in self.headers.items():
            self._upstream.putheader(name, value)
        self._upstream.endheaders(body)
        return self._upstream.getresponse()

    def _answer(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _NOT_FORWARDED:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        try:
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except ConnectionError:
            self.close_connection = True  # it did not wait for a late answer

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the counters have it."""
