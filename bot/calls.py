"""One delivery as calls of Telegram, and what their answers mean."""

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import SendDocument, SendMessage, SendPhoto
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from aiohttp import ClientConnectorError, ConnectionTimeoutError

from bot.logs import without_guides
from services.deliveries.outbox import Dispatch, Gone, Moved, NotSent, Outcome, Refused, Sent, Uncertain

# Larger pictures go as documents at once.
MOST_PHOTO_BYTES = 10 * 1024 * 1024
# Telegram's own words for a picture that it does not take as a photo.
NO_PHOTO = ("PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED", "PHOTO_SAVE_FILE_INVALID", "PHOTO_EXT_INVALID",
            "too big Photo")  # fmt: skip
# And for chats that cannot be reached.
REASONS = {
    "blocked by the user": "blocked",
    "user is deactivated": "deactivated",
    "kicked": "kicked",
    "not a member": "kicked",
}
MOST_REASON = 200

Method = SendMessage | SendPhoto | SendDocument


class NoWay(Exception):
    """Telegram was not reached at all: nothing of the call has left this machine."""


def message(row: Dispatch, file: bytes | None) -> Method:
    """The call that sends a delivery. Raises ValueError for a keyboard that is none."""
    keyboard = InlineKeyboardMarkup.model_validate(row.keyboard) if row.keyboard else None
    reply = None
    if row.reply_to is not None:
        reply = ReplyParameters(message_id=row.reply_to, allow_sending_without_reply=True)
    if row.file is None:
        return SendMessage(
            chat_id=row.chat_id,
            text=row.text,
            reply_markup=keyboard,
            disable_notification=row.silent or None,
            reply_parameters=reply,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
    assert file is not None
    upload = BufferedInputFile(file, row.file["name"])
    photo = SendPhoto(
        chat_id=row.chat_id,
        photo=upload,
        caption=row.text or None,
        reply_markup=keyboard,
        disable_notification=row.silent or None,
        reply_parameters=reply,
    )
    if row.file["kind"] == "photo" and len(file) <= MOST_PHOTO_BYTES:
        return photo
    return as_document(photo)


def as_document(photo: SendPhoto) -> SendDocument:
    """The same file, which keeps its bytes as they are."""
    return SendDocument(
        chat_id=photo.chat_id,
        document=photo.photo,
        caption=photo.caption,
        reply_markup=photo.reply_markup,
        disable_notification=photo.disable_notification,
        reply_parameters=photo.reply_parameters,
    )


def is_no_photo(error: TelegramBadRequest) -> bool:
    return any(words in error.message for words in NO_PHOTO)


async def call(bot: Bot, method: Method) -> Outcome:
    """Make the call, once; what its answer means. Raises NoWay, and TelegramRetryAfter: others must hear of that.

    An answer of 5xx in Telegram's own form means that the call was not done: the Bot API server gives it when it could
    not hand a message on, or is about to restart. An answer that is none of Telegram's (a gateway's 502 or 504, say)
    means nothing, like one that never came: the call had left, and may have been done.
    """
    try:
        sent: Message = await bot(method)
    except TelegramRetryAfter:
        raise
    except TelegramMigrateToChat as error:
        return Moved(error.migrate_to_chat_id)
    except TelegramForbiddenError as error:
        return Gone(_why_gone(error.message))
    except TelegramServerError as error:
        return NotSent(_quoted(error.message))
    except TelegramEntityTooLarge:
        return Refused("the file is too large")
    except TelegramBadRequest as error:
        if isinstance(method, SendPhoto) and is_no_photo(error):
            raise
        return Refused(_quoted(error.message.removeprefix("Bad Request: ")))
    except TelegramNetworkError as error:
        if isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError):
            raise NoWay(type(error.__cause__).__name__) from error
        return Uncertain("the answer was lost")
    except ClientDecodeError:
        return Uncertain("the answer could not be read")
    return Sent(sent.message_id)


def _quoted(words: str) -> str:
    """Telegram's words, which operators see: of a button that it does not take, they hold the address."""
    return without_guides(words)[:MOST_REASON]


def _why_gone(words: str) -> str:
    return next((reason for phrase, reason in REASONS.items() if phrase in words), "forbidden")
