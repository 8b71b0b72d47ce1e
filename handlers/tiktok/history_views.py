"""How an account's history looks in the chat."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from babel.numbers import format_decimal

from handlers.links.statistics.words import clicks_of
from handlers.links.views import anchor as link_anchor
from handlers.menu import button, rows
from handlers.screen import Screen
from handlers.tiktok.presses import BioAct, BioPress, HistoryPress
from handlers.tiktok.views import ESTIMATE, anchor, invented_mark, to_card
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import MINUS, NBSP, day_in_full, locale, number, percent
from services.links.links import Link
from services.tiktok.history import CHANGE_DAYS, Change, Figure, Known, Range, change
from services.tiktok.stored import StoredAccount

FIGURES = ((Figure.FOLLOWERS, Figure.VIEWS), (Figure.ENGAGEMENT, Figure.INCOME))
SIGNS = {Figure.FOLLOWERS: "👥", Figure.VIEWS: "👁", Figure.ENGAGEMENT: "⚡️", Figure.INCOME: "💰"}

# Less would be shown as nothing.
LEAST_PART = 0.0005
# Accounts that somebody watches are fetched daily: later than that, changes are not those until today.
OLD = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Look:
    """What a person looks at. ``figures`` are all that is known, ``within`` those of the range, oldest first.

    ``clicks``: of each day from ``first_day`` to today on the person's links in the bio; None: not shown here, or they
    have named none. ``links`` are those; ``offered``: one that stands in the bio, and that they have not named.
    ``invented``: the figures are a sandbox's.
    ``is_estimate``: of views, whether they are.
    """

    press: HistoryPress
    account: StoredAccount
    figures: tuple[Known, ...]
    within: tuple[Known, ...]
    is_estimate: bool
    first_day: date
    clicks: tuple[int, ...] | None
    links: tuple[Link, ...]
    offered: Link | None
    zone: tzinfo
    now: datetime
    invented: bool = False


def history_button(account_id: int) -> InlineKeyboardButton:
    """For the card."""
    return button(_("📈 History"), HistoryPress(id=account_id))


def history(look: Look, picture: bytes | None) -> Screen:
    """Figures with their chart; as text alone where it could not be drawn."""
    figure = look.press.figure
    lines = [f"📈 <b>{name_of(figure)}</b> · {anchor(look.account.username)}"]
    if look.figures:
        lines.append(f"{SIGNS[figure]} <b>{shown(look, look.figures[-1].value)}</b>")
        lines += [_change_line(look, days) for days in CHANGE_DAYS]
        lines += _since_lines(look)
    else:
        lines.append(_("Not known yet: there are too few videos for it."))
    if look.clicks is not None:
        days = ngettext("{clicks} in {count} day", "{clicks} in {count} days", len(look.clicks))
        clicks = days.format(clicks=clicks_of(sum(look.clicks)), count=number(len(look.clicks)))
        lines.append(f"🔗 {', '.join(link_anchor(link) for link in look.links)}: <b>{clicks}</b>")
    if look.invented:
        lines.append(invented_mark())
    if look.offered is not None:
        lines += ["", _("🔗 Your link {link} stands in this bio. Show its clicks beside the views?")]
        lines[-1] = lines[-1].format(link=link_anchor(look.offered))
    return Screen("\n".join(lines), _keyboard(look), picture)


def name_of(figure: Figure) -> str:
    """For headings, in the text and in the chart."""
    return {
        Figure.FOLLOWERS: _("Followers"),
        Figure.VIEWS: _("Views"),
        Figure.ENGAGEMENT: _("Engagement"),
        Figure.INCOME: _("Income from one video, estimate"),
    }[figure]


def shown(look: Look, value: float) -> str:
    """A figure with its unit, and with ≈ where it is an estimate."""
    figure = look.press.figure
    if figure is Figure.ENGAGEMENT:
        return percent(value)
    if figure is Figure.INCOME:
        return f"{ESTIMATE}{number(round(value))}{NBSP}₽"
    estimated = figure is Figure.VIEWS and look.is_estimate
    return f"{ESTIMATE if estimated else ''}{number(round(value))}"


def _change_line(look: Look, days: int) -> str:
    head = ngettext("In {count} day: {change}", "In {count} days: {change}", days)
    changed = change(look.figures, days)
    text = "—" if changed is None else _difference(look.press.figure, changed)
    return head.format(count=number(days), change=text)


def _difference(figure: Figure, changed: Change) -> str:
    """``+1 234 (+2,5 %)``; of percents the difference in points. ≈ where nobody looked at that very time."""
    if not changed.difference:
        return _("no change")
    near = "" if changed.exact else ESTIMATE
    if figure is Figure.ENGAGEMENT:
        points = round(100 * changed.difference, 2)
        shown = str(format_decimal(abs(points), "#,##0.##", locale=locale()))
        return _("{change} pp").format(change=f"{near}{_sign(points)}{shown}")
    text = f"{near}{_sign(changed.difference)}{number(abs(round(changed.difference)))}"
    if figure is Figure.INCOME:
        text += f"{NBSP}₽"
    part = changed.part
    return text if part is None or abs(part) < LEAST_PART else f"{text} ({_sign(part)}{percent(abs(part))})"


def _sign(of: float) -> str:
    return "+" if of >= 0 else MINUS


def _since_lines(look: Look) -> list[str]:
    """Since when it is known, and from how many looks: one cannot have changed."""
    first = day_in_full(look.figures[0].at.astimezone(look.zone), look.now)
    text = ngettext("🕓 Since {day}, {count} look", "🕓 Since {day}, {count} looks", len(look.figures))
    lines = [text.format(day=first, count=number(len(look.figures)))]
    last = look.figures[-1].at
    if look.now - last > OLD:
        day = day_in_full(last.astimezone(look.zone), look.now)
        lines.append(_("⚠️ Nobody has looked since {day}.").format(day=day))
    return lines


def _keyboard(look: Look) -> InlineKeyboardMarkup:
    press = look.press
    names = {
        Figure.FOLLOWERS: _("Followers"),
        Figure.VIEWS: _("Views"),
        # In two columns with a tick there is little room.
        Figure.ENGAGEMENT: _("Activity"),
        Figure.INCOME: _("Income"),
    }
    figures = [
        [_choice(names[each], press.model_copy(update={"figure": each}), press.figure is each) for each in line]
        for line in FIGURES
    ]
    ranges = {Range.WEEK: _("7 d"), Range.MONTH: _("30 d"), Range.QUARTER: _("90 d"), Range.ALL: _("All")}
    spans = [
        _choice(name, press.model_copy(update={"range": each}), press.range is each) for each, name in ranges.items()
    ]
    return rows(*figures, spans[:2], spans[2:], *_bio(look), [to_card(look.account.id)])


def _choice(name: str, press: HistoryPress, is_chosen: bool) -> InlineKeyboardButton:
    return button(f"✓ {name}" if is_chosen else name, press)


def _bio(look: Look) -> list[list[InlineKeyboardButton]]:
    """What leads to the person's own links."""
    account_id = look.account.id
    choose = button(_("🔗 My link in this bio"), BioPress(act=BioAct.CHOOSE, id=account_id))
    if look.offered is not None:
        accept = BioPress(act=BioAct.ACCEPT, id=account_id, link=look.offered.id)
        return [[button(_("✅ Show its clicks"), accept)], *([_brought(account_id)] if look.links else []), [choose]]
    return [*([_brought(account_id)] if look.links else []), [choose]]


def _brought(account_id: int) -> list[InlineKeyboardButton]:
    return [button(_("🎬 Clicks by video"), BioPress(act=BioAct.BROUGHT, id=account_id))]
