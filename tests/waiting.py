"""Waiting for what must come true, instead of sleeping and hoping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 15.0


async def until(look: Callable[[], Awaitable[T]], wanted: T, *, within: float = PATIENCE_SECONDS) -> None:
    """Look again and again until what is seen is ``wanted``; AssertionError after ``within`` seconds."""
    deadline = time.monotonic() + within
    while (seen := await look()) != wanted:
        assert time.monotonic() < deadline, f"{seen} is not {wanted} after {within} s"
        await asyncio.sleep(0.02)
