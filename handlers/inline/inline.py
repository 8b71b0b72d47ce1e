"""Inline queries: one a keystroke, answered at once from storage; a link that is chosen joins the person's links.

An address becomes a link, a name is that of a stored account of TikTok, and any words find the person's own links.
"""

from datetime import datetime

from aiogram import Bot, Router
from aiogram.filters import BaseFilter
from aiogram.types import ChosenInlineResult, InlineQuery, Message

from handlers.inline import views
from services.errors import UserError
from services.links.links import Link
from services.links.targets import looks_like_address
from services.people import Person
from services.services import Services
from services.tiktok.cards import Card

MOST_RESULTS = 10
# Cards among them: each is read whole.
MOST_CARDS = 3


def router() -> Router:
    router = Router(name="inline")
    router.message.register(leave_alone, SentThroughBot())
    router.inline_query.register(offer)
    router.chosen_inline_result.register(keep)
    return router


class SentThroughBot(BaseFilter):
    """What somebody chose of our offers, in the chat with us: it is for themselves, and asks for nothing."""

    async def __call__(self, message: Message, bot: Bot) -> bool:
        return message.via_bot is not None and message.via_bot.id == bot.id


async def leave_alone(_message: Message) -> None:
    """The link stands in the chat; there is nothing to add."""


async def offer(query: InlineQuery, bot: Bot, services: Services, person: Person, now: datetime) -> None:
    text = query.query.strip()
    try:
        links = await _wanted(text, services, person, now)
    except UserError as error:
        offered = views.trouble(error)
    else:
        cards = [] if _is_address(text) else await _cards(text, services)
        offered = views.offered(links, cards, await _bot_name(bot), person.zone, now)
    # Personal, and not remembered: what is offered here is this person's own, and may be deleted the next moment.
    await query.answer(offered.results, cache_time=0, is_personal=True, button=offered.button)


async def keep(chosen: ChosenInlineResult, services: Services, person: Person) -> None:
    link_id = chosen.result_id
    if link_id.isascii() and link_id.isdecimal() and len(link_id) <= 18:
        await services.links.choose(person.id, int(link_id))


async def _wanted(text: str, services: Services, person: Person, now: datetime) -> list[Link]:
    if _is_address(text):
        link, _target = await services.links.draft(person.id, text, now)
        return [link]
    if text.startswith("@"):
        return []
    return list(await services.links.search(person.id, text, MOST_RESULTS))


def _is_address(text: str) -> bool:
    """A name with a point in it may look like a host; with @ before it, it is a name."""
    return not text.startswith("@") and looks_like_address(text)


async def _cards(text: str, services: Services) -> list[Card]:
    """Of stored accounts whose names begin so: TikTok is not asked at each keystroke."""
    accounts = await services.finding.beginning_with(text, MOST_CARDS)
    return [await services.cards.of(account) for account in accounts]


async def _bot_name(bot: Bot) -> str:
    return (await bot.me()).username or ""
