"""Where webhooks may go, and where they are never sent."""

from collections.abc import Sequence

import pytest

from payments.webhooks.address_policy import (
    LoopbackAddresses,
    PublicAddresses,
    TargetRefused,
    resolve,
)

PUBLIC = ("203.0.114.9", "8.8.8.8", "2404:6800:4003::1")
NOT_PUBLIC = {
    "loopback": ("127.0.0.1", "127.9.9.9", "::1"),
    "unspecified": ("0.0.0.0", "::"),  # noqa: S104 - nothing is bound to it
    "this network": ("0.1.2.3",),
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"),
    "carrier's": ("100.64.0.1", "100.127.255.255"),
    "link-local": ("169.254.0.1", "fe80::1", "fe80::1%eth0"),
    "metadata": ("169.254.169.254", "169.254.170.2", "fd00:ec2::254"),
    "site-local": ("fec0::1",),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"),
    "benchmarks": ("198.18.0.1", "198.19.255.255"),
    "multicast": ("224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"),
    "reserved": ("240.0.0.1", "255.255.255.255", "192.0.0.1"),
    "IPv4 in IPv6, mapped": ("::ffff:8.8.8.8", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe"),
    "IPv4 in IPv6, compatible": ("::8.8.8.8", "::127.0.0.1"),
    "IPv4 in IPv6, 6to4": ("2002:0808:0808::1", "2002:7f00:1::1", "192.88.99.1"),
    "IPv4 in IPv6, Teredo": ("2001:0:4136:e378:8000:63bf:3fff:fdd2",),
    "IPv4 in IPv6, NAT64": ("64:ff9b::808:808", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    "no address": ("shop.example", ""),
}
URL = "https://shop.example/finpay?shop=1"


def resolving_to(*addresses: str) -> PublicAddresses:
    def find(host: str, port: int) -> Sequence[str]:
        assert (host, port) == ("shop.example", 443)
        return addresses

    return PublicAddresses(find)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_what_is_connected_to(address: str) -> None:
    target = resolving_to(address).find(URL)
    assert target.addresses == (address,)
    assert (target.host, target.host_header, target.port) == ("shop.example", "shop.example", 443)
    assert target.path == "/finpay?shop=1"
    assert target.is_tls


@pytest.mark.parametrize("address", [address for group in NOT_PUBLIC.values() for address in group])
@pytest.mark.parametrize("beside", [(), PUBLIC])
def test_no_other_address_is_even_if_the_name_has_public_ones_too(
    address: str, beside: tuple[str, ...]
) -> None:
    with pytest.raises(TargetRefused, match="not a public address"):
        resolving_to(*beside, address).find(URL)


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(TargetRefused):
        resolving_to().find(URL)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/finpay",
        "ftp://shop.example/",
        "//shop.example/",
        "https:///finpay",
        "https://user@shop.example/",
        "https://shop.example:99999/",
        "https://[::1/",
        f"https://{'x' * 64}.example/",
        "https://shop..example/",
        "https://.shop.example/",
        "https://shop.example/a b",
        "https://shop.example/\x7f",
        "https://shop.example/\u00e9",
        "https://sh\0p.example/",
        "",
    ],
)
def test_only_https_urls_are_targets(url: str) -> None:
    with pytest.raises(TargetRefused):
        resolving_to("8.8.8.8").find(url)


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://2130706433/x", "https://0x7f.1/x"])
def test_an_address_in_the_url_is_judged_like_any_other(url: str) -> None:
    with pytest.raises(TargetRefused):
        PublicAddresses(resolve).find(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.7", "2001:db8::7"])
def test_a_host_that_is_an_address_resolves_to_itself(host: str) -> None:
    assert resolve(host, 443) == [host]


def test_a_port_of_its_own_stays_in_the_host_header() -> None:
    targets = PublicAddresses(lambda _host, _port: ["8.8.8.8"])
    target = targets.find("https://shop.example:8443")
    assert (target.port, target.host_header, target.path) == (8443, "shop.example:8443", "/")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:9000/x", "127.0.0.1"),
        ("http://localhost:9000/x", "127.0.0.1"),
        ("http://[::1]:9000/x", "::1"),
    ],
)
def test_the_local_stack_reaches_this_machine(url: str, address: str) -> None:
    target = LoopbackAddresses().find(url)
    assert (target.addresses, target.port, target.is_tls) == ((address,), 9000, False)


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_a_url_without_a_port_means_that_of_its_scheme(scheme: str, port: int) -> None:
    assert LoopbackAddresses().find(f"{scheme}://127.0.0.1/x").port == port


@pytest.mark.parametrize(
    "url", ["https://shop.example/x", "http://10.0.0.1/x", "http://2130706433/"]
)
def test_the_local_stack_reaches_nothing_else(url: str) -> None:
    with pytest.raises(TargetRefused, match="not this machine"):
        LoopbackAddresses().find(url)
