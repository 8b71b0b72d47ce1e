"""How statistics look in the chat: one message, its buttons choose the period and the view."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.links.callbacks import LinkAction, LinkPress, ListPress
from handlers.links.routing.callbacks import Part as RoutingPart
from handlers.links.routing.callbacks import RoutingPress
from handlers.links.statistics import words
from handlers.links.statistics.callbacks import StatisticsPress, View, tag_number
from handlers.links.statistics.looks import Look, Told
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import shorten
from services.statistics.periods import Period

PERIODS = (
    (Period.TODAY, Period.YESTERDAY),
    (Period.DAYS_7, Period.DAYS_30),
    (Period.WEEK, Period.MONTH, Period.ALL),
)
VIEWS = (
    (View.OVERVIEW, View.HEAT),
    (View.COUNTRIES, View.REFERRERS),
    (View.DEVICES, View.SYSTEMS),
    (View.BROWSERS, View.LANGUAGES),
)
# A message has at most 100 buttons.
MOST_TAGS = 90
TAGS_IN_A_ROW, MOST_TAG = 2, 20


def statistics_button(text: str, *, link_id: int = 0, tag: str | None = None, page: int = 0) -> InlineKeyboardButton:
    """Leads to the statistics of a link, of the links with a tag, or, without either, of all links.

    ``page``: of the list that it stands on, or that its link's card was opened from.
    """
    return button(text, StatisticsPress(id=link_id, tag=0 if tag is None else tag_number(tag), page=page))


def statistics(look: Look, told: Told, picture: bytes | None) -> Screen:
    """Figures with their picture; as text alone where it could not be drawn."""
    return Screen("\n".join(told.lines), _keyboard(look), picture)


def tags(press: StatisticsPress, found: Sequence[str]) -> Screen:
    """To choose a tag; the picture above stays."""
    whole = press.model_copy(update={"view": View.OVERVIEW, "id": 0, "tag": 0})
    back = button(_("◀️ Back"), whole)
    if not found:
        text = _("🏷 None of your links has a tag. Tags are in the settings of each link: /links")
        return Screen(text, rows([back]), keeps_picture=True)
    buttons = [
        button(f"🏷 {shorten(tag, MOST_TAG)}", whole.model_copy(update={"tag": tag_number(tag)}))
        for tag in found[:MOST_TAGS]
    ]
    lines = [buttons[start : start + TAGS_IN_A_ROW] for start in range(0, len(buttons), TAGS_IN_A_ROW)]
    return Screen(_("🏷 Statistics of the links with which tag?"), rows(*lines, [back]), keeps_picture=True)


def _keyboard(look: Look) -> InlineKeyboardMarkup:
    press = look.press
    periods = [[_choice(words.short_name(each), press, period=each) for each in line] for line in PERIODS]
    views = [[_view(each, press) for each in line] for line in VIEWS]
    return rows(*periods, *views, _last_views(look), *_ways_on(look))


def _choice(name: str, press: StatisticsPress, **changes: Period | View) -> InlineKeyboardButton:
    chosen = all(getattr(press, field) == value for field, value in changes.items())
    return button(f"✓ {name}" if chosen else name, press.model_copy(update=changes))


def _view(view: View, press: StatisticsPress) -> InlineKeyboardButton:
    # The mark takes the place of the sign: half a phone does not hold both.
    name = words.bare_name(view) if press.view == view else words.name_of(view)
    return _choice(name, press, view=view)


def _last_views(look: Look) -> list[InlineKeyboardButton]:
    """Variants are a link's own; several links have tags to choose from."""
    return [_view(View.QR, look.press), _view(View.VARIANTS if look.link is not None else View.TAGS, look.press)]


def _ways_on(look: Look) -> list[list[InlineKeyboardButton]]:
    press = look.press
    refresh = button(_("🔄 Refresh"), press)
    of_all = {"view": View.OVERVIEW, "id": 0, "tag": 0, "origin": press.id or press.origin}
    whole = button(_("🔗 All links"), press.model_copy(update=of_all))
    if look.link is None:
        to_list = button(_("📋 My links"), ListPress(page=press.page or 1))
        of_link = {"view": View.OVERVIEW, "id": press.origin, "tag": 0, "origin": 0}
        to_link = [button(_("◀️ To the link"), press.model_copy(update=of_link))] if press.origin else []
        return [[refresh, to_list], [*to_link, *([whole] if look.tag is not None else [])]]
    more = []
    if press.view is View.VARIANTS and not look.link.variants:
        routing = RoutingPress(part=RoutingPart.VARIANTS, id=look.link.id, page=press.page)
        more = [button(_("🔀 Add variants"), routing)]
    back = button(_("◀️ Back"), LinkPress(action=LinkAction.CARD, id=look.link.id, page=press.page))
    return [more, [refresh, back], [whole]]
