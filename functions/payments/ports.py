"""What the use cases need of the world. The composition root brings the real things."""

from collections.abc import Mapping
from typing import Protocol

from payments.claim import Claim
from payments.merchant import Credentials
from payments.payment import Applied, Change, IssuedCode, Payment, Refused


class PaymentStore(Protocol):
    """Payments by order id. Every method raises Unavailable when the outcome is not known."""

    def reserve(self, payment: Payment) -> Payment | None:
        """Store a new payment; return the one that is there already, if there is one."""

    def get(self, order_id: str) -> Payment | None:
        """Read a payment, strongly consistent."""

    def apply(self, change: Change) -> Applied | Refused:
        """Change a payment, if the change applies to it."""

    def withdraw(self, order_id: str, lease: str) -> None:
        """Remove a payment that never got beyond the reservation holding this lease."""


class CredentialSource(Protocol):
    """The merchant's credentials; both methods raise Unavailable."""

    def current(self) -> Credentials:
        """The credentials as far as they are known."""

    def renewed(self) -> Credentials | None:
        """The credentials read anew, if they have changed; None if not or if asked too often."""


class Quarantine(Protocol):
    """Evidence of callbacks that proved nothing or did not match."""

    def keep(self, order_id: str, reason: str, evidence: str, claim: Claim | None) -> None:
        """Store it once, however often the same callback comes; raises Unavailable."""


class Gateway(Protocol):
    """Finpay."""

    def initiate(self, body: Mapping[str, object]) -> IssuedCode:
        """Ask for a code; raises a GatewayError."""
