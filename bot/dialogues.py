"""Dialogue state in the database: a restart in the middle of a dialogue loses nothing, without Redis too."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseEventIsolation, BaseStorage, DefaultKeyBuilder, StateType, StorageKey
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.fsm.storage.redis import RedisStorage

from bot.container import Container
from db.engine import Database
from db.queries import dialogues as queries
from services.operations.upkeep import DIALOGUES_KEPT
from services.privacy.dialogues import PREFIX


class DatabaseStorage(BaseStorage):
    """aiogram's storage on the table ``dialogues``."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._keys = DefaultKeyBuilder(with_bot_id=True, with_destiny=True)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        await self._keep(key, state=name)

    async def get_state(self, key: StorageKey) -> str | None:
        async with self._database.read() as session:
            row = await queries.find(session, self._key(key))
        return row.state if row else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._keep(key, data=dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        async with self._database.read() as session:
            row = await queries.find(session, self._key(key))
        return dict(row.data) if row else {}

    async def close(self) -> None:
        """The database is closed by who opened it."""

    async def _keep(self, key: StorageKey, **values: Any) -> None:
        async with self._database.write() as session:
            await queries.keep(session, self._key(key), self._clock(), **values)
            await queries.forget_empty(session, self._key(key))

    def _key(self, key: StorageKey) -> str:
        return self._keys.build(key)


@asynccontextmanager
async def open_dialogues(container: Container) -> AsyncIterator[tuple[BaseStorage, BaseEventIsolation]]:
    """Dialogue state, in Redis where there is one, else in the database; and its locks.

    The locks are this process's own: one process talks to people, and its inbox handles each person's updates one
    after the other. A lock in Redis would outlive a process that was killed, and keep its people waiting.
    """
    storage: BaseStorage
    redis_url = container.settings.redis_url
    if redis_url is None:
        storage = DatabaseStorage(container.database, container.clock)
    else:
        keys = DefaultKeyBuilder(prefix=PREFIX, with_bot_id=True, with_destiny=True)
        storage = RedisStorage.from_url(
            redis_url.get_secret_value(), key_builder=keys, state_ttl=DIALOGUES_KEPT, data_ttl=DIALOGUES_KEPT
        )
    isolation = SimpleEventIsolation()
    try:
        yield storage, isolation
    finally:
        await isolation.close()
        await storage.close()
