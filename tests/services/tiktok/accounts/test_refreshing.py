"""Accounts that somebody wants to know of are fetched once a day, unasked."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from db.engine import Database
from db.tables import Link, TikTokAccount, TikTokBioLink, TikTokTopMember, TikTokWatch
from services.tiktok.errors import AccountPrivate, TikTokSilent
from services.tiktok.times import after_refusal, after_silence, next_refresh, slot
from tests.services.tiktok.accounts.room import ANNA, DAY, HOUR, NOW, Room

SILENT = TikTokSilent({"browser": "timeout"})


async def watched(room: Room, username: str = "anna") -> int:
    async with room.database.write() as session:
        account_id = await room.accounts.add_in(session, username, room.now)
        session.add(TikTokWatch(person_id=ANNA, account_id=account_id, created_at=room.now, milestone=0))
        await room.accounts.keep_fresh_in(session, account_id, room.now)
    return account_id


async def refresh_at(room: Room, account_id: int) -> datetime | None:
    async with room.database.read() as session:
        return (await session.get_one(TikTokAccount, account_id)).refresh_at


async def test_what_is_watched_is_fetched_once_each_day(room: Room):
    room.tiktok.shows()
    account_id = await watched(room)
    for day in range(1, 5):
        for _ in range(24):
            room.passes(HOUR)
            await room.accounts.refresh_due(room.now)
            if await room.due():
                await room.works_through()
        assert room.tiktok.asked["anna"] in {day, day + 1}
    snapshots = await room.accounts.snapshots(account_id)
    days = [each.at.date() for each in snapshots]
    assert len(set(days)) == len(days) >= 4


async def test_what_is_fetched_because_somebody_asked_is_not_fetched_again_that_day(room: Room):
    room.tiktok.shows()
    await room.fetched()
    account_id = await watched(room)
    assert await refresh_at(room, account_id) == next_refresh("anna", NOW)
    assert await room.accounts.refresh_due(NOW.replace(hour=23, minute=59)) == 0


@given(st.text("abcdefgh._123", min_size=2, max_size=24), st.timedeltas(timedelta(), 365 * DAY))
def test_the_next_refresh_is_at_the_account_s_moment_of_the_day_after(name: str, later: timedelta):
    fetched_at = NOW + later
    due = next_refresh(name, fetched_at)
    assert due.date() == fetched_at.date() + DAY
    assert due == next_refresh(name, fetched_at.replace(hour=0))


def test_accounts_are_spread_over_the_day_evenly():
    hours = Counter(int(slot(f"name{number}") / HOUR) for number in range(2_400))
    assert set(hours) == set(range(24))
    assert min(hours.values()) > 60
    assert max(hours.values()) < 140


async def test_each_is_asked_for_once_by_however_many_schedulers(database_url: str):
    rooms = [Room(Database.open(database_url)) for _ in range(3)]
    await rooms[0].people(ANNA)
    for number in range(30):
        await watched(rooms[0], f"anna{number}")
    asked = await asyncio.gather(*(room.accounts.refresh_due(NOW) for room in rooms))
    assert sum(asked) == 30
    due = await rooms[0].due()
    assert len(due) == 30
    assert len(set(due.values())) > 1, "they come one after the other"
    # Those that nobody does are asked for again, as the same works.
    assert await rooms[0].accounts.refresh_due(NOW + timedelta(minutes=30)) == 0
    assert await rooms[0].accounts.refresh_due(NOW + HOUR) == 30
    assert len(await rooms[0].due()) == 30
    for room in rooms:
        await room.database.close()


async def test_a_refresh_that_fails_comes_again_after_growing_delays_and_then_daily(room: Room):
    room.tiktok.shows()
    await room.fetched()
    account_id = await watched(room)
    room.tiktok.answers["anna"] = SILENT
    delays = []
    for _ in range(8):
        due = await refresh_at(room, account_id)
        assert due is not None
        room.now = max(room.now, due)
        assert await room.accounts.refresh_due(room.now) == 1
        await room.works_through()
        again = await refresh_at(room, account_id)
        assert again is not None
        delays.append(again - room.now)
    assert delays[:3] == [timedelta(minutes=minutes) for minutes in (15, 30, 60)]
    assert delays == sorted(delays)
    assert delays[-1] == 6 * HOUR
    room.now = room.now + delays[-1]
    room.tiktok.shows()
    await room.accounts.refresh_due(room.now)
    await room.works_through()
    assert await refresh_at(room, account_id) == next_refresh("anna", room.now)


async def test_an_account_that_goes_private_is_asked_for_less_and_less_often(room: Room):
    account_id = await watched(room)
    room.tiktok.answers["anna"] = AccountPrivate("anna")
    for failures in range(1, 4):
        await room.fetched()
        due = await refresh_at(room, account_id)
        assert due is not None
        assert due == next_refresh("anna", room.now) + (failures - 1) * DAY
        room.now = due
    assert after_refusal("anna", 1_000, NOW) == next_refresh("anna", NOW) + 7 * DAY
    assert after_silence(1_000, NOW) == NOW + 6 * HOUR


async def test_after_the_clock_went_back_refreshes_go_on(room: Room):
    room.tiktok.shows()
    await room.fetched()
    await watched(room)
    room.now = NOW.replace(year=2025)
    assert await room.accounts.refresh_due(room.now) == 1
    await room.works_through()
    assert room.tiktok.asked["anna"] == 2
    assert await room.accounts.refresh_due(room.now) == 0


async def test_what_nobody_wants_any_more_is_let_go(room: Room):
    account_id = await watched(room)
    async with room.database.write() as session:
        session.add(TikTokTopMember(account_id=account_id, added_at=NOW, from_file=True))
    async with room.database.write() as session:
        await session.delete(await session.get_one(TikTokWatch, (ANNA, account_id)))
        await room.accounts.let_go_in(session, account_id)
    assert await refresh_at(room, account_id) is not None, "the top wants it"
    async with room.database.write() as session:
        (await session.get_one(TikTokTopMember, account_id)).removed_at = NOW
        await room.accounts.let_go_in(session, account_id)
    assert await refresh_at(room, account_id) is None


async def test_a_watch_that_went_with_its_person_keeps_nothing_fresh(room: Room):
    gone, linked = await watched(room), await watched(room, "boris")
    async with room.database.write() as session:
        for account_id in (gone, linked):
            await session.delete(await session.get_one(TikTokWatch, (ANNA, account_id)))
        link = Link(slug="a", owner_id=ANNA, target="https://a.example/", created_at=NOW, skeleton="a")
        session.add(link)
        await session.flush()
        session.add(TikTokBioLink(link_id=link.id, account_id=linked, person_id=ANNA, created_at=NOW))
    assert await room.accounts.refresh_due(NOW) == 1
    assert set(await room.due()) == {"boris"}
    assert await refresh_at(room, gone) is None


async def test_a_run_that_finds_nothing_to_do_does_nothing(room: Room):
    assert await room.accounts.refresh_due(NOW) == 0
    assert await room.due() == {}
