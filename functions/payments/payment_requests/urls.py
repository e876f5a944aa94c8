"""The URLs of a request: the webhook and the return pages.

`request_policy` checks that their origins are registered for the storefront.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from payments.payment_requests.json_types import MAX_LENGTH, UNSENT, RequestObject, refused

# One pattern instead of a URL parser: no browser or client reads differently what it accepts.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?:[/?#][!-\[\]-~]*)?",
    re.ASCII | re.IGNORECASE,
)
_HTTPS_OR_LOOPBACK = re.compile(
    r"https://|http://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?#]|$)", re.ASCII | re.IGNORECASE
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_MAX_PORT = 65_535
# The pattern of the JSON Schema needs no flags, and leaves out IPv6 addresses.
_AFTER_SCHEME = (
    r"://[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*"
    r"(?::(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}))?"
    r"(?:[/?#][!-\[\]-~]*)?$"
)


def check_url(value: str) -> str:
    """Refuse what is no URL."""
    if origin_of(value) is None:
        raise refused(
            "must be an absolute https URL with a host, of which no part has more than 63 "
            "characters, without user name, spaces or backslashes, other characters than ASCII "
            "being percent-encoded"
        )
    return value


def origin_of(url: str) -> str | None:
    """The origin of RFC 6454: scheme, host in lower case, and the port if it is not the default.

    None if `url` is no URL.
    """
    parts = _URL.fullmatch(url)
    if not parts or int(parts["port"] or 0) > _MAX_PORT:
        return None
    scheme, port = parts["scheme"].lower(), parts["port"]
    suffix = "" if port in {None, _DEFAULT_PORTS[scheme]} else f":{port}"
    return f"{scheme}://{parts['host'].lower()}{suffix}"


def require_https(value: str) -> str:
    """Refuse http, except for a backend beside the local stack: webhooks are sent by https."""
    if not _HTTPS_OR_LOOPBACK.match(value):
        raise refused("must be an https URL, since webhooks are sent there")
    return value


ReturnUrl = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_LENGTH,
        description="https, or http of an origin that is registered with it",
        json_schema_extra={"pattern": "^[Hh][Tt][Tt][Pp][Ss]?" + _AFTER_SCHEME},
    ),
    AfterValidator(check_url),
]
WebhookUrl = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_LENGTH,
        description="https; http only for a backend beside the local stack",
        json_schema_extra={"pattern": "^[Hh][Tt][Tt][Pp][Ss]" + _AFTER_SCHEME},
    ),
    AfterValidator(check_url),
    AfterValidator(require_https),
]


class Url(RequestObject):
    callback_url: WebhookUrl
    success_url: ReturnUrl = UNSENT
    fail_url: ReturnUrl = UNSENT
    back_url: ReturnUrl = UNSENT
