"""Dialogues that are kept outside of the database: what stands there of a person, and how it goes."""

from typing import Any, Protocol

from redis.asyncio import Redis

# What keys of dialogues begin with in Redis. Then come the bot, the chat, the person, "default" and what it is.
PREFIX = "toklink:dialogue"
KEYS_AT_ONCE = 500


class Dialogues(Protocol):
    """Where dialogues are kept when they are not in the database."""

    async def of(self, person_id: int) -> list[dict[str, Any]]:
        """Each as {"key", "value"}."""
        ...

    async def forget(self, person_id: int) -> None: ...


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
        keys = await self._keys(person_id)
        if keys:
            await self._redis.delete(*keys)

    async def _keys(self, person_id: int) -> list[bytes | str]:
        pattern = f"{PREFIX}:*:{person_id}:default:*"
        return [key async for key in self._redis.scan_iter(match=pattern, count=KEYS_AT_ONCE)]


def _text(value: bytes | str) -> str:
    """A client may decode what it reads, or not."""
    return value if isinstance(value, str) else value.decode()
