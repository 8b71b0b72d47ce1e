"""Where a click came from, by the Referer header."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

import ada_url

from services.clicks.plain import plain

LONGEST: Final = 2_048
KEPT: Final = 8_192
# As wide as the column is.
MOST_HOST: Final = 255
# Prefixes of a site's other doors: its phones' version, and what it leads people out by.
_DOORS: Final = ("www.", "m.", "l.", "lm.", "away.", "out.", "mobile.", "touch.")
# Doors with names of their own.
_ALIASES: Final = {
    "telegram.me": "t.me", "telegram.org": "t.me", "web.telegram.org": "t.me", "vkontakte.ru": "vk.com",
    "vk.ru": "vk.com", "youtu.be": "youtube.com", "old.reddit.com": "reddit.com", "twitter.com": "x.com",
    "t.co": "x.com", "vm.tiktok.com": "tiktok.com", "vt.tiktok.com": "tiktok.com",
}  # fmt: skip
# Android's apps give their package instead of an address: people know the site. Any other package is its own name.
_PACKAGES: Final = {
    "org.telegram.messenger": "t.me", "org.telegram.messenger.web": "t.me", "org.thunderdog.challegram": "t.me",
    "com.vkontakte.android": "vk.com", "com.instagram.android": "instagram.com",
    "com.facebook.katana": "facebook.com", "com.zhiliaoapp.musically": "tiktok.com",
    "com.ss.android.ugc.trill": "tiktok.com", "com.google.android.youtube": "youtube.com",
    "com.google.android.googlequicksearchbox": "google.com", "com.google.android.gm": "mail.google.com",
    "com.twitter.android": "x.com", "ru.ok.android": "ok.ru", "ru.yandex.searchplugin": "ya.ru",
}  # fmt: skip
_APP = re.compile(r"android-app://([A-Za-z0-9_.]+)(?:/|$)")


class Referrers:
    """Reads the header; the platform's own pages are nobody's referrer."""

    def __init__(self, own_hosts: Collection[str]) -> None:
        """``own_hosts``: in small letters and punycode."""
        self._own = frozenset(own_hosts)
        self._host = lru_cache(maxsize=KEPT)(self._find)

    def host(self, referrer: str) -> str:
        """The host that it names, without "www." and other doors of one site; empty: none, or our own."""
        return self._host(referrer) if 0 < len(referrer) <= LONGEST else ""

    def _find(self, referrer: str) -> str:
        app = _APP.match(referrer)
        if app is not None:
            package = app[1].casefold()
            return plain(_PACKAGES.get(package, package), MOST_HOST)
        try:
            # In ASCII as browsers send it; what is not would be surrogates, which are no text.
            address = ada_url.URL(referrer.encode("ascii", "replace").decode())
        except ValueError:
            return ""
        if address.protocol not in {"http:", "https:"} or address.hostname in self._own:
            return ""
        host = plain(address.hostname.rstrip("."), MOST_HOST + 1)
        return "" if len(host) > MOST_HOST or host in self._own else _door(host)


def _door(host: str) -> str:
    """The site that ``host`` is a door of."""
    for door in _DOORS:
        # What remains must still be a site, not a whole domain such as "com".
        if host.startswith(door) and "." in host[len(door) :]:
            host = host[len(door) :]
            break
    return _ALIASES.get(host, host)
