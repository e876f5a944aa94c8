"""Signs webhooks with the symmetric signatures of Standard Webhooks 1.0."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def signed_headers(event_id: str, at: int, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """The headers of one attempt, with one signature for each live secret; `at` in epoch seconds.

    The signature covers the id, the time and the body, separated by dots. An id must not contain a
    dot.
    """
    signed = b".".join((event_id.encode(), str(at).encode(), body))
    signatures = (hmac.digest(secret, signed, hashlib.sha256) for secret in secrets)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join("v1," + base64.b64encode(s).decode() for s in signatures),
    }
