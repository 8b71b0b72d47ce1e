"""Several processes of `toklink web` on one port, started anew when one dies."""

import asyncio
import sys
import time

import structlog

from bot.stopping import Stopping, stopping_on_signals

log = structlog.get_logger()
# A worker that dies sooner than this is not started again at once: it would only die again.
SHORT_LIFE_SECONDS, PAUSE_SECONDS = 5.0, 1.0
STOP_SECONDS = 30


async def supervise(count: int) -> int:
    """Keep ``count`` workers running until a signal comes; then they finish what is in hand."""
    async with stopping_on_signals() as stopping:
        await asyncio.gather(*(_keep_running(number, stopping) for number in range(1, count + 1)))
    return 0


async def _keep_running(number: int, stopping: Stopping) -> None:
    while not stopping.is_set():
        began = time.monotonic()
        # The kernel spreads connections over all who listen on the port with SO_REUSEPORT.
        worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "web", "--single")
        await _ended_or_stopping(worker, stopping)
        if stopping.is_set():
            return
        log.error("a web worker died and is started again", worker=number, status=worker.returncode)
        if time.monotonic() - began < SHORT_LIFE_SECONDS:
            await asyncio.sleep(PAUSE_SECONDS)


async def _ended_or_stopping(worker: asyncio.subprocess.Process, stopping: Stopping) -> None:
    ending, stopped = asyncio.create_task(worker.wait()), asyncio.create_task(stopping.wait())
    await asyncio.wait({ending, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if ending.done():
        return
    worker.terminate()
    try:
        await asyncio.wait_for(ending, STOP_SECONDS)
    except TimeoutError:
        worker.kill()
        await worker.wait()
