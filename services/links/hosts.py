"""Hosts that no link may lead to: how they are written, and which of them a target falls under."""

import re
from collections.abc import Iterable, Mapping
from unicodedata import category
from urllib.parse import urlsplit

import ada_url

from services.links.errors import HostNotUnderstood
from services.links.targets import readable_host

# What the table of changes names instead of a slug when the blocked hosts changed: no slug has an @ in it.
HOSTS_CHANGED = "@hosts"
# What can be blocked: names as the domain name system has them (RFC 1035; _ stands in some all the same), with a dot,
# and addresses in brackets. Addresses of four numbers are written as names are.
MOST_HOST = 253
HOST = re.compile(r"localhost|[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+|\[[0-9a-f:.]+\]")


def host_of(url: str) -> str:
    """The host of a stored address as the table of blocked hosts writes it; empty for an emptied target."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host.rstrip(".")


def host_and_above(host: str) -> list[str]:
    """``a.b.ru`` → ``a.b.ru``, ``b.ru``, ``ru``: who blocks one of these blocks the host."""
    labels = host.split(".")
    return [".".join(labels[place:]) for place in range(len(labels))]


def covering(urls: Iterable[str]) -> set[str]:
    """All hosts under which any of the addresses falls."""
    return {above for url in urls for above in host_and_above(host_of(url))}


def block_of(host: str, blocked: Mapping[str, str]) -> str | None:
    """The reason why the host is blocked, its own or of one above it; None when it is not."""
    return next((blocked[each] for each in host_and_above(host) if each in blocked), None)


def parse_host(text: str) -> str:
    """A host as an operator writes it: bare, as an address, in letters of any script, with ``*.`` for all below it.

    Raises HostNotUnderstood; also for a whole top-level domain, which would end nearly every link.
    """
    text = text.strip()
    try:
        url = ada_url.URL(text if "://" in text else f"https://{text}")
    except ValueError:
        raise HostNotUnderstood(text) from None
    host = re.sub(r"^\*?\.", "", str(url.hostname).removesuffix("."))
    is_host = len(host) <= MOST_HOST and HOST.fullmatch(host) and not _has_quotes(readable_host(host))
    if url.protocol not in {"http:", "https:"} or not is_host or any(character.isspace() for character in text):
        raise HostNotUnderstood(text)
    return host


def _has_quotes(host: str) -> bool:
    """Quotes and brackets of other scripts, which browsers take for a part of a name and no registry does."""
    return any(category(character) in {"Pi", "Pf", "Ps", "Pe"} for character in host.strip("[]"))
