import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import uvloop

from services.pictures.errors import PictureFailed, PictureTooSlow, StudioClosed, StudioFull
from services.pictures.series import Bar, SeriesChart, series_chart
from services.pictures.studio import PictureStudio
from tests.services.pictures import drawings

CHART = SeriesChart(
    "Last 24 hours", "tok.link/a", "60 clicks", "5", "Visitors", "Repeats", "before", "No clicks", "@bot",
    tuple(Bar(f"{hour}:00", hour % 6, hour % 3) for hour in range(24)),
)  # fmt: skip
PATIENCE = 60


@pytest.fixture
async def studio() -> AsyncIterator[PictureStudio]:
    studio = PictureStudio()
    await studio.open()
    yield studio
    await studio.close()


async def come_true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 – of files and of other processes
            await asyncio.sleep(0.01)


def children() -> list[psutil.Process]:
    """The studios' processes; a test run has others, databases among them."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "services.pictures.worker" in child.cmdline():
                found.append(child)
    return found


async def test_a_picture_comes_from_another_process(studio: PictureStudio) -> None:
    assert int(await studio.draw(drawings.process_id)) not in {os.getpid(), os.getppid()}
    assert (await studio.draw(series_chart, CHART)).startswith(b"\x89PNG")


async def test_what_a_drawing_prints_does_not_get_into_the_picture(studio: PictureStudio) -> None:
    content = os.urandom(3_000_000)
    assert await studio.draw(drawings.echo, content) == content


async def test_the_processes_import_nothing_of_the_house_but_pictures(studio: PictureStudio) -> None:
    imported = (await studio.draw(drawings.modules)).decode().split()
    assert "services.pictures.draw_series" in imported
    for room in (
        "bot",
        "handlers",
        "db",
        "redirect_server",
        "scheduler",
        "sandbox",
        "aiogram",
        "aiohttp",
        "sqlalchemy",
    ):
        assert room not in imported


async def test_opening_does_not_wait_for_the_warm_up() -> None:
    studio = PictureStudio()
    began = time.perf_counter()
    await studio.open()
    await asyncio.sleep(0)
    assert time.perf_counter() - began < 0.1
    await studio.close()
    assert children() == []


async def test_a_cold_studio_starts_a_process_with_the_first_picture_that_is_wanted() -> None:
    studio = PictureStudio(warm=False)
    await studio.open()
    try:
        for _ in range(10):
            await asyncio.sleep(0)
        assert children() == []
        assert await studio.draw(drawings.process_id) not in (b"", str(os.getpid()).encode())
        assert len(children()) == 1
    finally:
        await studio.close()
    assert children() == []


async def test_the_event_loop_goes_on_while_pictures_are_drawn(studio: PictureStudio) -> None:
    await studio.draw(drawings.process_id)
    charts = [replace(CHART, title=f"Chart {number}") for number in range(10)]
    pictures = asyncio.gather(*(studio.draw(series_chart, chart) for chart in charts))
    # This program's own work, in all its threads: what other programs take of a busy machine is not the studio's.
    longest, before = 0.0, time.process_time()
    while not pictures.done():
        await asyncio.sleep(0)
        longest, before = max(longest, time.process_time() - before), time.process_time()
    assert len(await pictures) == 10
    assert longest < 0.05


async def test_a_drawing_that_raises_says_where(studio: PictureStudio) -> None:
    with pytest.raises(PictureFailed) as failed:
        await studio.draw(drawings.fail, "no such colour")
    assert failed.value.function == "fail"
    assert "ValueError: no such colour" in failed.value.detail
    assert await studio.draw(drawings.echo, b"next") == b"next"


@pytest.mark.kill
async def test_a_killed_process_is_followed_by_the_next(studio: PictureStudio) -> None:
    first = int(await studio.draw(drawings.process_id))
    os.kill(first, signal.SIGKILL)
    second = int(await studio.draw(drawings.process_id, "again"))
    assert second != first
    assert [child.pid for child in children()] == [second]


@pytest.mark.kill
async def test_a_picture_whose_process_dies_is_drawn_again_once(studio: PictureStudio, tmp_path: Path) -> None:
    assert await studio.draw(drawings.die_once, tmp_path / "trace") == b"drawn"
    with pytest.raises(PictureFailed, match="twice"):
        await studio.draw(drawings.die)
    assert await studio.draw(drawings.echo, b"next") == b"next"


async def test_a_picture_that_takes_too_long_is_given_up() -> None:
    studio = PictureStudio(time_limit=0.3)
    await studio.open()
    with pytest.raises(PictureTooSlow) as slow:
        await studio.draw(drawings.until, Path("/never"), Path(os.devnull))
    assert (slow.value.function, slow.value.seconds) == ("until", 0.3)
    assert await studio.draw(drawings.echo, b"next") == b"next"
    await studio.close()


async def test_a_process_that_does_not_come_up_is_tried_again_with_the_next_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('half installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    studio = PictureStudio()
    await studio.open()
    with pytest.raises(PictureFailed, match="warm-up"):
        await studio.draw(drawings.process_id)
    monkeypatch.delenv("PYTHONPATH")
    (tmp_path / "matplotlib.py").unlink()
    async with asyncio.timeout(PATIENCE):
        assert await studio.draw(drawings.echo, b"next") == b"next"
    await studio.close()


async def test_a_crowd_is_told_at_once_that_it_is_too_large(tmp_path: Path) -> None:
    studio = PictureStudio(most_waiting=2)
    await studio.open()
    go, begun = tmp_path / "go", tmp_path / "begun"
    first = asyncio.create_task(studio.draw(drawings.until, go, begun))
    await come_true(begun.exists)
    waiting = [asyncio.create_task(studio.draw(drawings.echo, b"waited" + each)) for each in (b"1", b"2")]
    await asyncio.sleep(0)
    with pytest.raises(StudioFull) as full:
        await studio.draw(drawings.echo, b"late")
    assert full.value.waiting == 2
    go.touch()
    assert await asyncio.gather(first, *waiting) == [b"drawn", b"waited1", b"waited2"]
    await studio.close()


async def test_who_gives_up_leaves_the_place_to_the_next(studio: PictureStudio, tmp_path: Path) -> None:
    go, begun = tmp_path / "go", tmp_path / "begun"
    first = asyncio.create_task(studio.draw(drawings.until, go, begun))
    await come_true(begun.exists)
    second = asyncio.create_task(studio.draw(drawings.die))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    go.touch()
    process = children()[0].pid
    assert int(await studio.draw(drawings.process_id)) == process


async def test_two_processes_draw_side_by_side(tmp_path: Path) -> None:
    studio = PictureStudio(workers=2)
    await studio.open()
    marks = [tmp_path / "one", tmp_path / "two"]
    # Each waits for the other to begin.
    pictures = [studio.draw(drawings.until, marks[1], marks[0]), studio.draw(drawings.until, marks[0], marks[1])]
    assert await asyncio.gather(*pictures) == [b"drawn", b"drawn"]
    await studio.close()
    assert children() == []


async def test_closing_leaves_no_process_and_nobody_waiting(tmp_path: Path) -> None:
    studio = PictureStudio()
    with pytest.raises(StudioClosed):
        await studio.draw(drawings.process_id)
    await studio.open()
    begun = tmp_path / "begun"
    drawn = asyncio.create_task(studio.draw(drawings.until, Path("/never"), begun))
    await come_true(begun.exists)
    waits = asyncio.create_task(studio.draw(drawings.process_id))
    await asyncio.sleep(0)
    assert len(children()) == 1
    await studio.close()
    await studio.close()
    assert children() == []
    for picture in (drawn, waits, asyncio.create_task(studio.draw(drawings.process_id))):
        with pytest.raises(StudioClosed):
            await picture


def test_it_works_under_the_loop_that_the_house_runs_on() -> None:
    async def draw() -> None:
        studio = PictureStudio()
        await studio.open()
        first = int(await studio.draw(drawings.process_id))
        os.kill(first, signal.SIGKILL)
        assert int(await studio.draw(drawings.process_id, "again")) != first
        await studio.close()
        closed_early = PictureStudio()
        await closed_early.open()
        await asyncio.sleep(0.05)
        await closed_early.close()
        assert children() == []

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(draw())


PROGRAM = """
import asyncio, signal, sys
from pathlib import Path
from services.pictures.studio import PictureStudio
from tests.services.pictures import drawings

# A shell that starts a program in the background lets it ignore Ctrl+C.
signal.signal(signal.SIGINT, signal.default_int_handler)

async def main():
    studio = PictureStudio()
    await studio.open()
    print(int(await studio.draw(drawings.process_id)), flush=True)
    try:
        await studio.draw(drawings.until, Path(sys.argv[1], "go"), Path(sys.argv[1], "begun"))
        print(int(await studio.draw(drawings.process_id)), flush=True)
        await asyncio.sleep(3600)
    finally:
        await studio.close()

asyncio.run(main())
"""
Program = tuple["subprocess.Popen[str]", psutil.Process]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """A program in a terminal of its own, in the middle of a picture, and the process that draws it."""
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as program:
        assert program.stdout is not None
        drawer = psutil.Process(int(program.stdout.readline()))
        asyncio.run(come_true((tmp_path / "begun").exists))
        yield program, drawer
        if program.poll() is None:
            program.kill()


@pytest.mark.kill
async def test_a_program_killed_outright_takes_its_processes_with_it(program: Program) -> None:
    parent, drawer = program
    parent.kill()
    await come_true(lambda: not drawer.is_running() or drawer.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.kill
def test_ctrl_c_is_the_programs_to_answer_and_leaves_no_process(program: Program, tmp_path: Path) -> None:
    parent, drawer = program
    assert parent.stdout is not None
    # Some terminals and supervisors signal every process: the picture is finished all the same, by the same one.
    drawer.send_signal(signal.SIGINT)
    (tmp_path / "go").touch()
    assert int(parent.stdout.readline()) == drawer.pid
    os.killpg(parent.pid, signal.SIGINT)
    parent.wait(PATIENCE)
    assert not drawer.is_running()


def times_drawn(trace: Path) -> int:
    return len(trace.read_text().splitlines()) if trace.exists() else 0


async def test_who_asks_for_the_same_again_gets_what_was_drawn(studio: PictureStudio, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    assert not studio.has(drawings.counted, trace)
    assert {await studio.draw(drawings.counted, trace) for _ in range(3)} == {b"x"}
    assert times_drawn(trace) == 1
    assert studio.has(drawings.counted, trace)
    assert not studio.has(drawings.counted, trace, 2)


async def test_a_chart_made_anew_of_the_same_figures_is_the_same_chart(studio: PictureStudio) -> None:
    def chart(last: int) -> SeriesChart:
        bars = tuple(Bar(f"{hour}:{0:02}", hour + last, hour) for hour in range(24))
        return replace(CHART, title="".join(["Last ", "24 hours"]), bars=bars)

    await studio.draw(series_chart, chart(1))
    assert studio.has(series_chart, chart(1))
    assert not studio.has(series_chart, chart(2)), "figures changed"


async def test_those_who_ask_for_the_same_at_once_wait_for_one_drawing(studio: PictureStudio, tmp_path: Path) -> None:
    go, trace = tmp_path / "go", tmp_path / "trace"
    asking = [asyncio.create_task(studio.draw(drawings.counted_until, go, trace)) for _ in range(5)]
    await come_true(trace.exists)
    asking[0].cancel()
    await asyncio.sleep(0)
    go.touch()
    assert await asyncio.gather(*asking[1:]) == [b"drawn"] * 4
    assert times_drawn(trace) == 1, "one who leaves takes it from nobody"


async def test_what_nobody_wants_any_more_is_drawn_for_the_next_who_asks(studio: PictureStudio, tmp_path: Path) -> None:
    go, begun, trace = tmp_path / "go", tmp_path / "begun", tmp_path / "trace"
    busy = asyncio.create_task(studio.draw(drawings.until, go, begun))
    await come_true(begun.exists)
    left = asyncio.create_task(studio.draw(drawings.counted, trace))
    await asyncio.sleep(0)
    left.cancel()
    with suppress(asyncio.CancelledError):
        await left
    again = asyncio.create_task(studio.draw(drawings.counted, trace))
    await asyncio.sleep(0)
    go.touch()
    assert (await busy, await again) == (b"drawn", b"x")
    assert times_drawn(trace) == 1


async def test_what_failed_is_tried_again(studio: PictureStudio) -> None:
    for _ in range(2):
        with pytest.raises(PictureFailed):
            await studio.draw(drawings.fail, "no such colour")
    assert not studio.has(drawings.fail, "no such colour")


async def test_pictures_are_kept_within_bounds_and_the_least_looked_at_go(tmp_path: Path) -> None:
    studio = PictureStudio(most_kept_bytes=2_500)
    await studio.open()
    traces = [tmp_path / f"trace{number}" for number in range(3)]
    for number in (0, 1, 0, 2):
        await studio.draw(drawings.counted, traces[number], 1_000)
    assert [studio.has(drawings.counted, trace, 1_000) for trace in traces] == [True, False, True]
    # One that is larger than all there is room for is drawn, and puts nothing out.
    assert len(await studio.draw(drawings.counted, tmp_path / "large", 3_000)) == 3_000
    assert not studio.has(drawings.counted, tmp_path / "large", 3_000)
    assert studio.has(drawings.counted, traces[0], 1_000)
    await studio.close()
