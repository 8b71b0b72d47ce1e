"""Accounts that somebody wants to know of are fetched once a day, unasked."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from db.engine import Database
from db.queries import tiktok as queries
from db.tables import Link, Person, TikTokAccount, TikTokBioLink, TikTokTopMember, TikTokWatch, Work
from services.tiktok.errors import AccountPrivate, AccountUnshown, TikTokSilent
from services.tiktok.times import after_refusal, after_silence, next_refresh, slot
from tests.services.tiktok.accounts.room import ANNA, BORIS, DAY, HOUR, MINUTE, NOW, Room

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


async def test_a_fetch_without_posts_comes_again_soon_and_then_daily(room: Room):
    room.tiktok.shows(posts_source="")
    account_id = await watched(room)
    delays = []
    for _ in range(5):
        await room.fetched()
        due = await refresh_at(room, account_id)
        assert due is not None
        delays.append(due - room.now)
        room.now = due
    assert delays == [timedelta(minutes=minutes) for minutes in (15, 30, 60, 60, 60)]
    room.tiktok.shows()
    await room.fetched()
    assert await refresh_at(room, account_id) == next_refresh("anna", room.now)


async def test_one_who_begins_to_watch_an_account_without_posts_need_not_wait_for_tomorrow(room: Room):
    room.tiktok.shows(posts_source="")
    await room.fetched()
    room.passes(MINUTE)
    assert await refresh_at(room, await watched(room)) == room.now


async def test_while_our_own_ways_rest_the_account_has_not_failed(room: Room):
    room.tiktok.shows()
    await room.fetched()
    account_id = await watched(room)
    room.passes(DAY)
    room.tiktok.answers["anna"] = TikTokSilent({"browser": "resting", "embed": "resting"})
    for _ in range(5):
        await room.fetched()
        assert await refresh_at(room, account_id) == room.now + 15 * MINUTE
        room.passes(15 * MINUTE)
    account = await room.accounts.stored("anna")
    assert account is not None
    assert (account.failures, account.failure) == (0, "resting")
    await room.ask()
    assert (await room.fetched()).pause == timedelta(seconds=30)


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


async def test_an_account_that_is_not_shown_nobody_says_why_is_asked_for_again_the_same_day(room: Room):
    account_id = await watched(room)
    room.tiktok.answers["anna"] = AccountUnshown("anna")
    for minutes in (15, 30, 60):
        await room.fetched()
        assert await refresh_at(room, account_id) == room.now + minutes * MINUTE
        room.passes(minutes * MINUTE)


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


async def test_what_only_those_watch_who_cannot_be_told_is_not_fetched_until_one_comes_back(room: Room):
    await watched(room)
    await watched(room, "boris")
    async with room.database.write() as session:
        session.add(TikTokWatch(person_id=BORIS, account_id=2, created_at=NOW, milestone=0))
        (await session.get_one(Person, ANNA)).unreachable_at = NOW
    assert await room.accounts.refresh_due(NOW) == 1
    assert set(await room.due()) == {"boris"}
    async with room.database.write() as session:
        (await session.get_one(Person, BORIS)).banned_at = NOW
    room.passes(DAY)
    assert await room.accounts.refresh_due(room.now) == 0
    async with room.database.write() as session:
        (await session.get_one(Person, ANNA)).unreachable_at = None
    room.passes(DAY)
    assert await room.accounts.refresh_due(room.now) == 2


async def test_accounts_that_somebody_is_changing_hold_up_no_other(room: Room, database_url: str):
    if room.database.dialect == "sqlite":
        pytest.skip("one writer at a time")
    account_ids = [await watched(room, f"anna{number}") for number in range(4)]
    async with room.database.write() as session:
        # Nobody wants the first two any more.
        await session.execute(delete(TikTokWatch).where(TikTokWatch.account_id.in_(account_ids[:2])))
    other = Room(Database.open(database_url))
    async with room.database.write() as session:
        for account_id in account_ids[::3]:
            await queries.hold_by_id(session, account_id)
        async with asyncio.timeout(20):
            assert await other.accounts.refresh_due(NOW) == 1
    await other.database.close()
    assert set(await room.due()) == {"anna2"}
    assert [await refresh_at(room, account_id) is None for account_id in account_ids] == [False, True, False, False]
    assert await room.accounts.refresh_due(NOW) == 1
    assert await refresh_at(room, account_ids[0]) is None


async def test_schedulers_that_ask_for_the_same_in_any_order_all_get_through(database_url: str):
    rooms = [Room(Database.open(database_url)) for _ in range(4)]
    names = [f"anna{number:02}" for number in range(30)]
    for turn in range(5):
        await asyncio.gather(
            *(room.accounts.refresh(names[:: (-1) ** number], NOW, MINUTE) for number, room in enumerate(rooms))
        )
        due = await rooms[0].due()
        assert len(due) == len(names)
        async with rooms[0].database.write() as session:
            await session.execute(update(Work).values(state="done"))
        assert turn == 0 or len(set(due.values())) > 1
    for room in rooms:
        await room.database.close()


async def test_a_run_that_finds_nothing_to_do_does_nothing(room: Room):
    assert await room.accounts.refresh_due(NOW) == 0
    assert await room.due() == {}
