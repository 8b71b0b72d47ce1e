"""The QR of a link: one message with the picture, and what it looks like beneath."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from handlers.contents import Unreadable
from handlers.dialogue import ask, finish, repeat
from handlers.filters import PRIVATE
from handlers.links import views as card_views
from handlers.links.addresses import PastedAddress
from handlers.links.callbacks import LinkAction, LinkPress
from handlers.links.qr import drawing, views
from handlers.links.qr.callbacks import HOUSE, REMOVE, Part, QrPress
from handlers.links.qr.received import fetch, received
from handlers.screen import Screen, announce_picture, show
from services.links.errors import LinkNotFound
from services.links.links import Link
from services.people import Person
from services.services import Services
from services.throttles import PICTURES


class QrLook(StatesGroup):
    colour = State()
    logo = State()


def router() -> Router:
    router = Router(name="links.qr")
    router.callback_query.register(show_qr, LinkPress.filter(F.action == LinkAction.QR))
    for part, handler in (
        (Part.SHOW, go_back),
        (Part.OWN_COLOUR, ask_colour),
        (Part.PNG, send_png),
        (Part.SVG, send_svg),
    ):
        router.callback_query.register(handler, QrPress.filter(F.part == part))
    for part, opened, chosen in (
        (Part.COLOUR, show_colours, choose_colour),
        (Part.SIZE, show_sizes, choose_size),
        (Part.LOGO, ask_logo, remove_logo),
    ):
        router.callback_query.register(opened, QrPress.filter((F.part == part) & (F.value == "")))
        router.callback_query.register(chosen, QrPress.filter(F.part == part))
    text = F.text | F.caption
    router.message.register(set_colour, PRIVATE, QrLook.colour, text, ~F.text.startswith("/"), ~PastedAddress())
    router.message.register(set_logo, PRIVATE, QrLook.logo, Unreadable())
    router.message.register(ask_logo_again, PRIVATE, QrLook.logo, F.text, ~F.text.startswith("/"), ~PastedAddress())
    return router


async def show_qr(
    press: CallbackQuery, callback_data: LinkPress | QrPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await services.throttle.require(person, PICTURES, now)
    await press.answer()
    await announce_picture(press)
    await _show(press, services, person, link, callback_data.page, now)


async def go_back(
    press: CallbackQuery, callback_data: QrPress, services: Services, person: Person, now: datetime
) -> None:
    """From choices beneath the picture, which has not changed; from a question the picture comes anew."""
    if not isinstance(press.message, Message) or not press.message.photo:
        await show_qr(press, callback_data, services, person, now)
        return
    link = await services.links.get(person.id, callback_data.id)
    await _show_beneath(press, services, person, link, callback_data.page)


async def _show_beneath(press: CallbackQuery, services: Services, person: Person, link: Link, page: int) -> None:
    style = await services.qr_styles.of(person.id, link.id)
    scans = await services.qr_styles.scans(person.id, link.id)
    await press.answer()
    await show(press, views.qr(link, style, scans, page))


async def _show(
    event: CallbackQuery | Message, services: Services, person: Person, link: Link, page: int, now: datetime
) -> None:
    """The picture as it looks now; the card, where it cannot be drawn."""
    style = await services.qr_styles.of(person.id, link.id)
    scans = await services.qr_styles.scans(person.id, link.id)
    picture = await drawing.shown(services.pictures, link, style)
    if picture is None:
        await show(event, card_views.card(link, person.zone, now, page=page, notes=(card_views.qr_later(),)))
    else:
        await show(event, views.qr(link, style, scans, page, picture))


async def show_colours(press: CallbackQuery, callback_data: QrPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    style = await services.qr_styles.of(person.id, link.id)
    await press.answer()
    await show(press, views.colours(link, style, callback_data.page))


async def choose_colour(
    press: CallbackQuery, callback_data: QrPress, services: Services, person: Person, now: datetime
) -> None:
    colour = "" if callback_data.value == HOUSE else callback_data.value
    await services.qr_styles.set_colour(person.id, callback_data.id, colour)
    await show_qr(press, callback_data, services, person, now)


async def ask_colour(
    press: CallbackQuery, callback_data: QrPress, state: FSMContext, services: Services, person: Person
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    await press.answer()
    question = views.colour_question(link, callback_data.page)
    await ask(press, state, QrLook.colour, question, link=link.id, page=callback_data.page)


async def set_colour(message: Message, state: FSMContext, services: Services, person: Person, now: datetime) -> None:
    link, page = await _asked_about(state, services, person)
    await services.throttle.require(person, PICTURES, now)
    typed = message.text or message.caption or ""
    # No word at all is no colour; to the service it would be the usual one.
    await services.qr_styles.set_colour(person.id, link.id, "" if views.is_usual(typed) else typed or " ")
    await finish(message, state)
    await _show(message, services, person, link, page, now)


async def show_sizes(press: CallbackQuery, callback_data: QrPress, services: Services, person: Person) -> None:
    link = await services.links.get(person.id, callback_data.id)
    style = await services.qr_styles.of(person.id, link.id)
    await press.answer()
    await show(press, views.sizes(link, style, callback_data.page))


async def choose_size(press: CallbackQuery, callback_data: QrPress, services: Services, person: Person) -> None:
    size = int(callback_data.value) if callback_data.value.isdecimal() else 0
    await services.qr_styles.set_size(person.id, callback_data.id, size)
    link = await services.links.get(person.id, callback_data.id)
    # The picture in the chat is the same for all sizes.
    await _show_beneath(press, services, person, link, callback_data.page)


async def ask_logo(
    press: CallbackQuery, callback_data: QrPress, state: FSMContext, services: Services, person: Person
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    style = await services.qr_styles.of(person.id, link.id)
    await press.answer()
    question = views.logo_question(link, style, callback_data.page)
    await ask(press, state, QrLook.logo, question, link=link.id, page=callback_data.page)


async def set_logo(
    message: Message, bot: Bot, state: FSMContext, services: Services, person: Person, now: datetime
) -> None:
    file = received(message)
    if file is None:
        await ask_logo_again(message, state)
        return
    link, page = await _asked_about(state, services, person)
    await services.throttle.require(person, PICTURES, now)
    await services.qr_styles.set_logo(person.id, link.id, await fetch(bot, file))
    await finish(message, state)
    await _show(message, services, person, link, page, now)


async def ask_logo_again(message: Message, state: FSMContext) -> None:
    """After something that is no picture."""
    if not await repeat(message, state, views.not_a_logo()):
        await show(message, Screen(views.not_a_logo()))


async def remove_logo(
    press: CallbackQuery, callback_data: QrPress, services: Services, person: Person, now: datetime
) -> None:
    if callback_data.value == REMOVE:
        await services.qr_styles.remove_logo(person.id, callback_data.id)
    await show_qr(press, callback_data, services, person, now)


async def send_png(
    press: CallbackQuery, callback_data: QrPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    style = await services.qr_styles.of(person.id, link.id)
    await services.throttle.require(person, PICTURES, now)
    await press.answer()
    await drawing.send_png(press, services.pictures, link, style)


async def send_svg(
    press: CallbackQuery, callback_data: QrPress, services: Services, person: Person, now: datetime
) -> None:
    link = await services.links.get(person.id, callback_data.id)
    style = await services.qr_styles.of(person.id, link.id)
    await services.throttle.require(person, PICTURES, now)
    await press.answer()
    await drawing.send_svg(press, services.pictures, link, style)


async def _asked_about(state: FSMContext, services: Services, person: Person) -> tuple[Link, int]:
    """The link that the open question is about, and the page. Raises LinkNotFound."""
    facts = await state.get_data()
    if "link" not in facts:
        # A crash between the question and its facts.
        raise LinkNotFound
    return await services.links.get(person.id, int(facts["link"])), int(facts.get("page", 0))
