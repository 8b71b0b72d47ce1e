"""The overview: how many clicks, of how many people, and whether there are more than before."""

from handlers.links.statistics import words
from handlers.links.statistics.looks import SIGNATURE, Look, Told, closing, nobody_clicked, subtitle
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import date_of, hour, number
from services.pictures.series import Bar, SeriesChart, series_chart
from services.services import Services
from services.statistics.statistics import Overview


async def tell(services: Services, owner_id: int, look: Look) -> Told:
    figures = await services.statistics.overview(owner_id, look.scope, look.press.period, look.zone, look.now)
    lines = (f"📊 {words.clicked(figures.clicks, look.press.period)}", *_lines(figures, look), *closing(look))
    return Told(lines, series_chart, _chart(figures, look))


def _lines(figures: Overview, look: Look) -> list[str]:
    lines = [_people(figures)] if figures.clicks else []
    lines.extend(_change(figures))
    if figures.bots:
        lines.append(_("🤖 Previews and crawlers (not counted): {count}").format(count=number(figures.bots)))
    if figures.first_click is None:
        lines.append(_("Nobody clicked yet: share the link, and figures come by themselves."))
    else:
        day = date_of(figures.first_click.date())
        if figures.first_click.year != look.now.astimezone(look.zone).year:
            day = f"{day} {figures.first_click.year}"
        lines.append(_("First click: {day}, {time}").format(day=day, time=hour(figures.first_click)))
    return lines


def _people(figures: Overview) -> str:
    visitors = ngettext("{count} visitor", "{count} visitors", figures.visitors)
    repeats = ngettext("{count} repeat click", "{count} repeat clicks", figures.repeats)
    return _("{visitors}, {repeats}").format(
        visitors=visitors.format(count=number(figures.visitors)),
        repeats=repeats.format(count=number(figures.repeats)),
    )


def _change(figures: Overview) -> list[str]:
    if figures.change is not None:
        sign = "📉" if figures.change < 0 else "📈"
        text = _("{sign} {change}, before: {before}")
        return [text.format(sign=sign, change=words.signed(figures.change), before=number(figures.before or 0))]
    return [_("— no clicks before")] if figures.clicks and figures.before == 0 else []


def _chart(figures: Overview, look: Look) -> SeriesChart:
    bars = tuple(
        Bar(
            words.bar_label(each.start.date(), hour(each.start), figures.grain), each.clicks, each.visitors, each.before
        )
        for each in figures.points
    )
    return SeriesChart(
        title=words.title_of(look.press.period),
        subtitle=subtitle(look, figures.span),
        total=words.clicks_of(figures.clicks),
        peak=number(max(bar.clicks for bar in bars)),
        visitors=_("first visits"),
        repeats=_("repeat clicks"),
        before=_("before"),
        empty=nobody_clicked(),
        signature=SIGNATURE,
        bars=bars,
    )
