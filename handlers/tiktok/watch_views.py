"""How watches look in the chat."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import Room, button, cancel_to, rows, to_menu
from handlers.screen import Screen
from handlers.settings.callbacks import ShowNotices
from handlers.tiktok.callbacks import CardPress
from handlers.tiktok.views import anchor, invented_mark
from handlers.tiktok.watch_callbacks import AskWatchPress, WatchAction, WatchesPress, WatchPress
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import day_in_full, number, shorten
from services.people.preferences import Notice, Preferences
from services.tiktok.times import DAY
from services.tiktok.watches import MOST_WATCHES, WatchedAccount

ON_A_PAGE = 8
# Half a phone's width.
MOST_ON_BUTTON = 16


def watch_button(account_id: int, *, watched: bool) -> InlineKeyboardButton:
    """For a card, which stays; ``watched``: by its reader."""
    if watched:
        return button(_("✖️ Don't watch"), WatchPress(action=WatchAction.END_HERE, id=account_id))
    return button(_("👁 Watch"), WatchPress(action=WatchAction.BEGIN_HERE, id=account_id))


def begun_here(account: WatchedAccount, preferences: Preferences) -> str:
    """For an alert on the card."""
    return "\n".join([_("👁 I watch {account} for you.").format(account=f"@{account.username}"), *_when(preferences)])


def ended_here(account: WatchedAccount) -> str:
    """For an alert on the card."""
    return _("👌 I no longer watch {account}.").format(account=f"@{account.username}")


def my_watches() -> InlineKeyboardButton:
    return button(_("👁 My watches"), WatchesPress())


def watches(
    all_watches: Sequence[WatchedAccount], number_of_page: int, preferences: Preferences, *, invented: bool = False
) -> Screen:
    """Page ``number_of_page`` of them, or the nearest that there is. ``invented``: the numbers are a sandbox's."""
    if not all_watches:
        text = _(
            "👁 <b>You watch nobody yet.</b>\n"
            "Choose an account: I will write each day how it grew, and at once of a hit or a milestone."
        )
        return Screen(text, rows([_ask_button()], [to_menu()]))
    pages = -(-len(all_watches) // ON_A_PAGE)
    page = min(max(number_of_page, 1), pages)
    shown = all_watches[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    heading = _("👁 <b>You watch {count} of {most}</b>").format(
        count=number(len(all_watches)), most=number(MOST_WATCHES)
    )
    lines = [heading, *(_line(account) for account in shown), *_when(preferences)]
    lines += [invented_mark()] if invented else []
    return Screen(
        "\n".join(lines),
        rows(
            *(_row(account, page) for account in shown),
            _turns(page, pages),
            [_ask_button(), button(_("🔔 Notices"), ShowNotices())],
            [to_menu()],
        ),
    )


def question() -> Screen:
    text = _("👁 Whom shall I watch? Send me a TikTok name, such as @username, or the address of a profile.")
    return Screen(text, rows([cancel_to(Room.WATCHES)]))


def begun(
    account: WatchedAccount, preferences: Preferences, zone: tzinfo, now: datetime, *, invented: bool = False
) -> Screen:
    """The person watches the account, since now or before. Numbers that are over a day old have their day."""
    lines = [_("👁 <b>I watch {account} for you.</b>").format(account=anchor(account.username))]
    if account.fetched_at is not None:
        is_old = now - account.fetched_at > DAY
        followers = _("👥 Followers: {count} (on {day})") if is_old else _("👥 Followers: {count}")
        fetched_on = day_in_full(account.fetched_at.astimezone(zone), now)
        lines.append(followers.format(count=number(account.followers), day=fetched_on))
        why = refused(account)
        lines += [why] if why else []
    lines += _when(preferences)
    lines += [invented_mark()] if invented and account.fetched_at is not None else []
    stop = button(_("✖️ Don't watch"), WatchPress(action=WatchAction.END, id=account.id))
    return Screen("\n".join(lines), rows([my_watches(), stop], _card(account)))


def ended(account: WatchedAccount) -> Screen:
    text = _("👌 I no longer watch {account}.").format(account=anchor(account.username))
    again = button(_("↩️ Watch again"), WatchPress(action=WatchAction.BEGIN, id=account.id))
    return Screen(text, rows([my_watches(), again], _card(account)))


def refused(account: WatchedAccount) -> str | None:
    """Why TikTok shows its numbers no more; None where it does."""
    texts = {
        "missing": _("🔎 {account}: not found"),
        "private": _("🔒 {account}: private"),
        "banned": _("⛔️ {account}: banned"),
        "region": _("🌍 {account}: TikTok shows it in other countries only"),
        "unshown": _("🔒 {account}: private, or gone"),
    }
    text = texts.get(account.state)
    return None if text is None else text.format(account=anchor(account.username))


def _line(account: WatchedAccount) -> str:
    if account.fetched_at is None:
        return _("• {account}: no numbers yet").format(account=anchor(account.username))
    if why := refused(account):
        return why
    text = ngettext("• {account}: {count} follower", "• {account}: {count} followers", account.followers)
    return text.format(account=anchor(account.username), count=number(account.followers))


def _when(preferences: Preferences) -> list[str]:
    """What is told when; what is switched off is left out."""
    lines, at_once = [], []
    if Notice.WATCHED not in preferences.muted:
        lines.append(_("🔔 Each day at {hour}: growth").format(hour=f"{preferences.hour:02}:00"))
    if Notice.FLYING not in preferences.muted:
        at_once.append(_("a hit"))
    if Notice.FOLLOWERS not in preferences.muted:
        at_once.append(_("a milestone"))
    if at_once:
        lines.append(_("⚡️ At once: {what}").format(what=", ".join(at_once)))
    return lines or [_("🔕 You switched all news of watches off: /settings")]


def _row(account: WatchedAccount, page: int) -> list[InlineKeyboardButton]:
    name = shorten(f"@{account.username}", MOST_ON_BUTTON)
    end = button(_("✖️ Don't watch"), WatchesPress(page=page, end=account.id))
    return [button(name, CardPress(id=account.id)), end] if account.fetched_at else [button(name, _noted(account)), end]


def _noted(account: WatchedAccount) -> WatchPress:
    """There is no card yet: the press says that it is watched."""
    return WatchPress(action=WatchAction.BEGIN, id=account.id)


def _turns(page: int, pages: int) -> list[InlineKeyboardButton]:
    before = [button("◀️", WatchesPress(page=page - 1))] if page > 1 else []
    after = [button("▶️", WatchesPress(page=page + 1))] if page < pages else []
    return before + after


def _card(account: WatchedAccount) -> list[InlineKeyboardButton]:
    return [button(_("📊 Card"), CardPress(id=account.id))] if account.fetched_at is not None else []


def _ask_button() -> InlineKeyboardButton:
    return button(_("➕ Watch"), AskWatchPress())
