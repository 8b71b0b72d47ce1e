"""How fast the bot may write: Telegram's rates, and its word where it asks to wait."""

import time
from collections import deque
from collections.abc import Callable

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response, TelegramType

SENDING_METHODS = ("send", "copy", "forward")
# A chat action is no message.
NO_MESSAGES = frozenset({"sendChatAction"})
MINUTE_SECONDS = 60.0
# Who is asked to wait for longer asks again after this.
LONGEST_HOLD_SECONDS = 3600.0
# So many different chats that are refused one after another, within so many seconds, mean that all are.
CHATS_REFUSED, REFUSED_WITHIN_SECONDS = 3, 2.0
# Chats that nothing was sent to for so long are forgotten.
FORGET_EVERY = 10_000


class Rates:
    """When a delivery may leave, in seconds of ``clock``, which must be a monotonic one.

    Telegram takes about 30 messages a second in all, 1 a second to a chat, 20 a minute to a group. Answers are not
    held up here, only counted; deliveries leave room for them (``overall`` a second), but however many answers there
    are, a few deliveries leave as well (``own`` a second).
    """

    def __init__(
        self,
        *,
        overall: int = 25,
        own: int = 5,
        chat_seconds: float = 1.0,
        group_a_minute: int = 20,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chat_seconds = chat_seconds
        self._group_a_minute = group_a_minute
        self._clock = clock
        self._sent: deque[float] = deque(maxlen=overall)
        self._owed: deque[float] = deque(maxlen=own)
        self._chats: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = {}
        # Until when Telegram, or trouble with the way to it, lets nothing through: for a chat, for all.
        self._held: dict[int, float] = {}
        self._all_held = 0.0
        self._refused: dict[int, float] = {}

    def note(self, chat_id: int, *, owed: bool = False) -> None:
        """A message leaves for this chat now: an answer, or a delivery, which was ``owed``."""
        now = self._clock()
        self._sent.append(now)
        if owed:
            self._owed.append(now)
        self._chats[chat_id] = now
        if chat_id < 0:
            self._groups.setdefault(chat_id, deque(maxlen=self._group_a_minute)).append(now)
        if len(self._chats) > FORGET_EVERY:
            self._forget(now)

    def refused(self, chat_id: int, seconds: float) -> None:
        """Telegram takes nothing for this chat for so long. Where several chats hear that in a row, it means all."""
        now = self._clock()
        self._held[chat_id] = max(self._held.get(chat_id, 0.0), now + min(seconds, LONGEST_HOLD_SECONDS))
        self._refused[chat_id] = now
        lately = {chat: at for chat, at in self._refused.items() if now - at <= REFUSED_WITHIN_SECONDS}
        self._refused = lately
        if len(lately) >= CHATS_REFUSED:
            self._all_held = max(self._all_held, *(self._held.get(chat, 0.0) for chat in lately))

    def accepted(self) -> None:
        """Telegram took a message: who is refused just now is refused for themselves."""
        self._refused.clear()

    def hold_all(self, seconds: float) -> None:
        """Nothing goes through for so long."""
        self._all_held = max(self._all_held, self._clock() + seconds)

    def wait(self) -> float:
        """Seconds until a delivery may leave for anybody; 0: now."""
        room_at = min(_room_at(self._sent), _room_at(self._owed))
        return max(max(room_at, self._all_held) - self._clock(), 0.0)

    def wait_of(self, chat_id: int) -> float:
        """Seconds until this chat may get a delivery, all others aside; 0: now."""
        free_at = self._held.get(chat_id, 0.0)
        if chat_id in self._chats:
            free_at = max(free_at, self._chats[chat_id] + self._chat_seconds)
        group = self._groups.get(chat_id)
        if group is not None and len(group) == self._group_a_minute:
            free_at = max(free_at, group[0] + MINUTE_SECONDS)
        return max(free_at - self._clock(), 0.0)

    def waiting(self) -> int:
        """How many chats must wait just now."""
        return sum(self.wait_of(chat) > 0 for chat in {*self._held, *self._chats, *self._groups})

    def _forget(self, now: float) -> None:
        longest = max(self._chat_seconds, MINUTE_SECONDS)
        self._chats = {chat: at for chat, at in self._chats.items() if now - at < longest}
        self._groups = {chat: times for chat, times in self._groups.items() if now - times[-1] < MINUTE_SECONDS}
        self._held = {chat: until for chat, until in self._held.items() if until > now}


def _room_at(sent: deque[float]) -> float:
    """From when there is room for one more, where a second takes as many as ``sent`` can hold."""
    return sent[0] + 1.0 if len(sent) == sent.maxlen else 0.0


class NotesSending(BaseRequestMiddleware):
    """Tells the rates of every message that answers somebody; the innermost, so that each try counts."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        name, chat_id = method.__api_method__, getattr(method, "chat_id", None)
        if not name.startswith(SENDING_METHODS) or name in NO_MESSAGES or not isinstance(chat_id, int):
            return await make_request(bot, method)
        self._rates.note(chat_id)
        try:
            response = await make_request(bot, method)
        except TelegramRetryAfter as error:
            self._rates.refused(chat_id, error.retry_after)
            raise
        self._rates.accepted()
        return response
