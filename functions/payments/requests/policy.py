"""What the deployment and the storefront allow in a request."""

from collections.abc import Collection
from dataclasses import dataclass

ANY_ORIGIN = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPolicy:
    """The rules that differ between deployments and storefronts: pydantic's validation context."""

    sources_of_funds: Collection[str]
    """The types of `sourceOfFunds` that the deployment allows."""
    allowed_origins: Collection[str]
    """The storefront's registered origins, such as `https://shop.example`; `*` allows any."""
    has_test_mode: bool = False
    """Whether a customer's e-mail at `finpay.test` makes a test payment."""

    def allows_origin(self, origin: str) -> bool:
        """Whether a URL of this origin (scheme, host in lower case, port) is allowed."""
        return origin in self.allowed_origins or ANY_ORIGIN in self.allowed_origins
