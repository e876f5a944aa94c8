"""One attempt to deliver: where it connects, what it sends, what it makes of the answer."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
import trustme

from payments.webhooks.address_policy import (
    LoopbackAddresses,
    PublicAddresses,
    Target,
    TargetRefused,
    resolve,
)
from payments.webhooks.http_sender import HttpSender
from testing.receivers import Receiver, listening, speaking

NOW = 1_700_000_000_000
HEADERS = {"webhook-id": "evt_A-1_3", "content-type": "application/json"}
BODY = b'{"type":"payment.paid"}'
SOON = 0.4
LONG = 30.0
"""For attempts that end by themselves, however busy the machine is."""


def post_to(
    targets: object = LoopbackAddresses(),
    trust: ssl.SSLContext | None = None,
    seconds: float = LONG,
) -> HttpSender:
    context = trust or ssl.create_default_context()
    return HttpSender(targets, context, lambda: NOW, seconds)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Pinned:
    """Says that the shop's name leads here; what name and Host header say is the URL's."""

    addresses: tuple[str, ...]
    port: int

    def find(self, url: str) -> Target:
        found = PublicAddresses(lambda _host, _port: ["8.8.8.8"]).find(url)
        return Target(
            self.addresses, self.port, found.host, found.host_header, found.path, found.is_tls
        )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serving(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_the_receiver_gets_headers_and_bytes_as_they_are(receiver: Receiver) -> None:
    assert post_to()(receiver.url + "?shop=1", HEADERS, BODY).status == 204
    (got,) = receiver.got
    assert got.path == "/webhooks?shop=1"
    assert got.body == BODY
    assert got.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "accept-encoding": "identity",
        "content-length": str(len(BODY)),
        **HEADERS,
    }


def test_tls_and_host_go_by_the_name_and_the_connection_by_the_judged_address(
    authority: trustme.CA,
) -> None:
    with listening(serving(authority, "shop.example")) as receiver:
        post = post_to(Pinned(("127.0.0.1",), receiver.port), trusting(authority))
        assert post("https://shop.example/w", HEADERS, BODY).status == 204
    assert receiver.got[0].headers["host"] == "shop.example"


def test_the_next_address_is_tried_where_the_first_one_takes_no_connection(
    authority: trustme.CA,
) -> None:
    with listening(serving(authority, "shop.example")) as receiver:
        post = post_to(Pinned(("127.0.0.2", "127.0.0.1"), receiver.port), trusting(authority))
        assert post("https://shop.example/w", HEADERS, BODY).status == 204
    assert len(receiver.got) == 1


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_a_certificate_of_another_name_gets_nothing(authority: trustme.CA, host: str) -> None:
    with listening(serving(authority, host)) as receiver:
        post = post_to(Pinned(("127.0.0.1",), receiver.port), trusting(authority))
        assert post("https://shop.example/w", HEADERS, BODY).why == "tls"
    assert not receiver.got


def test_a_certificate_that_nobody_vouches_for_gets_nothing(authority: trustme.CA) -> None:
    with listening(serving(authority, "shop.example")) as receiver:
        post = post_to(Pinned(("127.0.0.1",), receiver.port))
        assert post("https://shop.example/w", HEADERS, BODY).why == "tls"
    assert not receiver.got


def test_no_redirect_is_followed(receiver: Receiver) -> None:
    with listening() as elsewhere:
        receiver.answers = [(307, {"location": elsewhere.url})]
        assert post_to()(receiver.url, HEADERS, BODY).status == 307
    assert not elsewhere.got


def test_a_target_that_is_refused_is_not_connected_to(receiver: Receiver) -> None:
    refusing = PublicAddresses(lambda _host, _port: ["127.0.0.1"])
    url = f"https://localhost:{receiver.port}/w"
    assert post_to(refusing)(url, HEADERS, BODY).why == "target-refused"
    assert not receiver.got


def test_a_name_that_does_not_resolve_is_told() -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    assert post_to(PublicAddresses(fail))("https://shop.example/", HEADERS, BODY).why == "name"


def test_a_name_that_takes_for_ever_to_resolve_is_given_up_and_nothing_is_sent_later(
    receiver: Receiver,
) -> None:
    class Slow:
        def find(self, url: str) -> Target:
            time.sleep(SOON * 2)
            return LoopbackAddresses().find(url)

    assert post_to(Slow(), seconds=SOON)(receiver.url, HEADERS, BODY).why == "timeout"
    time.sleep(SOON * 2)
    assert not receiver.got


@pytest.mark.parametrize("host", ["x" * 64 + ".example", "a..example", ".example", "\0", "a b"])
@pytest.mark.parametrize("targets", [PublicAddresses(resolve), Pinned(("127.0.0.1",), 9)])
def test_a_host_that_no_name_can_be_is_not_looked_for(host: str, targets: object) -> None:
    assert post_to(targets)(f"https://{host}/w", HEADERS, BODY).why == "target-refused"


@pytest.mark.parametrize("path", ["\u00e9", "a b", "\x7f"])
def test_a_path_that_no_request_can_have_is_not_sent(receiver: Receiver, path: str) -> None:
    assert post_to()(f"{receiver.url}/{path}", HEADERS, BODY).why == "target-refused"


def test_nobody_at_the_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert post_to()(f"http://127.0.0.1:{port}/", HEADERS, BODY).why == "connection"


def drip(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"x-drip: 1\r\n")
        time.sleep(0.05)


def informational_for_ever(connection: socket.socket) -> None:
    connection.recv(65536)
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def silence(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


@pytest.mark.parametrize("script", [drip, informational_for_ever, silence])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_receiver_that_is_never_done_is_hung_up_on(script: object, scheme: str) -> None:
    over: list[bool] = []

    def watched(connection: socket.socket) -> None:
        try:
            script(connection)  # type: ignore[operator]
        finally:
            over.append(True)

    with speaking(watched) as port:
        started = time.monotonic()
        reply = post_to(seconds=SOON)(f"{scheme}://127.0.0.1:{port}/", HEADERS, BODY)
        assert reply.why in ({"timeout"} if scheme == "http" else {"timeout", "tls"})
        assert time.monotonic() - started < LONG
        while not over and time.monotonic() - started < LONG:
            time.sleep(0.01)
    assert over, "the connection is still open"


@pytest.mark.parametrize(
    "answer",
    [
        *[b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200, b"\0" * 70_000],
        *[b"HTTP/1.1 %b OK\r\n\r\n" % status for status in (b"9" * 5_000, b"\xb2" * 3, b"-1")],
        b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x; a*=utf-8''b; a*1=c; a*0=d\r\n\r\n",
        *[
            b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x; boundary*%b\r\n\r\n" % rest
            for rest in (b"9" * 5_000 + b"=x", b"=undefined''x", b"=idna''%ff", b"=\0''x")
        ],
    ],
)
def test_what_is_not_http_is_a_failure(answer: bytes) -> None:
    def speak(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with speaking(speak) as port:
        assert post_to()(f"http://127.0.0.1:{port}/", HEADERS, BODY).why == "not-http"


def test_of_an_endless_answer_only_the_head_is_read() -> None:
    cut_off = threading.Event()

    def flood(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                connection.sendall(b"x" * 65536)
        except OSError:
            cut_off.set()

    with speaking(flood) as port:
        assert post_to()(f"http://127.0.0.1:{port}/", HEADERS, BODY).status == 200
        assert cut_off.wait(LONG), "the receiver can still send"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (format_datetime(datetime.fromtimestamp(NOW / 1000 + 90, UTC), usegmt=True), 90),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
        ("Mon, 01 Jan 2001 00:00:00 -0000", 0),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2001 00:00:99999999999 GMT", None),
        ("Mon, 01 Jan 2001 00:00:00 +" + "9" * 30, None),
        ("Mon, 01 Jan " + "9" * 5_000 + " 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(
    receiver: Receiver, header: str, seconds: int | None
) -> None:
    receiver.answers = [(503, {"retry-after": header.encode("latin-1").decode("latin-1")})]
    reply = post_to()(receiver.url, HEADERS, BODY)
    assert (reply.status, reply.retry_after) == (503, seconds)


def test_targets_that_are_refused_say_why() -> None:
    with pytest.raises(TargetRefused, match="not https"):
        PublicAddresses(lambda _host, _port: ["8.8.8.8"]).find("http://shop.example/")
