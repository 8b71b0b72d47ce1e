"""When people click: weekdays and hours."""

from handlers.links.statistics import words
from handlers.links.statistics.callbacks import View
from handlers.links.statistics.looks import SIGNATURE, Look, Told, closing, nobody_clicked, subtitle
from services.language import gettext as _
from services.pictures.heat import HeatChart, heat_chart
from services.services import Services
from services.statistics.statistics import Heat

# Every third hour is named: more would touch each other.
NAMED_HOURS = 3


async def tell(services: Services, owner_id: int, look: Look) -> Told:
    heat = await services.statistics.heat(owner_id, look.scope, look.press.period, look.zone, look.now)
    heading = f"🗓 {words.clicked(heat.clicks, look.press.period)}"
    return Told((heading, *(_lines(heat) if heat.clicks else []), *closing(look)), heat_chart, _chart(heat, look))


def _lines(heat: Heat) -> list[str]:
    """The busiest hour of the week, day and hour; of several the first."""
    by_day = [sum(row) for row in heat.rows]
    by_hour = [sum(hours) for hours in zip(*heat.rows, strict=True)]
    most, day, hour = max(
        ((clicks, -day, -hour) for day, row in enumerate(heat.rows) for hour, clicks in enumerate(row)),
        key=lambda cell: cell,
    )
    best_day, best_hour = by_day.index(max(by_day)), by_hour.index(max(by_hour))
    return [
        _("Busiest: {day}, {hour} — {share}").format(
            day=words.weekday(-day), hour=words.hour_of_day(-hour), share=words.share(most, heat.clicks)
        ),
        _("Best day: {day} — {share}").format(
            day=words.weekday(best_day), share=words.share(by_day[best_day], heat.clicks)
        ),
        _("Best hour: {hour} — {share}").format(
            hour=words.hour_of_day(best_hour), share=words.share(by_hour[best_hour], heat.clicks)
        ),
    ]


def _chart(heat: Heat, look: Look) -> HeatChart:
    return HeatChart(
        title=f"{words.bare_name(View.HEAT)} · {words.short_name(look.press.period).lower()}",
        subtitle=subtitle(look, heat.span),
        total=words.clicks_of(heat.clicks),
        days=tuple(words.weekday(day, "abbreviated") for day in range(7)),
        hours=tuple(f"{hour:02}:00" if hour % NAMED_HOURS == 0 else "" for hour in range(24)),
        fewer=_("fewer"),
        more=_("more"),
        empty=nobody_clicked(),
        signature=SIGNATURE,
        rows=heat.rows,
    )
