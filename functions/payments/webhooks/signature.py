"""How a storefront knows that a webhook is ours: Standard Webhooks 1.0, symmetric signatures."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def signed_headers(event_id: str, at: int, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """The headers of one attempt; `at` in epoch seconds, one signature for each live secret.

    What is signed is the id, the time and the body with dots between, so an id must have no dot.
    """
    signed = b".".join((event_id.encode(), str(at).encode(), body))
    signatures = (hmac.digest(secret, signed, hashlib.sha256) for secret in secrets)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join("v1," + base64.b64encode(s).decode() for s in signatures),
    }
