"""What the deployment and the storefront allow in a request. It is checked after the model.

The model checks what is the same for every request. These checks read the document itself, so that
a client learns all its invalid fields at once, also if the model refused some of them.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from payments.domain.errors import FieldError
from payments.payment_requests.customer import TEST_DOMAIN, requested_outcome
from payments.payment_requests.urls import origin_of

ANY_ORIGIN = "*"

_URLS = ("callbackUrl", "successUrl", "failUrl", "backUrl")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPolicy:
    """The policy of one deployment for one storefront."""

    sources_of_funds: Collection[str]
    """What `sourceOfFunds.type` may be on this deployment."""
    allowed_origins: Collection[str]
    """Origins registered for the storefront, as `https://shop.example`, or ANY_ORIGIN."""
    has_test_mode: bool = False
    """Whether the customer's e-mail may ask for a test payment."""

    def errors(self, document: dict[str, Any]) -> Iterator[FieldError]:
        """Yield what the policy refuses. The model refuses a field that is absent or no text."""
        checks: list[tuple[tuple[str, ...], Callable[[str], str]]] = [
            (("sourceOfFunds", "type"), self._source_of_funds_error),
            *((("url", name), self._origin_error) for name in _URLS),
            (("customer", "email"), self._email_error),
            (("shipping", "contact", "email"), self._email_error),
        ]
        for path, check in checks:
            value = _member(document, path)
            if isinstance(value, str) and (detail := check(value)):
                yield FieldError("/" + "/".join(path), detail)

    def _source_of_funds_error(self, value: str) -> str:
        if value in self.sources_of_funds:
            return ""
        return "must be one of the allowed types: " + ", ".join(sorted(self.sources_of_funds))

    def _origin_error(self, url: str) -> str:
        origin = origin_of(url)
        if origin is None or not {origin, ANY_ORIGIN}.isdisjoint(self.allowed_origins):
            return ""
        if origin.startswith("http:"):
            return "must be an https URL; its http origin is not registered for this storefront"
        return "its origin is not registered for this storefront"

    def _email_error(self, email: str) -> str:
        outcome = requested_outcome(email)
        if not outcome:
            return ""
        if not self.has_test_mode:
            return (
                f"must not be at {TEST_DOMAIN}, which asks for a test payment: this deployment "
                "takes money and makes none; send the customer's own address"
            )
        from payments.payment_requests.simulated_outcomes import NAMES, reports_of  # noqa: PLC0415 - only a test pays for it

        if reports_of(outcome) is None:
            return f"must name one of the outcomes before @{TEST_DOMAIN}: " + ", ".join(NAMES)
        return ""


def _member(document: object, path: tuple[str, ...]) -> object:
    value = document
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
