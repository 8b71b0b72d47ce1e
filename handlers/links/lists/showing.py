"""Shows a list as it is kept, and keeps what is shown."""

from dataclasses import replace
from datetime import datetime

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from handlers.links.lists import selecting_views, views
from handlers.links.lists.kept import Kept, keep, kept
from handlers.screen import Screen, show
from services.people import Person
from services.services import Services


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


async def pressed_list(press: CallbackQuery, state: FSMContext) -> Kept | None:
    """What the pressed message shows; None: it is not known any more."""
    return None if press.message is None else await kept(state, press.message.message_id)
