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
from aiogram.types import InlineKeyboardMarkup
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alert_edits import Edits, Place
from bot.container import Container
from bot.lease import Deposed
from bot.stopping import Stopping
from bot.watching import Watch
from db import tables
from db.queries import alerts as queries
from db.queries import deliveries as delivery_queries
from handlers.alerts.views import alert_screen, over_text
from services.deliveries import Outgoing
from services.deliveries.kinds import ALERT
from services.language import speaking
from services.operations.alerts import StandingAlert, standing_alert
from services.time_zones import zone

log = structlog.get_logger()
DEFAULT_LANGUAGE = "ru"
UNDER_WAY = (delivery_queries.DUE, delivery_queries.SENDING)


@dataclass(frozen=True, slots=True)
class AlertPace:
    """Seconds between two looks at the alerts, and between two at the platform."""

    look: float = 1.0
    # Many changes at once are one look.
    gather: float = 0.1
    watch: float = 10.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a message, in which language and time zone."""

    language: str
    zone: tzinfo


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
        self._edits = Edits(bot, clock)
        # Alerts that cannot be said: that is told once.
        self._unsayable: set[int] = set()

    async def run(self, over: Stopping) -> None:
        try:
            while not over.is_set():
                self._alerts.changed.clear()
                for part in (self._watch_over, self.say):
                    try:
                        await part()
                    except Deposed:
                        raise
                    except Exception as error:
                        log.warning("alerts cannot be said just now", reason=type(error).__name__)
                await self._rest(over)
        finally:
            # Whoever leads next makes them.
            await self._edits.close()

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
            try:
                await self._say_one(row, look)
            except (Deposed, SQLAlchemyError, OSError):
                raise
            except Exception:
                # Written by another version, perhaps. It keeps none of the others back.
                if row.id not in self._unsayable:
                    self._unsayable.add(row.id)
                    log.exception("an alert cannot be said", alert=row.id, kind=row.kind)
        self._edits.forget_others({news_key(row.id, chat_id) for row in look.alerts for chat_id in look.readers})

    async def _say_one(self, row: tables.Alert, look: _Look) -> None:
        alert = standing_alert(row, look.silent)
        if alert is None:
            return
        if row.standing is not None and alert.ends_at <= look.now:
            alert = await self._end(alert, look)
        owed = await self._owe(alert, look)
        up_to_date = self._bring_up(alert, look)
        if up_to_date and not owed:
            await self._settle(alert, row, look)

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
                self._edits.is_sent(key, screen.text, alert)
        await self._container.services.deliveries.enqueue_in(session, ALERT, key, chat_id, outgoing, look.now)

    # What is edited

    def _bring_up(self, alert: StandingAlert, look: _Look) -> bool:
        """Bring its messages to what is so now, where it is time for that; whether all have arrived and are so."""
        done = True
        for chat_id, reader in look.readers.items():
            message = look.messages.get(news_key(alert.id, chat_id))
            end = look.messages.get(over_key(alert.id, chat_id))
            if any(each is not None and each.state in UNDER_WAY for each in (message, end)):
                done = False
            if message is not None and message.message_id is not None:
                with speaking(self._container.catalogue, reader.language):
                    screen = alert_screen(alert, reader.zone)
                place = Place(message.key, message.chat_id, message.message_id)
                done = self._edits.bring_up(place, screen, alert) and done
        return done

    async def _settle(self, alert: StandingAlert, row: tables.Alert, look: _Look) -> None:
        """Its messages show what is so: it is not looked at again, unless it still stands."""
        if alert.over_at is not None or row.shown_count != alert.count:
            async with self._database.write() as session:
                await queries.shown(session, alert.id, alert.count, alert.over_at, look.now)

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


def _plain(keyboard: InlineKeyboardMarkup | None) -> dict[str, object] | None:
    return keyboard.model_dump(exclude_none=True, mode="json") if keyboard else None
