"""The chart of an account's history."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from handlers.links.statistics.words import bar_label, clicks_of
from handlers.tiktok.history_views import Look, name_of, shown
from handlers.tiktok.views import dated
from services.language import gettext as _
from services.language.formats import NBSP, days, hour, number, offset, percent
from services.pictures.lines import ClickBar, Dot, LineChart, Mark, TimeLabel
from services.pictures.scale import marks
from services.statistics.periods import Grain, at, bucket_of, moment_of
from services.tiktok.history import Figure, Known, stretches, thinned

MOST_DOTS = 300
# Hours are named of a chart that is shorter, months of one that is longer.
SHORT, LONG = timedelta(days=2), timedelta(days=120)


def chart_of(look: Look, signature: str) -> LineChart:
    """The figure over the range; its clicks beneath where the person has named their links."""
    start, end = _edges(look)
    figures = thinned(look.within, MOST_DOTS)
    place = _placer(start, end)
    figure, clicks = look.press.figure, look.clicks
    has_band = figure is Figure.INCOME
    return LineChart(
        title=name_of(figure),
        subtitle=_subtitle(look, start, end),
        total=shown(look, look.within[-1].value) if look.within else "",
        empty=_("Nobody looked in this time") if look.figures else _("Not known yet"),
        signature=signature,
        stretches=tuple(tuple(_dot(each, place) for each in part) for part in stretches(figures, _gap(figures))),
        marks=_marks(figures, figure),
        labels=tuple(_labels(look, start, end, place)),
        line_name=_("middle estimate") if has_band else _("views"),
        band_name=_("from low to high") if has_band else "",
        bars=_bars(look, place) if clicks is not None and figures else (),
        bars_name=_("clicks a day"),
        bars_peak="" if clicks is None else number(max(clicks, default=0)),
        bar_width=timedelta(days=1) / (end - start),
    )


def _edges(look: Look) -> tuple[datetime, datetime]:
    """From the first look of the range until now; clicks are shown of whole days.

    Now is the end of the quarter of an hour: who looks again soon sees the same picture, and it is not drawn anew.
    """
    end = moment_of(bucket_of(look.now) + 1, look.zone)
    start = look.within[0].at if look.within else end - timedelta(days=1)
    if look.clicks is not None:
        start = min(start, at(look.first_day, time(), look.zone))
        end = at(end.astimezone(look.zone).date() + timedelta(days=1), time(), look.zone)
    if end - start < timedelta(hours=1):
        # One look alone stands in the middle of its time.
        return start - timedelta(hours=12), end + timedelta(hours=12)
    return start, end


def _placer(start: datetime, end: datetime) -> Callable[[datetime], float]:
    return lambda moment: min(max((moment - start) / (end - start), 0.0), 1.0)


def _gap(figures: tuple[Known, ...]) -> timedelta:
    """What is shown of years lies further apart than what is known of it."""
    if len(figures) < 2:
        return timedelta(days=3)
    return max(timedelta(days=3), 3 * (figures[-1].at - figures[0].at) / MOST_DOTS)


def _dot(each: Known, place: Callable[[datetime], float]) -> Dot:
    return Dot(place(each.at), each.value, each.low, each.high)


def _marks(figures: tuple[Known, ...], figure: Figure) -> tuple[Mark, ...]:
    values = [value for each in figures for value in (each.low, each.value, each.high) if value is not None]
    if not values:
        return ()
    if figure is Figure.ENGAGEMENT:
        found = marks(min(values), max(values), least_step=0.001)
        return tuple(Mark(value, percent(value)) for value in found)
    unit = f"{NBSP}₽" if figure is Figure.INCOME else ""
    return tuple(Mark(value, f"{number(round(value))}{unit}") for value in marks(min(values), max(values)))


def _labels(look: Look, start: datetime, end: datetime, place: Callable[[datetime], float]) -> list[TimeLabel]:
    """Hours, days or months; as many as fit are drawn."""
    first, last = start.astimezone(look.zone), end.astimezone(look.zone)
    if len(look.within) == 1:
        only = look.within[0].at
        return [TimeLabel(place(only), bar_label(only.astimezone(look.zone).date(), "", Grain.DAY))]
    if end - start <= SHORT:
        return [TimeLabel(place(moment), hour(moment)) for moment in (first, last)]
    grain = Grain.MONTH if end - start > LONG else Grain.DAY
    found = []
    day = first.date() + timedelta(days=1) if look.clicks is None else first.date()
    while day <= look.now.astimezone(look.zone).date():
        if grain is Grain.DAY or day.day == 1:
            # With bars, the middle of a day is where its bar stands.
            noon = at(day, time(12 if look.clicks is not None else 0), look.zone)
            found.append(TimeLabel(place(noon), bar_label(day, "", grain)))
        day += timedelta(days=1)
    return found


def _bars(look: Look, place: Callable[[datetime], float]) -> tuple[ClickBar, ...]:
    return tuple(
        ClickBar(place(at(look.first_day + timedelta(days=number), time(12), look.zone)), clicks)
        for number, clicks in enumerate(look.clicks or ())
    )


def _subtitle(look: Look, start: datetime, end: datetime) -> str:
    today = look.now.astimezone(look.zone).date()
    first: date = min(start.astimezone(look.zone).date(), today)
    shown_days = days(first, today, today)
    parts = [f"@{look.account.username}", shown_days, offset(look.zone, look.now)]
    if look.clicks is not None:
        parts.append(clicks_of(sum(look.clicks)))
    return dated(" · ".join(parts), invented=look.invented)
