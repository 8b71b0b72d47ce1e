"""Real processes that start in a moment: forked from one that has imported everything, not an interpreter each."""

import asyncio
import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        "pytest",
        "tests.kill.launch",
        "tests.kill.bot_launch",
        "tests.command",
        # What commands import where they need it.
        "bot.starts",
        "sandbox.tiktok",
        "bot.webhook",
        "tests.kill.frozen",
    ]
)


class Command:
    """`toklink …` as `asyncio.create_subprocess_exec` would give it, with what it prints in pipes."""

    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self._process = process

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        assert self._process.pid is not None
        if self.returncode is None:
            os.kill(self._process.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    async def communicate(self) -> tuple[bytes, bytes]:
        """All that it still printed, once it is gone."""
        printed = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await asyncio.to_thread(self._process.join)
        return printed[0], printed[1]


async def forked_command(*arguments: str, env: Mapping[str, str], cwd: Path) -> Command:
    """`toklink` with these arguments, this environment and in this folder."""
    from tests.command import call

    out, its_out = processes.Pipe(duplex=False)
    err, its_err = processes.Pipe(duplex=False)
    process = processes.Process(target=call, args=(arguments, dict(env), cwd, its_out, its_err))
    process.start()
    its_out.close()
    its_err.close()
    command = Command(process)
    command.stdout, command.stderr = await _reader(out), await _reader(err)
    return command


async def _reader(pipe: Connection) -> asyncio.StreamReader:
    """Its end is closed with the loop's transport, when nobody writes any more."""
    reader = asyncio.StreamReader()
    end = os.fdopen(os.dup(pipe.fileno()), "rb", 0)
    pipe.close()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), end)
    return reader
