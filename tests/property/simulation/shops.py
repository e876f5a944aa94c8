"""Storefronts, customers, forgers and Finpay's own habits: everybody who makes things happen."""

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from payments.callbacks import php_json
from payments.callbacks.url_token import callback_url
from payments.domain.errors import NothingToDecide, VersionChanged
from payments.ledger.entry import Decision, Reporter
from simulator.answers import References
from simulator.orders import OPEN, NotPayableError, Order, Payment
from testing.builders import (
    MERCHANT_KEY,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_cancel_event,
    make_initiate_event,
    make_request_body,
    make_status_event,
)
from tests.property.simulation.chance import Chance
from tests.property.simulation.finpay import SimulatedFinpay
from tests.property.simulation.hub import DAY, HOUR, MINUTE, Hub
from tests.property.simulation.service import Service
from tests.property.simulation.watchdog import Watchdog

RETRY_MINUTES = (1, 5, 15, 30, 60)


@dataclass
class Street:
    """One merchant's storefronts and their customers."""

    hub: Hub
    chance: Chance
    service: Service
    finpay: SimulatedFinpay
    watchdog: Watchdog
    blackout: range
    heard: defaultdict[str, dict[bytes, str]] = field(default_factory=lambda: defaultdict(dict))
    """The signed callbacks of each payment that arrived, and where they went."""

    # What storefronts do

    def open_order(self, number: int) -> None:
        """One order's life, from the storefront's first request on."""
        chance = self.chance
        order_id = f"ORDER-{number}"
        minutes = chance.one_of((5, 10, 30, 30, 60, 60, 180, 180, 1440))
        body = self._body(order_id, 1000 * (number + 1), minutes)
        start = chance.between(0, 10 * MINUTE)
        patience = chance.one_of((0, 1, 3, 10))
        self.hub.start(lambda: self._ask_until_answered(body, patience), start)
        if chance.strikes("storefront: sent twice"):
            self.hub.start(lambda: self._ask_until_answered(body, 1), start + chance.between(0, 50))
        if chance.maybe(0.1):
            other = self._body(order_id, 7, minutes)
            self.hub.start(lambda: self._create(other), start + chance.between(1, HOUR))
        if chance.maybe(0.1):
            self.hub.start(lambda: self._create(body, "another"), start + chance.between(1, HOUR))
        if chance.maybe(0.15):
            delay = start + chance.between(0, minutes * MINUTE)
            self.hub.start(lambda: self._cancel(order_id, 3), delay)
        if chance.maybe(0.1):
            delay = start + chance.between(0, minutes * MINUTE)
            self.hub.start(lambda: self._cancel(order_id, 1, "another"), delay)
        for _ in range(2):
            self.hub.start(lambda: self._review(order_id), start + chance.between(0, 2 * DAY))
        if chance.maybe(0.3):
            self.hub.start(lambda: self._see(order_id), start + chance.between(0, DAY))
        self._plan_customer(order_id, start, minutes)
        self._plan_forger(order_id, start)

    def _body(self, order_id: str, amount: int, minutes: int) -> dict[str, Any]:
        body = make_request_body(id=order_id, amount=str(amount), timeout=str(minutes))
        body["url"]["callbackUrl"] = f"https://toko-{order_id[-1]}.example/hooks?order={order_id}"
        return body

    def _ask_until_answered(self, body: dict[str, Any], patience: int) -> None:
        for _ in range(patience + 1):
            answer = self._create(body)
            status = answer["statusCode"] if answer else 500
            if status not in {409, 500, 503, 504}:
                return
            if status == 409 and "in-progress" not in answer["body"]:
                return
            wait = int(answer["headers"].get("retry-after", 5)) * 1000 if answer else 5_000
            self.hub.wait(wait + self.chance.one_of((0, 100, 5 * MINUTE)))

    def _create(self, body: dict[str, Any], storefront: str = "demo") -> Any:
        event = make_initiate_event(body, storefront=storefront)
        event["requestContext"]["timeEpoch"] = self.hub.now
        answer = self.service.invoke("StorefrontApi", event)
        self.watchdog.created(body, storefront, answer)
        return None if self.chance.strikes("storefront: answer lost") else answer

    def _cancel(self, order_id: str, patience: int, storefront: str = "demo") -> None:
        event = make_cancel_event(order_id, storefront=storefront)
        for _ in range(patience):
            row = self.watchdog.rows.get(order_id)
            began = self.hub.now, row is not None and row.status.value in {"INITIATING", "PENDING"}
            answer = self.service.invoke("StorefrontApi", event)
            self.watchdog.cancelled(order_id, storefront, began, answer)
            if answer and answer["statusCode"] in {200, 404}:
                return
            if answer and answer["statusCode"] == 409 and "already-paid" in answer["body"]:
                return
            self.hub.wait(45_000)

    def _see(self, order_id: str) -> None:
        storefront = self.chance.one_of(("demo", "demo", "another"))
        event = make_status_event(order_id, storefront=storefront)
        answer = self.service.invoke("StorefrontApi", event)
        self.watchdog.saw(order_id, storefront, answer)

    # What an operator does

    def _review(self, order_id: str) -> None:
        """Decide about money that is in question, if there is any, and then hear of it again."""
        for _ in range(3):
            row = self.watchdog.rows.get(order_id)
            if row is None or not row.standing.undecided:
                break
            self.watchdog.shown(row)
            if self.chance.maybe(0.3):
                # A customer who is not told that he paid tries again.
                self._later(0, HOUR, order_id, self._pay_again)
            self.hub.wait(self.chance.one_of((0, MINUTE, HOUR, 3 * HOUR)))
            decision = self.chance.one_of((*Decision,))
            review = self.service.operator()
            try:
                review(order_id, decision, version=row.version, by="operator", reason="seen")
            except (NothingToDecide, VersionChanged):
                continue
            self._replay(order_id)
            return

    def _replay(self, order_id: str) -> None:
        """Finpay sends again what it sent before."""
        for body, url in self.heard[order_id].items():
            if self.chance.maybe(0.7):
                self._deliver(url, body, self.chance.between(0, DAY), genuine=True)

    # What customers do, and what Finpay makes of it

    def _plan_customer(self, order_id: str, start: int, minutes: int) -> None:
        chance, over = self.chance, start + minutes * MINUTE
        if chance.maybe(0.6):
            amount = 1 if chance.maybe(0.05) else None
            is_told = not chance.maybe(0.06)
            self._later(
                start, over, order_id, lambda id_: self._pay(id_, amount=amount, is_told=is_told)
            )
            if not is_told:
                self._later(start, over + HOUR, order_id, self._refund)
            for _ in range(self._further_payments()):
                self._later(start, over + HOUR, order_id, self._pay_again)
        if chance.maybe(0.12):
            self._later(over, over + DAY, order_id, lambda id_: self._pay(id_, late=True))
        if chance.maybe(0.04):
            self._later(start, over + HOUR, order_id, self._claim_another)
        if chance.maybe(0.3):
            self._later(start, over, order_id, lambda id_: self._say(id_, "PENDING"))
        if chance.maybe(0.5):
            self._later(over, over + HOUR, order_id, self._say_over)
        self._plan_fate(order_id, start, over)

    def _further_payments(self) -> int:
        """How often an order is paid again: rarely more often than a ledger has entries."""
        if self.chance.maybe(0.005):
            return 30
        return self.chance.one_of((1, 1, 2, 3)) if self.chance.maybe(0.1) else 0

    def _pay_again(self, order_id: str) -> None:
        order = self.finpay.order_store.get(order_id)
        other = max(order.new.amount - self.chance.between(1, 500), 1)
        self._pay(order_id, again=True, amount=other if self.chance.maybe(0.3) else None)
        if self.chance.maybe(0.4):
            self.hub.after(self.chance.between(0, DAY), lambda: self._refund(order_id))

    def _plan_fate(self, order_id: str, start: int, over: int) -> None:
        """What else may become of an order at Finpay."""
        chance = self.chance
        for _ in range(chance.one_of((1, 1, 2)) if chance.maybe(0.15) else 0):
            self._later(start, over + DAY, order_id, self._refund)
        if chance.maybe(0.05):
            self._later(start, over, order_id, self._pay_and_void)
        self.hub.after(over, lambda: self._pay_what_was_given_up(order_id))
        if chance.maybe(0.03):
            self._later(start, over, order_id, lambda id_: self._set(id_, "FAILURE"))
        if chance.maybe(0.02):
            self._later(start, over, order_id, lambda id_: self._set(id_, "CANCELLED"))
        if chance.maybe(0.02):
            self._later(start, over, order_id, lambda id_: self._set(id_, "SETTLING"))

    def _later(self, least: int, most: int, order_id: str, act: Any) -> None:
        """Something happens to one of the orders that Finpay has for the payment by then."""

        def job() -> None:
            known = self.finpay.orders_of(order_id)
            if known:
                act(known[-1].order_id if self.chance.maybe(0.8) else known[0].order_id)

        self.hub.after(self.chance.between(least, max(least, most)), job)

    def _pay(self, order_id: str, *, is_told: bool = True, **how: Any) -> None:
        try:
            order = self.finpay.pay(order_id, **how)
        except NotPayableError:
            return
        self.watchdog.finpay_changed(order_id)
        if is_told:
            self._call_back(order, "PAID")

    def _pay_and_void(self, order_id: str) -> None:
        """Paid and voided at once, and the callback of the payment comes last."""
        try:
            order = self.finpay.pay(order_id)
        except NotPayableError:
            return
        body, url = self.finpay.callback(order, "PAID"), order.new.callback_url
        voided = self.finpay.order_store.set_status(order_id, "CANCELLED")
        self._call_back(voided, "CANCELLED")
        self._deliver(url, body, self.chance.between(MINUTE, 4 * HOUR), genuine=True)

    def _pay_what_was_given_up(self, order_id: str) -> None:
        """Money for an order that was cancelled for another's sake, and perhaps back again."""
        known = self.finpay.orders_of(order_id)
        if len(known) < 2 or self.chance.maybe(0.4):
            return
        self._pay(known[-2].order_id, is_told=self.chance.maybe(0.5), late=True)
        if self.chance.maybe(0.5):
            self._pay(known[-1].order_id)
            self.hub.after(HOUR, lambda: self._refund(known[-2].order_id))

    def _claim_another(self, order_id: str) -> None:
        """Finpay's own callback, for an order of this id over another amount or currency."""
        order = self.finpay.order_store.get(order_id)
        payment = self.finpay.order_store.imagine_payment(order)
        self.finpay.came[order_id].append(payment)
        fields = json.loads(self.finpay.callback(order, "PAID", payment))
        del fields["signature"]
        other = {"amount": order.new.amount + 1} if self.chance.maybe(0.5) else {"currency": "USD"}
        fields["order"] |= other
        body = make_callback_body(fields).encode()
        self._deliver(order.new.callback_url, body, self.chance.between(0, HOUR), genuine=True)

    def _say(self, order_id: str, status: str) -> None:
        order = self.finpay.order_store.get(order_id)
        if order.status in OPEN:
            self._call_back(order, status)

    def _say_over(self, order_id: str) -> None:
        order = self.finpay.order_store.get(order_id)
        if order.status == "EXPIRED":
            self._call_back(order, "EXPIRED")

    def _set(self, order_id: str, status: str) -> None:
        order = self.finpay.order_store.get(order_id)
        if order.status in OPEN:
            self._call_back(self.finpay.order_store.set_status(order_id, status), status)
            self.watchdog.finpay_changed(order_id)

    def _refund(self, order_id: str) -> None:
        """Any of the money that came goes back, all of it or a part; or the payment is voided."""
        finpay, chance = self.finpay, self.chance
        paid = [payment for payment in finpay.came[order_id] if finpay.left(payment)]
        order = finpay.order_store.get(order_id)
        if not paid or order.status == "CANCELLED":
            return
        if chance.maybe(0.15) and order.status == "PAID":
            self._call_back(finpay.order_store.set_status(order_id, "CANCELLED"), "CANCELLED")
            return
        self._give_back(order, chance.one_of(paid))

    def _give_back(self, order: Order, payment: Payment) -> None:
        chance, left = self.chance, self.finpay.left(payment)
        if not left:
            return
        back = left if chance.maybe(0.5) else chance.between(1, left)
        is_shown = chance.maybe(0.7)
        body = self.finpay.refund(order.order_id, payment, back, is_shown=is_shown)
        self._send(order, body, genuine=True)
        if back < left and chance.maybe(0.7):
            self.hub.after(chance.between(MINUTE, DAY), lambda: self._give_back(order, payment))

    def on_cancel(self, order_id: str) -> None:
        """Whether Finpay calls back about a cancel is unknown, so it does now and then."""
        order = self.finpay.order_store.get(order_id)
        if order.status == "CANCELLED" and self.chance.maybe(0.4):
            self._call_back(order, "CANCELLED")

    def stranger(self) -> None:
        """An order that this service never made, but Finpay reports here."""
        body = self._body("STRANGER-1", 5000, 60)
        body["url"]["callbackUrl"] = callback_url("https://api.example", "STRANGER-1", MERCHANT_KEY)
        self.finpay.finpay_service.initiate(json.dumps(body).encode())
        self._pay("STRANGER-1")

    # How callbacks arrive

    def _call_back(self, order: Order, status: str) -> None:
        if self.chance.strikes("callback: cannot be verified"):
            self._send(order, self._signed_otherwise(order, status), genuine=False)
            return
        self._send(order, self._reported(order, status, order.payment), genuine=True)
        paid = order.payment
        if status == "PAID" and paid and self.chance.maybe(0.1):
            # Finpay sends it again, but with another time, and perhaps with a smaller amount.
            amount = paid.amount - 1 if paid.amount > 1 and self.chance.maybe(0.2) else paid.amount
            later = paid.paid_at + self.chance.between(1, 100)
            other = replace(paid, amount=amount, paid_at=later)
            self._send(order, self._reported(order, status, other), genuine=True)

    def _reported(self, order: Order, status: str, payment: Payment | None) -> bytes:
        references = self.finpay.references
        if not self.finpay.habits.is_consistent:
            references = self.chance.one_of((*References,))
        return self.finpay.callback(order, status, payment, references)

    def _send(self, order: Order, body: bytes, *, genuine: bool) -> None:
        copies = self.chance.between(2, 5) if self.chance.strikes("callback: repeated") else 1
        for _ in range(copies):
            late = self.chance.strikes("callback: late")
            delay = self.chance.between(0, 48 * HOUR if late else 10_000)
            self._deliver(order.new.callback_url, body, delay, genuine=genuine)

    def _signed_otherwise(self, order: Order, status: str) -> bytes:
        fields = json.loads(self.finpay.callback(order, status))
        return json.dumps(fields | {"signature": fields["signature"][::-1]}).encode()

    def _deliver(
        self, url: str, body: bytes, delay: int, *, genuine: bool, attempt: int = 0
    ) -> None:
        def again() -> None:
            if attempt < len(RETRY_MINUTES):
                pause = RETRY_MINUTES[attempt] * MINUTE
                self._deliver(url, body, pause, genuine=genuine, attempt=attempt + 1)

        def work() -> None:
            if self.hub.now in self.blackout:
                self.chance.faults["callback: blackout"] += 1
                return again()
            if self.chance.strikes("callback: lost"):
                return again()
            answer = self._call(url, body, genuine=genuine)
            lost = self.chance.strikes("callback: answer lost")
            if answer is None or answer["statusCode"] >= 500 or lost:
                return again()
            return None

        self.hub.start(work, delay)

    def _call(self, url: str, body: bytes, *, genuine: bool) -> Any:
        order_id, token = url.rsplit("/", 2)[1:]
        event = make_callback_event(body.decode(), order_id=order_id, token=token)
        if genuine:
            self.finpay.hear("", body, Reporter.CALLBACK)
            self.heard[order_id][body] = url
        answer = self.service.invoke("FinpayCallback", event)
        self.watchdog.called_back(order_id, body, answer, genuine=genuine)
        return answer

    # What forgers do

    def _plan_forger(self, order_id: str, start: int) -> None:
        if not self.chance.strikes("callback: forged"):
            return
        fields: Any = make_callback_fields(order_id, "PAID", 1000 * (int(order_id[6:]) + 1))
        forged: Any = self.chance.one_of(
            (
                fields,
                fields | {"signature": ""},
                fields | {"signature": None},
                fields | {"signature": "0" * 128},
            )
        )
        body = php_json.encode(forged).encode()
        has_token = self.chance.maybe(0.7)
        token = None if has_token else "0" * 32
        event = make_callback_event(body.decode(), order_id=order_id, token=token)

        def forge() -> None:
            for _ in range(self.chance.between(1, 4)):
                answer = self.service.invoke("FinpayCallback", event)
                self.watchdog.called_back(
                    order_id, body, answer, genuine=False, has_token=has_token
                )
                self.hub.wait(self.chance.between(100, 90_000))

        self.hub.start(forge, start + self.chance.between(0, HOUR))
