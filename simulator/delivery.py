"""One HTTP POST of a callback."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

KEPT_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receiver answered; `error` says in words why there is no answer."""

    http_status: int | None = None
    body: str = ""
    error: str | None = None
    final: bool = False
    """Trying again cannot help."""


def is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def post(url: str, body: bytes, timeout: float, hosts: frozenset[str]) -> Receipt:
    """Follows no redirect and no proxy; hosts off this machine only when they are named."""
    if not is_local(url) and urlsplit(url).hostname not in hosts:
        return Receipt(error="not sent: the host is not this machine", final=True)
    try:
        return _post(url, body, timeout)
    except requests.RequestException as error:
        return Receipt(error=type(error).__name__)


def _post(url: str, body: bytes, timeout: float) -> Receipt:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    with requests.Session() as session:
        session.trust_env = False
        with session.post(
            url, body, headers=headers, timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            status, kept = response.status_code, _beginning(response)
    text = kept.decode("utf-8", errors="replace")
    return Receipt(status, text, final=status < requests.codes.server_error)


def _beginning(response: requests.Response) -> bytes:
    kept = bytearray()
    for chunk in response.iter_content(KEPT_BYTES):
        kept += chunk
        if len(kept) >= KEPT_BYTES:
            break
    return bytes(kept[:KEPT_BYTES])
