"""What a simulator with a journal still knows after `kill -9`."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

import simulator
from simulator import server
from simulator.journal import Journal
from simulator.server import Server
from tests.functional.simulator.receiver import Receiver
from tests.functional.simulator.shop import ORDER_ID, Fate, Shop, make_body

ROOT = Path(simulator.__file__).parent.parent
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def before(journal: Path) -> Iterator[Server]:
    with server.start(journal=journal) as running:
        yield running


@contextmanager
def after_a_kill(journal: Path) -> Iterator[Server]:
    """A simulator that has only what is on the disk at this moment; the first one goes on."""
    copy = journal.with_name(f"{journal.name}-then")
    shutil.copy(journal, copy)
    with server.start(journal=copy) as running:
        yield running


def test_an_order_is_there_with_its_code(before: Server, journal: Path) -> None:
    code = Shop(before, NOWHERE).initiate().json()["paymentCode"]
    with after_a_kill(journal) as after:
        shop = Shop(after, NOWHERE)
        assert shop.initiate().status_code == 409
        assert Fate(after).get(f"/orders/{ORDER_ID}")["paymentCode"] == code
        assert Fate(after).post(f"/codes/{code}/pay", callback="none")["order"]["status"] == "PAID"


def test_the_whole_order_is_as_it_was(before: Server, journal: Path) -> None:
    shop, fate = Shop(before, NOWHERE), Fate(before)
    shop.initiate(meta={"data": {"7": 1.5, "x": None}}, customer={"id": "c-1"})
    fate.pay(callback="none", channel="ALFAMART", amount=999)
    with after_a_kill(journal) as after:
        assert shop.check().json()["data"] == Shop(after, NOWHERE).check().json()["data"]
        assert fate.get("/orders") == Fate(after).get("/orders")


def test_no_number_is_given_out_twice(before: Server, journal: Path) -> None:
    shop, fate = Shop(before, NOWHERE), Fate(before)
    first = shop.initiate().json()
    paid = fate.pay(callback="none")["order"]
    fate.post("/reset")
    with after_a_kill(journal) as after:
        second = Shop(after, NOWHERE).initiate().json()
        assert second["paymentCode"] > first["paymentCode"]
        assert second["redirecturl"] != first["redirecturl"]
        assert Fate(after).pay(callback="none")["order"]["reference"] > paid["reference"]


def test_a_reset_stays_one(before: Server, journal: Path) -> None:
    shop, fate = Shop(before, NOWHERE), Fate(before)
    shop.initiate()
    fate.pay(callback="lose")
    fate.post("/reset")
    with after_a_kill(journal) as after:
        assert Shop(after, NOWHERE).check().status_code == 404
        assert Fate(after).log() == []


def test_a_callback_that_is_due_later_is_sent_by_the_simulator_that_comes_after(
    before: Server, journal: Path, receiver: Receiver
) -> None:
    Shop(before, receiver.url).initiate()
    Fate(before).pay(callback="delay", delaySeconds=600)
    with after_a_kill(journal) as after:
        Fate(after).advance(600)
        assert receiver.statuses == ["PAID"]
        assert receiver.received[0].signed_form()


def test_a_callback_without_an_answer_is_sent_again(
    before: Server, journal: Path, receiver: Receiver
) -> None:
    Shop(before, receiver.url).initiate()
    copy = journal.with_name("journal-during")
    receiver.before_answer = lambda: shutil.copy(journal, copy)
    Fate(before).pay()
    receiver.before_answer = lambda: None
    with server.start(journal=copy) as after:
        Fate(after).advance(0)
        assert receiver.statuses == ["PAID", "PAID"]
        assert receiver.received[0].body == receiver.received[1].body
        assert len(Fate(after).log()) == 1


def test_a_retry_comes_at_its_time_and_the_log_tells_of_the_attempt_before(
    before: Server, journal: Path, receiver: Receiver
) -> None:
    Shop(before, receiver.url).initiate()
    receiver.answers = [500]
    Fate(before).pay()
    with after_a_kill(journal) as after:
        Fate(after).advance(59)
        assert len(receiver.received) == 1
        Fate(after).advance(1)
        assert [(a["attempt"], a["httpStatus"]) for a in Fate(after).log()] == [(1, 500), (2, 200)]


def test_an_answered_callback_is_not_sent_again(
    before: Server, journal: Path, receiver: Receiver
) -> None:
    Shop(before, receiver.url).initiate()
    Fate(before).pay()
    with after_a_kill(journal) as after:
        Fate(after).advance(7200)
        assert len(receiver.received) == len(Fate(after).log()) == 1


def test_the_clock_goes_on_from_where_it_was_pushed(before: Server, journal: Path) -> None:
    Shop(before, NOWHERE).initiate()
    Fate(before).advance(86_000)
    with after_a_kill(journal) as after:
        assert Shop(after, NOWHERE).status() == "REQUEST_INITIATED"
        Fate(after).advance(400)
        assert Shop(after, NOWHERE).status() == "EXPIRED"


def test_a_half_written_line_is_as_if_it_had_not_begun(before: Server, journal: Path) -> None:
    Shop(before, NOWHERE).initiate()
    with journal.open("ab") as file:
        file.write(b'{"order":{"new":{"order_id":"half')
    with after_a_kill(journal) as after:
        assert Shop(after, NOWHERE).initiate(order={"id": "next"}).status_code == 200
        with after_a_kill(journal.with_name("journal-then")) as later:
            assert len(Fate(later).get("/orders")["orders"]) == 2


def test_only_the_owner_may_read_it_and_it_holds_no_shoppers_name_address_or_number(
    before: Server, journal: Path
) -> None:
    Shop(before, NOWHERE).initiate()
    Fate(before).pay(callback="lose")
    assert journal.stat().st_mode & 0o077 == 0
    assert not [word for word in (b"Hajar", b"hajar", b"+62") if word in journal.read_bytes()]


def test_entries_come_back_in_their_order(journal: Path) -> None:
    writing = Journal(journal)
    writing.write("a", {"line": "one\r\n\u2028two"})
    writing.write("b", [1, None])
    assert list(writing.entries()) == [("a", {"line": "one\r\n\u2028two"}), ("b", [1, None])]
    writing.close()


def test_the_command_goes_on_after_kill_9(journal: Path) -> None:
    codes = []
    for order_id in ("o-1", "o-2"):
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--port", "0", "--journal", str(journal)],
            cwd=ROOT,
            env={"PYTHONPATH": "functions:.", "PATH": os.defpath},
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stdout is not None
            greeting = process.stdout.readline()
            url = next(word for word in greeting.split() if word.startswith("http://"))
            body = make_body(order={"id": order_id}, url={"callbackUrl": NOWHERE})
            initiate = f"{url}/pg/payment/card/initiate"
            answer = requests.post(
                initiate, json=body, auth=("FINPAY770", "SoSecret123"), timeout=5
            )
            codes.append(answer.json()["paymentCode"])
            process.send_signal(signal.SIGKILL)
    with server.start(journal=journal) as after:
        orders = Fate(after).get("/orders")["orders"]
        assert [(o["orderId"], o["paymentCode"]) for o in orders] == [
            ("o-1", codes[0]),
            ("o-2", codes[1]),
        ]
    assert codes[0] != codes[1]
