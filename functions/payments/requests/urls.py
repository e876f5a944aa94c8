"""What the URLs of an initiate request have to fulfil: where they lead, and at whose origin."""

import re

from pydantic import ValidationInfo

from payments.requests.policy import RequestPolicy
from payments.requests.validators import refused

# One pattern instead of a URL parser: what it accepts, no browser or client reads differently.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?:[/?#][!-\[\]-~]*)?",
    re.ASCII | re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_HIGHEST_PORT = 65_535
_LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


def _origin(url: str) -> tuple[str, str]:
    """Scheme and origin (RFC 6454: scheme, host in lower case, port unless it is the default)."""
    parts = _URL.fullmatch(url)
    if not parts or int(parts["port"] or 0) > _HIGHEST_PORT:
        raise refused(
            "must be an absolute https URL with a host, of which no part has more than 63 "
            "characters, without user name, spaces or backslashes, other characters than ASCII "
            "being percent-encoded"
        )
    scheme, port = parts["scheme"].lower(), parts["port"]
    suffix = "" if port in {None, _DEFAULT_PORTS[scheme]} else f":{port}"
    return scheme, f"{scheme}://{parts['host'].lower()}{suffix}"


def registered(value: str, info: ValidationInfo[RequestPolicy]) -> str:
    scheme, origin = _origin(value)
    if info.context.allows_origin(origin):
        return value
    if scheme == "http":
        raise refused("must be an https URL; its http origin is not registered for this storefront")
    raise refused("its origin is not registered for this storefront")


def told_there(value: str) -> str:
    """Webhooks leave by https only; http is for a backend beside the local stack."""
    parts = _URL.fullmatch(value)
    if parts and parts["scheme"].lower() == "http" and parts["host"].lower() not in _LOOPBACK:
        raise refused("must be an https URL, since webhooks are sent there")
    return value
