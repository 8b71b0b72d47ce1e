"""Dialogues that are kept outside of the database: what stands there of a person, and how it goes."""

import json
from typing import Any, Protocol

from redis.asyncio import Redis

from db.queries.personal import DIALOGUE_STORAGES
from db.queries.privacy import SUBJECT

# What keys of dialogues begin with in Redis. Then come the bot, the chat, the person, the storage and what it is.
PREFIX = "toklink:dialogue"
DATA, STATE = ":data", ":state"
KEYS_AT_ONCE = 500


class Dialogues(Protocol):
    """Where dialogues are kept when they are not in the database."""

    async def of(self, person_id: int) -> list[dict[str, Any]]:
        """Each as {"key", "value"}."""
        ...

    async def forget(self, person_id: int) -> None:
        """The person's own, and what operators are being asked about them."""
        ...


class DialoguesInDatabase:
    """They are rows like all others: nothing more is to be done."""

    async def of(self, _person_id: int) -> list[dict[str, Any]]:
        return []

    async def forget(self, _person_id: int) -> None:
        pass


class DialoguesInRedis:
    """Found by their keys."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def of(self, person_id: int) -> list[dict[str, Any]]:
        found = []
        for key in await self._keys(person_id):
            value = await self._redis.get(key)
            if value is not None:
                found.append({"key": _text(key), "value": _text(value)})
        return found

    async def forget(self, person_id: int) -> None:
        keys = [_text(key) for key in await self._keys(person_id)]
        async for key in self._redis.scan_iter(match=f"{PREFIX}:*{DATA}", count=KEYS_AT_ONCE):
            data = await self._redis.get(key)
            if data is not None and json.loads(data).get(SUBJECT) == person_id:
                keys += [_text(key), _text(key).removesuffix(DATA) + STATE]
        if keys:
            await self._redis.delete(*keys)

    async def _keys(self, person_id: int) -> list[bytes | str]:
        return [
            key
            for storage in DIALOGUE_STORAGES
            async for key in self._redis.scan_iter(match=f"{PREFIX}:*:{person_id}:{storage}:*", count=KEYS_AT_ONCE)
        ]


def _text(value: bytes | str) -> str:
    """A client may decode what it reads, or not."""
    return value if isinstance(value, str) else value.decode()
