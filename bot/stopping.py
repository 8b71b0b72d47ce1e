"""How a process ends: orderly, at a signal or when one of its roles fails."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

Stopping = asyncio.Event
Role = Callable[[Stopping], Awaitable[None]]
T = TypeVar("T")


@asynccontextmanager
async def stopping_on_signals() -> AsyncIterator[Stopping]:
    """Set by SIGINT or SIGTERM; a second one ends the process at once, as without us."""
    stopping = Stopping()
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        stopping.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        yield stopping
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def together(stopping: Stopping, *roles: Role) -> None:
    """Run roles side by side; one that ends or fails takes the others along, each in its orderly way."""

    async def guarded(role: Role) -> None:
        try:
            await role(stopping)
        finally:
            stopping.set()

    results = await asyncio.gather(*(guarded(role) for role in roles), return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    if failures:
        raise failures[0]


async def until(stopping: Stopping, work: Awaitable[None], stop: Callable[[], None]) -> None:
    """Do the work; at ``stopping`` it is told to ``stop``, and ends in its orderly way."""
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        stop()
        await working
    finally:
        # Where this was cancelled, so is the work.
        for task in (waiting, working):
            task.cancel()
        await asyncio.gather(waiting, working, return_exceptions=True)


async def unless(stopping: Stopping, work: Awaitable[T]) -> T | None:
    """What the work gives; None when ``stopping`` comes first: then the work is cut off, wherever it is."""
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, waiting):
            task.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)


async def until_soon_after(stopping: Stopping, work: Awaitable[None], seconds: float) -> bool:
    """Do the work, which ends by itself after ``stopping``; whether it did, within so long. Else it is cut off."""
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({working}, timeout=seconds)
        if not working.done():
            return False
        await working
        return True
    finally:
        # Where this was cancelled, so is the work.
        for task in (waiting, working):
            task.cancel()
        await asyncio.gather(waiting, working, return_exceptions=True)
