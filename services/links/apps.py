"""Apps that open addresses of their own sites: which they are, and how a page on a phone calls them.

On Android a page names the app's package in an ``intent:`` address; the browser opens the app, and where it is not
installed the address that the intent names for that case. iPhones know no such thing: an app is called by an address of
its own, where it publishes one for what is wanted (Telegram, YouTube, profiles on Instagram). For everything else
``x-safari-https:`` leaves the browser of the app that one is in; Safari then offers to open the app.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit


@dataclass(frozen=True, slots=True)
class App:
    """``name`` as everybody knows it."""

    name: str
    android_package: str


TIKTOK: Final = App("TikTok", "com.zhiliaoapp.musically")
YOUTUBE: Final = App("YouTube", "com.google.android.youtube")
INSTAGRAM: Final = App("Instagram", "com.instagram.android")
TELEGRAM: Final = App("Telegram", "org.telegram.messenger")
OZON: Final = App("Ozon", "ru.ozon.app.android")
WILDBERRIES: Final = App("Wildberries", "com.wildberries.ru")
# In the order in which people are told of them.
APPS: Final = (TIKTOK, YOUTUBE, INSTAGRAM, TELEGRAM, OZON, WILDBERRIES)

_SITES: Final[Mapping[App, tuple[str, ...]]] = {
    TIKTOK: ("tiktok.com", "vm.tiktok.com", "vt.tiktok.com"),
    YOUTUBE: ("youtube.com", "youtu.be"),
    INSTAGRAM: ("instagram.com", "instagr.am"),
    TELEGRAM: ("t.me", "telegram.me", "telegram.dog"),
    OZON: ("ozon.ru", "ozon.by", "ozon.kz"),
    WILDBERRIES: ("wildberries.ru", "wildberries.by", "wildberries.kz"),
}
_APP_OF_HOST: Final = {
    f"{prefix}{host}": app for app, hosts in _SITES.items() for host in hosts for prefix in ("", "www.", "m.")
}
# Pages that are no profiles have these names, or stand deeper.
_INSTAGRAM_PAGES: Final = frozenset({"explore", "p", "reel", "reels", "stories", "accounts", "about", "direct"})
_INSTAGRAM_NAME: Final = re.compile(r"[A-Za-z0-9._]{1,30}")
_TELEGRAM_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
# t.me/KIND/VALUE, where Telegram itself knows tg://ACTION?FIELD=VALUE.
_TELEGRAM_KINDS: Final = {
    "joinchat": ("join", "invite"),
    "addstickers": ("addstickers", "set"),
    "addemoji": ("addemoji", "set"),
    "addlist": ("addlist", "slug"),
}
_TELEGRAM_PAGES: Final = frozenset({"share", "c", "s", "proxy", "socks", "boost", "contact", "login", "setlanguage"})


def app_of(url: str) -> App | None:
    """The app that opens this address (http or https, as links store them); None: its host has none that we know."""
    return _APP_OF_HOST.get(_host(urlsplit(url)))


def android_intent(app: App, url: str) -> str:
    """An ``intent:`` address that opens ``url`` in its app, or in a browser where the app is not installed."""
    parts = urlsplit(url)
    own = _telegram(parts) if app is TELEGRAM else None
    fallback = f"S.browser_fallback_url={quote(url, safe='')};end"
    if own is not None:
        # Without a package: whichever of Telegram's apps there is.
        return f"intent://{own.removeprefix('tg://')}#Intent;scheme=tg;{fallback}"
    return f"intent://{_bare(parts)}#Intent;scheme=https;package={app.android_package};{fallback}"


def ios_address(app: App, url: str) -> str:
    """An address that opens ``url`` in its app on an iPhone, or at least leaves the browser of another app for it."""
    parts = urlsplit(url)
    own = None
    if app is TELEGRAM:
        own = _telegram(parts)
    elif app is YOUTUBE:
        own = _youtube(parts)
    elif app is INSTAGRAM:
        own = _instagram(parts)
    return own or f"x-safari-https://{_bare(parts)}"


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".")


def _bare(parts: SplitResult) -> str:
    """Host, path and query; what stands after a # would end an intent."""
    return parts.netloc + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _youtube(parts: SplitResult) -> str:
    if _host(parts).endswith("youtu.be") and (video := parts.path.strip("/")):
        query = urlencode([("v", video), *parse_qsl(parts.query)])
        return f"youtube://www.youtube.com/watch?{query}"
    return f"youtube://{_bare(parts)}"


def _instagram(parts: SplitResult) -> str | None:
    name = parts.path.strip("/")
    is_profile = _INSTAGRAM_NAME.fullmatch(name) and name.lower() not in _INSTAGRAM_PAGES
    return f"instagram://user?username={name}" if is_profile else None


def _telegram(parts: SplitResult) -> str | None:
    """The ``tg:`` address of a ``t.me`` one; None where there is none that we know."""
    name, *rest = [*parts.path.strip("/").split("/"), ""]
    rest = [each for each in rest if each]
    given = parse_qsl(parts.query, keep_blank_values=True)
    if name in _TELEGRAM_KINDS and len(rest) == 1:
        action, field = _TELEGRAM_KINDS[name]
        return _tg(action, (field, rest[0]))
    if name.startswith("+") and not rest:
        invite = name.removeprefix("+")
        return _tg("resolve", ("phone", invite)) if invite.isdecimal() else _tg("join", ("invite", invite))
    if name == "share" and rest == ["url"]:
        return _tg("msg_url", *given)
    if name == "s" and len(rest) == 1:
        # A channel as a web page; the app has the channel itself.
        name, rest = rest[0], []
    if name in _TELEGRAM_PAGES or not _TELEGRAM_NAME.fullmatch(name):
        return None
    inside = _inside(rest)
    return None if inside is None else _tg("resolve", ("domain", name), *inside, *given)


def _inside(rest: list[str]) -> list[tuple[str, str]] | None:
    """What follows the name of a chat: a message, a message in a topic, a bot's own app."""
    if not rest:
        return []
    if all(each.isdecimal() for each in rest) and len(rest) <= 2:
        return [*zip(("thread",), rest[:-1], strict=False), ("post", rest[-1])]
    return [("appname", rest[0])] if len(rest) == 1 else None


def _tg(action: str, *fields: tuple[str, str]) -> str:
    return f"tg://{action}?{urlencode(fields, quote_via=quote)}"
