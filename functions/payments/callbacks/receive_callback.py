"""Receive a callback: verify it, match it with its order, and apply the status it reports.

On return, the effect is stored, or the payload digest of a callback without effect. Only then may
the callback be acknowledged, because Finpay does not send it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from payments.callbacks import php_json, signature
from payments.callbacks.php_json import JsonValue
from payments.callbacks.url_token import is_callback_token
from payments.domain.errors import (
    MalformedBody,
    OrderMismatch,
    PaymentNotFound,
    SignatureError,
    UnknownRoute,
)
from payments.domain.gateway_status import (
    GatewayStatus,
    QuarantineReason,
    digest_of,
)
from payments.domain.payment import Source
from payments.order_report import read_gateway_status

if TYPE_CHECKING:
    from payments.domain.interfaces import Quarantine
    from payments.domain.merchant import CredentialSource
    from payments.services.apply_status import ApplyStatus, StatusUpdate

CONFIRMED = "status-check"

type Confirm = Callable[[str, GatewayStatus], StatusUpdate | None]
"""Confirms an unverified gateway status of an order; see confirm_with_finpay.ConfirmCallback."""

_UNVERIFIED_DIGITS = 2
"""Stored hex digits of the payload digest of an unverified callback: at most 256 rows per order."""


class CallbackResult(NamedTuple):
    """The result of a callback: an update, or the reason for its quarantine.

    `signed_form` names the form that the signature matches (see signature.verify), or is CONFIRMED
    if a status check confirmed the callback.
    """

    signed_form: str
    update: StatusUpdate | None = None
    quarantined: QuarantineReason | None = None


class ReceiveCallback(NamedTuple):
    """Receives the callbacks of the orders in a store."""

    apply_status: ApplyStatus
    quarantine: Quarantine
    credentials: CredentialSource
    confirm: Confirm

    def admit(self, order_id: str, token: str) -> None:
        """Check the token of the callback URL; raises UnknownRoute if it is invalid."""
        if is_callback_token(token, order_id, self.credentials.current().merchant_keys):
            return
        renewed = self.credentials.renewed()
        if renewed is None or not is_callback_token(token, order_id, renewed.merchant_keys):
            raise UnknownRoute

    def __call__(self, order_id: str, body: bytes) -> CallbackResult:
        """Apply the status that a callback reports to the order of its URL.

        Raises MalformedBody, SignatureError (after the payload digest is stored) or Unavailable.
        """
        try:
            document = php_json.decode(body)
        except ValueError:
            raise MalformedBody from None
        payload_digest = digest_of(_canonical(document, body))
        reported = read_gateway_status(document, payload_digest, Source.CALLBACK)
        try:
            signed_form = self._verify(body, document)
        except SignatureError:
            if reported and (confirmed := self.confirm(order_id, reported)):
                return CallbackResult(CONFIRMED, confirmed)
            self.quarantine.keep(
                order_id, QuarantineReason.SIGNATURE, payload_digest[:_UNVERIFIED_DIGITS], reported
            )
            raise
        reason = QuarantineReason.UNREADABLE
        if reported is not None:
            try:
                return CallbackResult(signed_form, self.apply_status(order_id, reported))
            except PaymentNotFound:
                reason = QuarantineReason.UNKNOWN_ORDER
            except OrderMismatch:
                reason = QuarantineReason.OTHER_ORDER
        self.quarantine.keep(order_id, reason, payload_digest, reported)
        return CallbackResult(signed_form, quarantined=reason)

    def _verify(self, body: bytes, document: JsonValue) -> str:
        keys = self.credentials.current().merchant_keys
        try:
            return signature.verify_decoded(body, document, keys)
        except SignatureError:
            # The merchant key may have changed since this container read the secret.
            if renewed := self.credentials.renewed():
                return signature.verify_decoded(body, document, renewed.merchant_keys)
            raise


def _canonical(document: JsonValue, body: bytes) -> bytes:
    """The content of a callback in one canonical encoding, without its signature.

    An attacker can re-encode a known callback; the copy must have the same payload digest.
    """
    fields = document
    if isinstance(document, dict):
        fields = {name: value for name, value in document.items() if name != "signature"}
    try:
        return php_json.encode(fields).encode()
    except ValueError:  # PHP cannot encode an infinite number, so only the raw bytes can be signed
        return body
