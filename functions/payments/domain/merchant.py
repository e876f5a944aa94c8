"""Who we are at Finpay."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Credentials:
    """Merchant id and keys. The first key signs and logs in; all of them verify."""

    merchant_id: str
    merchant_keys: tuple[str, ...]

    def __repr__(self) -> str:
        return "Credentials(…)"


class CredentialSource(Protocol):
    """The merchant's credentials; both methods raise Unavailable."""

    def current(self) -> Credentials:
        """The credentials as far as they are known."""

    def renewed(self) -> Credentials | None:
        """The credentials read anew, if they have changed; None if not or if asked too often."""
