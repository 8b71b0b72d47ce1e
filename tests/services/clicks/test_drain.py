"""The drain counts every click of every journal exactly once."""

import asyncio
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from db.engine import Database
from db.queries.clicks import start_journal
from db.tables import Click, ClickCount, JournalPosition, Link
from services.clicks import drain as drain_module
from services.clicks.counting import Batch, count
from services.clicks.drain import BATCH, ClickDrain
from services.clicks.folder import JournalFolder
from services.clicks.journal import ClickJournal
from services.clicks.records import RecordedClick
from services.clicks.river import ClickRiver
from tests.redirect_server.web import make_link
from tests.waiting import until

# Just before a quarter of an hour ends.
NOON = int(datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC).timestamp() * 1000)
PATIENCE = 20.0


@asynccontextmanager
async def open_river(database: Database, folder: Path) -> AsyncIterator[ClickRiver]:
    river = ClickRiver(database, folder)
    river.open()
    try:
        yield river
    finally:
        await river.close()


async def keep(journal: ClickJournal, clicks: list[RecordedClick]) -> None:
    await asyncio.gather(*map(journal.record, clicks))


async def settled(river: ClickRiver) -> None:
    await asyncio.wait_for(river.drain.settled(), PATIENCE)


async def sums(database: Database) -> dict[int, tuple[int, int, int]]:
    """(clicks, visitors, bots) of each link that has any: the same beside the link, in buckets and in raw clicks."""
    async with database.read() as session:
        beside = await session.execute(
            select(Link.id, Link.clicks, Link.visitors, Link.bots).where(Link.clicks + Link.bots > 0)
        )
        buckets = await session.execute(
            select(ClickCount.link_id, *map(func.sum, (ClickCount.clicks, ClickCount.visitors, ClickCount.bots)))
            .group_by(ClickCount.link_id)
        )  # fmt: skip
        raw = await session.execute(
            select(
                Click.link_id,
                func.count().filter(~Click.bot),
                func.count().filter(Click.first_visit),
                func.count().filter(Click.bot),
            ).group_by(Click.link_id)
        )
        beside_sums, bucket_sums, raw_sums = (
            {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in rows} for rows in (beside, buckets, raw)
        )
    assert beside_sums == bucket_sums == raw_sums
    return beside_sums


async def test_clicks_visitors_and_machines_are_counted_apart_in_their_quarter_of_an_hour(
    database: Database, tmp_path: Path
):
    link = await make_link(database, "abc1234")
    async with open_river(database, tmp_path / "journals") as river:
        await keep(
            river.journal,
            [
                RecordedClick(link, NOON, False, True),
                RecordedClick(link, NOON + 999, False, False),
                RecordedClick(link, NOON + 1000, False, True),
                RecordedClick(link, NOON + 1000, True, False),
            ],
        )
        await settled(river)
    async with database.read() as session:
        rows = await session.execute(select(ClickCount).order_by(ClickCount.bucket))
        counts = [(row.bucket, row.clicks, row.visitors, row.bots) for row in rows.scalars()]
        moments = list(await session.scalars(select(Click.at).order_by(Click.id)))
    bucket = NOON // 900_000
    assert counts == [(bucket, 2, 1, 0), (bucket + 1, 1, 1, 1)]
    assert moments[1] == datetime(2026, 3, 1, 11, 59, 59, 999_000, tzinfo=UTC)
    assert await sums(database) == {link: (3, 2, 1)}


async def test_many_clicks_on_many_links_are_all_counted_and_forgotten_by_the_journal(
    database: Database, tmp_path: Path
):
    rng = random.Random(1)
    ids = [await make_link(database, f"link{number:03}") for number in range(30)]
    clicks = [RecordedClick(rng.choice(ids), NOON + rng.randrange(10**8), False, False) for _ in range(BATCH * 3 + 7)]
    async with open_river(database, tmp_path / "journals") as river:
        await keep(river.journal, clicks)
        await settled(river)
        assert river.journal.rows == 0
    truth = Counter(click.link_id for click in clicks)
    assert await sums(database) == {link: (number, 0, 0) for link, number in truth.items()}


async def test_clicks_of_a_link_that_is_gone_hold_up_nobody(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    async with open_river(database, tmp_path / "journals") as river:
        await keep(river.journal, [RecordedClick(each, NOON, False, True) for each in (10**15, link, 10**15 + 1)])
        await settled(river)
    assert await sums(database) == {link: (1, 1, 0)}


async def test_how_far_counting_is_behind_can_be_seen(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    async with open_river(database, tmp_path / "journals") as river:
        assert river.drain.lag().clicks == 0
        await keep(river.journal, [RecordedClick(link, int(time.time() * 1000) - 5000, False, True)] * 3)
        lag = river.drain.lag()
        assert lag.clicks == 3
        assert 5 <= lag.seconds < 5 + PATIENCE
        await settled(river)
        assert (river.drain.lag().clicks, river.drain.lag().seconds) == (0, 0)


async def test_closing_counts_what_is_there(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    async with open_river(database, tmp_path / "journals") as river:
        await keep(river.journal, [RecordedClick(link, NOON, False, True)] * (BATCH + 1))
    assert await sums(database) == {link: (BATCH + 1, BATCH + 1, 0)}


async def test_journals_of_dead_processes_are_counted_and_removed(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    journals_path = tmp_path / "journals"
    dead = [JournalFolder(journals_path) for _ in range(3)]
    journals = [folder.own() for folder in dead]
    for folder, journal in zip(dead, journals, strict=True):
        await keep(journal, [RecordedClick(link, NOON, False, False)] * 10)
        folder.release(journal)
    async with open_river(database, journals_path) as river:

        async def left() -> set[str]:
            return {Path(name).stem for name in os.listdir(journals_path)}

        await until(left, {river.journal.path.stem})
        await settled(river)
    assert await sums(database) == {link: (30, 0, 0)}
    async with database.read() as session:
        assert list(await session.scalars(select(JournalPosition.uuid))) == [river.journal.uuid]


async def test_each_journal_begins_with_a_small_batch_however_fast_another_one_is_counted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    quiet, busy = [await make_link(database, name) for name in ("quiet", "busy")]
    dead = JournalFolder(tmp_path)
    left = dead.own()
    await keep(left, [RecordedClick(quiet, NOON, False, False)] * (BATCH + 5))
    sizes: dict[str, list[int]] = {}

    async def watched(database: Database, batch: Batch, now: datetime) -> bool:
        sizes.setdefault(batch.uuid, []).append(len(batch.clicks))
        return await count(database, batch, now)

    monkeypatch.setattr(drain_module, "count", watched)
    # However slow the machine is, batches grow.
    monkeypatch.setattr(drain_module, "SHORT_SECONDS", PATIENCE)
    async with open_river(database, tmp_path) as river:
        # It looks for journals of the dead at once, and again a few seconds later.
        dead.release(left)
        await keep(river.journal, [RecordedClick(busy, NOON, False, False)] * (BATCH * 3))
        await settled(river)

        async def left_clicks() -> int:
            return (await sums(database)).get(quiet, (0, 0, 0))[0]

        await until(left_clicks, BATCH + 5)
    assert sizes[river.journal.uuid][:2] == [BATCH, BATCH * 2]
    assert sizes[left.uuid] == [BATCH, 5]


async def test_two_drains_of_one_journal_count_it_once(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    folder = JournalFolder(tmp_path)
    journal = folder.own()
    await keep(journal, [RecordedClick(link, NOON, False, True)] * (BATCH * 2 + 5))
    # Without its lock, as on a file system that does not keep locks between machines.
    twin = ClickJournal(journal.path)
    drains = [
        ClickDrain(database, JournalFolder(tmp_path / str(number)), each) for number, each in enumerate((journal, twin))
    ]
    for drain in drains:
        drain.start()
    for drain in drains:
        await drain.close(PATIENCE)
    assert await sums(database) == {link: (BATCH * 2 + 5, BATCH * 2 + 5, 0)}
    twin.close()
    folder.release(journal)


async def test_a_position_that_another_has_moved_is_believed(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    async with open_river(database, tmp_path / "journals") as river:
        await keep(river.journal, [RecordedClick(link, NOON, False, True)])
        await settled(river)
        counted = river.journal.last_id
        # The answer to this commit was lost, say: the database is a click further than the process knows.
        async with database.write() as session:
            await session.execute(update(JournalPosition).values(position=counted + 1))
        await keep(river.journal, [RecordedClick(link, NOON, False, True)] * 2)
        await settled(river)
    assert await sums(database) == {link: (2, 2, 0)}


async def test_after_a_power_cut_that_took_the_last_clicks_new_ones_count(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    folder = JournalFolder(tmp_path / "journals")
    journal = folder.own()
    before = tmp_path / "before.db"
    journal.write_back()
    shutil.copy(journal.path, before)
    folder.release(journal)
    async with open_river(database, tmp_path / "journals") as river:
        await keep(river.journal, [RecordedClick(link, NOON, False, True)] * 5)
        await settled(river)
    shutil.copy(before, journal.path)
    async with open_river(database, tmp_path / "journals") as river:
        await keep(river.journal, [RecordedClick(link, NOON, False, True)] * 3)
        await settled(river)
    assert await sums(database) == {link: (8, 8, 0)}


async def test_processes_that_count_the_same_links_never_wait_for_each_other_in_a_circle(
    database: Database, tmp_path: Path
):
    rng = random.Random(3)
    ids = [await make_link(database, f"link{number:03}") for number in range(300)]
    truth: Counter[int] = Counter()
    async with AsyncExitStack() as stack:
        rivers = [
            await stack.enter_async_context(open_river(database, tmp_path / f"journals{number}")) for number in range(4)
        ]
        for _ in range(8):
            for river in rivers:
                some = rng.sample(ids, 200)
                truth.update(some)
                await keep(river.journal, [RecordedClick(link, NOON, False, False) for link in some])
            await asyncio.gather(*map(settled, rivers))
    assert await sums(database) == {link: (number, 0, 0) for link, number in truth.items()}
    if database.dialect == "postgresql":
        async with database.read() as session:
            deadlocks = await session.scalar(
                text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            )
        assert deadlocks == 0


async def test_after_the_clock_was_set_back_new_clicks_count(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    async with open_river(database, tmp_path / "journals") as river:
        async with database.write() as session:
            tomorrow = int((time.time() + 86_400) * 1_000_000)
            # The drain may make the row before, after or just now.
            await start_journal(session, river.journal.uuid, tomorrow, datetime.now(UTC))
            await session.execute(update(JournalPosition).values(position=tomorrow))
        await settled(river)
        while river.journal.last_id < tomorrow:
            await keep(river.journal, [RecordedClick(link, NOON, False, True)])
            await settled(river)
        before = (await sums(database)).get(link, (0, 0, 0))[0]
        await keep(river.journal, [RecordedClick(link, NOON, False, True)] * 3)
        await settled(river)
    assert await sums(database) == {link: (before + 3, before + 3, 0)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_clicks_wait_while_another_process_writes_and_are_counted_after(database: Database, tmp_path: Path):
    link = await make_link(database, "abc1234")
    async with open_river(database, tmp_path / "journals") as river:
        async with database.write() as session:
            await session.execute(select(Link.id))
            await keep(river.journal, [RecordedClick(link, NOON, False, True)])
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(river.drain.settled(), 0.5)
        await settled(river)
    assert await sums(database) == {link: (1, 1, 0)}
