"""Many things of which each is somebody's money: what fails for one holds up none of the others."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import structlog

log = structlog.get_logger(__name__)
T = TypeVar("T")


async def each_apart(things: Iterable[T], see_to: Callable[[T], Awaitable[object]]) -> list[Exception]:
    """``see_to`` every one of them; what failed, for the caller to raise in the end."""
    failed: list[Exception] = []
    for thing in things:
        try:
            await see_to(thing)
        except Exception as error:
            log.warning("one of many could not be seen to", error=type(error).__name__)
            failed.append(error)
    return failed


def raise_all(failed: list[Exception]) -> None:
    """Raises an ExceptionGroup of these, unless there are none."""
    if failed:
        raise ExceptionGroup("orders could not be seen to", failed)
