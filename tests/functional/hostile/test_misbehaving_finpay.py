"""Every way in which Finpay may misbehave, at every endpoint, through the storefront's handler.

Each ends with the right Finpay back, and the storefront gets what it asked for: nothing was lost.
"""

import json
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from payments.domain.payment import LEASE_MS
from payments.domain.transition_table import Status
from payments.finpay import client
from simulator.orders import OPEN, Order
from testing.builders import make_cancel_event, make_initiate_event, make_request_body
from testing.service import Answer, Service
from tests.functional.hostile.certificates import BAD, Authority
from tests.functional.hostile.misbehaviour import (
    ANSWERS,
    BROKEN_TLS,
    CODE,
    MB,
    SUCCESS,
    Misbehaving,
    answer,
    misbehaving,
    said,
    tls,
)
from tests.functional.hostile.strings import HOSTILE, MARK
from tests.functional.hostile.traces import one_line, tables

SECONDS = 1.0
"""What an initiate and a cancel get from who is in a hurry; a status check has its own time."""
SLACK = 3.0
READ = (64 + 16) * 1024
"""Bytes of an answer's body, with what a buffer reads ahead."""
HEADERS = 101 * 64 * 1024
"""Bytes of headers at the most: http.client takes a hundred, of 64 KB each."""


def initiate(service: Service, order_id: str) -> Answer:
    return service.api(make_initiate_event(make_request_body(id=order_id)))


def cancel(service: Service, order_id: str) -> Answer:
    return service.api(make_cancel_event(order_id))


def nothing_yet(_: Service, __: str) -> None:
    pass


def a_code(service: Service, order_id: str) -> None:
    assert initiate(service, order_id).status == 201


def an_unknown_outcome(service: Service, order_id: str) -> None:
    """Finpay made the order, its answer got lost, and its lease is over."""
    service.fault("initiate", "drop")
    assert initiate(service, order_id).problem == "outcome-unknown"
    service.pass_time(LEASE_MS + 1)


@dataclass(frozen=True)
class Endpoint:
    """What comes before, what the storefront asks, and how that stands if nobody knows."""

    before: Callable[[Service, str], None]
    ask: Callable[[Service, str], Answer]
    seconds: float
    meanwhile: Status
    in_the_end: tuple[int, str]


CHECKED = client.CHECK_SECONDS
ENDPOINTS = {
    "initiate": Endpoint(nothing_yet, initiate, SECONDS, Status.INITIATING, (201, "PENDING")),
    "cancel": Endpoint(a_code, cancel, SECONDS, Status.PENDING, (200, "CANCELLED")),
    "check": Endpoint(an_unknown_outcome, initiate, CHECKED, Status.INITIATING, (201, "PENDING")),
}
every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS.keys())


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes clients read off their sockets, read by read."""
    sizes: list[int] = []
    real = socket.SocketIO.readinto

    def readinto(self: socket.SocketIO, buffer: Any) -> int | None:
        size = real(self, buffer)
        sizes.append(size or 0)
        return size

    monkeypatch.setattr(socket.SocketIO, "readinto", readinto)
    return sizes


def meet(service: Service, endpoint: Endpoint, order_id: str, server: Misbehaving) -> Answer:
    """What the storefront gets from it."""
    service.finpay_url = server.url
    service.restart()
    return endpoint.ask(service, order_id)


def meet_in_a_hurry(
    service: Service, endpoint: Endpoint, order_id: str, server: Misbehaving
) -> Answer:
    """What the storefront gets from it, in time though it may never end."""
    with in_a_hurry(endpoint):
        return meet(service, endpoint, order_id, server)


@contextmanager
def in_a_hurry(endpoint: Endpoint) -> Iterator[None]:
    """Finpay gets less time than usual, and whoever waits for it longer than that fails."""
    with pytest.MonkeyPatch.context() as patience:
        for name in ("INITIATE_SECONDS", "CANCEL_SECONDS"):
            patience.setattr(client, name, SECONDS)
        started = time.monotonic()
        yield
    assert time.monotonic() - started < endpoint.seconds + SLACK


def recover(service: Service, endpoint: Endpoint, order_id: str) -> None:
    """Finpay is itself again, and the same request gets what it asks for."""
    service.finpay_url = service.finpay.url
    service.pass_time(LEASE_MS + 1)
    service.restart()
    answered = endpoint.ask(service, order_id)
    assert (answered.status, answered.body["status"]) == endpoint.in_the_end
    assert len([order for order in service.orders().values() if is_live(order, order_id)]) <= 1


def is_live(order: Order, order_id: str) -> bool:
    ours = order.order_id == order_id or order.order_id.startswith(f"{order_id}_x")
    return ours and order.status in OPEN


@every_endpoint
def test_an_answer_that_is_none_leaves_the_outcome_open_and_loses_nothing(
    service: Service,
    endpoint: Endpoint,
    received: list[int],
    subtests: pytest.Subtests,
    capsys: pytest.CaptureFixture[str],
) -> None:
    service.pass_time(0)
    for number, (name, behave) in enumerate(ANSWERS.items()):
        order_id = f"MET-{number}"
        with subtests.test(name):
            endpoint.before(service, order_id)
            with misbehaving(behave) as server:
                capsys.readouterr()
                received.clear()
                answered = meet_in_a_hurry(service, endpoint, order_id, server)
                read = sum(received)
            assert (answered.status, answered.problem) == (504, "outcome-unknown")
            assert int(answered.headers["retry-after"]) > 0
            assert one_line(capsys.readouterr().out)["error"] == "OutcomeUnknown"
            assert len(server.asked) == 1, "nothing is sent twice"
            assert read <= (HEADERS if name == "headers without end" else READ)
            assert service.payment(order_id).status is endpoint.meanwhile
            assert service.payment(order_id).next_sync_at, (
                "a status sync goes on where nobody asks again"
            )
            recover(service, endpoint, order_id)


@pytest.mark.parametrize("name", ["10 MB", "50 MB in 50 KB of gzip"])
@every_endpoint
def test_an_answer_however_large_takes_little_memory(
    service: Service, endpoint: Endpoint, name: str
) -> None:
    service.pass_time(0)
    for order_id in ("WARM-1", "MET-1"):
        endpoint.before(service, order_id)
    with misbehaving(ANSWERS[name]) as server:
        meet_in_a_hurry(service, endpoint, "WARM-1", server)  # makes the container's clients
        tracemalloc.start()
        try:
            with in_a_hurry(endpoint):
                endpoint.ask(service, "MET-1")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert len(server.asked) == 2
    assert peak < MB, "the handler, its clients and the server of this test together"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@every_endpoint
def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(
    service: Service, endpoint: Endpoint, status: int
) -> None:
    service.pass_time(0)
    endpoint.before(service, "MOVED-1")
    with misbehaving(said(**SUCCESS | CODE)) as elsewhere:
        location = b"Location: %b/pg/payment/card/initiate" % elsewhere.url.encode()
        moved = answer(json.dumps(SUCCESS | CODE).encode(), f"{status} Moved", location)
        with misbehaving(moved) as server:
            answered = meet(service, endpoint, "MOVED-1", server)
        assert elsewhere.asked == []
    assert answered.problem == "outcome-unknown"
    assert len(server.asked) == 1
    assert b"Authorization: Basic" in server.asked[0]
    recover(service, endpoint, "MOVED-1")


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Whom the functions trust in these tests, and nobody else."""
    founded = Authority.founded(tmp_path)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(founded.bundle))
    return founded


@pytest.mark.parametrize("kind", BAD)
@every_endpoint
def test_a_certificate_that_is_not_finpays_is_told_nothing(
    service: Service, endpoint: Endpoint, kind: str, authority: Authority, tmp_path: Path
) -> None:
    service.pass_time(0)
    endpoint.before(service, "TLS-1")
    before = tables(service)
    with misbehaving(said(**SUCCESS | CODE), tls(authority, kind, tmp_path)) as server:
        answered = meet(service, endpoint, "TLS-1", server)
    assert server.asked == []
    is_check = endpoint is ENDPOINTS["check"]
    expected = (504, "outcome-unknown") if is_check else (503, "gateway-unreachable")
    assert (answered.status, answered.problem) == expected
    assert int(answered.headers["retry-after"]) > 0
    if not is_check:
        assert tables(service) == before, "it is as if nobody had asked"
    recover(service, endpoint, "TLS-1")


def test_a_certificate_that_is_good_is_trusted(
    service: Service, authority: Authority, tmp_path: Path
) -> None:
    with misbehaving(said(**SUCCESS | CODE), tls(authority, "good", tmp_path)) as server:
        assert meet(service, ENDPOINTS["initiate"], "TLS-1", server).status == 201
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", BROKEN_TLS)
@every_endpoint
def test_tls_that_breaks_after_the_request_was_read_leaves_the_outcome_open_and_the_payment_there(
    service: Service, endpoint: Endpoint, name: str, authority: Authority, tmp_path: Path
) -> None:
    service.pass_time(0)
    endpoint.before(service, "TLS-1")
    with misbehaving(BROKEN_TLS[name], tls(authority, "good", tmp_path)) as server:
        answered = meet(service, endpoint, "TLS-1", server)
    assert len(server.asked) == 1
    assert (answered.status, answered.problem) == (504, "outcome-unknown")
    assert service.payment("TLS-1").status is endpoint.meanwhile
    recover(service, endpoint, "TLS-1")


@every_endpoint
def test_a_server_that_speaks_no_tls_is_told_nothing(service: Service, endpoint: Endpoint) -> None:
    service.pass_time(0)
    endpoint.before(service, "TLS-1")
    with misbehaving(said(**SUCCESS | CODE)) as server:
        server.url = server.url.replace("http:", "https:")
        assert meet(service, endpoint, "TLS-1", server).status in {503, 504}
    assert not [asked for asked in server.asked if b"Authorization" in asked]
    recover(service, endpoint, "TLS-1")


@pytest.mark.parametrize(
    "code", [None, "", 8_802_700_000_000_001, ["88"], "8" * 31, "88\n", HOSTILE, "\ud800"]
)
def test_success_without_a_payment_code_is_an_unknown_outcome(service: Service, code: Any) -> None:
    service.pass_time(0)
    endpoint = ENDPOINTS["initiate"]
    with misbehaving(said(**SUCCESS | CODE | {"paymentCode": code})) as server:
        answered = meet(service, endpoint, "CODE-1", server)
    assert (answered.status, answered.problem) == (504, "outcome-unknown")
    assert service.payment("CODE-1").status is Status.INITIATING
    recover(service, endpoint, "CODE-1")


def test_hostile_texts_of_finpays_get_nowhere(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = dict.fromkeys(
        ("responseMessage", "expiryLink", "appurl", "imageurl", "traceId"), HOSTILE
    )
    issued = said(**SUCCESS | CODE | hostile)
    refused = said("400 Bad", responseCode="4000001", responseMessage=HOSTILE)
    for order_id, behave, status in (("A-1", issued, 201), ("A-2", refused, 504)):
        with misbehaving(behave) as server:
            capsys.readouterr()
            answered = meet(service, ENDPOINTS["initiate"], order_id, server)
        assert answered.status == status
        out = capsys.readouterr().out
        one_line(out)
        assert MARK not in out + answered.text + json.dumps(tables(service))
