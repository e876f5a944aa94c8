"""What the deployment and the storefront allow in a request."""

from collections.abc import Collection
from dataclasses import dataclass

ANY_ORIGIN = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPolicy:
    """The validation context: the checks of fields that depend on it read it from there."""

    sources_of_funds: Collection[str]
    """What `sourceOfFunds.type` may be on this deployment: see `source_of_funds`."""
    allowed_origins: Collection[str]
    """Origins registered for the storefront, as `https://shop.example`, or ANY_ORIGIN: `urls`."""
    has_test_mode: bool = False
    """Whether the customer's e-mail may ask for a test payment: `customer`."""
