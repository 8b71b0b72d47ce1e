"""The file of a logo that a person sent: judged by what Telegram says of it, then fetched within bounds."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import structlog
from aiogram import Bot
from aiogram.types import Message

from services.errors import UserError
from services.links.qr import MOST_LOGO_BYTES, require_few_pixels
from services.links.qr_errors import LogoAnimated, LogoTooHeavy, PictureLater

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

log = structlog.get_logger()
FETCH_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Received:
    """A file on Telegram's side; ``width`` and ``height`` are 0 where it says nothing of them."""

    file_id: str
    size: int
    width: int = 0
    height: int = 0


def received(message: Message) -> Received | None:
    """The picture of a message: a photo, a file that may be one, a sticker; None: there is none.

    Raises LogoAnimated.
    """
    if message.animation is not None:
        # Telegram sends these with a document beside them.
        raise LogoAnimated
    if message.photo:
        largest = message.photo[-1]
        return Received(largest.file_id, largest.file_size or 0, largest.width, largest.height)
    if message.document is not None:
        return Received(message.document.file_id, message.document.file_size or 0)
    if message.sticker is not None:
        if message.sticker.is_animated or message.sticker.is_video:
            raise LogoAnimated
        return Received(message.sticker.file_id, message.sticker.file_size or 0)
    return None


async def fetch(bot: Bot, file: Received) -> bytes:
    """Its bytes. Raises LogoTooHeavy and LogoTooLarge, before anything is fetched where that can be known, and
    PictureLater where Telegram does not give it.
    """
    if file.size > MOST_LOGO_BYTES:
        raise LogoTooHeavy(MOST_LOGO_BYTES)
    require_few_pixels(file.width, file.height)
    try:
        content = _Bounded()
        await bot.download(file.file_id, content, timeout=FETCH_SECONDS)
    except UserError:
        raise
    except Exception as error:
        # Telegram's own errors, and those of the connection, which come as they are.
        log.warning("a file could not be fetched", reason=type(error).__name__, detail=str(error))
        raise PictureLater from error
    return content.getvalue()


class _Bounded(BytesIO):
    """Takes no more than a logo may have, whatever was said of the file's size."""

    def write(self, chunk: "ReadableBuffer", /) -> int:
        if self.tell() + memoryview(chunk).nbytes > MOST_LOGO_BYTES:
            raise LogoTooHeavy(MOST_LOGO_BYTES)
        return super().write(chunk)
