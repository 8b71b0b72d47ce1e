"""The card of an account as a picture to send on, by day or by night, as a photo or as a file."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.enums import ChatAction
from aiogram.types import BufferedInputFile, CallbackQuery

from handlers.screen import announce_picture
from handlers.tiktok import picture_views as views
from handlers.tiktok.card import known_card
from handlers.tiktok.drawing import allowed, drawn
from handlers.tiktok.pasted import show
from handlers.tiktok.presses import PictureAct, PicturePress
from services.links.qr_errors import PictureLater
from services.people import Person
from services.pictures.account import account_picture
from services.services import Services

FILES = {PictureAct.LIGHT_FILE: PictureAct.LIGHT, PictureAct.DARK_FILE: PictureAct.DARK}


def router() -> Router:
    router = Router(name="tiktok.picture")
    router.callback_query.register(send_file, PicturePress.filter(F.act.in_(set(FILES))))
    router.callback_query.register(show_picture, PicturePress.filter())
    return router


async def show_picture(
    press: CallbackQuery, callback_data: PicturePress, bot: Bot, services: Services, person: Person, now: datetime
) -> None:
    card = await known_card(callback_data.id, services)
    picture = views.picture(card, callback_data.act, await signature(bot), person.zone)
    await allowed(services, person, account_picture, picture, now)
    await press.answer()
    await announce_picture(press)
    png = await drawn(services, account_picture, picture)
    await show(press, views.shown(card, callback_data.act, png))


async def send_file(
    press: CallbackQuery, callback_data: PicturePress, bot: Bot, services: Services, person: Person, now: datetime
) -> None:
    """A message of its own: Telegram makes photos smaller, and leaves files as they are. Raises PictureLater."""
    assert press.message is not None
    card = await known_card(callback_data.id, services)
    picture = views.picture(card, FILES[callback_data.act], await signature(bot), person.zone)
    await allowed(services, person, account_picture, picture, now)
    await press.answer()
    await bot.send_chat_action(press.message.chat.id, ChatAction.UPLOAD_DOCUMENT)
    png = await drawn(services, account_picture, picture)
    if png is None:
        raise PictureLater
    file = BufferedInputFile(png, f"{card.username}.png")
    await bot.send_document(press.message.chat.id, file, disable_content_type_detection=True)


async def signature(bot: Bot) -> str:
    """The bot's name, as pictures carry it."""
    return f"@{(await bot.me()).username or ''}"
