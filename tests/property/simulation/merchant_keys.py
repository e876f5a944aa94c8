"""The merchant's key in the secret, which may be rotated while payments are under way."""

from dataclasses import dataclass, field

from testing.builders import MERCHANT_KEY, NOW

NEXT_KEY = "the merchant's next key"
_CURRENT, _PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


@dataclass
class MerchantKeys:
    """The versions of the secret, each a key and the epoch milliseconds when it was stored."""

    stages: dict[str, tuple[str, int]] = field(
        default_factory=lambda: {_CURRENT: (MERCHANT_KEY, NOW)}
    )

    def rotate(self, now: int) -> None:
        """Store the next key."""
        self.stages = {_CURRENT: (NEXT_KEY, now), _PREVIOUS: self.stages[_CURRENT]}
