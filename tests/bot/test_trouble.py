"""Trouble of the house's own: a full disk, a locked database, a clock that jumps. Nothing is lost."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from db.tables import Delivery, InboxUpdate, Link
from sandbox import Fault, Person
from sandbox.faults import ScriptedFault
from services.deliveries import Outgoing
from services.deliveries.kinds import ANSWER
from tests.full_disk import full_disk
from tests.platform import Platform, running_platform
from tests.waiting import until

LOCKED_SECONDS = 10.5
# More than the database has connections.
MANY = 20
OUTGOING = ("sendMessage", "sendDocument")


@pytest.fixture
async def platform(tmp_path):
    async with running_platform(tmp_path) as platform:
        yield platform


@pytest.fixture
def anna(platform: Platform) -> Person:
    return platform.world.person("Анна")


@pytest.fixture
def ben(platform: Platform) -> Person:
    return platform.world.person("Бен")


async def recorded(platform: Platform) -> int:
    async with platform.container.database.read() as session:
        return await session.scalar(select(func.count()).select_from(InboxUpdate)) or 0


async def targets(platform: Platform) -> list[str]:
    async with platform.container.database.read() as session:
        return sorted((await session.scalars(select(Link.target))).all())


async def test_on_a_full_disk_nothing_is_confirmed_people_are_told_and_links_lead_on(
    platform: Platform, anna: Person, ben: Person
):
    await ben.send("https://example.com/before")
    short_url = ben.last.text.split()[1]
    group = platform.world.person("Оля").in_group(platform.world.group("Админы Toklink"))
    before = await recorded(platform)
    with full_disk():
        await anna.send("https://example.com/during", quiet=True)
        await anna.sees("⏳ Сейчас я ничего не могу сохранить.")
        await ben.send("/links", quiet=True)
        await ben.sees("⏳ I cannot save anything just now.")
        await group.sees("Обновления не записываются")
        assert await recorded(platform) == before
        assert platform.server.world.updates.pending >= 2
        async with aiohttp.ClientSession() as http, http.get(f"http://{short_url}", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "https://example.com/before"
    await anna.sees("example.com/during")
    await ben.sees("example.com/before")
    await group.sees("Обновления снова записываются")
    assert await targets(platform) == ["https://example.com/before", "https://example.com/during"]
    assert len([message for message in anna.messages() if "⏳" in message.text]) == 1


async def test_on_a_full_disk_each_operator_is_told_when_their_group_is_gone(
    platform: Platform, anna: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.distress.QUIET_SECONDS", 0.0)
    # One after another.
    monkeypatch.setattr("bot.distress.AT_ONCE", 1)
    olya = platform.world.person("Оля")
    for person in (olya, anna, ben):
        await person.start()
    await olya.in_group(platform.world.group("Админы Toklink")).kicks_bot()
    with full_disk():
        for person in (anna, ben):
            await person.send("/help", quiet=True)
        await olya.sees("Обновления не записываются")
        await anna.sees("ничего не могу сохранить")
        await ben.sees("I cannot save anything")
    await olya.sees("Обновления снова записываются")


@pytest.mark.parametrize("writers", [0, MANY])
async def test_a_database_that_is_locked_for_ten_seconds_is_waited_for_by_who_leads(
    platform: Platform, anna: Person, ben: Person, writers: int
):
    await ben.start()
    services, path = platform.container.services, platform.settings.data_dir / "toklink.db"
    await until(_leads(platform), True)
    # A message that is under way all the while: its answer comes late, and what became of it is known all the same.
    slow = platform.server.faults.add(Fault("slow", method="sendMessage", seconds=1, when="after"))
    await services.deliveries.enqueue(ANSWER, "owed", ben.id, Outgoing("Owed to Ben"), platform.clock())
    await until(lambda: _tried([slow]), True)
    watching = asyncio.create_task(_stops_leading(platform))
    with await asyncio.to_thread(locked, path):
        await anna.send("https://example.com/locked", quiet=True)
        writing = [asyncio.create_task(services.tallies.count("x", platform.clock())) for _ in range(writers)]
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - began < LOCKED_SECONDS:
            # Reading goes on meanwhile.
            assert await services.links.page(ben.id, 1, 8)
            await asyncio.sleep(0.5)
        assert await targets(platform) == []
    await anna.sees("example.com/locked", timeout=30)
    await asyncio.gather(*writing)
    await until(lambda: state_of(platform, "owed"), "sent")
    assert await targets(platform) == ["https://example.com/locked"]
    assert not watching.done()
    watching.cancel()


@contextmanager
def _unlocked_after(other: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def locked(path: Path) -> AbstractContextManager[None]:
    """As another process does that writes for long; until the end of the block."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return _unlocked_after(other)


def _leads(platform: Platform) -> Callable[[], Awaitable[bool]]:
    async def leads() -> bool:
        return platform.leadership.leads

    return leads


async def _stops_leading(platform: Platform) -> None:
    await until(_leads(platform), False, within=120)


async def state_of(platform: Platform, key: str) -> str:
    async with platform.container.database.read() as session:
        return await session.scalar(select(Delivery.state).where(Delivery.key == key)) or "unheard of"


@pytest.mark.parametrize("hours", [30, -30])
async def test_a_clock_that_jumps_loses_nothing_and_doubles_nothing(platform: Platform, anna: Person, hours: int):
    await anna.send("https://example.com/1")
    platform.clock.passes(hours=hours)
    await anna.send("https://example.com/2")
    await anna.press("📊 Статистика")
    await anna.sees_photo()
    platform.clock.passes(hours=-hours)
    await anna.send("https://example.com/3")
    await anna.send("/links")
    assert await targets(platform) == [f"https://example.com/{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_is_owed_and_asked_for_does_not_wait_for_a_time_that_was_here_already(
    platform: Platform, anna: Person, restarted: bool
):
    await anna.start()
    platform.clock.passes(hours=30)
    faults = [platform.server.faults.add(Fault("server_error", method=name, times=None)) for name in OUTGOING]
    services = platform.container.services
    now = platform.clock()
    await services.deliveries.enqueue(ANSWER, "owed", anna.id, Outgoing("Вот ответ"), now)
    await services.works.enqueue("my-data", f"{anna.id}", person_id=anna.id, facts={}, now=now, due_at=now)
    await until(lambda: _tried(faults), True)
    if restarted:
        await platform.stop()
    platform.clock.passes(hours=-30)
    for fault in faults:
        platform.server.faults.remove(fault.id)
    if restarted:
        await platform.start()
    await anna.sees("Вот ответ")
    await anna.sees_document()


async def _tried(faults: list[ScriptedFault]) -> bool:
    return any(fault.fired for fault in faults)
