"""How links are chosen in a list, and what is done to all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from handlers.links.callbacks import ListPress
from handlers.links.lists.callbacks import Act, ListAct
from handlers.links.lists.kept import Kept
from handlers.links.lists.views import (
    TAG_CHARACTERS,
    boxes,
    by_two,
    filter_lines,
    link_lines,
    tag_page,
    tag_turns,
    turns,
)
from handlers.links.statistics.callbacks import tag_number
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, said, shorten
from services.links.listing import FoundLinks, TagCount
from services.links.many import Tagged


def selecting(found: FoundLinks, kept: Kept, now: datetime, note: str = "") -> Screen:
    """A page of links with a box each, and what can be done to those that are chosen."""
    selected = frozenset(kept.selected or ())
    count = len(selected)
    heading = ngettext("☑️ <b>{count} link is selected</b>", "☑️ <b>{count} links are selected</b>", count)
    lines = [
        *([note, ""] if note else []),
        heading.format(count=number(count)) if count else _("☑️ <b>Which links?</b> Press their numbers."),
        *filter_lines(found.view),
        *link_lines(found, now, selected),
    ]
    page_is_chosen = all(link.id in selected for link in found.links)
    choose = [] if page_is_chosen else [button(_("☑️ This page"), _act(Act.PICK_PAGE, found))]
    if count < found.found and found.pages > 1:
        choose.append(button(_("☑️ All {count}").format(count=number(found.found)), _act(Act.PICK_ALL, found)))
    if count:
        choose.append(button(_("⬜️ None"), _act(Act.PICK_NONE, found)))
    acts = [
        [button(_("⏸ Switch off"), _act(Act.SWITCH_OFF, found)), button(_("▶️ Switch on"), _act(Act.SWITCH_ON, found))],
        [button(_("🏷 Tags"), ListAct(act=Act.TAGGING)), button(_("🗑 Delete"), _act(Act.DELETE, found))],
    ]
    keyboard = rows(
        boxes(found, selected),
        turns(found, lambda page: ListAct(act=Act.PAGE, page=page)),
        *by_two(choose),
        *(acts if count else ()),
        [button(_("✖️ Done"), _act(Act.DONE, found))],
    )
    return Screen("\n".join(lines), keyboard)


def asked_to_delete(count: int) -> Screen:
    text = ngettext(
        "🗑 Delete {count} link?\nIt stops working at once, and nobody gets its address again.",
        "🗑 Delete {count} links?\nThey stop working at once, and nobody gets their addresses again.",
        count,
    ).format(count=number(count))
    keep = button(_("◀️ Keep them"), ListAct(act=Act.BACK))
    return Screen(text, rows([keep, button(_("🗑 Yes, delete"), ListAct(act=Act.DELETE_SURELY))]))


def deleted(count: int, cause: int) -> Screen:
    text = ngettext(
        "🗑 {count} link is deleted.\nYou can undo this for a minute.",
        "🗑 {count} links are deleted.\nYou can undo this for a minute.",
        count,
    ).format(count=number(count))
    undo = button(_("↩️ Undo"), ListAct(act=Act.UNDO, value=str(cause)))
    return Screen(text, rows([undo], [button(_("📋 My links"), ListPress(page=1))]))


def restored(count: int) -> str:
    """A note on the list."""
    text = ngettext("↩️ {count} link is back.", "↩️ {count} links are back.", count)
    return text.format(count=number(count))


def switched(count: int, *, on: bool) -> str:
    """A note on the list."""
    if not count:
        return _("ℹ️ They are all on already.") if on else _("ℹ️ They are all off already.")
    if on:
        text = ngettext("▶️ {count} link is on again.", "▶️ {count} links are on again.", count)
    else:
        text = ngettext("⏸ {count} link is switched off.", "⏸ {count} links are switched off.", count)
    return text.format(count=number(count))


def tagging(tags: Sequence[TagCount], among: Mapping[str, int], count: int, page: int, note: str = "") -> Screen:
    """All tags of the person: those that all ``count`` chosen links have are marked, and a press takes them away.

    ``among``: how many of the chosen links have each tag.
    """
    heading = ngettext("🏷 Tags of {count} link", "🏷 Tags of {count} links", count).format(count=number(count))
    shown, page, pages = tag_page(tags, page)
    buttons = []
    for each in shown:
        having = among.get(each.tag, 0)
        some = f" · {number(having)}" if 0 < having < count else ""
        mark, act = ("✅", Act.REMOVE_TAG) if having >= count else ("➕", Act.ADD_TAG)
        label = f"{mark} {shorten(each.tag, TAG_CHARACTERS)}{some}"
        buttons.append(button(label, ListAct(act=act, page=page, value=str(tag_number(each.tag)))))
    text = _("A press on ➕ gives the tag to all of them, one on ✅ takes it away.") if tags else ""
    keyboard = rows(
        *by_two(buttons),
        tag_turns(Act.TAGGING, page, pages),
        [button(_("✏️ New tag"), ListAct(act=Act.NEW_TAG))],
        [button(_("◀️ Back"), ListAct(act=Act.BACK))],
    )
    return Screen("\n".join(line for line in (note, heading, text) if line), keyboard)


def tagged(done: Tagged, *, on: bool) -> str:
    """A note on what became of it."""
    tag = said(done.tag)
    if on:
        text = ngettext("🏷 {count} link has the tag {tag}.", "🏷 {count} links have the tag {tag}.", done.links)
    else:
        text = ngettext(
            "🏷 {count} link has no tag {tag} any more.", "🏷 {count} links have no tag {tag} any more.", done.links
        )
    lines = [text.format(count=number(done.links), tag=tag)]
    if done.full:
        full = ngettext(
            "⚠️ {count} link has as many tags as it may have.",
            "⚠️ {count} links have as many tags as they may have.",
            done.full,
        )
        lines.append(full.format(count=number(done.full)))
    return "\n".join(lines)


def tag_question(list_id: int) -> Screen:
    """``list_id``: the message whose list this leads back to."""
    text = _("🏷 Which tag? Letters, digits, _ and -, such as summer_sale.")
    return Screen(text, rows([button(_("✖️ Cancel"), ListAct(act=Act.TAGGING, value=str(list_id)))]))


def _act(act: Act, found: FoundLinks) -> ListAct:
    return ListAct(act=act, page=found.number)
