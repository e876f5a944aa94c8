"""What the shop sells, and for how much. Nothing of it is ever taken from a browser."""

from dataclasses import dataclass

MOST = 5
"""Pieces in one order."""


@dataclass(frozen=True)
class Product:
    name: str
    price: int
    """Whole rupiah for one piece."""


PRODUCT = Product("Kaos batik", 150_000)


def rupiah(amount: int) -> str:
    """`Rp 150.000`, as it is written in Indonesia."""
    return f"Rp {amount:,}".replace(",", ".")
