"""The processes of a browser: Playwright's driver, which is our child, and all that comes of it."""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

import psutil

# How Playwright calls its driver.
DRIVER = "run-driver"
# And how the folders that it makes for browsers begin.
PROFILE = "playwright_chromiumdev_profile-"
# After which whatever still runs is ended.
LEAVE_SECONDS = 5.0


def drivers() -> set[psutil.Process]:
    """Drivers that this process has started and that run."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if DRIVER in child.cmdline():
                found.add(child)
    return found


class ProcessTree:
    """Some processes and everything that they have started."""

    def __init__(self, roots: set[psutil.Process]) -> None:
        self._roots = roots
        # Where their browser keeps what it writes; a driver that is killed does not clear it away.
        self.folders = {folder for process in self.members() if (folder := _folder(process)) is not None}

    async def memory(self) -> int:
        """Bytes that they hold."""
        return await asyncio.to_thread(self._memory)

    async def end(self, seen: list[psutil.Process]) -> None:
        """Wait until they are gone, and end what does not go. ``seen``: as ``members`` gave them before."""
        everyone = list({*seen, *self.members()})
        _, left = await asyncio.to_thread(psutil.wait_procs, everyone, timeout=LEAVE_SECONDS)
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        if left:
            await asyncio.to_thread(psutil.wait_procs, left, timeout=LEAVE_SECONDS)
        for folder in self.folders:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def members(self) -> list[psutil.Process]:
        """Those that run, the roots first."""
        found: list[psutil.Process] = []
        for root in self._roots:
            with suppress(psutil.Error):
                found += [root, *root.children(recursive=True)]
        return found

    def _memory(self) -> int:
        total = 0
        for process in self.members():
            with suppress(psutil.Error):
                total += _memory_of(process)
        return total


def _folder(process: psutil.Process) -> Path | None:
    """The one that Playwright has made for this browser, if it is one."""
    with suppress(psutil.Error):
        for word in process.cmdline():
            name, _, value = word.partition("=")
            if name == "--user-data-dir" and Path(value).name.startswith(PROFILE):
                return Path(value)
    return None


def _memory_of(process: psutil.Process) -> int:
    """Its share: what a browser's processes have in common would count ten times over else."""
    try:
        seen = process.memory_full_info()
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    # The one is told on Linux alone, the other everywhere.
    return int(getattr(seen, "pss", 0) or seen.uss)
