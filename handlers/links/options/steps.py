"""Each part of a link's settings: what is asked, and what is done with a typed answer and with a pressed one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiogram.fsm.state import State, StatesGroup

from handlers.links.options import questions
from handlers.links.options.callbacks import Part
from handlers.links.options.errors import UnknownChoice
from handlers.links.views import notes_on
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import hour
from services.links.links import Link
from services.links.options import LinkOptions, parse_limit
from services.links.tags import split_tags
from services.people import Person
from services.services import Services
from services.time_words import Moment, Twist, end_of_day, read_moment


class LinkOption(StatesGroup):
    """Which answer is awaited."""

    name = State()
    tags = State()
    alias = State()
    target = State()
    fallback = State()
    limit = State()
    opens = State()
    ends = State()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who sets something on ``link``; ``page`` of the list that its card was opened from."""

    services: Services
    person: Person
    link: Link
    page: int
    now: datetime

    @property
    def options(self) -> LinkOptions:
        return self.services.link_options

    @property
    def ids(self) -> tuple[int, int]:
        return self.person.id, self.link.id


# The link as it is now, and what is to be said of what was set.
Changed = tuple[Link, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """``typed`` and ``pressed`` get what was answered. ``goes_on``: after a press the same is asked again.

    ``is_address``: the answer is an address, which may stand among other words.
    """

    state: State
    question: Callable[[Asking], Awaitable[Screen]]
    typed: Callable[[Asking, str], Awaitable[Changed]]
    pressed: Callable[[Asking, str], Awaitable[Changed]]
    goes_on: bool = False
    is_address: bool = False


async def _refused(_asking: Asking, _value: str) -> Changed:
    raise UnknownChoice


async def _ask_name(asking: Asking) -> Screen:
    return questions.name(asking.link, asking.page)


async def _name(asking: Asking, text: str) -> Changed:
    return await asking.options.rename(*asking.ids, text, asking.now), ()


async def _no_name(asking: Asking, _value: str) -> Changed:
    return await _name(asking, "")


async def _ask_tags(asking: Asking) -> Screen:
    favourites = await asking.options.favourite_tags(
        asking.person.id, questions.MOST_OFFERED_TAGS + len(asking.link.tags)
    )
    return questions.tags(asking.link, asking.page, favourites)


async def _tags(asking: Asking, text: str) -> Changed:
    # Nothing but separators is one tag that cannot be read.
    return await asking.options.add_tags(*asking.ids, split_tags(text) or [text], asking.now), ()


async def _press_tag(asking: Asking, value: str) -> Changed:
    if value.startswith(questions.REMOVE):
        tag = _meant(value.removeprefix(questions.REMOVE), asking.link.tags)
        # A second press on one button finds it done.
        return asking.link if tag is None else await asking.options.remove_tag(*asking.ids, tag, asking.now), ()
    favourites = await asking.options.favourite_tags(asking.person.id, 1_000)
    tag = _meant(value.removeprefix(questions.ADD), favourites)
    if tag is None:
        raise UnknownChoice
    return await asking.options.add_tags(*asking.ids, [tag], asking.now), ()


async def _ask_alias(asking: Asking) -> Screen:
    return questions.alias(asking.link, asking.page, await asking.options.former_slugs(*asking.ids))


async def _alias(asking: Asking, text: str) -> Changed:
    link = await asking.options.set_alias(*asking.ids, text, asking.now)
    if link.slug == asking.link.slug:
        return link, ()
    return link, (_("✏️ This is its address from now on; the old one goes on working."),)


async def _press_alias(asking: Asking, value: str) -> Changed:
    former = await asking.options.former_slugs(*asking.ids)
    slug = _meant(value, [*former, asking.link.slug])
    if slug is None:
        raise UnknownChoice
    return await _alias(asking, slug)


async def _ask_target(asking: Asking) -> Screen:
    return questions.target(asking.link, asking.page)


async def _target(asking: Asking, text: str) -> Changed:
    link, target = await asking.options.set_target(*asking.ids, text, asking.now)
    return link, notes_on(target)


async def _ask_fallback(asking: Asking) -> Screen:
    return questions.fallback(asking.link, asking.page)


async def _fallback(asking: Asking, text: str) -> Changed:
    link, target = await asking.options.set_fallback(*asking.ids, text, asking.now)
    return link, () if target is None else notes_on(target)


async def _no_fallback(asking: Asking, _value: str) -> Changed:
    link, _target = await asking.options.set_fallback(*asking.ids, None, asking.now)
    return link, ()


async def _ask_limit(asking: Asking) -> Screen:
    return questions.limit(asking.link, asking.page)


async def _limit(asking: Asking, text: str) -> Changed:
    return await asking.options.set_limit(*asking.ids, parse_limit(text), asking.now), ()


async def _press_limit(asking: Asking, value: str) -> Changed:
    limit = None if value == questions.NONE else parse_limit(value)
    return await asking.options.set_limit(*asking.ids, limit, asking.now), ()


async def _ask_opens(asking: Asking) -> Screen:
    return questions.opens(asking.link, asking.page, asking.person.zone, asking.now)


async def _opens(asking: Asking, text: str) -> Changed:
    zone, now = asking.person.zone, asking.now
    moment = await asyncio.to_thread(read_moment, text, zone, now)
    # "Now", and "today" without an hour, are at once.
    is_now = moment.at <= now < (end_of_day(moment.at, zone) if moment.whole_day else moment.at + timedelta(minutes=1))
    link = await asking.options.open_at(*asking.ids, None if is_now else moment.at, now)
    return link, () if is_now else _twist(moment, asking)


async def _press_opens(asking: Asking, value: str) -> Changed:
    if value == questions.NONE:
        return await asking.options.open_at(*asking.ids, None, asking.now), ()
    return await _opens(asking, _words(value))


async def _ask_ends(asking: Asking) -> Screen:
    return questions.ends(asking.link, asking.page, asking.person.zone, asking.now)


async def _ends(asking: Asking, text: str) -> Changed:
    zone, now = asking.person.zone, asking.now
    moment = await asyncio.to_thread(read_moment, text, zone, now)
    end = end_of_day(moment.at, zone) if moment.whole_day else moment.at
    link = await asking.options.end_at(*asking.ids, end, now)
    return link, _twist(moment, asking)


async def _press_ends(asking: Asking, value: str) -> Changed:
    if value == questions.NONE:
        return await asking.options.end_at(*asking.ids, None, asking.now), ()
    return await _ends(asking, _words(value))


def _twist(moment: Moment, asking: Asking) -> tuple[str, ...]:
    """What clocks did to the hour that was named."""
    if moment.twist is Twist.SKIPPED:
        text = _("ℹ️ Clocks skip that hour, so I took {time}.")
        return (text.format(time=hour(moment.at.astimezone(asking.person.zone))),)
    if moment.twist is Twist.REPEATED:
        return (_("ℹ️ Clocks show that hour twice; I took the first time."),)
    return ()


def _words(value: str) -> str:
    """What a button of moments means. Raises UnknownChoice."""
    words = questions.MOMENTS.get(value)
    if words is None:
        raise UnknownChoice
    return words


def _meant(value: str, words: Sequence[str]) -> str | None:
    return next((each for each in words if questions.key(each) == value), None)


STEPS = {
    Part.NAME: Step(LinkOption.name, _ask_name, _name, _no_name),
    Part.TAGS: Step(LinkOption.tags, _ask_tags, _tags, _press_tag, goes_on=True),
    Part.ALIAS: Step(LinkOption.alias, _ask_alias, _alias, _press_alias),
    Part.TARGET: Step(LinkOption.target, _ask_target, _target, _refused, is_address=True),
    Part.FALLBACK: Step(LinkOption.fallback, _ask_fallback, _fallback, _no_fallback, is_address=True),
    Part.LIMIT: Step(LinkOption.limit, _ask_limit, _limit, _press_limit),
    Part.OPENS: Step(LinkOption.opens, _ask_opens, _opens, _press_opens),
    Part.ENDS: Step(LinkOption.ends, _ask_ends, _ends, _press_ends),
}
STEP_OF = {step.state.state: step for step in STEPS.values()}
