"""Addresses that people give: read as browsers read them (WHATWG URL), and refused where they would do harm."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import unquote, urlsplit, urlunsplit

import ada_url

from services.links.errors import (
    AddressNotUnderstood,
    AddressTooLong,
    AddressWithPassword,
    MailAddress,
    OwnAddress,
    PrivateAddress,
    SchemeRefused,
)

MOST_CHARACTERS = 5_000
SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):", re.IGNORECASE)
SCHEMES_WITHOUT_SLASHES = {"blob", "data", "javascript", "mailto", "sms", "tel", "vbscript"}
# host, or host:port, then a path, a query or nothing: what people type when they leave out https://
BARE = re.compile(r"[^\s/?#@:]+\.[^\s/?#@:.]{2,}\.?(:\d{1,5})?([/?#]\S*)?")
BARE_HOST_WITH_PORT = re.compile(r"[^\s/?#@:]+:\d{1,5}([/?#]\S*)?")
MAIL = re.compile(r"[^\s/?#@:]+@[^\s/?#@:]+\.[^\s/?#@:]+")
SPACE = re.compile(r"\s")
# Names that never leave a house: RFC 6761, RFC 6762, RFC 8375, and what routers and companies use.
PRIVATE_SUFFIXES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa")
DIRECTIONS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NAT64 = IPv6Address("64:ff9b::")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads. ``url`` is normalised; ``host`` readable, ``ascii_host`` as the network knows it."""

    url: str
    host: str
    ascii_host: str
    https_assumed: bool

    @property
    def has_foreign_script(self) -> bool:
        """The two spellings of the host differ, so both are worth showing."""
        return self.host != self.ascii_host


def parse_target(text: str, *, own_hosts: frozenset[str], allow_private: bool) -> Target:
    """Raises one of services.links.errors; ``own_hosts`` are lower case, with the port where it is not the scheme's."""
    text = text.strip()
    if len(text) > MOST_CHARACTERS:
        raise AddressTooLong(len(text), MOST_CHARACTERS)
    if SPACE.search(text):
        # A browser would take words after an address for a part of it, and put two lines together.
        raise AddressNotUnderstood(text)
    if MAIL.fullmatch(text):
        raise MailAddress(text)
    https_assumed = _has_no_scheme(text)
    url = _parse(f"https://{text}" if https_assumed else text)
    if url.username or url.password:
        raise AddressWithPassword
    ascii_host = url.hostname.rstrip(".")
    if https_assumed and not url.port and "." not in ascii_host and not ascii_host.startswith(("[", "localhost")):
        # A word, not a host: nobody means https://hello by "hello".
        raise AddressNotUnderstood(text)
    if {ascii_host, f"{ascii_host}:{url.port}"} & own_hosts:
        raise OwnAddress
    if not allow_private and is_private(ascii_host):
        raise PrivateAddress(ascii_host)
    if len(url.href) > MOST_CHARACTERS:
        raise AddressTooLong(len(url.href), MOST_CHARACTERS)
    return Target(url.href, readable_host(ascii_host), ascii_host, https_assumed)


def has_scheme(text: str) -> bool:
    """Whether a whole message is an address with its scheme, be it one that is refused. Never raises."""
    text = text.strip()
    scheme = SCHEME.match(text)
    if scheme is None or len(text.split()) > 1:
        return False
    return text[scheme.end() :].startswith("//") or scheme["scheme"].lower() in SCHEMES_WITHOUT_SLASHES


def looks_like_address(text: str) -> bool:
    """Whether a whole text is meant as an address, with its scheme or without. Never raises."""
    return has_scheme(text) or bool(BARE.fullmatch(text.strip()))


def readable_host(ascii_host: str) -> str:
    """``xn--e1afmkfd.xn--p1ai`` → ``пример.рф``."""
    try:
        return str(ada_url.idna_to_unicode(ascii_host.encode()))
    except (ValueError, UnicodeError):
        return ascii_host


def readable_url(url: str) -> str:
    """A stored address as people read it: no scheme, a readable host, letters instead of percent signs."""
    parts = urlsplit(url)
    host = parts.netloc.replace(parts.hostname or "", readable_host(parts.hostname or ""))
    return host + _readable_path(urlunsplit(("", "", parts.path, parts.query, parts.fragment))).removesuffix("/")


def _readable_path(path: str) -> str:
    try:
        readable = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return path
    # Controls of direction and invisible characters would make the address look like another.
    return readable if readable.isprintable() and not set(readable) & DIRECTIONS else path


def is_private(host: str) -> bool:
    """Whether a normalised host (a name, an IPv4 address, an IPv6 address in brackets) is off the public internet."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return "." not in host or host.endswith(tuple(f".{suffix}" for suffix in PRIVATE_SUFFIXES))
    return any(_is_private_address(each) for each in (address, *_carried(address)))


def _is_private_address(address: IPv4Address | IPv6Address) -> bool:
    # Site-local addresses (fec0::/10) were given up, and are routed inside houses all the same.
    inside = address.is_multicast or address.is_reserved or address.is_unspecified
    return not address.is_global or inside or getattr(address, "is_site_local", False)


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 one stands for (mapped, 6to4, Teredo, NAT64): the way round a naive check."""
    if isinstance(address, IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if int(address) >> 32 == int(NAT64) >> 32:
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in carried if each is not None]


def _has_no_scheme(text: str) -> bool:
    return bool(BARE.fullmatch(text)) or _names_host_and_port(text) or not SCHEME.match(text)


def _names_host_and_port(text: str) -> bool:
    # localhost:3000/x parses as the scheme "localhost"; digits after the colon tell what is meant.
    return bool(BARE_HOST_WITH_PORT.fullmatch(text)) and not text.lower().startswith(("tel:", "sms:"))


def _parse(text: str) -> ada_url.URL:
    try:
        url = ada_url.URL(text)
    except ValueError:
        raise AddressNotUnderstood(text) from None
    if url.protocol not in {"http:", "https:"}:
        raise SchemeRefused(url.protocol.removesuffix(":"))
    if not _is_host(url.hostname):
        raise AddressNotUnderstood(text)
    return url


def _is_host(host: str) -> bool:
    """Stricter than the URL standard, which lets through names that no DNS can hold."""
    if host.startswith("["):
        return True
    labels = host.rstrip(".").split(".")
    return len(host) <= 253 and all(0 < len(label) <= 63 and label.strip("-") == label for label in labels)
