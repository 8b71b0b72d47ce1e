"""How a person's guides look in the chat: the list, and one of them."""

from collections.abc import Sequence
from datetime import tzinfo
from urllib.parse import quote

from aiogram.types import InlineKeyboardButton

from handlers.menu import MenuPress, Room, button, rows, to_menu
from handlers.payments.reports_callbacks import GuideAction, GuidePress, InvitePress, ReportsPress
from handlers.payments.support_callbacks import SupportPress
from handlers.screen import Screen
from handlers.tiktok.views import anchor
from services.guides.facts import GuideContent
from services.guides.guides import KeptGuide
from services.guides.sheet import gist
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, quoted, short_day, shorten
from services.payments.referring import Standing

ON_A_PAGE = 5
MOST_BEING_MADE = 5
# With the day beside it, it fills a button.
MOST_ON_BUTTON = 20
SEND = "https://t.me/share/url"


def guides(
    shown: Sequence[KeptGuide], count: int, page: int, being_made: Sequence[str], standing: Standing, zone: tzinfo
) -> Screen:
    """Page ``page`` of ``count`` guides; ``being_made``: the accounts of those that are not there yet."""
    if not count and not being_made:
        return Screen("\n".join([_nothing_yet(), *_free(standing)]), rows([_buy()], [_invite()], [to_menu()]))
    heading = ngettext("📘 <b>You have {count} guide</b>", "📘 <b>You have {count} guides</b>", count)
    lines = [heading.format(count=number(count))]
    lines += _being_made(being_made)
    lines += _free(standing)
    return Screen(
        "\n".join(lines),
        rows(
            *([_named(guide, zone)] for guide in shown),
            _turns(page, pages_of(count)),
            [_buy()],
            [_invite()],
            [to_menu()],
        ),
    )


def _being_made(names: Sequence[str]) -> list[str]:
    lines = [_("⏳ {account}: it is being made").format(account=anchor(name)) for name in names[:MOST_BEING_MADE]]
    more = len(names) - len(lines)
    if more:
        lines.append(ngettext("⏳ and {count} more", "⏳ and {count} more", more).format(count=number(more)))
    return lines


def pages_of(count: int) -> int:
    """One at least."""
    return max(1, -(-count // ON_A_PAGE))


def guide_screen(guide_id: int, content: GuideContent, address: str, shared: str | None = None) -> Screen:
    """A guide in short. ``address``: the buyer's own; ``shared``: the one that anybody may read it by, if it stands."""
    lines = [gist(content)]
    if shared is None:
        sharing = [button(_("🔗 Share"), _press(GuideAction.SHARE, guide_id))]
        rest: list[list[InlineKeyboardButton]] = []
    else:
        lines += ["", _("🔗 Anybody who has this link reads it:"), quoted(shared)]
        sharing = [_send(shared, content)]
        rest = [[button(_("🚫 Close the link"), _press(GuideAction.REVOKE, guide_id))]]
    return Screen(
        "\n".join(lines),
        rows(
            [page_button(address)],
            [button(_("📄 PDF"), _press(GuideAction.PDF, guide_id)), *sharing],
            *rest,
            [to_guides()],
        ),
    )


def closed(guide: KeptGuide) -> Screen:
    text = _(
        "↩️ <b>The guide about {account} was refunded</b>, so it is closed.\nYou can ask for a new one: /report"
    ).format(account=anchor(guide.username))
    return Screen(text, rows([_buy()], [to_support()], [to_guides()]))


def pdf_comes() -> str:
    """For an alert on a guide, which stays."""
    return _("📄 The PDF comes in a few seconds.")


def link_closed() -> str:
    """For an alert on a guide, which stays."""
    return _("🚫 The link opens nothing any more. Share again, and it is another one.")


def pdf_note(username: str) -> str:
    return _("📄 The guide about {account}").format(account=anchor(username))


def no_pdf(username: str, address: str) -> Screen:
    text = _("⚠️ I could not make the PDF about {account}; we know of it. All of the guide stands on its page.")
    return Screen(text.format(account=anchor(username)), rows([page_button(address)], [to_guides()]))


def page_button(address: str) -> InlineKeyboardButton:
    """Opens the page of a guide."""
    # Telegram refuses buttons that lead to localhost, and takes those that lead to its number.
    return InlineKeyboardButton(text=_("🌐 Open the page"), url=address.replace("//localhost", "//127.0.0.1", 1))


def to_guides() -> InlineKeyboardButton:
    return button(_("📘 My guides"), ReportsPress())


def to_support() -> InlineKeyboardButton:
    """For whatever speaks of what was paid."""
    return button(_("💬 Ask support"), SupportPress())


def send_button(text: str, address: str, said: str) -> InlineKeyboardButton:
    """Lets a person choose whom to send an address to; ``said`` stands beside it."""
    return InlineKeyboardButton(text=text, url=f"{SEND}?url={quote(address, safe='')}&text={quote(said, safe='')}")


def _send(shared: str, content: GuideContent) -> InlineKeyboardButton:
    said = _("A guide for @{username} in TikTok").format(username=content.username)
    return send_button(_("➡️ Send"), shared, said)


def _nothing_yet() -> str:
    return _(
        "📘 <b>You have no guides yet.</b>\n"
        "A guide says what works for a TikTok account: hours, topics, length, by its own videos."
    )


def _free(standing: Standing) -> list[str]:
    if not standing.free:
        return []
    text = ngettext("🎁 {count} guide is yours for nothing", "🎁 {count} guides are yours for nothing", standing.free)
    return [text.format(count=number(standing.free))]


def _named(guide: KeptGuide, zone: tzinfo) -> InlineKeyboardButton:
    sign = "↩️" if guide.closed_at is not None else "🔗" if guide.share is not None else "📘"
    made_on = short_day(guide.made_at.astimezone(zone))
    name = shorten(f"@{guide.username}", MOST_ON_BUTTON)
    return button(f"{sign} {name} · {made_on}", _press(GuideAction.OPEN, guide.id))


def _turns(page: int, pages: int) -> list[InlineKeyboardButton]:
    before = [button("◀️", ReportsPress(page=page - 1))] if page > 1 else []
    after = [button("▶️", ReportsPress(page=page + 1))] if page < pages else []
    return before + after


def _press(action: GuideAction, guide_id: int) -> GuidePress:
    return GuidePress(action=action, id=guide_id)


def _buy() -> InlineKeyboardButton:
    return button(_("➕ New guide"), MenuPress(room=Room.REPORT))


def _invite() -> InlineKeyboardButton:
    return button(_("🎁 Bring a friend"), InvitePress())
