"""Statistics of a link, of a tag and of all links: presses choose what is looked at, and the message is edited."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from aiogram import F, Router
from aiogram.types import CallbackQuery

from handlers.links.callbacks import LinkAction, LinkPress
from handlers.links.statistics import heat, overview, views
from handlers.links.statistics.breakdowns import TELLERS as BREAKDOWNS
from handlers.links.statistics.breakdowns import Teller
from handlers.links.statistics.callbacks import StatisticsPress, View, tag_number
from handlers.links.statistics.looks import Look, Told
from handlers.screen import announce_picture, show
from services.people import Person
from services.pictures.errors import PictureError
from services.services import Services
from services.statistics.errors import TagNotFound
from services.throttles import PICTURES

log = structlog.get_logger()
TELLERS: Mapping[View, Teller] = {View.OVERVIEW: overview.tell, View.HEAT: heat.tell, **BREAKDOWNS}


def router() -> Router:
    router = Router(name="links.statistics")
    router.callback_query.register(open_statistics, LinkPress.filter(F.action == LinkAction.STATISTICS))
    router.callback_query.register(choose_tag, StatisticsPress.filter(F.view == View.TAGS))
    router.callback_query.register(look_at, StatisticsPress.filter())
    return router


async def open_statistics(
    press: CallbackQuery, callback_data: LinkPress, services: Services, person: Person, now: datetime
) -> None:
    asked = StatisticsPress(id=callback_data.id, page=callback_data.page)
    await look_at(press, asked, services, person, now)


async def choose_tag(press: CallbackQuery, callback_data: StatisticsPress, services: Services, person: Person) -> None:
    found = await services.statistics.tags(person.id)
    await press.answer()
    await show(press, views.tags(callback_data, found))


async def look_at(
    press: CallbackQuery, callback_data: StatisticsPress, services: Services, person: Person, now: datetime
) -> None:
    look = await _look(services, person, callback_data, now)
    told = await TELLERS[callback_data.view](services, person.id, look)
    # Looking again at what did not change costs nothing.
    if not services.pictures.has(told.draw, told.chart):
        await services.throttle.require(person, PICTURES, now)
    await press.answer()
    await announce_picture(press)
    await show(press, views.statistics(look, told, await _drawn(services, told)))


async def _look(services: Services, person: Person, press: StatisticsPress, now: datetime) -> Look:
    """Raises LinkNotFound and TagNotFound."""
    link = await services.links.get(person.id, press.id) if press.id else None
    tag = None
    if link is None and press.tag:
        theirs = await services.statistics.tags(person.id)
        tag = next((each for each in theirs if tag_number(each) == press.tag), None)
        if tag is None:
            raise TagNotFound
    return Look(press, link, tag, person.zone, now)


async def _drawn(services: Services, told: Told) -> bytes | None:
    """A PNG; None when it cannot be drawn now."""
    try:
        return await services.pictures.draw(told.draw, told.chart)
    except PictureError:
        log.warning("statistics go without their picture", function=told.draw.__name__, exc_info=True)
        return None
