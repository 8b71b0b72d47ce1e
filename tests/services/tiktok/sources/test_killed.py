"""A process that is killed takes its browser along."""

import asyncio
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sandbox.tiktok.creators import usernames
from sandbox.tiktok.server import TikTokServer
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.kill]
PROGRAM = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from services.tiktok.sources import Sources

async def report(error, source): ...

async def main():
    sources = Sources.open(
        resolve=sys.argv[1], tokens=[], proxies=[], chromium=Path(sys.argv[2]),
        clock=lambda: datetime.now(UTC), report=report,
    )
    print((await sources.fetch(sys.argv[3], 0)).source, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_nothing_of_its_browser_is_left(tiktok: TikTokServer, chromium: Path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, tiktok.resolve, str(chromium), usernames()[0], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"browser\n"
    browser = psutil.Process(process.pid).children(recursive=True)
    assert len(browser) > 3
    process.kill()
    await process.wait()

    async def left() -> int:
        return sum(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in browser)

    await until(left, 0)
