"""HTTP exchanges that can be shown: the API key is masked."""

import json
from typing import Any

import requests

SECONDS = 35
_SHOWN_REQUEST_HEADERS = ("Authorization", "Content-Type")
_SHOWN_RESPONSE_HEADERS = ("Content-Type", "Retry-After", "Idempotent-Replayed")


class Exchanges:
    """Talks to one server on this machine, with an API key or without."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        self._url = url
        self._session = requests.Session()
        # No proxy has a way to 127.0.0.1.
        self._session.trust_env = False
        if api_key:
            self._session.headers["Authorization"] = f"Bearer {api_key}"

    def get(self, path: str) -> requests.Response:
        return self._session.get(self._url + path, timeout=SECONDS)

    def post(self, path: str, document: dict[str, Any]) -> requests.Response:
        return self._session.post(self._url + path, json=document, timeout=SECONDS)


def print_exchange(response: requests.Response) -> requests.Response:
    """Print what was sent and what came back; return the response."""
    request = response.request
    print(f"> {request.method} {request.url}")
    for name in _SHOWN_REQUEST_HEADERS:
        if name in request.headers:
            print(f"> {name}: {masked(str(request.headers[name]))}")
    if isinstance(request.body, bytes):
        print(_pretty(request.body.decode()))
    print(f"< {response.status_code} {response.reason}")
    for name in _SHOWN_RESPONSE_HEADERS:
        if name in response.headers:
            print(f"< {name}: {response.headers[name]}")
    print(_pretty(response.text), flush=True)
    return response


def masked(header: str) -> str:
    """Return the header's value with the key in it cut to what tells keys apart."""
    scheme, _, key = header.partition(" ")
    return f"{scheme} {key[:8]}…" if key and scheme == "Bearer" else header


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
