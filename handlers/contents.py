"""What messages are made of: what people send by hand, what Telegram notes by itself, albums."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.enums import ContentType
from aiogram.filters import BaseFilter
from aiogram.types import Message, TelegramObject

from services.language import gettext as _

# The rest (a pin, a changed title, a timer, …) is written by Telegram: nobody waits for an answer.
BY_HAND = frozenset(
    {
        ContentType.ANIMATION, ContentType.AUDIO, ContentType.CHECKLIST, ContentType.CONTACT, ContentType.DICE,
        ContentType.DOCUMENT, ContentType.GAME, ContentType.LOCATION, ContentType.PAID_MEDIA, ContentType.PHOTO,
        ContentType.POLL, ContentType.STICKER, ContentType.STORY, ContentType.VENUE, ContentType.VIDEO,
        ContentType.VIDEO_NOTE, ContentType.VOICE,
    }
)  # fmt: skip
# An album comes within seconds; so many may come at once.
MOST_ALBUMS = 1_000


class Unreadable(BaseFilter):
    """Something that a person sent and the bot cannot read; of an album, its first message alone."""

    async def __call__(self, message: Message, later_in_album: bool = False) -> bool:
        return message.content_type in BY_HAND and not later_in_album


class KnowsAlbums(BaseMiddleware):
    """Gives handlers ``later_in_album``: an album is many messages, and one thing for who sent it."""

    def __init__(self) -> None:
        # The message that an album began with.
        self._first: OrderedDict[tuple[int, str], int] = OrderedDict()

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        if isinstance(event, Message) and event.media_group_id is not None:
            # The first one stays the first when it is handled again.
            first = self._first.setdefault((event.chat.id, event.media_group_id), event.message_id)
            data["later_in_album"] = first != event.message_id
            if len(self._first) > MOST_ALBUMS:
                self._first.popitem(last=False)
        return await handler(event, data)


def unreadable_text() -> str:
    return _("🙂 Thanks, but I can only read text and captions.")
