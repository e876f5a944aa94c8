"""Trying again what was put aside, one message after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from ops import status_syncs, webhooks
from ops.dead_letter_messages import DeadLetterMessage, Queue
from ops.dead_letters import DeadLetters
from ops.errors import NothingThere
from ops.stream_dead_letters import StreamLetters
from payments.aws.status_sync_queue import read_sync
from payments.aws.webhook_queue import read_event

if TYPE_CHECKING:
    from ops.deployment import Deployment
    from ops.status_syncs import StatusSyncs
    from payments.aws.webhook_queue import SqsEvents


@dataclass(frozen=True, slots=True)
class Redrive:
    """Has done once more what messages stand for; `again` and `left` are what came of it so far."""

    syncs: StatusSyncs
    events: SqsEvents
    stream: StreamLetters
    again: list[DeadLetterMessage] = field(default_factory=list)
    left: list[tuple[DeadLetterMessage, str]] = field(default_factory=list)

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """By this stack's functions and queues."""
        events = webhooks.of(deployment).queue
        streams = StreamLetters(deployment.untyped("dynamodbstreams"), events)
        return cls(status_syncs.of(deployment), events, streams)

    def __call__(
        self, messages: DeadLetters, seen: Callable[[int], None], storefront_id: str | None = None
    ) -> None:
        """Go through one of the queues; whatever ends that, others see what is still in it.

        With a storefront, what is surely not its own stays untold. Raises Unavailable.
        """
        try:
            for message in messages.take():
                if not message.may_be_of(storefront_id):
                    continue
                try:
                    self._do(message)
                except NothingThere as error:
                    self.left.append((message, f"{error}; {error.next_step}"))
                    continue
                # From here on it is done, even if it cannot be dropped and is done once more.
                self.again.append(message)
                messages.drop(message)
                seen(len(self.again))
        finally:
            messages.let_go()

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "again": [one.as_json() for one in self.again],
            "left": [one.as_json() | {"why": why} for one, why in self.left],
        }

    def lines(self) -> list[str]:
        """One for each message, and one for all."""
        return [
            *(f"Again  {one.line()}" for one in self.again),
            *self.left_lines(),
            f"{len(self.again)} tried again, {len(self.left)} left",
        ]

    def left_lines(self) -> list[str]:
        """One for each message that stays, with why and what to do next."""
        return [f"Left   {one.line()}  {why}" for one, why in self.left]

    def _do(self, message: DeadLetterMessage) -> None:
        if not message.is_ours:
            reason = "it is no message of this service's"
            raise NothingThere(reason, "delete it with the AWS console")
        match message.queue:
            case Queue.STATUS_SYNCS:
                # The time in it is over: the payment has another one by now.
                self.syncs.queue_now(read_sync(message.body)[0])
            case Queue.WEBHOOKS:
                self.events.send([read_event(message.body)])
            case Queue.STREAM:
                self.stream.tell(message)
