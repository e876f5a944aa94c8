"""The field rules of an initiate, as lenient as the sandbox is known to be.

The limits are those of Finpay's tables; where the sandbox was seen to accept more (an order id of
36 characters, amounts as integers, unknown members, no sourceOfFunds), so does this.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from simulator.orders import NewOrder

DEFAULT_TIMEOUT = 1440
"""Minutes."""

MANDATORY_OBJECTS = ("order", "customer", "url")
OPTIONAL_OBJECTS = (
    "billing", "shipping", "meta", "card", "recurring", "sourceOfFunds", "device",
)  # fmt: skip

ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,36}", re.ASCII)
E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

Rule = Callable[[Any], bool]


def whole(value: Any, most_digits: int) -> int | None:
    """The number in an integer or a string of digits; None when it is neither or too long."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(rf"[0-9]{{1,{most_digits}}}", text, re.ASCII):
        return None
    return int(text)


def number(most_digits: int, least: int = 0) -> Rule:
    def holds(value: Any) -> bool:
        found = whole(value, most_digits)
        return found is not None and found >= least

    return holds


def text(longest: int, pattern: re.Pattern[str] | None = None, shortest: int = 1) -> Rule:
    def holds(value: Any) -> bool:
        if not isinstance(value, str) or not shortest <= len(value) <= longest:
            return False
        return pattern is None or pattern.fullmatch(value) is not None

    return holds


def order_id(value: Any) -> bool:
    return whole(value, 36) is not None or text(36, ORDER_ID)(value)


def web_address(value: Any) -> bool:
    if not text(320)(value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def list_of_items(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= 100  # noqa: PLR2004 - Finpay's limit, read here and nowhere else
        and all(isinstance(item, dict) for item in value)
    )


REQUIRED: dict[tuple[str, str], Rule] = {
    ("order", "id"): order_id,
    ("order", "amount"): number(14, least=1),
    ("url", "callbackUrl"): web_address,
}
WHERE_GIVEN: dict[tuple[str, str], Rule] = {
    ("order", "currency"): text(3, shortest=3),
    ("order", "description"): text(127),
    ("order", "timeout"): number(8, least=1),
    ("order", "itemAmount"): number(14),
    ("order", "surchargeAmount"): number(14),
    ("order", "localTaxRegistrationId"): text(25),
    ("order", "merchantCategoryCode"): text(4, shortest=4),
    ("order", "item"): list_of_items,
    ("customer", "id"): text(320),
    ("customer", "email"): text(320, EMAIL),
    ("customer", "firstName"): text(50),
    ("customer", "lastName"): text(50),
    ("customer", "mobilePhone"): text(20, E164),
    ("customer", "phone"): text(15, E164),
    ("customer", "taxRegistrationId"): text(30),
    ("url", "successUrl"): web_address,
    ("url", "failUrl"): web_address,
    ("url", "backUrl"): web_address,
}
WHERE_GIVEN_IN_ITEM: dict[str, Rule] = {
    "name": text(127),
    "description": text(127),
    "quantity": number(3),
    "unitPrice": number(14),
    "unitDiscountAmount": number(14),
    "unitTaxAmount": number(14),
    "unitOfMeasure": text(10),
}


def first_problem(body: Any) -> str | None:
    """The name of the first wrong member, such as `order.id`; None when all is well."""
    return next(_problems(body if isinstance(body, dict) else {}), None)


def _problems(body: dict[str, Any]) -> Iterator[str]:
    yield from (n for n in MANDATORY_OBJECTS if not isinstance(body.get(n), dict) or not body[n])
    # PHP clients write an empty object as [].
    yield from (n for n in OPTIONAL_OBJECTS if not isinstance(body.get(n) or {}, dict))
    for (parent, name), rule in REQUIRED.items():
        if not rule(body[parent].get(name)):
            yield f"{parent}.{name}"
    for (parent, name), rule in WHERE_GIVEN.items():
        if (value := body[parent].get(name)) is not None and not rule(value):
            yield f"{parent}.{name}"
    for place, item in enumerate(body["order"].get("item") or []):
        for name, rule in WHERE_GIVEN_IN_ITEM.items():
            if (value := item.get(name)) is not None and not rule(value):
                yield f"order.item.{place}.{name}"
    if (source := body.get("sourceOfFunds")) and not text(50)(source.get("type")):
        yield "sourceOfFunds.type"


def read_order(body: dict[str, Any]) -> NewOrder:
    """The order in a body in which there is no problem; amounts in rupiah."""
    order = body["order"]
    return NewOrder(
        order_id=str(order["id"]),
        amount=int(order["amount"]),
        currency=order.get("currency") or "IDR",
        timeout_minutes=int(order.get("timeout") or DEFAULT_TIMEOUT),
        callback_url=body["url"]["callbackUrl"],
        customer_id=body["customer"].get("id"),
        meta=(body.get("meta") or {}).get("data"),
        source=(body.get("sourceOfFunds") or {}).get("type"),
    )
