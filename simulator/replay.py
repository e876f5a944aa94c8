"""What a simulator knew when it ended, from the entries of its journal.

Not in it, so gone: planned faults, and what the control API switched on `/settings` and
`/callbacks`. A payment and the callbacks that tell of it are entries of their own: when the process
ends between them, nobody is called, as with `"callback": "none"`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator.callbacks import Attempt, Due, Message
from simulator.delivery import Receipt
from simulator.orders import NewOrder, Order, Payment


@dataclass(slots=True)
class Replayed:
    orders: dict[str, Order] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    log: list[Attempt] = field(default_factory=list)
    due: dict[int, Due] = field(default_factory=dict)
    clock: dict[str, float] | None = None


def replay(entries: Iterable[tuple[str, Any]]) -> Replayed:
    known = Replayed()
    for kind, facts in entries:
        match kind:
            case "order":
                order = _order(facts)
                known.orders[order.order_id] = order
            case "numbers":
                known.numbers = facts
            case "due":
                due = _due(facts)
                known.due[due.due_id] = due
            case "attempt":
                known.due.pop(facts.pop("due_id"), None)
                known.log.append(_attempt(facts))
            case "clock":
                known.clock = facts
            case "reset":
                known = Replayed(numbers=known.numbers)
    return known


def _order(facts: dict[str, Any]) -> Order:
    paid = facts["payment"]
    payment = None if paid is None else Payment(**paid)
    return Order(**facts | {"new": NewOrder(**facts["new"]), "payment": payment})


def _due(facts: dict[str, Any]) -> Due:
    message = facts["message"]
    return Due(**facts | {"message": Message(**message | {"body": message["body"].encode()})})


def _attempt(facts: dict[str, Any]) -> Attempt:
    return Attempt(**facts | {"receipt": Receipt(**facts["receipt"])})
