"""Amounts as people in Indonesia write them."""


def rupiah(amount: int | None, currency: str | None = "IDR") -> str:
    """`Rp25.000`; another currency is named, and no amount is `nothing`."""
    if amount is None:
        return "nothing"
    if currency != "IDR":
        return f"{amount} {currency or 'of an unknown currency'}"
    return f"Rp{amount:,}".replace(",", ".")


def reported(amount: int | None, currency: str | None) -> str:
    """An amount that Finpay reported: as `rupiah`, or `an unknown amount` if it is not readable."""
    return "an unknown amount" if amount is None else rupiah(amount, currency)
