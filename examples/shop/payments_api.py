"""Asks the payment service for a code."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests

DEFAULT_PAUSE = 5
"""Seconds until the next try, where the service names none."""
LONGEST_PAUSE = 120


class TryLater(Exception):
    """What became of the request is open; the same one may be sent again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


class Refused(Exception):
    """This order never gets a code. `fields` are those of the customer's that were wrong."""

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__("the payment service refused the order")
        self.fields = fields


@dataclass(frozen=True)
class PaymentsApi:
    url: str
    api_key: str = field(repr=False)

    def ask(self, body: bytes) -> dict[str, Any]:
        """Return the payment; raise TryLater or Refused.

        To send the same bytes again is safe: order.id is the idempotency key.
        """
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        try:
            answer = requests.post(f"{self.url}/payments", body, headers=headers, timeout=30)
        except requests.RequestException as error:
            raise TryLater(DEFAULT_PAUSE) from error
        said = _object(answer)
        if answer.status_code == HTTPStatus.CREATED and isinstance(said.get("orderId"), str):
            return said
        if _is_final(answer.status_code, str(said.get("type", ""))):
            raise Refused(_customer_fields(said))
        raise TryLater(_pause(answer))


def _is_final(status: int, problem: str) -> bool:
    """A wrong key and a failing server are mended some day; a wrong request never is."""
    kind = problem.rpartition(":")[2]
    return status in {400, 413, 415, 422} or kind in {"order-exists", "gateway-refused"}


def _customer_fields(said: dict[str, Any]) -> frozenset[str]:
    pointers = [str(error["pointer"]) for error in said.get("errors", [])]
    return frozenset(p.rpartition("/")[2] for p in pointers if p.startswith("/customer/"))


def _pause(answer: requests.Response) -> int:
    asked = answer.headers.get("Retry-After", "")
    seconds = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0  # noqa: PLR2004 - more is no pause
    return min(max(1, seconds or DEFAULT_PAUSE), LONGEST_PAUSE)


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:  # no JSON, or no UTF-8
        return {}
    return said if isinstance(said, dict) else {}
