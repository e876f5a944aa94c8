from collections.abc import Iterator

import pytest

from simulator import server
from simulator.server import Server
from tests.simulator.receiver import Receiver
from tests.simulator.shop import Fate, Shop


@pytest.fixture
def finpay() -> Iterator[Server]:
    with server.start(port=0, callback_timeout=1.0) as running:
        yield running


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
