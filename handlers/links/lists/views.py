"""How a list of links looks."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from handlers.links.callbacks import LinkAction, LinkPress, ListPress
from handlers.links.lists.callbacks import Act, ListAct
from handlers.links.states import has_ended
from handlers.links.statistics.callbacks import tag_number
from handlers.links.statistics.views import statistics_button
from handlers.links.views import bare, clicks_text
from handlers.menu import MenuPress, Room, button, rows, to_menu
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, quoted, said, shorten
from services.links.links import Link
from services.links.listing import FoundLinks, ListView, Sort, TagCount
from services.links.targets import readable_url

# Two lines a link: a page is one screen of a phone.
PAGE_SIZE = 5
TAGS_ON_A_PAGE = 16
NAME_CHARACTERS, TARGET_CHARACTERS, TAG_CHARACTERS, WORDS_CHARACTERS = 28, 36, 14, 40
# An address shorter than this says nothing beside its tags.
LEAST_TARGET_CHARACTERS = 18
LONGEST_ANCHOR = 1_000


def list_screen(found: FoundLinks, now: datetime, note: str = "") -> Screen:
    """One page of a person's links, or of those that were looked for."""
    if not found.total:
        text = _("📋 You have no links yet.\nSend me any address, and the first one is here.")
        return Screen(_with(note, text), rows([_new_link()], [to_menu()]))
    if not found.found:
        text = "\n".join([_("📋 <b>Nothing found</b>"), *filter_lines(found.view)])
        return Screen(_with(note, text), rows([_find(), _all()], [_new_link(), to_menu()]))
    lines = [_heading(found), *filter_lines(found.view), *link_lines(found, now)]
    several = found.total > 1
    keyboard = rows(
        _cards(found),
        turns(found, lambda page: ListPress(page=page)),
        [_find(), *([button(_("🏷 Tags"), ListAct(act=Act.TAGS))] if found.has_tags else [])] if several else [],
        [_sort(found.view.sort), button(_("☑️ Select"), ListAct(act=Act.SELECT, page=found.number))] if several else [],
        [] if found.view.is_all else [_all()],
        [_statistics(found), _new_link()],
        [to_menu()],
    )
    return Screen(_with(note, "\n".join(lines)), keyboard)


def question(view: ListView, list_id: int) -> Screen:
    """What to look for; ``list_id``: the message whose list this leads back to."""
    within = [_("I look among the links with the tag {tag}.").format(tag=said(f"#{view.tag}"))] if view.tag else []
    text = _("🔎 What shall I look for? Send a part of a name, a tag, a short link or an address.")
    return Screen("\n".join([text, *within]), rows([button(_("✖️ Cancel"), ListAct(act=Act.BACK, value=str(list_id)))]))


def tags_screen(tags: Sequence[TagCount], page: int, chosen: str) -> Screen:
    """All tags, to look at the links that have one."""
    if not tags:
        text = _("🏷 None of your links has a tag. Select some links in the list to give them one.")
        return Screen(text, rows([_back()]))
    shown, page, pages = tag_page(tags, page)
    buttons = [
        button(
            f"{'✅ ' if each.tag == chosen else ''}{shorten(each.tag, TAG_CHARACTERS)} · {number(each.links)}",
            ListAct(act=Act.TAG, value=str(tag_number(each.tag))),
        )
        for each in shown
    ]
    keyboard = rows(
        *by_two(buttons),
        tag_turns(Act.TAGS, page, pages),
        [button(_("📋 All links"), ListAct(act=Act.ALL))],
        [_back()],
    )
    return Screen(_("🏷 Links with which tag?"), keyboard)


def gone() -> str:
    """A note, in the place of what a list showed long ago."""
    return _("ℹ️ I no longer know what was chosen here. These are all your links.")


# What selecting shares


def filter_lines(view: ListView) -> list[str]:
    """What was looked for."""
    words = [f"🔎 {said(view.words, WORDS_CHARACTERS)}"] if view.words else []
    return [*words, *([f"🏷 {said(view.tag)}"] if view.tag else [])]


def link_lines(found: FoundLinks, now: datetime, selected: frozenset[int] | None = None) -> list[str]:
    """Two lines for each link: what it is called and how often it was clicked, where it leads and its tags."""
    lines = []
    for place, link in enumerate(found.links, first_place(found)):
        box = "" if selected is None else _box(link.id in selected) + " "
        name = f'<a href="{quoted(link.short_url)}">{_title(link)}</a>'
        lines.append(f"{box}{number(place)}. {_mark(link, now)}{name} — {clicks_text(link.clicks)}")
        lines.append(_target_and_tags(link))
    return lines


def boxes(found: FoundLinks, selected: frozenset[int]) -> list[InlineKeyboardButton]:
    """A button for each link of the page, which chooses it, or not any more."""
    return [
        button(
            f"{_box(link.id in selected)} {number(place)}",
            ListAct(act=Act.UNPICK if link.id in selected else Act.PICK, page=found.number, value=str(link.id)),
        )
        for place, link in enumerate(found.links, first_place(found))
    ]


def turns(found: FoundLinks, press: Callable[[int], CallbackData]) -> list[InlineKeyboardButton]:
    """To the pages beside this one."""
    by_clicks = found.view.sort is Sort.CLICKS
    buttons = []
    if found.number > 1:
        buttons.append(button(_("◀️ More clicks") if by_clicks else _("◀️ Newer"), press(found.number - 1)))
    if found.number < found.pages:
        buttons.append(button(_("Fewer clicks ▶️") if by_clicks else _("Older ▶️"), press(found.number + 1)))
    return buttons


def tag_page(tags: Sequence[TagCount], page: int) -> tuple[Sequence[TagCount], int, int]:
    """(tags of the page, its number, how many pages)."""
    pages = max(1, -(-len(tags) // TAGS_ON_A_PAGE))
    page = min(page, pages)
    return tags[(page - 1) * TAGS_ON_A_PAGE : page * TAGS_ON_A_PAGE], page, pages


def tag_turns(act: Act, page: int, pages: int) -> list[InlineKeyboardButton]:
    back = [button(_("◀️ Earlier"), ListAct(act=act, page=page - 1))] if page > 1 else []
    return [*back, *([button(_("Later ▶️"), ListAct(act=act, page=page + 1))] if page < pages else [])]


def by_two(buttons: Sequence[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    return [list(buttons[place : place + 2]) for place in range(0, len(buttons), 2)]


def first_place(found: FoundLinks) -> int:
    return (found.number - 1) * PAGE_SIZE + 1


def _with(note: str, text: str) -> str:
    return f"{note}\n\n{text}" if note else text


def _heading(found: FoundLinks) -> str:
    if found.view.is_all:
        text = ngettext("📋 <b>{count} link</b>", "📋 <b>{count} links</b>", found.total)
        return text.format(count=number(found.total))
    text = ngettext("📋 <b>{found} of {total} link</b>", "📋 <b>{found} of {total} links</b>", found.total)
    return text.format(found=number(found.found), total=number(found.total))


def _title(link: Link) -> str:
    return said(link.name, NAME_CHARACTERS) if link.name else quoted(bare(link.short_url))


def _mark(link: Link, now: datetime) -> str:
    """Why it does not lead on, if it does not."""
    if link.disabled is not None:
        return "⛔️ "
    if link.paused_at is not None:
        return "⏸ "
    if has_ended(link, now):
        return "⌛️ "
    return "⏳ " if link.valid_from is not None and link.valid_from > now else ""


def _target_and_tags(link: Link) -> str:
    tags = " ".join(f"#{shorten(tag, TAG_CHARACTERS)}" for tag in link.tags[:2])
    if len(link.tags) > 2:
        tags += f" +{number(len(link.tags) - 2)}"
    most = max(LEAST_TARGET_CHARACTERS, TARGET_CHARACTERS - len(tags) - 1) if tags else TARGET_CHARACTERS
    target = said(readable_url(link.target), most)
    if len(link.target) <= LONGEST_ANCHOR:
        target = f'<a href="{quoted(link.target)}">{target}</a>'
    return f"→ {target} {quoted(tags)}".rstrip()


def _cards(found: FoundLinks) -> list[InlineKeyboardButton]:
    return [
        button(number(place), LinkPress(action=LinkAction.CARD, id=link.id, page=found.number))
        for place, link in enumerate(found.links, first_place(found))
    ]


def _statistics(found: FoundLinks) -> InlineKeyboardButton:
    if found.view.tag:
        return statistics_button(_("📊 Of this tag"), tag=found.view.tag, page=found.number)
    return statistics_button(_("📊 Of all links"), page=found.number)


def _sort(sort: Sort) -> InlineKeyboardButton:
    """Shows the order that there is; a press takes the other one."""
    if sort is Sort.DATE:
        return button(_("↕️ By date"), ListAct(act=Act.SORT, value=Sort.CLICKS))
    return button(_("↕️ By clicks"), ListAct(act=Act.SORT, value=Sort.DATE))


def _box(is_chosen: bool) -> str:
    return "☑️" if is_chosen else "⬜️"


def _find() -> InlineKeyboardButton:
    return button(_("🔎 Find"), ListAct(act=Act.FIND))


def _all() -> InlineKeyboardButton:
    return button(_("📋 All links"), ListAct(act=Act.ALL))


def _back() -> InlineKeyboardButton:
    return button(_("◀️ Back"), ListAct(act=Act.BACK))


def _new_link() -> InlineKeyboardButton:
    return button(_("🔗 New link"), MenuPress(room=Room.NEW_LINK))
