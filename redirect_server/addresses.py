"""Whose address a request comes from, where proxies stand in between."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final

from aiohttp.web_request import BaseRequest
from multidict import istr

Network = IPv4Network | IPv6Network

FORWARDED_FOR: Final = istr("X-Forwarded-For")
# What proxies leave in a request that they pass on.
TRACES: Final = (FORWARDED_FOR, istr("Forwarded"), istr("X-Real-IP"), istr("Via"))
# How a socket for both kinds shows an IPv4 address (RFC 4291, 2.5.5.2).
_MAPPED: Final = bytes(10) + b"\xff\xff"


class Addresses:
    """Believes X-Forwarded-For of trusted proxies alone, and of what it lists only what trusted ones have added.

    Each proxy adds at the right whom it was asked by. So the list is read from the right, past proxies that are
    trusted, and the first other address is the visitor's: what stands to its left, the visitor may have made up.
    """

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        # As (mask, network), by the bytes of an address: the module ipaddress takes ten times as long, at every click.
        self._trusted: dict[int, list[tuple[int, int]]] = {}
        for network in trusted:
            same = self._trusted.setdefault(len(network.network_address.packed), [])
            same.append((int(network.netmask), int(network.network_address)))
        # Of the other ends of connections, which are few where proxies are.
        self._is_trusted_peer = lru_cache(maxsize=64)(lambda peer: self._is_trusted(packed(peer)))

    def of(self, request: BaseRequest) -> str:
        """The visitor's address, without a port; empty when it cannot be known."""
        peer = request.remote or ""
        if not self._trusted or not self._is_trusted_peer(peer):
            return peer
        listed = request.headers.getall(FORWARDED_FOR, None) or [peer]
        address: bytes | None = None
        for entry in reversed((listed[0] if len(listed) == 1 else ",".join(listed)).split(",")):
            address = packed(entry)
            if address is None or not self._is_trusted(address):
                break
        return "" if address is None else inet_ntop(AF_INET if len(address) == 4 else AF_INET6, address)

    def is_of_this_machine(self, request: BaseRequest) -> bool:
        """Whether a program of this machine asks for itself. A request that a proxy passes on is the one of whom it
        names; where none is trusted, whoever passes something on may be asked by anybody.
        """
        passed_on = any(name in request.headers for name in TRACES)
        if passed_on and not self._is_trusted_peer(request.remote or ""):
            return False
        address = packed(self.of(request))
        return address is not None and (address[:1] == b"\x7f" if len(address) == 4 else address == _LOOPBACK)

    def _is_trusted(self, address: bytes | None) -> bool:
        if address is None:
            return False
        number = int.from_bytes(address)
        # any() with a generator would cost more than what it looks at.
        for mask, network in self._trusted.get(len(address), ()):  # noqa: SIM110
            if number & mask == network:
                return True
        return False


_LOOPBACK: Final = bytes(15) + b"\x01"


def packed(entry: str) -> bytes | None:
    """4 or 16 bytes of ``203.0.113.7``, ``203.0.113.7:4711``, ``2001:db8::1`` or ``[2001:db8::1]:80``.

    An IPv4 address that is written as an IPv6 one is an IPv4 one. None for what is no address.
    """
    entry = entry.strip()
    try:
        if ":" not in entry:
            return inet_pton(AF_INET, entry)
        if entry.startswith("["):
            entry = entry[1:].partition("]")[0]
        elif entry.count(":") == 1:
            return inet_pton(AF_INET, entry.partition(":")[0])
        # What stands behind a % is the name of a network card.
        address = inet_pton(AF_INET6, entry.partition("%")[0])
    except (OSError, ValueError):
        return None
    return address[12:] if address.startswith(_MAPPED) else address
