"""Finpay's callback: is it Finpay's, is it about this order, and what follows.

A return means that the effect, or the payload digest where there is none, is stored; only then may
Finpay be told that it need not call again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from payments.callbacks import php_json, signature
from payments.callbacks.php_json import JsonValue
from payments.callbacks.url_token import is_callback_token
from payments.domain.errors import (
    MalformedBody,
    OtherOrder,
    PaymentNotFound,
    SignatureError,
    UnknownRoute,
)
from payments.domain.gateway_status import GatewayStatus, Reason, digest_of, read_gateway_status
from payments.domain.payment import Source

if TYPE_CHECKING:
    from payments.domain.merchant import CredentialSource
    from payments.domain.ports import Quarantine
    from payments.services.apply_status import ApplyStatus, StatusUpdate

CONFIRMED = "status-check"

type Confirm = Callable[[str, GatewayStatus], StatusUpdate | None]
"""Whether an unverified gateway status about an order is true; see confirm.ConfirmCallback."""

_UNPROVEN_DIGITS = 2
"""Of the payload digest of what nobody signed: a flood of it fills 256 rows of an order at most."""


class Receipt(NamedTuple):
    """What became of a callback: a update, or the reason why it is quarantined.

    `signed_form` is what the signature was made over, or CONFIRMED if only a status check says so.
    """

    signed_form: str
    update: StatusUpdate | None = None
    quarantined: Reason | None = None


class ReceiveCallback(NamedTuple):
    """Receives the callbacks of the orders in a store."""

    apply_status: ApplyStatus
    quarantine: Quarantine
    credentials: CredentialSource
    confirm: Confirm

    def admit(self, order_id: str, token: str) -> None:
        """Let in what came to a URL that we made; raises UnknownRoute for any other."""
        if is_callback_token(token, order_id, self.credentials.current().merchant_keys):
            return
        renewed = self.credentials.renewed()
        if renewed is None or not is_callback_token(token, order_id, renewed.merchant_keys):
            raise UnknownRoute

    def __call__(self, order_id: str, body: bytes) -> Receipt:
        """Settle what a callback proves about the order whose URL it came to.

        Raises MalformedBody, SignatureError (after keeping the payload_digest) or Unavailable.
        """
        try:
            document = php_json.decode(body)
        except ValueError:
            raise MalformedBody from None
        payload_digest = digest_of(_content(document, body))
        reported = read_gateway_status(document, payload_digest, Source.CALLBACK)
        try:
            signed_form = self._verify(body)
        except SignatureError:
            if reported and (confirmed := self.confirm(order_id, reported)):
                return Receipt(CONFIRMED, confirmed)
            self.quarantine.keep(
                order_id, Reason.SIGNATURE, payload_digest[:_UNPROVEN_DIGITS], reported
            )
            raise
        reason = Reason.UNREADABLE
        if reported is not None:
            try:
                return Receipt(signed_form, self.apply_status(order_id, reported))
            except PaymentNotFound:
                reason = Reason.UNKNOWN_ORDER
            except OtherOrder:
                reason = Reason.OTHER_ORDER
        self.quarantine.keep(order_id, reason, payload_digest, reported)
        return Receipt(signed_form, quarantined=reason)

    def _verify(self, body: bytes) -> str:
        try:
            return signature.verify(body, self.credentials.current().merchant_keys)
        except SignatureError:
            # Perhaps the merchant has a new key since this container read the secret.
            if renewed := self.credentials.renewed():
                return signature.verify(body, renewed.merchant_keys)
            raise


def _content(document: JsonValue, body: bytes) -> bytes:
    """What a callback says, without its signature and however it is spelled.

    Who has seen a callback can spell it otherwise, and it must not count as another one.
    """
    fields = document
    if isinstance(document, dict):
        fields = {name: value for name, value in document.items() if name != "signature"}
    try:
        return php_json.encode(fields).encode()
    except ValueError:  # an infinite number: only the bytes themselves can have been signed
        return body
