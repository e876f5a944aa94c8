"""Promises about what Finpay is asked, and about its orders."""

from collections import Counter

from testing.dynamodb.client import SimulatedDynamoDB
from tests.property.simulation.finpay import SimulatedFinpay
from tests.property.simulation.hub import MINUTE
from tests.property.simulation.ledger import Ledger


class CallPromises(Ledger):
    """What may be asked when, and what Finpay may hold afterwards."""

    def __init__(
        self, finpay: SimulatedFinpay, tables: SimulatedDynamoDB, forbidden: list[str]
    ) -> None:
        super().__init__(finpay, tables, forbidden)
        self._checks: Counter[str] = Counter()
        self._probes: dict[str, int] = {}
        self._asking: set[str] = set()
        self._doubtful: set[str] = set()

    def finpay_changed(self, gateway_order_id: str) -> None:
        """Something happened to an order at Finpay."""
        order = self.finpay.find(gateway_order_id)
        self.note("finpay", gateway_order_id, order and order.status)
        if order is None:
            return
        order_id = order.new.callback_url.split("/")[-2]
        orders = self.finpay.orders_of(order_id)
        live = [o.order_id for o in orders if self.finpay.is_live(o.order_id)]
        self.hold("at most one live code for an order", len(live) <= 1, order_id, live)

    def asks(self, function: str, endpoint: str, gateway_order_id: str, order_id: str) -> None:
        """A function is about to call Finpay."""
        if endpoint == "initiate":
            alone = order_id not in self._asking
            self.hold("one initiate at a time for an order", alone, order_id)
            sure = gateway_order_id not in self._doubtful
            self.hold("no initiate again before its outcome is asked for", sure, order_id)
            self._asking.add(order_id)
            self.code_requested_at[order_id] = self.finpay.hub.now
            self._doubtful.add(gateway_order_id)
        if endpoint == "check" and function == "Reconcile":
            self._checks[gateway_order_id] += 1
            few = self._checks[gateway_order_id] <= self.syncs[order_id]
            self.hold("at most one status check for a status sync", few, order_id)
        if endpoint == "check" and function == "FinpayCallback":
            now, before = self.finpay.hub.now, self._probes.get(order_id, -10 * MINUTE)
            # Between the write that allows it and the check, a process may wait for DynamoDB.
            rare = now - before >= MINUTE - 10_000
            self.hold("unverified callbacks make one check a minute", rare, order_id, now - before)
            self._probes[order_id] = now

    def asked(
        self, function: str, endpoint: str, gateway_order_id: str, order_id: str, status: int
    ) -> None:
        """The call is over; status 0 means without an answer, -1 that it never left."""
        if (function, endpoint, status) == ("Reconcile", "check", 401):
            self._checks[gateway_order_id] -= 1  # It may be made again with another key.
        if endpoint == "initiate":
            self._asking.discard(order_id)
        if endpoint == "initiate" and status == -1:
            self._doubtful.discard(gateway_order_id)
        if (endpoint, status) in {("check", 404), ("initiate", 401)}:
            self._doubtful.discard(gateway_order_id)
