"""Draws the QR of a link, and sends it as a file."""

from collections.abc import Callable

import structlog
from aiogram.enums import ChatAction
from aiogram.types import BufferedInputFile, CallbackQuery

from handlers.links.qr import views
from services.links.links import Link
from services.links.qr import QrStyle
from services.links.qr_errors import PictureLater
from services.links.targets import readable_url
from services.pictures.errors import PictureError
from services.pictures.qr import USUAL_SIZE, QrPicture, qr_picture
from services.pictures.qr_svg import qr_svg
from services.pictures.studio import PictureStudio

log = structlog.get_logger()


async def shown(studio: PictureStudio, link: Link, style: QrStyle) -> bytes | None:
    """A PNG for the chat, with the address beneath. None when it cannot be drawn now."""
    # Telegram makes photos smaller than 2048 pixels anyway, and enlarges none.
    picture = style.picture(link.short_url, caption=readable_url(link.short_url), size=USUAL_SIZE)
    try:
        return await studio.draw(qr_picture, picture)
    except PictureError:
        log.warning("an answer goes without its picture", function="qr_picture", exc_info=True)
        return None


async def send_png(press: CallbackQuery, studio: PictureStudio, link: Link, style: QrStyle) -> None:
    """The square alone, in the chosen size, as a document: Telegram leaves those as they are. Raises PictureLater."""
    caption = views.png_caption(link, style.size)
    await _send(press, studio, qr_picture, style.picture(link.short_url), views.file_name(link, "png"), caption)


async def send_svg(press: CallbackQuery, studio: PictureStudio, link: Link, style: QrStyle) -> None:
    """Raises PictureLater."""
    caption = views.svg_caption(link)
    await _send(press, studio, qr_svg, style.picture(link.short_url), views.file_name(link, "svg"), caption)


async def _send(
    press: CallbackQuery,
    studio: PictureStudio,
    function: Callable[[QrPicture], bytes],
    picture: QrPicture,
    name: str,
    caption: str,
) -> None:
    assert press.message is not None
    assert press.bot is not None
    chat_id = press.message.chat.id
    await press.bot.send_chat_action(chat_id, ChatAction.UPLOAD_DOCUMENT)
    try:
        content = await studio.draw(function, picture)
    except PictureError as error:
        log.warning("a file could not be drawn", function=function.__name__, exc_info=True)
        raise PictureLater from error
    file = BufferedInputFile(content, name)
    await press.bot.send_document(chat_id, file, caption=caption, disable_content_type_detection=True)
