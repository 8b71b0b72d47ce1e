"""What is asked about each part of a link's settings; what can be chosen stands in buttons, the rest is typed."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from zlib import crc32

from aiogram.types import InlineKeyboardButton

from handlers.links.options.callbacks import OptionsPress, Part
from handlers.links.options.views import back
from handlers.links.states import address_anchor, from_text, is_used_up, until_text
from handlers.links.views import anchor
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import number, offset, quoted, said, shorten
from services.links.aliases import LEAST_CHARACTERS, MOST_CHARACTERS
from services.links.links import Link
from services.links.options import MOST_NAME_CHARACTERS
from services.links.tags import MOST_TAGS

# What buttons choose beside numbers and hashes.
NONE, ADD, REMOVE = "0", "a", "r"
# When, as the words that mean it (see services.time_words), by what stands in the button.
MOMENTS = {"h": "in an hour", "d": "tomorrow", "w": "in a week", "m": "in a month"}
LIMITS = (1, 10, 100, 1_000)
MOST_OFFERED_TAGS = 6
MOST_IN_BUTTON = 14


def name(link: Link, page: int) -> Screen:
    text = _("📝 What shall {link} be called? Send a name of at most {most} characters; you alone see it.").format(
        link=anchor(link), most=number(MOST_NAME_CHARACTERS)
    )
    remove = [_choice(_("🗑 No name"), Part.NAME, link, page, NONE)] if link.name else []
    return Screen(text, rows(remove, [back(link, page)]))


def tags(link: Link, page: int, favourites: Sequence[str]) -> Screen:
    """``favourites``: tags of the person's other links."""
    if link.tags:
        lines = [_("🏷 {link}: {tags}").format(link=anchor(link), tags=said(", ".join(link.tags), 400))]
    else:
        lines = [_("🏷 {link} has no tags.").format(link=anchor(link))]
    if len(link.tags) < MOST_TAGS:
        lines.append(_("Send tags to add, with spaces between: <i>summer sale-2026</i>"))
    buttons = [
        _choice(f"✖️ {shorten(tag, MOST_IN_BUTTON)}", Part.TAGS, link, page, REMOVE + key(tag)) for tag in link.tags
    ]
    if len(link.tags) < MOST_TAGS:
        offered = [tag for tag in favourites if tag not in link.tags][:MOST_OFFERED_TAGS]
        buttons += [
            _choice(f"➕ {shorten(tag, MOST_IN_BUTTON)}", Part.TAGS, link, page, ADD + key(tag)) for tag in offered
        ]
    return Screen("\n".join(lines), rows(*_pairs(buttons), [back(link, page)]))


def key(words: str) -> str:
    """What stands for a tag or a slug in a button, which has no room for it."""
    return f"{crc32(words.encode()):x}"


def alias(link: Link, page: int, former: Sequence[str]) -> Screen:
    """``former``: the slugs that lead to the link beside the one that is shown."""
    lines = [
        _("✏️ The address is {link} now. Send its new ending: {least} to {most} letters, digits, - or _").format(
            link=anchor(link), least=number(LEAST_CHARACTERS), most=number(MOST_CHARACTERS)
        ),
        _("The addresses that it had go on working, so nothing that you printed is lost."),
    ]
    if former:
        lines.append(_("These lead to it too. Which one shall be shown?"))
    buttons = [_choice(shorten(slug, MOST_IN_BUTTON), Part.ALIAS, link, page, key(slug)) for slug in former]
    return Screen("\n".join(lines), rows(*_pairs(buttons), [back(link, page)]))


def target(link: Link, page: int) -> Screen:
    text = _("➡️ {link} leads to {target}.\nSend the new address. What was counted stays.")
    return Screen(text.format(link=anchor(link), target=address_anchor(link.target)), rows([back(link, page)]))


def fallback(link: Link, page: int) -> Screen:
    lines = [_("🛟 Where shall people go once {link} has ended? Send an address.").format(link=anchor(link))]
    remove = []
    if link.fallback_url is None:
        lines.append(_("Without one, they read that the link has ended."))
    else:
        lines.append(_("Now: {target}").format(target=address_anchor(link.fallback_url)))
        remove = [_choice(_("🗑 No fallback"), Part.FALLBACK, link, page, NONE)]
    return Screen("\n".join(lines), rows(remove, [back(link, page)]))


def limit(link: Link, page: int) -> Screen:
    passed = link.clicks if link.click_limit is None else link.passed
    lines = [_("🎯 How many clicks may {link} have in all? Press a button or send a number.").format(link=anchor(link))]
    if link.click_limit is not None:
        text = _("Now: {passed} of {limit}")
        lines.append(text.format(passed=number(passed), limit=number(link.click_limit)))
    elif passed:
        lines.append(_("Up to now: {count}").format(count=number(passed)))
    if is_used_up(link):
        lines.append(_("The limit is used up: the link works again with a greater one."))
    buttons = [
        _choice(("✓ " if each == link.click_limit else "") + number(each), Part.LIMIT, link, page, str(each))
        for each in LIMITS
        if each > passed
    ]
    without = [_choice(_("♾ No limit"), Part.LIMIT, link, page, NONE)] if link.click_limit is not None else []
    return Screen("\n".join(lines), rows(*_pairs(buttons), without, [back(link, page)]))


def validity(link: Link, page: int, zone: tzinfo, now: datetime) -> Screen:
    """When the link leads, and what of it is to be changed."""
    opens = _("from the start") if link.valid_from is None else from_text(link.valid_from, zone, now)
    ends = _("with no end") if link.valid_until is None else until_text(link.valid_until, zone, now)
    lines = [
        _("⏳ When does {link} work?").format(link=anchor(link)),
        _("Now: {opens}, {ends}").format(opens=opens, ends=ends),
    ]
    first = button(_("⏳ Opens…"), OptionsPress(part=Part.OPENS, id=link.id, page=page))
    last = button(_("⏹ Ends…"), OptionsPress(part=Part.ENDS, id=link.id, page=page))
    return Screen("\n".join(lines), rows([first, last], [back(link, page)]))


def opens(link: Link, page: int, zone: tzinfo, now: datetime) -> Screen:
    lines = [_("⏳ When shall {link} open?").format(link=anchor(link)), _how_to_say(zone, now)]
    choices = [(_("At once"), NONE), (_("In an hour"), "h"), (_("Tomorrow"), "d"), (_("In a week"), "w")]
    return _moments(lines, Part.OPENS, link, page, choices)


def ends(link: Link, page: int, zone: tzinfo, now: datetime) -> Screen:
    lines = [_("⏹ When shall {link} end?").format(link=anchor(link)), _how_to_say(zone, now)]
    choices = [
        (_("In an hour"), "h"), (_("Tomorrow"), "d"), (_("In a week"), "w"), (_("In a month"), "m"), (_("Never"), NONE),
    ]  # fmt: skip
    return _moments(lines, Part.ENDS, link, page, choices)


def _moments(lines: list[str], part: Part, link: Link, page: int, choices: Sequence[tuple[str, str]]) -> Screen:
    buttons = [_choice(label, part, link, page, value) for label, value in choices]
    to_window = button(_("◀️ Back"), OptionsPress(part=Part.VALIDITY, id=link.id, page=page))
    return Screen("\n".join(lines), rows(*_pairs(buttons), [to_window]))


def _how_to_say(zone: tzinfo, now: datetime) -> str:
    text = _(
        "Press a button or write it: <i>tomorrow at 18:30</i>, <i>in 2 hours</i>, <i>on Friday at 9 am</i>, "
        "<i>25 December 12:00</i>. Your time zone: {offset}"
    )
    return text.format(offset=quoted(offset(zone, now)))


def _choice(label: str, part: Part, link: Link, page: int, value: str) -> InlineKeyboardButton:
    return button(label, OptionsPress(part=part, id=link.id, page=page, value=value))


def _pairs(buttons: Sequence[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    return [list(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
