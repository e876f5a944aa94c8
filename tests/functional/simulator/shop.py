"""Callers of the simulator: a merchant's server, and whoever plays fate."""

from typing import Any

import requests

from simulator.server import Server
from simulator.settings import MERCHANT_ID, MERCHANT_KEY

SAMPLE = {
    "customer": {
        "email": "hajar.finnet@gmail.com",
        "firstName": "Hajar",
        "lastName": "Ismail",
        "mobilePhone": "+6281286288844",
    },
    "order": {"id": "1680576995412", "amount": "1000", "description": "Testing"},
    "url": {"callbackUrl": "https://sandbox.finpay.co.id/simdev/finpay/result/resultfailed.php"},
    "sourceOfFunds": {"type": "finpaycode"},
}
"""The sample request of Finpay's page, member for member."""

ORDER_ID = "1680576995412"


def make_body(**overrides: Any) -> dict[str, Any]:
    """The sample; a dict changes members of an object, None takes a member away."""
    body: dict[str, Any] = {name: dict(members) for name, members in SAMPLE.items()}
    for name, value in overrides.items():
        if isinstance(value, dict) and name in body:
            body[name] = _without_nones(body[name] | value)
        else:
            body[name] = value
    return _without_nones(body)


def _without_nones(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


class Shop:
    """Speaks to the gateway as a merchant's server does."""

    def __init__(self, finpay: Server, callback_url: str) -> None:
        self._finpay = finpay
        self._callback_url = callback_url
        self.auth: tuple[str, str] | None = (MERCHANT_ID, MERCHANT_KEY)

    def initiate(self, **overrides: Any) -> requests.Response:
        overrides.setdefault("url", {"callbackUrl": self._callback_url})
        return self.post(json=make_body(**overrides))

    def post(self, **how: Any) -> requests.Response:
        url = f"{self._finpay.url}/pg/payment/card/initiate"
        return requests.post(url, auth=self.auth, timeout=10, allow_redirects=False, **how)

    def check(self, order_id: str = ORDER_ID, timeout: float = 10) -> requests.Response:
        return self._get("check", order_id, timeout)

    def cancel(self, order_id: str = ORDER_ID) -> requests.Response:
        return self._get("cancel", order_id)

    def void(self, order_id: str = ORDER_ID) -> requests.Response:
        return self._get("void", order_id)

    def status(self, order_id: str = ORDER_ID) -> str:
        return str(self.check(order_id).json()["data"]["result"]["payment"]["status"])

    def _get(self, name: str, order_id: str, timeout: float = 10) -> requests.Response:
        url = f"{self._finpay.url}/pg/payment/card/{name}/{order_id}"
        return requests.get(url, auth=self.auth, timeout=timeout, allow_redirects=False)


class Fate:
    """Speaks to the control API."""

    def __init__(self, finpay: Server) -> None:
        self._url = f"{finpay.url}/_simulator"

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(method, self._url + path, json=body, timeout=20)

    def post(self, path: str, **body: Any) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pay(self, **body: Any) -> Any:
        return self.post(f"/orders/{ORDER_ID}/pay", **body)

    def callbacks(self, **body: Any) -> Any:
        return self.post(f"/orders/{ORDER_ID}/callbacks", **body)

    def log(self) -> list[Any]:
        return list(self.get("/callbacks")["callbacks"])

    def advance(self, seconds: float) -> None:
        self.post("/clock", advanceSeconds=seconds)
