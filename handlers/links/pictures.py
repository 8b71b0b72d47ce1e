"""The pictures of a link, with their words in the language in use."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TypeVar

import structlog

from handlers.links.views import clicks_text
from services.language import gettext as _
from services.language.formats import hour, number, offset
from services.links.links import Link
from services.links.statistics import LinkStatistics
from services.links.targets import readable_url
from services.pictures.errors import PictureError
from services.pictures.hours import Hour, HoursChart, hours_chart
from services.pictures.studio import PictureStudio

log = structlog.get_logger()
Words = TypeVar("Words")


async def last_hours(
    studio: PictureStudio, link: Link, figures: LinkStatistics, zone: tzinfo, now: datetime
) -> bytes | None:
    """PNG of the last 24 hours of ``figures``. None when it cannot be drawn now."""
    hours = tuple(Hour(hour(each.start), each.clicks, each.visitors) for each in figures.hours)
    chart = HoursChart(
        title=_("Last 24 hours"),
        subtitle=f"{readable_url(link.short_url)} · {offset(zone, now)}",
        total=clicks_text(sum(each.clicks for each in hours)),
        peak=number(max(each.clicks for each in hours)),
        visitors=_("first visits"),
        repeats=_("repeat clicks"),
        empty=_("Nobody has followed the link in these hours"),
        signature="Toklink",
        hours=hours,
    )
    return await _drawn(studio, hours_chart, chart)


async def _drawn(studio: PictureStudio, function: Callable[[Words], bytes], words: Words) -> bytes | None:
    try:
        return await studio.draw(function, words)
    except PictureError:
        log.warning("an answer goes without its picture", function=function.__name__, exc_info=True)
        return None
