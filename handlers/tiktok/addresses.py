"""Addresses of TikTok: whose a message holds, how they are kept in a button, where they lead."""

import re
from typing import Any

from aiogram.filters import BaseFilter
from aiogram.types import Message

from handlers.links.addresses import addresses_in
from services.tiktok.errors import NotAUsername, OtherSite
from services.tiktok.names import parse_username

SITE = "https://www.tiktok.com/"
SITE_HOSTS = frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"})
TIKTOK = re.compile(r"(https?://)?([a-z0-9-]+\.)*tiktok\.com\.?(:\d+)?/", re.IGNORECASE)
# Paths of accounts, their posts, and short addresses: a button holds them without their host.
ON_SITE = ("@", "t/")
# Beside the button's prefix in 64 bytes.
MOST_IN_BUTTON = 60


class PastedAccount(BaseFilter):
    """A message with one address, of an account or a post in TikTok; gives ``address`` to the handler.

    An address of TikTok that leads elsewhere is one like any other, and what has a bad name in it is meant as an
    account all the same.
    """

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        if message.via_bot is not None:
            return False
        addresses = addresses_in(message)
        return {"address": addresses[0]} if len(addresses) == 1 and means_account(addresses[0]) else False


def account_url(username: str) -> str:
    return f"{SITE}@{username}"


def post_url(username: str, post_id: str) -> str:
    return f"{account_url(username)}/video/{post_id}"


def for_button(address: str) -> str:
    """An address of TikTok without what it does not need, for ShortenPress; empty where it does not fit."""
    bare = address.strip().partition("?")[0].partition("#")[0].rstrip("/")
    for scheme in ("https://", "http://"):
        bare = bare[len(scheme) :] if bare.lower().startswith(scheme) else bare
    host, _slash, path = bare.partition("/")
    is_on_site = host.lower() in SITE_HOSTS and path.startswith(ON_SITE)
    short = path if is_on_site else f"{host.lower()}/{path}"
    return short if ":" not in short and len(short.encode()) <= MOST_IN_BUTTON else ""


def from_button(short: str) -> str:
    """The address that :func:`for_button` made short."""
    return f"{SITE}{short}" if short.startswith(ON_SITE) else f"https://{short}"


def means_account(address: str) -> bool:
    """Whether it is TikTok's, and of an account or a post, though its name may be a bad one."""
    if TIKTOK.match(address.strip()) is None:
        return False
    try:
        parse_username(address)
    except OtherSite:
        return False
    except NotAUsername as error:
        return error.reason != "page"
    return True
