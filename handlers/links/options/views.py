"""The settings message of a link: what is set, and a button for each part with its state."""

from datetime import datetime, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.links.callbacks import LinkAction, LinkPress
from handlers.links.notices.callbacks import LinkNoticePress
from handlers.links.notices.views import notices_label
from handlers.links.options.callbacks import OptionsPress, Part
from handlers.links.routing import views as routing
from handlers.links.routing.callbacks import Part as RoutingPart
from handlers.links.routing.callbacks import RoutingPress
from handlers.links.states import fallback_line, last_day, state_lines
from handlers.links.views import anchor, called, target_anchor
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import number, short_day, short_days, shorten
from services.links.links import Link

# Beside the rest of a label, on one line of a phone.
MOST_IN_LABEL = 24
# Up to here a limit fits beside its name on half a phone.
MOST_NAMED_LIMIT = 9_999


def settings_screen(link: Link, zone: tzinfo, now: datetime, page: int = 0, *, notes: tuple[str, ...] = ()) -> Screen:
    """``page``: of the list that the card was opened from. ``notes``: on what was just set."""
    lines = [
        f"⚙️ <b>{anchor(link)}</b>",
        *called(link),
        f"→ {target_anchor(link)}",
        *(state_lines(link, zone, now, with_offset=True) or [_("✅ Works")]),
        *([fallback_line(link)] if link.fallback_url is not None else []),
        *notes,
    ]

    def opens(label: str, part: Part, value: str = "") -> InlineKeyboardButton:
        return button(label, OptionsPress(part=part, id=link.id, page=page, value=value))

    def routes(label: str, part: RoutingPart) -> InlineKeyboardButton:
        return button(label, RoutingPress(part=part, id=link.id, page=page))

    # Half a phone holds some fourteen characters: what may be longer has a row of its own.
    keyboard = rows(
        [_switch(link, page), opens(_("➡️ Target"), Part.TARGET)],
        [opens(_alias_label(link), Part.ALIAS)],
        [opens(_name_label(link), Part.NAME)],
        [opens(_tags_label(link), Part.TAGS), routes(routing.utm_label(link), RoutingPart.UTM)],
        [opens(_limit_label(link), Part.LIMIT), opens(_validity_label(link, zone), Part.VALIDITY)],
        [opens(_fallback_label(link), Part.FALLBACK)],
        [
            routes(routing.rules_label(link), RoutingPart.RULES),
            routes(routing.variants_label(link), RoutingPart.VARIANTS),
        ],
        [routes(routing.app_label(link), RoutingPart.APP)],
        [routes(routing.webhook_label(link), RoutingPart.WEBHOOK)],
        [button(notices_label(link), LinkNoticePress(id=link.id, page=page))],
        [button(_("◀️ To the link"), LinkPress(action=LinkAction.CARD, id=link.id, page=page))],
    )
    return Screen("\n".join(lines), keyboard)


def back(link: Link, page: int) -> InlineKeyboardButton:
    """To the settings message."""
    return button(_("◀️ Back"), OptionsPress(part=Part.SHOW, id=link.id, page=page))


def _switch(link: Link, page: int) -> InlineKeyboardButton:
    if link.paused_at is None:
        return button(_("⏸ Switch off"), OptionsPress(part=Part.SWITCH, id=link.id, page=page, value="off"))
    return button(_("▶️ Switch on"), OptionsPress(part=Part.SWITCH, id=link.id, page=page, value="on"))


def _name_label(link: Link) -> str:
    return _("📝 Name: {name}").format(name=shorten(link.name, MOST_IN_LABEL)) if link.name else _("📝 Name: none")


def _alias_label(link: Link) -> str:
    return _("✏️ Alias: {alias}").format(alias=shorten(link.slug, MOST_IN_LABEL))


def _tags_label(link: Link) -> str:
    return _("🏷 Tags: {count}").format(count=number(len(link.tags))) if link.tags else _("🏷 Tags: none")


def _fallback_label(link: Link) -> str:
    return _("🛟 Fallback: yes") if link.fallback_url is not None else _("🛟 Fallback: none")


def _limit_label(link: Link) -> str:
    if link.click_limit is None:
        return _("🎯 Limit: none")
    if link.click_limit > MOST_NAMED_LIMIT:
        return _("🎯 Up to {count}").format(count=number(link.click_limit))
    return _("🎯 Limit: {count}").format(count=number(link.click_limit))


def _validity_label(link: Link, zone: tzinfo) -> str:
    opens = None if link.valid_from is None else link.valid_from.astimezone(zone)
    ends = None if link.valid_until is None else last_day(link.valid_until, zone)
    if opens is not None and ends is not None:
        return _("⏳ {days}").format(days=short_days(opens.date(), ends.date()))
    if opens is not None:
        return _("⏳ From {day}").format(day=short_day(opens))
    if ends is not None:
        return _("⏳ Until {day}").format(day=short_day(ends))
    return _("⏳ Time: any")
