"""How an account changed: one message with a chart, whose buttons choose what is shown and how far back."""

from datetime import date, datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from handlers.screen import announce_picture
from handlers.tiktok import history_views as views
from handlers.tiktok.card import known_account
from handlers.tiktok.drawing import allowed, drawn
from handlers.tiktok.history_chart import chart_of
from handlers.tiktok.pasted import show
from handlers.tiktok.picture import signature
from handlers.tiktok.presses import HistoryPress
from services.people import Person
from services.pictures.lines import line_chart
from services.services import Services
from services.tiktok.history import Figure, Known, known

# A year and a month of bars are as narrow as bars can be.
MOST_DAYS_OF_CLICKS = 400


def router() -> Router:
    router = Router(name="tiktok.history")
    router.callback_query.register(show_history, HistoryPress.filter())
    return router


async def show_history(
    press: CallbackQuery, callback_data: HistoryPress, bot: Bot, services: Services, person: Person, now: datetime
) -> None:
    look = await _look(callback_data, services, person, now)
    chart = chart_of(look, await signature(bot))
    await allowed(services, person, line_chart, chart, now)
    await press.answer()
    await announce_picture(press)
    await show(press, views.history(look, await drawn(services, line_chart, chart)))


async def _look(press: HistoryPress, services: Services, person: Person, now: datetime) -> views.Look:
    """Raises UnknownAccount."""
    account = await known_account(press.id, services)
    figures = known(await services.accounts.snapshots(account.id), press.figure)
    since = press.range.since(now)
    within = tuple(each for each in figures if since is None or each.at >= since)
    first = _first_day(within, person, now)
    clicks, is_estimate = None, False
    if press.figure is Figure.VIEWS:
        today = now.astimezone(person.zone).date()
        # As the card says: the newest look is what the card is made of.
        is_estimate = not (await services.cards.of(account)).measures.views.exact
        clicks = await services.bio_links.clicks_by_day(person.id, account.id, first, today, person.zone)
    return views.Look(
        press=press,
        account=account,
        figures=figures,
        within=within,
        is_estimate=is_estimate,
        first_day=first,
        clicks=clicks,
        links=await services.bio_links.of(person.id, account.id),
        offered=await services.bio_links.offered(person.id, account.id),
        zone=person.zone,
        now=now,
        invented=services.cards.invented,
    )


def _first_day(within: tuple[Known, ...], person: Person, now: datetime) -> date:
    """The day with which the chart begins."""
    today = now.astimezone(person.zone).date()
    if not within:
        return today
    first = within[0].at.astimezone(person.zone).date()
    return max(first, date.fromordinal(today.toordinal() - MOST_DAYS_OF_CLICKS + 1))
