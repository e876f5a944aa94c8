"""Who we are at Finpay."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credentials:
    """Merchant id and keys. The first key signs and logs in; all of them verify."""

    merchant_id: str
    merchant_keys: tuple[str, ...]

    def __repr__(self) -> str:
        return "Credentials(…)"
