"""How chats stand to the bot: a group became another one, somebody blocked the bot, or is back."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware, Router
from aiogram.enums import ChatMemberStatus
from aiogram.types import ChatMemberUpdated, TelegramObject, Update

from services.deliveries import Deliveries

ABSENT = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


def router() -> Router:
    router = Router(name="standing")
    router.my_chat_member.register(noted)
    return router


async def noted(_: ChatMemberUpdated) -> None:
    """FollowsChats did the work: Telegram sends such updates only where there is a handler for them."""


class FollowsChats(BaseMiddleware):
    """Keeps what Telegram tells of chats, whoever did it: an anonymous administrator's deed counts as well."""

    def __init__(self, deliveries: Deliveries, clock: Callable[[], datetime]) -> None:
        self._deliveries = deliveries
        self._clock = clock

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Update)
        if event.message is not None and event.message.migrate_to_chat_id is not None:
            await self._deliveries.chat_moved(event.message.chat.id, event.message.migrate_to_chat_id, self._clock())
        if event.my_chat_member is not None:
            await self._standing(event.my_chat_member)
        return await handler(event, data)

    async def _standing(self, event: ChatMemberUpdated) -> None:
        was, now = event.old_chat_member.status in ABSENT, event.new_chat_member.status in ABSENT
        if now and not was:
            reason = "blocked" if event.chat.type == "private" else "kicked"
            await self._deliveries.person_left(event.chat.id, reason, self._clock())
        elif was and not now:
            await self._deliveries.person_returned(event.chat.id, self._clock())
