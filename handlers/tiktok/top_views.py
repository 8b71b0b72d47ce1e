"""How the top looks in the chat and as a picture."""

from datetime import datetime, timedelta, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows, to_menu
from handlers.screen import Screen
from handlers.tiktok.top_callbacks import TopEntryPress, TopPicturePress, TopPress
from handlers.tiktok.views import ESTIMATE, anchor, dated, invented_mark, moment
from handlers.tiktok.watch_news_views import signed
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import NBSP, date_of, full_date, number
from services.pictures.top import TopPicture, TopRow
from services.tiktok.placing import Order, Placed, is_of_the_day, value_of
from services.tiktok.top import Entry, TopPage

DAY = timedelta(days=1)
# Buttons of places in a row.
IN_A_ROW = 5


def top(page: TopPage, zone: tzinfo, now: datetime) -> Screen:
    """A page; ``zone``: the reader's."""
    if page.day is None:
        return _not_yet(page)
    lines = [
        f"🏆 <b>{title(page.order)}</b>",
        *([_line(entry, page.order) for entry in page.entries] or [_nobody(page)]),
    ]
    lines += _footer(page, zone, now)
    return Screen("\n".join(lines), rows(*_entries(page), _turns(page), *_orders(page.order), _last(page)))


def title(order: Order) -> str:
    return {
        Order.INCOME: _("Top by income from a video, estimate"),
        Order.FOLLOWERS: _("Top by followers"),
        Order.RATING: _("Top by rating, out of 100"),
        Order.GROWTH: _("Top by followers won in 7 days"),
    }[order]


def _by(order: Order) -> str:
    """Below "Top bloggers"."""
    return {
        Order.INCOME: _("by income from a video, estimate"),
        Order.FOLLOWERS: _("by followers"),
        Order.RATING: _("by rating, out of 100"),
        Order.GROWTH: _("by followers won in 7 days"),
    }[order]


def picture(page: TopPage, signature: str) -> TopPicture:
    """The page, which has lines, as a picture. ``signature``: the bot's name."""
    assert page.day is not None
    day = full_date(page.day)
    return TopPicture(
        title=_("Top bloggers"),
        subtitle=_by(page.order),
        date=dated(day, invented=page.invented),
        signature=signature,
        rows=tuple(_picture_row(entry, page) for entry in page.entries),
    )


def pictured(page: TopPage, png: bytes) -> Screen:
    """The picture with its caption."""
    assert page.day is not None
    text = _("🏆 {title}, {date}").format(title=title(page.order), date=full_date(page.day))
    return Screen(f"{text}\n{invented_mark()}" if page.invented else text, picture=png)


def value_text(placed: Placed, order: Order) -> str:
    value = value_of(placed.figures, order)
    assert value is not None
    if order is Order.INCOME:
        return f"{ESTIMATE}{number(value)}{NBSP}₽"
    return signed(value) if order is Order.GROWTH else number(value)


def _not_yet(page: TopPage) -> Screen:
    if page.asked:
        text = ngettext(
            "🏆 The top is being gathered: TikTok is asked about {count} account. Look again in a few minutes.",
            "🏆 The top is being gathered: TikTok is asked about {count} accounts. Look again in a few minutes.",
            page.asked,
        ).format(count=number(page.asked))
    else:
        text = _("🏆 There is no top yet: it is gathered within a day. Until then: /stats and a name.")
    return Screen(text, rows([button(_("🔄 Look again"), TopPress(order=page.order)), to_menu()]))


def _nobody(page: TopPage) -> str:
    if page.order is Order.GROWTH:
        return _("Growth is known when accounts have been followed for a week. Look at the others meanwhile.")
    return _("Nobody has enough videos for that. Look at the others meanwhile.")


def _line(entry: Entry, order: Order) -> str:
    """``3. @name — ≈ 12 000 ₽ ▲2``; ⏳: a figure of an earlier day."""
    placed = entry.placed
    stale = "" if is_of_the_day(placed.figures, order) else " ⏳"
    moved = f" {_moved(placed)}" if _moved(placed) else ""
    return f"{placed.place}. {anchor(entry.username)} — {value_text(placed, order)}{moved}{stale}"


def _moved(placed: Placed) -> str:
    if placed.is_new:
        return "🆕"
    if not placed.moved:
        return ""
    return f"▲{number(placed.moved)}" if placed.moved > 0 else f"▼{number(-placed.moved)}"


def _footer(page: TopPage, zone: tzinfo, now: datetime) -> list[str]:
    """When it was refreshed, how many answered, which figures are older, what places are compared with."""
    assert page.day is not None
    when = date_of(page.day) if page.refreshed_at is None else moment(page.refreshed_at, zone, now)
    answered = ngettext("{answered} of {count} answered", "{answered} of {count} answered", page.answered)
    lines = [f"🕓 {when} · {answered.format(answered=number(page.answered), count=number(page.asked))}"]
    notes = [invented_mark()] if page.invented else []
    notes += _earlier(page)
    if page.compared_with is not None and page.day - page.compared_with > DAY:
        notes.append(_("▲▼ since {day}").format(day=date_of(page.compared_with)))
    return lines + ([" · ".join(notes)] if notes else [])


def _earlier(page: TopPage) -> list[str]:
    """What ⏳ says beside some of the page's lines."""
    figures = [entry.placed.figures for entry in page.entries]
    lacking = {each.lacks_posts for each in figures if not is_of_the_day(each, page.order)}
    if len(lacking) > 1:
        return [_("⏳ earlier figures")]
    if True in lacking:
        return [_("⏳ videos did not come: earlier figures")]
    return [_("⏳ did not answer: earlier figures")] if lacking else []


def _entries(page: TopPage) -> list[list[InlineKeyboardButton]]:
    buttons = [
        button(number(entry.placed.place), TopEntryPress(id=entry.placed.figures.account_id)) for entry in page.entries
    ]
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]


def _turns(page: TopPage) -> list[InlineKeyboardButton]:
    before = [button("◀️", TopPress(order=page.order, page=page.number - 1))] if page.number > 1 else []
    after = [button("▶️", TopPress(order=page.order, page=page.number + 1))] if page.number < page.pages else []
    here = [button(f"{number(page.number)} / {number(page.pages)}", TopPress(order=page.order, page=page.number))]
    return [*before, *here, *after] if page.pages > 1 else []


def _orders(chosen: Order) -> list[list[InlineKeyboardButton]]:
    names = {
        Order.INCOME: _("💰 Income"),
        Order.FOLLOWERS: _("👥 Followers"),
        Order.RATING: _("⭐️ Rating"),
        Order.GROWTH: _("📈 Growth"),
    }
    buttons = [
        button(_chosen(name) if order is chosen else name, TopPress(order=order)) for order, name in names.items()
    ]
    return [buttons[:2], buttons[2:]]


def _chosen(name: str) -> str:
    """With a tick in place of its sign: both do not fit on half a phone's width."""
    return f"✓ {name.partition(' ')[2]}"


def _last(page: TopPage) -> list[InlineKeyboardButton]:
    pictured = [button(_("🖼 Picture"), TopPicturePress(order=page.order))] if page.entries else []
    return [*pictured, to_menu()]


def _picture_row(entry: Entry, page: TopPage) -> TopRow:
    placed = entry.placed
    # On the first day nobody moved.
    won = None if placed.is_new else placed.moved or 0
    return TopRow(
        nickname=entry.nickname or entry.username,
        username=entry.username,
        verified=entry.verified,
        value=value_text(placed, page.order),
        note=_("estimate") if page.order is Order.INCOME else "",
        won=won,
        new=_("new"),
    )
