"""What stumbles once is asked once more; what refuses us is not."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.tiktok.errors import SourceError

# A server's own error, and a connection that broke.
STUMBLES = frozenset({"status", "cut"})

T = TypeVar("T")


async def once_more(question: Callable[[], Awaitable[T]], stumbles: frozenset[str] = STUMBLES) -> T:
    """The answer, of the second try where the first one failed for one of these reasons."""
    try:
        return await question()
    except SourceError as error:
        if error.reason not in stumbles:
            raise
    return await question()
