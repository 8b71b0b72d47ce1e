"""Whose address a request comes from, where proxies stand in between."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp.web_request import BaseRequest
from multidict import istr

Network = IPv4Network | IPv6Network

FORWARDED_FOR: Final = istr("X-Forwarded-For")
# What proxies leave in a request that they pass on.
TRACES: Final = (FORWARDED_FOR, istr("Forwarded"), istr("X-Real-IP"), istr("Via"))


class Addresses:
    """Believes X-Forwarded-For of trusted proxies alone, and of what it lists only what trusted ones have added.

    Each proxy adds at the right whom it was asked by. So the list is read from the right, past proxies that are
    trusted, and the first other address is the visitor's: what stands to its left, the visitor may have made up.
    """

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        self._trusted = tuple(trusted)
        # Proxies are few. Visitors' own addresses are looked at too, and leave soon.
        self._is_trusted = lru_cache(maxsize=256)(self._find)

    def of(self, request: BaseRequest) -> str:
        """The visitor's address, without a port; empty when it cannot be known."""
        peer = request.remote or ""
        if not self._trusted or not self._is_trusted(peer):
            return peer
        forwarded = ",".join(request.headers.getall(FORWARDED_FOR, ()))
        address = peer
        for entry in reversed(forwarded.split(",") if forwarded.strip() else ()):
            address = without_port(entry.strip())
            if not self._is_trusted(address):
                return address
        return address

    def is_of_this_machine(self, request: BaseRequest) -> bool:
        """Whether a program of this machine asks for itself. A request that a proxy passes on is the one of whom it
        names; where none is trusted, whoever passes something on may be asked by anybody.
        """
        passed_on = any(name in request.headers for name in TRACES)
        if passed_on and not self._is_trusted(request.remote or ""):
            return False
        return is_loopback(self.of(request))

    def _find(self, address: str) -> bool:
        try:
            parsed = _parsed(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


def without_port(entry: str) -> str:
    """``203.0.113.7:4711`` → ``203.0.113.7``, ``[2001:db8::1]:80`` → ``2001:db8::1``; empty for what is no address."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        return str(_parsed(entry))
    except ValueError:
        return ""


def is_loopback(address: str) -> bool:
    try:
        return _parsed(address).is_loopback
    except ValueError:
        return False


def _parsed(address: str) -> IPv4Address | IPv6Address:
    """An IPv4 address that a socket for both kinds shows as IPv6 is an IPv4 one. Raises ValueError."""
    parsed = ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed
