"""What a simulator is started with."""

from dataclasses import dataclass
from pathlib import Path

MERCHANT_ID = "FINPAY770"
MERCHANT_KEY = "SoSecret123"
"""The sample pair of Finpay's documentation, known to everybody."""


@dataclass(frozen=True, slots=True)
class Settings:
    merchant_id: str = MERCHANT_ID
    merchant_key: str = MERCHANT_KEY
    speed: float = 1.0
    """Simulated seconds per real second."""
    enabled_sources: frozenset[str] | None = None
    """The sourceOfFunds types that the merchant may use; None means all of them."""
    check_shows_code: bool = True
    """Whether a status check repeats the payment code: nobody knows whether Finpay's does."""
    callback_timeout: float = 30.0
    """Real seconds that a callback waits for its answer."""
    callback_hosts: frozenset[str] = frozenset()
    """Hosts that get callbacks besides this machine's own: a signed fake must not leave it."""
    journal: Path | None = None
    """Where orders outlive the process; without it they do not."""
