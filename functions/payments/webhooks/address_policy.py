"""Where a webhook may go.

A storefront says where, and whoever has its key could point this service at what only it can reach:
the cloud's metadata, the merchant's own network. So only public addresses are connected to, and
they are judged after the name was resolved, by the address that is then connected to.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import Protocol
from urllib.parse import urlsplit

type Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host for a port; raises OSError."""

# Python knows what IANA lists as not global; these it takes for global.
_RELAYS_OF_6TO4 = IPv4Network("192.88.99.0/24")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_DOCUMENTATION = IPv6Network("3fff::/20")  # RFC 9637

_PORTS = {"http": 80, "https": 443}
_LOOPBACK_HOSTS = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1"}


class TargetRefused(Exception):
    """The URL leads where no webhook may go."""


class OtherMachine(TargetRefused):
    """The local stack reaches this machine only, so no later attempt will do better."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to connect to, and what to say there."""

    addresses: tuple[str, ...]
    port: int
    host: str
    host_header: str
    path: str
    is_tls: bool


class Targets(Protocol):
    """Says where a URL leads, if webhooks may go there."""

    def find(self, url: str) -> Target:
        """The target of a URL; raises TargetRefused, or OSError if its name does not resolve."""


@dataclass(frozen=True, slots=True)
class PublicTargets:
    """https, and addresses of the public internet only. What a deployment uses."""

    resolve: Resolve

    def find(self, url: str) -> Target:
        """The target of a URL; raises TargetRefused, or OSError if its name does not resolve."""
        target = _parse(url)
        if not target.is_tls:
            raise TargetRefused("not https")
        addresses = tuple(self.resolve(target.host, target.port))
        # One private address among them is enough: a name that has both is a trap.
        if not addresses or not all(map(_is_public, addresses)):
            raise TargetRefused("not a public address")
        return replace(target, addresses=addresses)


@dataclass(frozen=True, slots=True)
class LoopbackTargets:
    """This machine only, with or without TLS: for the local stack, which must not reach out."""

    def find(self, url: str) -> Target:
        """The target of a URL; raises TargetRefused."""
        target = _parse(url)
        address = _LOOPBACK_HOSTS.get(target.host)
        if address is None:
            raise OtherMachine("not this machine")
        return replace(target, addresses=(address,))


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, in the system's order of preference; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _parse(url: str) -> Target:
    try:
        parts = urlsplit(url)
        port = parts.port
        # As resolver and TLS do it, who raise a UnicodeError for a label that no name can have.
        (parts.hostname or "").encode("idna")
    except ValueError:
        raise TargetRefused("not a URL") from None
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise TargetRefused("not a URL")
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise TargetRefused("not an http URL")
    return Target(
        addresses=(),
        port=port or _PORTS[parts.scheme],
        host=parts.hostname,
        host_header=parts.netloc,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        is_tls=parts.scheme == "https",
    )


def _is_public(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:  # such as an IPv6 address with a zone, which is link-local
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return address not in _RELAYS_OF_6TO4
    return address in _GLOBAL_UNICAST and address not in _DOCUMENTATION
