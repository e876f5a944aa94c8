"""Walks one payment's paths through the real handlers and records what each of them takes."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from bench.own_code import OwnCode, executed
from bench.recorder import Recorder, Taken
from testing.builders import (
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_cancel_event,
    make_status_event,
    make_syncs_event,
)
from testing.service import MINUTE, Service
from testing.shop import Shop

_MORE = "/finpay-payments/toko"  # a receiver's URL has some fifty characters


@dataclass
class Path:
    """What one walk took: AWS, requests to Finpay, deliveries, lines of the log, own code."""

    aws: Taken
    finpay: int
    posts: int
    lines: list[str]
    own_code: OwnCode

    @property
    def calls(self) -> dict[str, int]:
        """All calls by their names, those that are no call to AWS with them."""
        others = {"https.finpay": self.finpay, "https.receiver": self.posts}
        return dict(sorted((self.aws.calls | {k: v for k, v in others.items() if v}).items()))

    @property
    def log_bytes(self) -> int:
        """Of the lines themselves, without what CloudWatch adds to each."""
        return sum(len(line.encode()) for line in self.lines)


@dataclass
class Walk:
    """One world in which paths are walked and recorded under their names."""

    service: Service
    shop: Shop
    recorder: Recorder
    output: io.StringIO
    paths: dict[str, Path] = field(default_factory=dict)

    def record(self, name: str, work: Callable[[], object]) -> None:
        """Do the work; what it took becomes the path of this name."""
        self.recorder.taken = Taken()
        self.service.witness.calls.clear()
        printed, told = len(self.output.getvalue()), len(self.shop.receiver.got)
        own_code = executed(work)
        self.paths[name] = Path(
            self.recorder.taken,
            len(self.service.witness.calls),
            len(self.shop.receiver.got) - told,
            self.output.getvalue()[printed:].splitlines(),
            own_code,
        )
        self.recorder.taken = Taken()

    def payment(self, order_id: str, authorization: str) -> None:
        """All that happens to one payment which is paid, and to its storefront."""
        key = load_event("authorize")
        key["headers"]["authorization"] = authorization
        self.record("authorizer", lambda: self.service.authorize(key))
        self.record("initiate", lambda: self.shop.order(order_id, self.shop.receiver.url + _MORE))
        self._tell("pending")
        self.record("status", lambda: self._status(order_id))
        self.record("callback", lambda: self._pay(order_id))
        self._tell("paid")
        self.record("schedule", self.service.enqueue_syncs)

    def cancelled(self, order_id: str) -> None:
        """A payment that its storefront cancels."""
        self.shop.order(order_id)
        event = make_cancel_event(order_id, storefront=self.shop.storefront_id)
        self.record("cancel", lambda: self._answered(self.service.api(event).status))

    def synced(self, order_id: str) -> None:
        """A payment that reconcile asks about, which leaves it as it is."""
        self.shop.order(order_id)
        self.shop.changes()
        self.service.pass_time(2 * MINUTE)
        due_at = self.service.payment(order_id).next_sync_at
        sync = f'{{"orderId":"{order_id}","nextSyncAt":{due_at}}}'
        event = make_syncs_event(("message", sync))
        self.record("status sync", lambda: self.service.reconcile(event))
        if changes := self.shop.changes():
            self.record("stream, status sync", lambda: self.shop.publish_events(changes))

    def _tell(self, kind: str) -> None:
        changes = self.shop.changes()
        assert len(changes) == 1
        self.record(f"stream, {kind}", lambda: self.shop.publish_events(changes))
        (message,) = self.shop.received(self.shop.queue_url)
        self.record(f"notify, {kind}", lambda: self.shop.attempt(message))
        self.shop.delete(message)

    def _status(self, order_id: str) -> None:
        event = make_status_event(order_id, storefront=self.shop.storefront_id)
        self._answered(self.service.api(event).status)

    def _pay(self, order_id: str) -> None:
        body = make_callback_body(make_callback_fields(order_id))
        event = make_callback_event(body, order_id=order_id)
        self._answered(self.service.callback(event).status)

    def _answered(self, status: int) -> None:
        assert status == HTTPStatus.OK
