"""Jobs that run each minute and find nothing to do keep nobody from writing."""

from datetime import timedelta
from pathlib import Path

from db.engine import Database
from tests.services.tiktok.desk import DAY, NOON, Desk


async def test_a_run_that_finds_nothing_to_do_writes_nothing(database: Database, tmp_path: Path):
    file = tmp_path / "top.toml"
    file.write_text('accounts = ["ada", "bob"]')
    desk = Desk(database, file)
    anna = await desk.person()
    await desk.fetched("cy", NOON - DAY, followers=500_000)
    await desk.watches.begin(anna, "cy", NOON)
    await desk.top.refresh(NOON)
    for name in ("ada", "bob", "cy"):
        await desk.fetched(name, NOON)
    await desk.top.refresh(NOON)
    await desk.news.tell_fetched(NOON)
    await desk.accounts.refresh_due(NOON)
    soon = NOON + timedelta(minutes=1)
    # Who writes inside a write is refused: here, that is all that any of them would do.
    async with database.write():
        assert (await desk.top.refresh(soon)).stored == 0
        assert await desk.news.tell_fetched(soon) == 0
        assert await desk.news.send_notes(soon) == 0
        assert await desk.watches.end_refused(soon) == 0
        assert await desk.list.propose(soon) == 0
        assert await desk.accounts.refresh_due(soon - timedelta(minutes=1)) == 0
