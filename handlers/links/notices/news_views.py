"""News of links, as they are sent: what happened, in two lines, and the buttons that go on from there."""

from datetime import timedelta, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.links.callbacks import LinkAction, LinkPress
from handlers.links.notices.callbacks import LinkNoticePress
from handlers.links.options.callbacks import OptionsPress, Part
from handlers.links.states import address_anchor, until_text
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import day, hour, number, quoted, said
from services.links.links import Link
from services.links.news import Broken, Burst, EndsSoon, Mended, NearlyUsedUp, News, Reached, UsedUp
from services.people.preferences import Notice

HOUR = timedelta(hours=1)


def news_screen(news: News, zone: tzinfo) -> Screen:
    """``zone``: the reader's."""
    link, statistics = news.link, LinkAction.STATISTICS
    match news:
        case Reached():
            return _screen(link, _reached(news), Notice.CLICKS, _open(_("📊 Statistics"), link, statistics))
        case Burst():
            return _screen(link, _burst(news, zone), Notice.BURSTS, _open(_("📊 Statistics"), link, statistics))
        case NearlyUsedUp():
            return _screen(link, _nearly_used_up(link), Notice.ENDING, _change(_("🎯 Change limit"), link, Part.LIMIT))
        case UsedUp():
            return _screen(link, _used_up(link), Notice.ENDING, _change(_("🎯 Change limit"), link, Part.LIMIT))
        case EndsSoon():
            label = _("⏳ Change end")
            return _screen(link, _ends_soon(link, zone), Notice.ENDING, _change(label, link, Part.VALIDITY))
        case Broken():
            return _screen(link, _broken(news), Notice.BROKEN, _change(_("➡️ Change target"), link, Part.TARGET))
        case Mended():
            text = _("✅ <b>Opens again</b>: the target of {link}").format(link=_name(link))
            return _screen(link, [text, f"→ {address_anchor(link.target)}"], Notice.BROKEN)


def broken_text(reason: str) -> str:
    """Why a target does not open: a reason of services.links.looks in words."""
    texts = {
        "404": _("there is no such page (404)"),
        "410": _("the page was removed (410)"),
        "dns": _("there is no site of that name"),
        "timeout": _("the site does not answer"),
        "tls": _("browsers refuse the site's certificate"),
        "connection": _("no connection to the site"),
        "private": _("it is not on the public internet"),
    }
    return texts.get(reason) or _("the site fails ({status})").format(status=quoted(reason))


def _reached(news: Reached) -> list[str]:
    if news.clicks == 1:
        return [_("🎉 <b>First click</b> on {link}").format(link=_name(news.link))]
    clicks = ngettext("{count} click", "{count} clicks", news.clicks).format(count=number(news.clicks))
    return [_("🎉 <b>{clicks}</b> on {link}").format(clicks=clicks, link=_name(news.link))]


def _burst(news: Burst, zone: tzinfo) -> list[str]:
    clicks = ngettext("{count} click", "{count} clicks", news.clicks).format(count=number(news.clicks))
    start, end = (moment.astimezone(zone) for moment in (news.start, news.start + HOUR))
    lines = [
        _("⚡️ <b>{clicks} in an hour</b>: {link}").format(clicks=clicks, link=_name(news.link)),
        _("{day}, {start}–{end}").format(day=day(start), start=hour(start), end=hour(end)),
    ]
    if news.usual:
        usual = ngettext("Up to {count} an hour is usual", "Up to {count} an hour are usual", news.usual)
        lines.append(usual.format(count=number(news.usual)))
    return lines


def _nearly_used_up(link: Link) -> list[str]:
    left = (link.click_limit or 0) - link.passed
    text = ngettext("🎯 <b>{count} click left</b>: {link}", "🎯 <b>{count} clicks left</b>: {link}", left)
    limit = _("{passed} of {limit} are used up").format(passed=number(link.passed), limit=number(link.click_limit or 0))
    return [text.format(count=number(left), link=_name(link)), limit]


def _used_up(link: Link) -> list[str]:
    clicks = ngettext("Its only click is used up.", "All {count} clicks are used up.", link.click_limit or 0)
    return [
        _("⌛️ <b>Closed</b>: {link}").format(link=_name(link)),
        clicks.format(count=number(link.click_limit or 0)),
    ]


def _ends_soon(link: Link, zone: tzinfo) -> list[str]:
    assert link.valid_until is not None
    # Within a day: no need to name the year.
    until = until_text(link.valid_until, zone, link.valid_until)
    return [_("⏳ <b>Ends soon</b>: {link}").format(link=_name(link)), _("It works {until}.").format(until=until)]


def _broken(news: Broken) -> list[str]:
    return [
        _("⚠️ <b>Does not open</b>: the target of {link}").format(link=_name(news.link)),
        f"→ {address_anchor(news.target)}",
        _("I looked twice: {reason}.").format(reason=broken_text(news.reason)),
    ]


def _screen(link: Link, lines: list[str], notice: Notice, first: InlineKeyboardButton | None = None) -> Screen:
    card = _open(_("🔗 The link"), link, LinkAction.CARD)
    mute = button(_("🔕 No more of this"), LinkNoticePress(id=link.id, kind=notice, on=False))
    return Screen("\n".join(lines), rows([card] if first is None else [first, card], [mute]))


def _open(label: str, link: Link, action: LinkAction) -> InlineKeyboardButton:
    return button(label, LinkPress(action=action, id=link.id))


def _change(label: str, link: Link, part: Part) -> InlineKeyboardButton:
    return button(label, OptionsPress(part=part, id=link.id))


def _name(link: Link) -> str:
    shown = said(link.name) if link.name else quoted(link.short_url.partition("://")[2])
    return f'<a href="{quoted(link.short_url)}">{shown}</a>'
