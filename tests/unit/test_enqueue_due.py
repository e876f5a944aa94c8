"""The schedule's run, over an index and a queue that remember."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from payments.domain.errors import Unavailable
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import IssuedCode
from payments.domain.sync_schedule import shard_of, shards
from payments.services.enqueue_due import EnqueueDue, Run
from testing.builders import NOW

MINUTE = 60_000
MANY = 10_000
BATCH = 10


@dataclass
class Index:
    """Due payments by shard; counts those that were read."""

    due_at: Mapping[str, int]
    read: int = 0
    asked: list[str] = field(default_factory=list)

    def due(self, shard: str, now: int) -> Iterator[tuple[str, int]]:
        self.asked.append(shard)
        for order_id, at in sorted(self.due_at.items(), key=lambda item: item[1]):
            if shard_of(order_id) == shard and at <= now:
                self.read += 1
                yield order_id, at


@dataclass
class Queue:
    """Status syncs that were queued; says how far the index was read ahead of it."""

    index: Index
    syncs: list[tuple[str, int]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    furthest_ahead: int = 0
    busy: int = 0

    def waiting(self) -> int:
        return self.busy

    def send(self, syncs: Sequence[tuple[str, int]]) -> None:
        self.syncs += syncs
        self.sizes.append(len(syncs))
        self.furthest_ahead = max(self.furthest_ahead, self.index.read - len(self.syncs))


@dataclass
class Finpay:
    """Is there or not; nothing is asked of it."""

    reachable: bool = True

    def is_reachable(self) -> bool:
        return self.reachable

    def is_recovering(self) -> bool:
        raise AssertionError

    def initiate(self, body: Mapping[str, object], storefront_id: str) -> IssuedCode:
        raise AssertionError(body, storefront_id)

    def check(self, gateway_order_id: str) -> GatewayStatus | None:
        raise AssertionError(gateway_order_id)

    def cancel(self, gateway_order_id: str) -> bool:
        raise AssertionError(gateway_order_id)


def make_run(
    due: int, *, reachable: bool = True, busy: int = 0, now: int = NOW
) -> tuple[EnqueueDue, Index, Queue]:
    index = Index({f"A-{n}": NOW - n for n in range(due)})
    queue = Queue(index, busy=busy)
    return EnqueueDue(index, queue, Finpay(reachable), lambda: now), index, queue


def for_ever() -> bool:
    return True


def for_batches(batches: int) -> Callable[[], bool]:
    asked = count()
    return lambda: next(asked) < batches


def test_ten_thousand_due_payments_are_queued_once_each_in_full_batches() -> None:
    run, index, queue = make_run(MANY)
    assert run(for_ever).queued == MANY
    assert sorted(queue.syncs) == sorted(index.due_at.items())
    assert len(queue.sizes) == MANY / BATCH
    assert len(index.asked) == len(shards())


def test_no_more_than_a_batch_is_held_in_memory_however_many_are_due() -> None:
    run, _, queue = make_run(MANY)
    run(for_ever)
    assert queue.furthest_ahead <= 0
    assert max(queue.sizes) <= BATCH


def test_a_run_that_is_out_of_time_stops_after_the_batch_at_hand() -> None:
    run, index, queue = make_run(MANY)
    assert run(for_batches(7)).queued == len(queue.syncs) == 7 * BATCH
    assert index.read <= 8 * BATCH


def test_a_run_without_any_time_queues_nothing() -> None:
    run, _, queue = make_run(5)
    assert run(for_batches(0)).queued == len(queue.syncs) == 0


def test_nothing_is_queued_while_finpay_does_not_answer() -> None:
    run, index, queue = make_run(5, reachable=False)
    assert run(for_ever).queued == len(queue.syncs) == 0
    assert index.read <= len(shards()), "only what waits longest is of interest"


@pytest.mark.parametrize(("busy", "queued"), [(0, 5), (100, 5), (101, 0)])
def test_nothing_is_queued_while_much_is_waiting(busy: int, queued: int) -> None:
    run, _, queue = make_run(5, busy=busy)
    assert run(for_ever).queued == len(queue.syncs) == queued


@pytest.mark.parametrize(
    "circumstances", [{}, {"reachable": False}, {"busy": 101}], ids=["usual", "no Finpay", "busy"]
)
def test_how_long_the_oldest_sync_has_been_due_is_told_whether_or_not_it_is_queued(
    circumstances: dict[str, Any],
) -> None:
    run, _, _ = make_run(25, **circumstances)
    assert run(for_ever).longest_wait == 24


def test_nothing_has_waited_where_nothing_is_due() -> None:
    run, _, _ = make_run(0)
    assert run(for_ever).longest_wait == 0


def test_a_run_that_is_out_of_time_tells_how_long_the_syncs_have_waited_that_it_saw() -> None:
    run, _, _ = make_run(1)
    assert run(for_batches(0)) == Run(queued=0, longest_wait=0)
    run, _, queue = make_run(1, now=NOW + MINUTE)
    assert run(for_batches(0)) == Run(queued=0, longest_wait=MINUTE)
    assert queue.syncs == []


def test_every_shard_comes_first_in_its_turn() -> None:
    first = set()
    for minute in range(len(shards())):
        run, index, _ = make_run(1, now=NOW + minute * MINUTE)
        run(for_ever)
        first.add(index.asked[0])
        assert sorted(index.asked) == shards()
    assert first == set(shards())


def test_a_queue_that_fails_ends_the_run_and_what_was_not_queued_stays_due() -> None:
    run, _, queue = make_run(25)

    def fail(syncs: Sequence[tuple[str, int]]) -> None:
        raise Unavailable(str(len(syncs)))

    queue.send = fail  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        run(for_ever)
