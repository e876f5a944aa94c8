"""The origins that a storefront's URLs may have."""

import re

ANY = "*"
# As the service writes the origin of a URL, since the two are compared as text.
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::(?P<port>[1-9][0-9]{0,4}))?"
)
_PORTS = 65_536


def check(origins: list[str]) -> None:
    """Raise ValueError for an origin that no URL can have; `*` is any."""
    for origin in origins:
        if origin != ANY and not _is_origin(origin):
            raise ValueError(
                "an origin is https://host[:port], in lower case, without a path or default port"
            )


def _is_origin(text: str) -> bool:
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return False
    port = int(match["port"] or 0)
    default = 443 if match["scheme"] == "https" else 80
    return port != default and port < _PORTS
