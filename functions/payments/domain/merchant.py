"""The merchant's credentials at Finpay."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Credentials:
    """Merchant id and keys. The first key signs and authenticates; all keys verify signatures."""

    merchant_id: str
    merchant_keys: tuple[str, ...]

    @property
    def login(self) -> tuple[str, str]:
        """Merchant id and key that authenticate at Finpay."""
        return self.merchant_id, self.merchant_keys[0]

    def __repr__(self) -> str:
        return "Credentials(…)"


class CredentialSource(Protocol):
    """Provides the merchant's credentials. Both methods raise Unavailable."""

    def current(self) -> Credentials:
        """Return the credentials, possibly from a cache."""

    def renewed(self) -> Credentials | None:
        """Read the credentials again; return None if they did not change or were just read."""
