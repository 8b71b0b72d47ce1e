"""Processes that draw, forked from one that is warm: each is real, and starts in a moment instead of a second.

Run as ``python -m tests.drawing``, it is the one that they are forked from: it imports and draws what every such
process would begin with, takes sockets over its input, and gives each to a child that serves it as ever.
"""

import asyncio
import atexit
import gc
import importlib
import os
import signal
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

from services.pictures import worker

ROOT = Path(__file__).parents[1]


class Forked:
    """What a studio needs to know of a process."""

    def __init__(self, pid: int, stdout: asyncio.StreamReader, stdin: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stdin = stdin

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    async def communicate(self) -> tuple[bytes, None]:
        """What it said last, once it is gone."""
        try:
            return await self.stdout.read(), None
        except ConnectionError:
            return b"", None
        finally:
            self.stdin.close()


async def fork() -> Forked:
    """In place of `services.pictures.studio._start`."""
    ours, theirs = socket.socketpair()
    with theirs:
        forks = await asyncio.to_thread(_warm)
        socket.send_fds(forks, [b"+"], [theirs.fileno()])
        pid = int(await asyncio.to_thread(forks.recv, 20))
    return Forked(pid, *await asyncio.open_connection(sock=ours))


@cache
def _warm() -> socket.socket:
    """Where to ask for a process. It ends with this one, however this one ends."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.drawing"], stdin=theirs.fileno(), cwd=ROOT, start_new_session=True
        )
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def main() -> None:
    worker._warm_up()
    # What guides are reckoned by takes seconds to import. Nothing is set in type: its threads would not be forked.
    importlib.import_module("services.guides.content")
    gc.freeze()
    # Who has served is not waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Each child begins at what is warm.
    worker._warm_up = lambda: None
    asked = socket.socket(fileno=os.dup(0))
    while True:
        _, fds, _, _ = socket.recv_fds(asked, 1, 1)
        if not fds:
            return
        (given,) = fds
        pid = os.fork()
        if pid == 0:
            asked.close()
            os.dup2(given, 0)
            os.dup2(given, 1)
            os.close(given)
            worker.main()
        os.close(given)
        asked.send(str(pid).encode())


if __name__ == "__main__":
    main()
