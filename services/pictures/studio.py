"""Pictures off the event loop: warm processes that draw, one picture at a time each."""

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import ParamSpec

from services.pictures.errors import PictureFailed, PictureTooSlow, StudioClosed, StudioFull
from services.pictures.worker import LENGTH, PICTURE, READY

ROOT = Path(__file__).parents[2]
# Importing matplotlib and finding the machine's fonts may take long, once, on a slow machine.
WARM_UP_SECONDS = 120.0
# Some 600 charts.
MOST_KEPT_BYTES = 32 * 1024 * 1024
Call = ParamSpec("Call")


@dataclass(slots=True)
class _Job:
    name: str
    request: bytes
    picture: asyncio.Future[bytes]
    # Who wants it; nobody any more: it is not drawn.
    waiting: int = 0


@dataclass(slots=True)
class _Kept:
    """Pictures that were drawn, by what was asked for; those looked at longest ago go first."""

    most_bytes: int
    pictures: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)
    taken: int = 0

    def get(self, key: bytes) -> bytes | None:
        picture = self.pictures.get(key)
        if picture is not None:
            self.pictures.move_to_end(key)
        return picture

    def add(self, key: bytes, picture: bytes) -> None:
        if len(picture) > self.most_bytes:
            return
        self.taken += len(picture) - len(self.pictures.pop(key, b""))
        self.pictures[key] = picture
        while self.taken > self.most_bytes:
            _, oldest = self.pictures.popitem(last=False)
            self.taken -= len(oldest)


class PictureStudio:
    """Draws pictures in processes that are warm.

    >>> studio = PictureStudio()
    >>> await studio.open()                                     # returns at once; processes warm up meanwhile
    >>> png = await studio.draw(series_chart, SeriesChart(…))   # a function of a module, frozen dataclasses
    >>> await studio.close()                                    # no process stays

    A picture depends on what is asked for alone. So it is kept, and given to whoever asks for the same; those who ask
    at once wait for one drawing.
    """

    def __init__(
        self,
        workers: int = 1,
        *,
        most_waiting: int = 100,
        time_limit: float = 20.0,
        most_kept_bytes: int = MOST_KEPT_BYTES,
        warm: bool = True,
    ) -> None:
        """``time_limit`` in seconds, for the drawing alone: neither for the wait in the queue nor for the warm-up."""
        # Whether processes start before the first picture is wanted. Until open() it may be changed.
        self.warm = warm
        self._workers = workers
        self._time_limit = time_limit
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue(most_waiting)
        self._tasks: list[asyncio.Task[None]] = []
        self._wanted: dict[bytes, _Job] = {}
        self._kept = _Kept(most_kept_bytes)

    async def open(self) -> None:
        """Starts the processes and does not wait for them: the first picture does."""
        self._tasks = [asyncio.create_task(self._work(), name="pictures") for _ in range(self._workers)]

    def has(self, function: Callable[Call, bytes], *args: Call.args, **kwargs: Call.kwargs) -> bool:
        """Whether :meth:`draw` would give at once what it keeps."""
        return _key(pickle.dumps((function, args, kwargs))) in self._kept.pictures

    async def draw(self, function: Callable[Call, bytes], *args: Call.args, **kwargs: Call.kwargs) -> bytes:
        """What ``function`` returns, called in a process of the studio: it and its arguments must be picklable.

        Raises StudioFull at once when too many wait, PictureTooSlow past the time limit, PictureFailed when the
        function raises or its process died twice, StudioClosed.
        """
        if not self._tasks:
            raise StudioClosed
        request = pickle.dumps((function, args, kwargs))
        key = _key(request)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        job = self._wanted.get(key)
        if job is None or job.picture.cancelled():
            job = self._enqueue(function, request)
            self._keep(key, job)
        return await _wait(job)

    async def draw_once(self, function: Callable[Call, bytes], *args: Call.args, **kwargs: Call.kwargs) -> bytes:
        """As :meth:`draw`, for what nobody asks for again: it is not kept."""
        if not self._tasks:
            raise StudioClosed
        return await _wait(self._enqueue(function, pickle.dumps((function, args, kwargs))))

    def _enqueue(self, function: Callable[..., bytes], request: bytes) -> _Job:
        name = getattr(function, "__name__", repr(function))
        job = _Job(name, request, asyncio.get_running_loop().create_future())
        try:
            self._jobs.put_nowait(job)
        except asyncio.QueueFull:
            raise StudioFull(self._jobs.qsize()) from None
        return job

    def _keep(self, key: bytes, job: _Job) -> None:
        """Others who want the same wait for this job, and find its picture later."""
        self._wanted[key] = job

        def done(picture: asyncio.Future[bytes]) -> None:
            # Another job may have taken its place, where this one was left by all who wanted it.
            if self._wanted.get(key) is job:
                del self._wanted[key]
            if not picture.cancelled() and picture.exception() is None:
                self._kept.add(key, picture.result())

        job.picture.add_done_callback(done)

    async def close(self) -> None:
        """Ends the processes; whoever still waits gets StudioClosed. May be called again."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while not self._jobs.empty():
            _refuse(self._jobs.get_nowait(), StudioClosed())

    async def _work(self) -> None:
        """One process after another, as long as the studio is open."""
        job: _Job | None = None
        try:
            while True:
                try:
                    if not self.warm and job is None:
                        job = await self._jobs.get()
                    job = await self._serve(job)
                except _NotReady as reason:
                    # Tried again when a picture is wanted: that one fails, the next one finds a process, or fails too.
                    job = job or await self._jobs.get()
                    _refuse(job, PictureFailed("warm-up", str(reason)))
                    job = None
        finally:
            if job is not None:
                _refuse(job, StudioClosed())

    async def _serve(self, unfinished: _Job | None) -> _Job | None:
        """A process from its start to its death; returns the job that it died of, if that has not been tried twice."""
        process = await _start()
        job = unfinished
        try:
            await _ready(process)
            while True:
                job = job or await self._jobs.get()
                if not job.picture.done():
                    await self._draw(process, job)
                job = unfinished = None
        except TimeoutError:
            assert job is not None
            _refuse(job, PictureTooSlow(job.name, self._time_limit))
            return None
        except (asyncio.IncompleteReadError, ConnectionError):
            if job is None or job is not unfinished:
                return job
            _refuse(job, PictureFailed(job.name, "the process that drew it died, twice"))
            return None
        except asyncio.CancelledError:
            if job is not None:
                _refuse(job, StudioClosed())
            raise
        finally:
            await _end(process)

    async def _draw(self, process: Process, job: _Job) -> None:
        async with asyncio.timeout(self._time_limit):
            mark, content = await _ask(process, job.request)
        if mark != PICTURE:
            _refuse(job, PictureFailed(job.name, content.decode(errors="replace")))
        elif not job.picture.done():
            job.picture.set_result(content)


async def _wait(job: _Job) -> bytes:
    """One who leaves takes the picture from nobody else."""
    job.waiting += 1
    try:
        return await asyncio.shield(job.picture)
    finally:
        job.waiting -= 1
        if not job.waiting:
            job.picture.cancel()


def _key(request: bytes) -> bytes:
    return sha256(request).digest()


class _NotReady(Exception):
    """A process did not come up."""


async def _start() -> Process:
    starting = asyncio.ensure_future(_spawn())
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # Given up half-way, it would leave a process behind for a while.
        with suppress(_NotReady):
            await _end(await starting)
        raise


async def _spawn() -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.pictures.worker", stdin=PIPE, stdout=PIPE,
            # Where the rooms lie, so that they are found however this program was started.
            cwd=ROOT,
            # A Ctrl-C in the terminal goes to the program alone, which then ends its processes.
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise _NotReady(str(error)) from error


async def _ready(process: Process) -> None:
    try:
        async with asyncio.timeout(WARM_UP_SECONDS):
            mark, _ = await _answer(process)
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
        raise _NotReady(repr(error)) from error
    if mark != READY:
        raise _NotReady(repr(mark))


async def _ask(process: Process, request: bytes) -> tuple[bytes, bytes]:
    assert process.stdin is not None
    process.stdin.write(LENGTH.pack(len(request)) + request)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    answer = await process.stdout.readexactly(length)
    return answer[:1], answer[1:]


async def _end(process: Process) -> None:
    # It keeps nothing that a sudden end could spoil.
    with suppress(ProcessLookupError):
        process.kill()
    # Also when this task is cancelled once more: no process is left behind.
    await asyncio.shield(process.communicate())


def _refuse(job: _Job, error: Exception) -> None:
    if not job.picture.done():
        job.picture.set_exception(error)
