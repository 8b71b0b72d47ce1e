"""What is said of an account while there is no card, and the words that its screens share."""

from datetime import datetime, timedelta, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import MenuPress, Room, button, cancel_to, rows, to_menu
from handlers.screen import Screen
from handlers.tiktok.addresses import account_url
from handlers.tiktok.callbacks import CardPress
from handlers.tiktok.pasted import shorten_row
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import NBSP, day_in_full, hour, number, quoted
from services.tiktok.analytics import Total
from services.tiktok.cards import Card, Lack

ESTIMATE = f"≈{NBSP}"


def question(address: str = "") -> Screen:
    """``address``: what was pasted, and can be shortened instead, as ShortenPress has it."""
    text = _("📊 Whose statistics? Send me a TikTok name, such as @username, or the address of a profile or a video.")
    return Screen(text, rows(shorten_row(address), [cancel_to(Room.CANCEL)]))


def how_in_group() -> Screen:
    return Screen(_("📊 Put the name after the command: /stats username"))


def looking(name: str, address: str = "") -> Screen:
    """While TikTok is asked. ``name`` empty: a short address tells it. ``address``: as ShortenPress has it."""
    text = _("🔎 Looking up {account} in TikTok… It takes a few seconds.")
    who = anchor(name) if name else _("the account")
    return Screen(text.format(account=who), rows(shorten_row(address)))


def silent_note(fetched_at: datetime, zone: tzinfo, now: datetime) -> str:
    """Above the last numbers, when TikTok does not answer."""
    text = _("⚠️ TikTok does not answer just now. The last known numbers, from {moment}; I will write when it does.")
    return text.format(moment=moment(fetched_at, zone, now))


def silent(username: str, *, address: str = "", private: bool = True) -> Screen:
    """There are no numbers, and TikTok does not answer."""
    text = _("⏳ TikTok does not answer just now. I will write to you about {account} when it does.")
    return refused(text.format(account=anchor(username)), address=address, private=private)


def silent_address(*, address: str = "", private: bool = True) -> Screen:
    text = _("⚠️ TikTok does not answer just now, and I cannot see where this address leads. Send the account's name.")
    return refused(text, address=address, private=private)


def awaited_address(*, address: str = "", private: bool = True) -> Screen:
    """Where a short address leads is asked again."""
    text = _("⏳ TikTok does not answer just now. I will write to you when I see where this address leads.")
    return refused(text, address=address, private=private)


def address_gave_up(*, address: str = "", private: bool = True) -> Screen:
    text = _("⚠️ TikTok has not said for a whole day where this address leads. Send the account's name.")
    return refused(text, address=address, private=private)


def gave_up(username: str, *, address: str = "", private: bool = True) -> Screen:
    text = _("⚠️ TikTok has not answered about {account} for a whole day. Please try again later.")
    return refused(text.format(account=anchor(username)), address=address, private=private)


def refused(sentence: str, *, address: str = "", private: bool = True) -> Screen:
    """Instead of a card: ``sentence`` says why there is none. ``address``: what can be shortened all the same."""
    return Screen(sentence, rows([another()], shorten_row(address), [to_menu()]) if private else None)


def too_soon(fetched_at: datetime, wait: timedelta, zone: tzinfo, now: datetime) -> str:
    """For an alert."""
    minutes = max(1, round(wait.total_seconds() / 60))
    text = ngettext(
        "These numbers are from {time}. They can be asked anew in {count} minute.",
        "These numbers are from {time}. They can be asked anew in {count} minutes.",
        minutes,
    )
    return text.format(time=hour(fetched_at.astimezone(zone)), count=number(minutes))


def anchor(username: str) -> str:
    """Leads to TikTok: bare, Telegram would take it for one of its own."""
    return f'<a href="{quoted(account_url(username))}">@{quoted(username)}</a>'


def moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """``22 November, 14:05``, with the year where it is not this one."""
    local = at.astimezone(zone)
    return f"{day_in_full(local, now)}, {hour(local)}"


def total(of_all: Total) -> str:
    """``1,234``, ``≈ 1,234`` where it is estimated."""
    if of_all.value is None:
        return _("unknown")
    return number(of_all.value) if of_all.exact else f"{ESTIMATE}{number(of_all.value)}"


def lacking(card: Card) -> str:
    """Where TikTok has not shown its videos, whose figures these are."""
    return _("⏳ No fresh figures of videos") if card.measures.posts else _("⏳ TikTok showed no videos yet")


def invented_mark() -> str:
    """Wherever numbers of the sandbox stand."""
    return _("🧪 invented data")


def dated(day: str, *, invented: bool) -> str:
    """The date of a picture's numbers; who gets it alone must know of the sandbox, too."""
    # There is little room, and pictures' letters have no signs.
    return _("{day} · invented").format(day=day) if invented else day


def lack_text(lack: Lack) -> str:
    """Why a figure is not there, in two or three words."""
    return {
        Lack.NO_POSTS: _("no videos"),
        Lack.FEW_POSTS: _("fewer than 5 videos"),
        Lack.FEW_SETTLED: _("too few older videos"),
        Lack.HIDDEN_LIKES: _("likes are hidden"),
        Lack.NO_VIEWS: _("no views yet"),
        Lack.NOT_TOLD: _("TikTok did not say"),
    }[lack]


def to_card(account_id: int) -> InlineKeyboardButton:
    return button(_("◀️ To the card"), CardPress(id=account_id))


def another() -> InlineKeyboardButton:
    return button(_("🔎 Another name"), MenuPress(room=Room.STATS))


def source_text(source: str) -> str:
    """How a source is called among people."""
    if source in {"browser", "videos", "creator", "script"}:
        return _("TikTok in a browser")
    return _("TikTok's widget") if source in {"embed", "embed-posts"} else _("TikTok's site")
