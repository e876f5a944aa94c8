"""Decides to which addresses webhooks are sent.

The storefront chooses the URL. An attacker with its API key could choose a URL that only this
service can reach, such as the cloud's metadata service or the merchant's network. For this reason
only public addresses are allowed. The policy checks the resolved addresses, and the connection
uses one of the checked addresses. This prevents DNS rebinding, in which a second DNS response
bypasses the check.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import Protocol
from urllib.parse import urlsplit

type Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host and port; raises OSError."""

# `is_global` follows IANA's registries, but it accepts 6to4 relays, IPv6 addresses outside global
# unicast and the newest documentation prefix. They are refused here.
_RELAYS_OF_6TO4 = IPv4Network("192.88.99.0/24")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_DOCUMENTATION = IPv6Network("3fff::/20")  # RFC 9637

_PORTS = {"http": 80, "https": 443}
_LOOPBACK_HOSTS = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1"}


class TargetRefused(Exception):
    """The address policy does not allow the URL."""


class OtherMachine(TargetRefused):
    """The host in the URL is not this machine, so the local stack refuses every attempt."""


@dataclass(frozen=True, slots=True)
class Target:
    """The addresses to connect to, and the host, path and TLS setting of the request."""

    addresses: tuple[str, ...]
    port: int
    host: str
    host_header: str
    path: str
    is_tls: bool


class AddressPolicy(Protocol):
    """Resolves a URL to a target that the policy allows."""

    def find(self, url: str) -> Target:
        """The target of a URL; raises TargetRefused, or OSError if its name does not resolve."""


@dataclass(frozen=True, slots=True)
class PublicAddresses:
    """The policy of a deployment: https to public addresses only."""

    resolve: Resolve

    def find(self, url: str) -> Target:
        """The target of a URL; raises TargetRefused, or OSError if its name does not resolve."""
        target = _parse(url)
        if not target.is_tls:
            raise TargetRefused("not https")
        addresses = tuple(self.resolve(target.host, target.port))
        # A name with both public and private addresses is refused, since it can be an attack.
        if not addresses or not all(map(_is_public, addresses)):
            raise TargetRefused("not a public address")
        return replace(target, addresses=addresses)


@dataclass(frozen=True, slots=True)
class LoopbackAddresses:
    """The policy of the local stack: loopback addresses only, with or without TLS."""

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
        # The resolver and TLS use the same encoding for the host name. An invalid label raises
        # UnicodeError, which is a ValueError.
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
    except ValueError:  # for example an IPv6 address with a zone, which is link-local
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return address not in _RELAYS_OF_6TO4
    return address in _GLOBAL_UNICAST and address not in _DOCUMENTATION
