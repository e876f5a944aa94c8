from collections.abc import Iterator

import pytest

from simulator import server
from simulator.server import Server
from tests.functional.simulator.receiver import Receiver
from tests.functional.simulator.shop import Fate, Shop


@pytest.fixture(scope="session")
def one_server() -> Iterator[Server]:
    with server.start(port=0, callback_timeout=2.0) as running:
        yield running


@pytest.fixture
def finpay(one_server: Server) -> Iterator[Server]:
    yield one_server
    one_server.simulation.reset()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.stop()


@pytest.fixture
def shop(finpay: Server, receiver: Receiver) -> Shop:
    return Shop(finpay, f"{receiver.url}/callbacks?from=finpay")


@pytest.fixture
def fate(finpay: Server) -> Fate:
    return Fate(finpay)
