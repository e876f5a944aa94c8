"""Trying again what was put aside, one letter after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from ops import status_syncs, webhooks
from ops.dead_letters import DeadLetters
from ops.errors import NothingThere
from ops.letters import Letter, Queue
from ops.stream_letters import StreamLetters
from payments.aws.event_queue import read_event
from payments.aws.sync_queue import read_sync

if TYPE_CHECKING:
    from ops.deployment import Deployment
    from ops.status_syncs import StatusSyncs
    from payments.aws.event_queue import SqsEvents


@dataclass(frozen=True, slots=True)
class Redrive:
    """Has done once more what letters stand for; `again` and `left` are what came of it so far."""

    syncs: StatusSyncs
    events: SqsEvents
    stream: StreamLetters
    again: list[Letter] = field(default_factory=list)
    left: list[tuple[Letter, str]] = field(default_factory=list)

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """By this stack's functions and queues."""
        events = webhooks.of(deployment).queue
        streams = StreamLetters(deployment.untyped("dynamodbstreams"), events)
        return cls(status_syncs.of(deployment), events, streams)

    def __call__(
        self, letters: DeadLetters, seen: Callable[[int], None], storefront_id: str | None = None
    ) -> None:
        """Go through one of the queues; whatever ends that, others see what is still in it.

        With a storefront, what is surely not its own stays untold. Raises Unavailable.
        """
        try:
            for letter in letters.take():
                if not letter.may_be_of(storefront_id):
                    continue
                try:
                    self._do(letter)
                except NothingThere as error:
                    self.left.append((letter, f"{error}; {error.next_step}"))
                    continue
                # From here on it is done, even if it cannot be dropped and is done once more.
                self.again.append(letter)
                letters.drop(letter)
                seen(len(self.again))
        finally:
            letters.let_go()

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "again": [one.as_json() for one in self.again],
            "left": [one.as_json() | {"why": why} for one, why in self.left],
        }

    def lines(self) -> list[str]:
        """One for each letter, and one for all."""
        return [
            *(f"Again  {one.line()}" for one in self.again),
            *self.left_lines(),
            f"{len(self.again)} tried again, {len(self.left)} left",
        ]

    def left_lines(self) -> list[str]:
        """One for each letter that stays, with why and what to do next."""
        return [f"Left   {one.line()}  {why}" for one, why in self.left]

    def _do(self, letter: Letter) -> None:
        if not letter.is_ours:
            reason = "it is no message of this service's"
            raise NothingThere(reason, "delete it with the AWS console")
        match letter.queue:
            case Queue.STATUS_SYNCS:
                # The time in it is over: the payment has another one by now.
                self.syncs.queue_now(read_sync(letter.body)[0])
            case Queue.WEBHOOKS:
                self.events.send([read_event(letter.body)])
            case Queue.STREAM:
                self.stream.tell(letter)
