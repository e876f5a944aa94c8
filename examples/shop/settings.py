"""What the shop is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    payments_url: str
    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    shop_url: str
    """Where the payment service reaches the shop, without a slash at the end."""
    database: str
    """A file."""
    till_url: str | None = None
    """The page of a till that pays codes for trying things out. A real shop has none."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises KeyError for a variable that is missing."""
        return cls(
            payments_url=environment["PAYMENTS_URL"],
            api_key=environment["PAYMENTS_API_KEY"],
            webhook_secret=environment["WEBHOOK_SECRET"],
            shop_url=environment["SHOP_URL"],
            database=environment["DATABASE"],
            till_url=environment.get("TILL_URL") or None,
        )
