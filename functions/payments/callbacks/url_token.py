"""The secret token in the callback URL of each order.

The token rejects requests of other clients before any work is done. It does not authenticate the
content of a callback; the signature does.
"""

import hashlib
import hmac
from collections.abc import Sequence

_PURPOSE = b"finpay-callback-url:"
_PATH = "/callbacks/finpay/"


def callback_token(order_id: str, merchant_key: str) -> str:
    """128 bits in lower-case hex, bound to the order and derived from the merchant key."""
    message = _PURPOSE + order_id.encode(errors="replace")
    return hmac.new(merchant_key.encode(), message, hashlib.sha256).hexdigest()[:32]


def is_callback_token(given: str, order_id: str, merchant_keys: Sequence[str]) -> bool:
    """Whether the token is valid for this order and one of the keys; compares in constant time."""
    expected = [callback_token(order_id, key).encode() for key in merchant_keys]
    return sum(hmac.compare_digest(given.encode(errors="replace"), token) for token in expected) > 0


def callback_url(base_url: str, order_id: str, merchant_key: str) -> str:
    """The URL to which Finpay sends the callbacks of the order; `finpay_callback` serves it."""
    token = callback_token(order_id, merchant_key)
    return f"{base_url}{_PATH}{order_id}/{token}"


def base_url_of(url: str) -> str:
    """The `base_url` of a URL that `callback_url` made."""
    return url.rpartition(_PATH)[0]
