"""Screens: what a message shows. A menu edits its message; only what cannot be edited is sent anew."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aiogram.enums import ChatAction
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InaccessibleMessage,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# Telegram's own words for an edit that would change nothing, as after two presses at once.
UNCHANGED = "message is not modified"
# And for a message that is not there any more.
GONE = ("message to edit not found", "message to delete not found")

# Pictures that made room for a text. The other one of two presses at once finds its message gone, and needs nothing:
# the first one has shown what there is to see. A press that is handled again after a crash is not that.
_replaced: deque[tuple[int, int, datetime]] = deque(maxlen=1_000)


@dataclass(frozen=True, slots=True)
class Screen:
    """A text (HTML) with buttons, or a picture (PNG) with the text as its caption.

    ``keeps_picture``: where the message shows a picture already, that one stays, and its caption is edited.
    """

    text: str
    keyboard: InlineKeyboardMarkup | None = None
    picture: bytes | None = None
    keeps_picture: bool = False

    @property
    def file(self) -> BufferedInputFile:
        assert self.picture is not None
        return BufferedInputFile(self.picture, "toklink.png")


async def show(event: Message | CallbackQuery, screen: Screen) -> Message:
    """Answer a message with the screen, or turn the pressed message into it. Returns the message that shows it.

    A file stays where it is: what is pressed beneath it comes as a message of its own.
    """
    if isinstance(event, Message):
        return await _send(event, screen)
    message = event.message
    assert message is not None, "only presses of inline results come without a message, and we send none"
    if isinstance(message, InaccessibleMessage):
        return await _send_to_chat(event, screen)
    if message.document is not None:
        return await _send(message, screen)
    if message.photo and screen.picture is None and not screen.keeps_picture:
        return await _replace(message, screen)
    return await _edit(message, screen)


async def announce_picture(press: CallbackQuery) -> None:
    """Telegram says that a picture is on its way, which takes a moment."""
    if press.message is not None and press.bot is not None:
        with suppress(TelegramAPIError):  # the picture itself comes all the same
            await press.bot.send_chat_action(press.message.chat.id, ChatAction.UPLOAD_PHOTO)


async def _send(message: Message, screen: Screen) -> Message:
    if screen.picture is not None:
        return await message.answer_photo(screen.file, caption=screen.text, reply_markup=screen.keyboard)
    return await message.answer(screen.text, reply_markup=screen.keyboard, link_preview_options=NO_PREVIEW)


async def _send_to_chat(press: CallbackQuery, screen: Screen) -> Message:
    """For a press on a message so old that Telegram does not hand it out any more."""
    assert press.message is not None
    assert press.bot is not None
    chat_id = press.message.chat.id
    if screen.picture is not None:
        return await press.bot.send_photo(chat_id, screen.file, caption=screen.text, reply_markup=screen.keyboard)
    return await press.bot.send_message(
        chat_id, screen.text, reply_markup=screen.keyboard, link_preview_options=NO_PREVIEW
    )


async def _edit(message: Message, screen: Screen) -> Message:
    try:
        edited = await _edited(message, screen)
    except TelegramBadRequest as error:
        if UNCHANGED in error.message or (_is_gone(error) and _key(message) in _replaced):
            return message
        if _is_gone(error):
            return await _send(message, screen)
        raise
    return edited if isinstance(edited, Message) else message


async def _edited(message: Message, screen: Screen) -> Message | bool:
    if screen.picture is not None:
        media = InputMediaPhoto(media=screen.file, caption=screen.text)
        return await message.edit_media(media, reply_markup=screen.keyboard)
    if message.photo:
        return await message.edit_caption(caption=screen.text, reply_markup=screen.keyboard)
    return await message.edit_text(screen.text, reply_markup=screen.keyboard, link_preview_options=NO_PREVIEW)


async def _replace(message: Message, screen: Screen) -> Message:
    """A picture never becomes text again: it goes, and the text comes at the end of the chat."""
    try:
        await message.delete()
    except TelegramBadRequest as error:
        if _is_gone(error) and _key(message) in _replaced:
            return message
        # Else it is older than 48 hours, and stays above the text.
    shown = await _send(message, screen)
    _replaced.append(_key(message))
    return shown


def _is_gone(error: TelegramBadRequest) -> bool:
    return any(words in error.message for words in GONE)


def _key(message: Message) -> tuple[int, int, datetime]:
    return message.chat.id, message.message_id, message.date
