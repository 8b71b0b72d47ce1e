"""Shows a list as it is kept, and keeps what is shown."""

from dataclasses import replace
from datetime import datetime

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from handlers.links.lists import selecting_views, views
from handlers.links.lists.callbacks import Act, ListAct
from handlers.links.lists.kept import Kept, keep, kept
from handlers.screen import Screen, show
from services.people import Person
from services.services import Services

# All of ours are shorter, and so is what 64 bits hold.
MOST_DIGITS = 18
# Out of questions, which may have become other messages than the one that showed the list.
LEADING_BACK = (Act.BACK, Act.TAGGING)


async def show_list(
    event: Message | CallbackQuery,
    state: FSMContext,
    services: Services,
    person: Person,
    now: datetime,
    wanted: Kept,
    note: str = "",
) -> None:
    """The page that is wanted, or the nearest that there is; with boxes while links are being chosen."""
    found = await services.listing.page(person.id, wanted.view, wanted.page, views.PAGE_SIZE)
    wanted = replace(wanted, page=found.number)
    if wanted.selected is not None:
        # Deleted meanwhile, elsewhere: nobody can do anything to them.
        standing = await services.listing.standing(person.id, wanted.selected)
        wanted = replace(wanted, selected=tuple(each for each in wanted.selected if each in standing))
    if wanted.selected is None or not found.found:
        wanted = replace(wanted, selected=None)
        screen = views.list_screen(found, now, note)
    else:
        screen = selecting_views.selecting(found, wanted, now, note)
    await show_and_keep(event, state, now, screen, wanted)


async def show_and_keep(
    event: Message | CallbackQuery, state: FSMContext, now: datetime, screen: Screen, wanted: Kept
) -> None:
    """A screen that leads back to the list."""
    shown = await show(event, screen)
    await keep(state, shown.message_id, wanted, now)


async def pressed_list(press: CallbackQuery, state: FSMContext, data: ListAct | None = None) -> Kept | None:
    """What the pressed message shows, or the list that ``data`` leads back to; None: it is not known any more."""
    if data is not None and data.act in LEADING_BACK and data.value:
        return await kept(state, number_in(data))
    return None if press.message is None else await kept(state, press.message.message_id)


def number_in(data: ListAct) -> int:
    """What the button stands for; 0 for what is no number that the database could hold."""
    is_number = data.value.isascii() and data.value.isdecimal() and len(data.value) <= MOST_DIGITS
    return int(data.value) if is_number else 0
