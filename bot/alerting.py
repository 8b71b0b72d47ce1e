"""Says alerts to operators: one message each, whose counter is edited, and another one when it is over.

To the admin group, or to each of ADMIN_IDS where there is none or it does not take them any more. A group is spoken
to in the language of the first of ADMIN_IDS (by number) who ever wrote to the bot, in Russian where none did; an
operator in their own.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.types import InlineKeyboardMarkup
from sqlalchemy.ext.asyncio import AsyncSession

from bot.container import Container
from bot.lease import Deposed
from bot.stopping import Stopping
from bot.watching import Watch
from db import tables
from db.queries import alerts as queries
from db.queries import deliveries as delivery_queries
from handlers.alerts.views import alert_screen, over_text
from handlers.screen import NO_PREVIEW
from services.deliveries import Outgoing
from services.deliveries.kinds import ALERT
from services.language import speaking
from services.operations.alerts import HAPPENINGS, StandingAlert, standing_alert
from services.time_zones import zone

log = structlog.get_logger()
EDIT_SECONDS = 10
DEFAULT_LANGUAGE = "ru"
UNDER_WAY = (delivery_queries.DUE, delivery_queries.SENDING)


@dataclass(frozen=True, slots=True)
class AlertPace:
    """Seconds between two looks, between two edits that show a new count or new numbers, and of a chat's edits."""

    look: float = 1.0
    # Many changes at once are one look.
    gather: float = 0.1
    count: float = 5.0
    numbers: float = 60.0
    chat: float = 3.0
    watch: float = 10.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a message, in which language and time zone."""

    language: str
    zone: tzinfo


@dataclass(slots=True)
class _Shown:
    """What a message shows: the alert's state as it was rendered, and when."""

    text: str
    alert: StandingAlert
    at: float


@dataclass(slots=True)
class _Look:
    """What one look at the tables found."""

    now: datetime
    alerts: Sequence[tables.Alert]
    silent: Mapping[str, datetime]
    messages: dict[str, tables.Delivery]
    readers: dict[int, Reader] = field(default_factory=dict)


class Alerting:
    """Run by the leading bot.

    >>> await Alerting(bot, container).run(over)      # ``bot`` tries nothing again by itself
    """

    def __init__(
        self,
        bot: Bot,
        container: Container,
        *,
        pace: AlertPace = AlertPace(),
        watch: Watch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock`` gives seconds."""
        self._bot = bot
        self._container = container
        self._database = container.database
        self._alerts = container.services.alerts
        self._pace = pace
        self._watch = watch or Watch(container.services.operations, self._alerts)
        self._clock = clock
        self._watch_at = clock() + pace.watch
        # What is shown, by the message's key; until when Telegram wants no edits in a chat, and when we make the next.
        self._shown: dict[str, _Shown] = {}
        self._held_until: dict[int, float] = {}
        self._edit_at: dict[int, float] = {}

    async def run(self, over: Stopping) -> None:
        while not over.is_set():
            self._alerts.changed.clear()
            try:
                await self._watch_over()
                await self.say()
            except Deposed:
                raise
            except Exception as error:
                log.warning("alerts cannot be said just now", reason=type(error).__name__)
            await self._rest(over)

    async def _rest(self, over: Stopping) -> None:
        waiting = [asyncio.ensure_future(event.wait()) for event in (over, self._alerts.changed)]
        try:
            await asyncio.wait(waiting, timeout=self._pace.look, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        if not over.is_set():
            await asyncio.sleep(self._pace.gather)

    async def _watch_over(self) -> None:
        if self._clock() >= self._watch_at:
            self._watch_at = self._clock() + self._pace.watch
            await self._watch.look(self._container.clock())

    async def say(self) -> None:
        """Say what is new, what changed, and what is over."""
        look = await self._look()
        if look.alerts:
            for chat_id in {*self._chats(), *self._operators()}:
                look.readers[chat_id] = await self._reader(chat_id)
        for row in look.alerts:
            alert = standing_alert(row, look.silent)
            if row.standing is not None and alert.ends_at <= look.now:
                alert = await self._end(alert, look)
            owed = await self._owe(alert, look)
            up_to_date = await self._edit(alert, look)
            if up_to_date and not owed:
                await self._settle(alert, row, look)
        self._forget(look)

    async def _look(self) -> _Look:
        now = self._container.clock()
        async with self._database.read() as session:
            rows = await queries.unsettled(session)
            chats = {*self._chats(), *self._operators()}
            keys = [key(row.id, chat_id) for row in rows for chat_id in chats for key in (news_key, over_key)]
            found = await queries.messages(session, keys) if keys else {}
            return _Look(now, rows, await queries.silences(session, now), found)

    async def _end(self, alert: StandingAlert, look: _Look) -> StandingAlert:
        async with self._database.write() as session:
            if not await queries.end(session, alert.id, alert.last_at, look.now):
                return alert
        return replace(alert, over_at=look.now)

    # What is owed

    async def _owe(self, alert: StandingAlert, look: _Look) -> bool:
        """Owe its message to who should have it, and the one of its end to who had it; whether anything was missing."""
        said = [chat_id for chat_id in look.readers if news_key(alert.id, chat_id) in look.messages]
        if alert.over_at is None:
            quiet = alert.silent_until is not None and not said
            wanted = {} if quiet else {news_key(alert.id, chat): chat for chat in self._recipients(alert, look)}
        elif alert.silent_until is None:
            wanted = {over_key(alert.id, chat): chat for chat in self._told_of_end(alert, look, said)}
        else:
            wanted = {}
        missing = {key: chat_id for key, chat_id in wanted.items() if key not in look.messages}
        if missing:
            async with self._database.write() as session:
                for key, chat_id in missing.items():
                    await self._enqueue(session, key, chat_id, alert, look)
        return bool(missing)

    def _recipients(self, alert: StandingAlert, look: _Look) -> list[int]:
        """The chats that it goes to: each operator's too, where the group did not take it."""
        chats = self._chats()
        return self._with_others(chats, [look.messages.get(news_key(alert.id, chat_id)) for chat_id in chats])

    def _told_of_end(self, alert: StandingAlert, look: _Look, said: Sequence[int]) -> list[int]:
        failed = delivery_queries.FAILED
        heard = [chat_id for chat_id in said if look.messages[news_key(alert.id, chat_id)].state != failed]
        return self._with_others(heard, [look.messages.get(over_key(alert.id, chat_id)) for chat_id in heard])

    def _with_others(self, chats: list[int], messages: Sequence[tables.Delivery | None]) -> list[int]:
        if any(message is not None and message.state == delivery_queries.FAILED for message in messages):
            return [*chats, *(chat_id for chat_id in self._operators() if chat_id not in chats)]
        return chats

    async def _enqueue(self, session: AsyncSession, key: str, chat_id: int, alert: StandingAlert, look: _Look) -> None:
        reader = look.readers[chat_id]
        first = look.messages.get(news_key(alert.id, chat_id))
        with speaking(self._container.catalogue, reader.language):
            if alert.over_at is not None:
                outgoing = Outgoing(over_text(alert), reply_to=first.message_id if first else None)
            else:
                screen = alert_screen(alert, reader.zone)
                outgoing = Outgoing(screen.text, keyboard=_plain(screen.keyboard))
                self._shown[key] = _Shown(screen.text, alert, self._clock())
        await self._container.services.deliveries.enqueue_in(session, ALERT, key, chat_id, outgoing, look.now)

    # What is edited

    async def _edit(self, alert: StandingAlert, look: _Look) -> bool:
        """Bring its messages to what is so now, where it is time for that; whether all have arrived and are so."""
        done = True
        for chat_id, reader in look.readers.items():
            message = look.messages.get(news_key(alert.id, chat_id))
            end = look.messages.get(over_key(alert.id, chat_id))
            if any(each is not None and each.state in UNDER_WAY for each in (message, end)):
                done = False
            if message is not None and message.message_id is not None:
                done = await self._bring_up(message, alert, reader) and done
        return done

    async def _settle(self, alert: StandingAlert, row: tables.Alert, look: _Look) -> None:
        """Its messages show what is so: it is not looked at again, unless it still stands."""
        ended = alert.over_at is not None and (row.shown_at is None or row.shown_at < alert.over_at)
        if ended or row.shown_count != alert.count:
            async with self._database.write() as session:
                await queries.shown(session, alert.id, alert.count, look.now)

    async def _bring_up(self, message: tables.Delivery, alert: StandingAlert, reader: Reader) -> bool:
        """Whether the message shows what is so now."""
        key = message.key
        with speaking(self._container.catalogue, reader.language):
            screen = alert_screen(alert, reader.zone)
        shown = self._shown.get(key)
        if shown is not None and shown.text == screen.text and _state(shown.alert) == _state(alert):
            return True
        now = self._clock()
        if not self._is_time(shown, alert, message.chat_id, now):
            return False
        try:
            async with asyncio.timeout(EDIT_SECONDS):
                await self._bot.edit_message_text(
                    screen.text,
                    chat_id=message.chat_id,
                    message_id=message.message_id,
                    reply_markup=screen.keyboard,
                    link_preview_options=NO_PREVIEW,
                )
        except TelegramRetryAfter as error:
            self._held_until[message.chat_id] = now + error.retry_after
            return False
        except (TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat) as error:
            # Unchanged since before a restart; or the message or its group is gone, and nobody misses its counter.
            log.debug("an alert's message stays as it is", reason=error.message)
        except (AiogramError, TimeoutError) as error:
            log.info("an alert's message could not be edited", reason=type(error).__name__)
            self._held_until[message.chat_id] = now + self._pace.chat
            return False
        self._shown[key] = _Shown(screen.text, alert, now)
        self._edit_at[message.chat_id] = now + self._pace.chat
        return True

    def _is_time(self, shown: _Shown | None, alert: StandingAlert, chat_id: int, now: float) -> bool:
        if now < self._held_until.get(chat_id, 0.0):
            return False
        if shown is None:
            return now >= self._edit_at.get(chat_id, 0.0)
        if _state(shown.alert) != _state(alert):
            # Somebody pressed a button and looks at it.
            return True
        if alert.silent_until is not None:
            # It says nothing. How often it came is shown when it speaks again, or is over.
            return False
        pace = self._pace.count if alert.kind in HAPPENINGS else self._pace.numbers
        return now - shown.at >= pace and now >= self._edit_at.get(chat_id, 0.0)

    def _forget(self, look: _Look) -> None:
        """What is shown of alerts that are settled."""
        standing = {news_key(row.id, chat_id) for row in look.alerts for chat_id in look.readers}
        for key in self._shown.keys() - standing:
            del self._shown[key]

    # Who reads

    def _chats(self) -> list[int]:
        group = self._container.settings.admin_chat_id
        return [group] if group is not None else self._operators()

    def _operators(self) -> list[int]:
        return sorted(self._container.settings.admin_ids)

    async def _reader(self, chat_id: int) -> Reader:
        people, settings = self._container.services.people, self._container.settings
        if chat_id > 0 and (person := await people.find(chat_id)) is not None:
            return Reader(person.language, person.zone)
        for operator_id in self._operators():
            if (person := await people.find(operator_id)) is not None:
                return Reader(person.language, zone(settings.default_timezone))
        return Reader(DEFAULT_LANGUAGE, zone(settings.default_timezone))


def news_key(alert_id: int, chat_id: int) -> str:
    """The delivery of an alert to a chat."""
    return f"alert:{alert_id}:{chat_id}"


def over_key(alert_id: int, chat_id: int) -> str:
    """The delivery of its end."""
    return f"alert-over:{alert_id}:{chat_id}"


def _state(alert: StandingAlert) -> tuple[datetime | None, bool]:
    """What is shown at once when it changes."""
    return alert.silent_until, alert.over_at is not None


def _plain(keyboard: InlineKeyboardMarkup | None) -> dict[str, object] | None:
    return keyboard.model_dump(exclude_none=True, mode="json") if keyboard else None
