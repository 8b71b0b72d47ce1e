"""Which addresses Telegram takes for links and buttons."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
HOST: Final = re.compile(r"[^\s<>\"'/\\?#@\[\]]+")


class BadUrl(Exception):
    """`reason` as Telegram puts it: "Wrong HTTP URL", "Unsupported URL protocol", …"""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_url(address: str) -> str:
    """The address as Telegram keeps it, with a scheme and a path; raises BadUrl.

    Unlike Telegram, "localhost" is a good host: a local Telegram shows local links.
    """
    address = address.strip()
    if not address:
        raise BadUrl("URL host is empty")
    lowered = address.lower()
    if lowered.startswith(("tg:", "ton:", "tonsite:")):
        return check_inner(address)
    if not lowered.startswith(("http://", "https://")):
        if "://" in address or (SCHEME.match(address) and not re.match(r"[^/:]+:\d", address)):
            raise BadUrl("Unsupported URL protocol")
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadUrl("Wrong HTTP URL") from None
    if not host:
        raise BadUrl("URL host is empty")
    if not is_host(host):
        raise BadUrl("Wrong HTTP URL")
    return parts._replace(path=parts.path or "/").geturl()


def check_inner(address: str) -> str:
    scheme, _, rest = address.partition(":")
    rest = rest.removeprefix("//")
    if not rest or not re.match(r"[A-Za-z0-9_./-]+", rest):
        raise BadUrl("Wrong tg URL")
    return f"{scheme.lower()}://{rest}"


def checked_url(address: str) -> str | None:
    try:
        return check_url(address)
    except BadUrl:
        return None


def is_host(host: str) -> bool:
    if host == "localhost":
        return True
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return True
    return "." in host.strip(".") and HOST.fullmatch(host) is not None and ".." not in host
