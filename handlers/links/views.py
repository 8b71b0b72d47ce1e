"""How links look in the chat."""

from datetime import datetime, tzinfo

from aiogram.types import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from handlers.links.callbacks import LinkAction, LinkPress, ListPress
from handlers.links.options.callbacks import OptionsPress, Part
from handlers.links.states import address_anchor, fallback_line, has_ended, state_lines
from handlers.menu import Room, button, cancel_to, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import day, number, quoted, said
from services.links.links import Link
from services.links.targets import Target


def card(link: Link, zone: tzinfo, now: datetime, *, page: int = 0, notes: tuple[str, ...] = ()) -> Screen:
    """A link and what can be done with it; ``page`` of the list that it was opened from, 0 when it was not."""
    lines = [
        f"🔗 <b>{anchor(link)}</b>",
        *called(link),
        f"→ {target_anchor(link)}",
        _("{clicks} · since {day}").format(clicks=clicks_text(link.clicks), day=day(link.created_at.astimezone(zone))),
        *state_lines(link, zone, now),
        *([fallback_line(link)] if link.fallback_url is not None and has_ended(link, now) else []),
        *notes,
    ]
    return Screen("\n".join(lines), _card_keyboard(link, page))


def same_target(link: Link, zone: tzinfo, notes: tuple[str, ...]) -> Screen:
    """Instead of a second link to one address: the one that there is, or another one all the same."""
    since = day(link.created_at.astimezone(zone))
    lines = [
        _("🔗 You have a link to this address already: <b>{link}</b>").format(link=anchor(link)),
        *called(link),
        f"→ {target_anchor(link)}",
        _("{clicks} · since {day}").format(clicks=clicks_text(link.clicks), day=since),
        *notes,
    ]
    use = button(_("👌 Use this one"), LinkPress(action=LinkAction.CARD, id=link.id))
    another = button(_("➕ Make another"), LinkPress(action=LinkAction.ANOTHER, id=link.id))
    return Screen("\n".join(lines), rows([use], [another]))


def called(link: Link) -> list[str]:
    """The name and the tags of a link that has them, a line each."""
    lines = []
    if link.name:
        lines.append(f"📝 {said(link.name)}")
    if link.tags:
        lines.append(f"🏷 {said(', '.join(link.tags), MOST_TAGS_CHARACTERS)}")
    return lines


def notes_on(target: Target) -> tuple[str, ...]:
    """What a person should know about how their address was read."""
    notes = []
    if target.https_assumed:
        notes.append(_("ℹ️ The address had no https://, so I added it."))
    if target.has_foreign_script:
        notes.append(
            _("ℹ️ The site is {host} (technical address {ascii_host})").format(
                host=said(target.host), ascii_host=f"<code>{quoted(target.ascii_host)}</code>"
            )
        )
    return tuple(notes)


def question() -> Screen:
    return Screen(
        _("🔗 Send me the address to shorten, such as https://example.com/page"), rows([cancel_to(Room.CANCEL)])
    )


def qr_later() -> str:
    """A note on the card, in the place of a picture."""
    return _("⚠️ I could not draw the QR picture just now. Please try again in a minute.")


def asked_to_delete(link: Link, page: int) -> Screen:
    text = _("🗑 Delete {link}?\nIt stops working at once, and nobody gets its address again.").format(link=anchor(link))
    sure = button(_("🗑 Yes, delete"), LinkPress(action=LinkAction.DELETE_SURELY, id=link.id, page=page))
    return Screen(text, rows([button(_("◀️ Keep it"), LinkPress(action=LinkAction.CARD, id=link.id, page=page)), sure]))


def deleted(short_url: str, link_id: int, page: int) -> Screen:
    text = _("🗑 {link} is deleted.\nYou can undo this for a minute.").format(link=f"<s>{quoted(bare(short_url))}</s>")
    undo = button(_("↩️ Undo"), LinkPress(action=LinkAction.RESTORE, id=link_id, page=page))
    return Screen(text, rows([undo], [to_list(page or 1)]))


def in_group(link: Link, notes: tuple[str, ...]) -> Screen:
    """A new link among others: no buttons, since it is managed in the private chat."""
    return Screen("\n".join([f"🔗 <b>{anchor(link)}</b>", f"→ {target_anchor(link)}", *notes]))


def how_in_group() -> Screen:
    return Screen(_("🔗 Put the address after the command: /link https://example.com/page"))


def anchor(link: Link) -> str:
    return f'<a href="{quoted(link.short_url)}">{quoted(bare(link.short_url))}</a>'


def target_anchor(link: Link) -> str:
    return address_anchor(link.target)


def bare(url: str) -> str:
    """An address without its scheme, as people read it."""
    return url.removeprefix("https://").removeprefix("http://").removesuffix("/")


def clicks_text(clicks: int) -> str:
    if not clicks:
        return _("no clicks yet")
    return ngettext("{count} click", "{count} clicks", clicks).format(count=number(clicks))


# Ten tags are more than a line holds; settings show them all.
MOST_TAGS_CHARACTERS = 60


def _card_keyboard(link: Link, page: int) -> InlineKeyboardMarkup:
    copy = InlineKeyboardButton(text=_("📎 Copy"), copy_text=CopyTextButton(text=link.short_url))
    make_qr = button(_("🔳 Make QR"), LinkPress(action=LinkAction.QR, id=link.id, page=page))
    figures = button(_("📊 Statistics"), LinkPress(action=LinkAction.STATISTICS, id=link.id, page=page))
    settings = button(_("⚙️ Settings"), OptionsPress(part=Part.SHOW, id=link.id, page=page))
    delete = button(_("🗑 Delete"), LinkPress(action=LinkAction.DELETE, id=link.id, page=page))
    return rows([copy, make_qr], [figures, settings], [delete, to_list(page or 1)])


def to_list(page: int = 1) -> InlineKeyboardButton:
    return button(_("📋 My links"), ListPress(page=page))
