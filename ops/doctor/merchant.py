"""The merchant's secret: it is there, of the right shape, and Finpay takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ops import finpay
from ops.doctor.finding import Finding, bad, good
from payments.callbacks import php_json, signature
from payments.callbacks.php_json import JsonValue
from payments.domain import ids
from payments.domain.errors import SignatureError, Unavailable

if TYPE_CHECKING:
    from ops.finpay import Said
    from payments.domain.interfaces import Gateway
    from payments.domain.merchant import Credentials

PUT_IT = "put merchantId and merchantKey into it: docs/deploy.md"
NOT_SET = "not-set"
"""The merchant id that template.yaml puts into a new secret."""


def shape(text: str) -> list[Finding]:
    """What is wrong with the text of the secret; it is never quoted."""
    subject = "secret"
    try:
        secret: Any = json.loads(text)
    except ValueError:
        return [bad(subject, "it is no JSON", PUT_IT)]
    if not isinstance(secret, dict):
        return [bad(subject, "it is no JSON object", PUT_IT)]
    found = []
    for name in ("merchantId", "merchantKey"):
        value = secret.get(name)
        if not isinstance(value, str) or not value:
            found.append(bad(subject, f"{name} is missing or no text", PUT_IT))
        elif value != value.strip():
            found.append(bad(subject, f"{name} begins or ends with a space", PUT_IT))
    if secret.get("merchantId") == NOT_SET:
        said = "it still has the random key of the first deploy, and nobody can pay"
        found.append(bad(subject, said, PUT_IT))
    return found or [good(subject, "merchant id and key are there")]


def round_trip(credentials: Credentials) -> Finding:
    """Sign a callback as Finpay does and verify it as the service does; nothing is sent."""
    subject, order_id = "signature", nobodys_order()
    fields: dict[str, JsonValue] = {
        "order": {"id": order_id},
        "result": {"payment": {"status": "PENDING"}},
    }
    for key in credentials.merchant_keys:
        signed: JsonValue = {"signature": signature.sign(fields, key), **dict(fields.items())}
        try:
            signature.verify(php_json.encode(signed).encode(), [key])
        except SignatureError:
            return bad(subject, "what the key signs does not verify", PUT_IT)
    keys = len(credentials.merchant_keys)
    signs = "the key signs" if keys == 1 else "the key and the one before it sign"
    return good(subject, f"what {signs} is verified; nothing was sent for it")


def taken(gateway: Gateway) -> Iterator[Finding]:
    """Ask Finpay about an order that nobody has: it answers whether it takes the merchant."""
    subject = "finpay"
    try:
        said = finpay.ask(gateway, nobodys_order())
    except Unavailable as error:
        yield bad(subject, f"it was not asked: {error}", PUT_IT)
        return
    yield _of(subject, said)
    if gateway.is_reachable():
        yield good("circuit", "the functions make status checks at Finpay")
    else:
        said_open = "the functions make no status checks, as Finpay did not answer them lately"
        yield bad("circuit", said_open, "it closes by itself when Finpay answers again")


def _of(subject: str, said: Said) -> Finding:
    if said.refused:
        remedy = "is the key this host's? Sandbox and production have different ones. " + PUT_IT
        return bad(subject, said.error, remedy)
    if said.error:
        remedy = "wait, and tell Finpay if it lasts; payments that are open are not lost"
        return bad(subject, said.error, remedy)
    return good(subject, "it answers and takes the merchant")


def nobodys_order() -> str:
    """An order id that no storefront has."""
    return f"doctor-{ids.new_id()}"[:30]
