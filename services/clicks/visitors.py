"""Visitors without a cookie, told apart for a day and by nobody afterwards."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from hashlib import blake2b
from os import urandom
from typing import Final

import structlog

from db.engine import Database
from db.queries import visitors as queries

DAY_SECONDS: Final = 86_400
KEY_BYTES: Final = 32
HASH_BYTES: Final = 16
# Before a day begins its key is made, and all processes have it in hand when it does.
AHEAD_SECONDS: Final = 4 * 3_600
LOOK_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 2.0

log = structlog.get_logger(__name__)


class VisitorHashes:
    """Hashes of address and agent under the random key of the day (UTC), which all processes share by the database.

    The key is deleted after its day: whose hashes those were, nobody can find out then, not by trying all addresses
    either. While the database is away and has not told the day's key yet, a process uses a key of its own, and offers
    it as everybody's once the database answers; a visitor who was seen under two keys is counted twice that day.

    >>> hashes = VisitorHashes(database)
    >>> hashes.start()
    >>> hashes.hash(link_id, "203.0.113.7", "Mozilla/5.0 …", time.time())
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._keys: dict[int, bytes] = {}
        # Days whose key is everybody's.
        self._shared: set[int] = set()
        self._forgotten = -1
        self._away = False
        self._task: asyncio.Task[None] | None = None
        self._asked = asyncio.Event()

    def start(self) -> None:
        """Begin to get keys and to delete those of days gone, in the running event loop."""
        self._task = asyncio.create_task(self._run(), name="visitors' keys")

    async def asked(self) -> None:
        """Return once the database was asked for today's key, whether it answered or not."""
        await self._asked.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def hash(self, link_id: int, address: str, agent: str, now: float) -> bytes:
        """16 bytes, the same for the link, address and agent all day (UTC), and for nothing else.

        ``now``: seconds since 1970.
        """
        day = int(now // DAY_SECONDS)
        key = self._keys.get(day)
        if key is None:
            key = self._keys[day] = urandom(KEY_BYTES)
        told = f"{link_id} {address} {agent}".encode(errors="surrogateescape")
        return blake2b(told, key=key, digest_size=HASH_BYTES).digest()

    async def renew(self) -> None:
        """Get the keys that are needed now, making them where nobody has, and delete old ones.

        Raises what the driver raises when the database does not answer.
        """
        now = self._clock()
        today = int(now // DAY_SECONDS)
        for day in range(today, int((now + AHEAD_SECONDS) // DAY_SECONDS) + 1):
            if day not in self._shared:
                self._keys[day] = await self._agreed(day)
                self._shared.add(day)
        if self._forgotten < today:
            async with self._database.write() as session:
                await queries.forget_keys_before(session, today)
            self._forgotten = today
        # Not by the hash's own clock alone: a request that began in yesterday's last moment still finds its key.
        for day in [day for day in self._keys if day < today]:
            del self._keys[day]
            self._shared.discard(day)

    async def _agreed(self, day: int) -> bytes:
        """The day's key: the one that was first offered, by whichever process."""
        async with self._database.read() as session:
            key = await queries.key_of(session, day)
        if key is not None:
            return key
        # Kept before it is offered: who comes meanwhile is hashed under it already.
        offered = self._keys.setdefault(day, urandom(KEY_BYTES))
        async with self._database.write() as session:
            return await queries.offer_key(session, day, offered)

    async def _run(self) -> None:
        while True:
            try:
                await self.renew()
            except Exception as error:
                if not self._away:
                    log.warning("the key of visitors without a cookie cannot be shared now", reason=repr(error))
                self._away = True
            else:
                self._away = False
            self._asked.set()
            await asyncio.sleep(RETRY_SECONDS if self._away else LOOK_SECONDS)
