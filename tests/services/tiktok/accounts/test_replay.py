"""A process dies in the middle of a fetch, and another one does it again."""

import asyncio

from sqlalchemy import select

from db.queries import works
from db.tables import TikTokPost
from services.tiktok.accounts import ACCOUNT
from services.tiktok.errors import AccountMissing
from services.tiktok.stored import Look
from services.works import Work
from tests.services.tiktok.accounts.room import MINUTE, NOW, Room, posts, word
from tests.waiting import until


def work_of(username: str = "anna") -> Work:
    return Work(1, ACCOUNT, username, None, {"since": NOW.isoformat()})


async def test_dead_before_people_were_answered_it_asks_nothing_again_and_answers_them(room: Room):
    room.tiktok.shows(listed=posts(range(5)))
    await room.ask()
    first = await room.accounts.fetch(work_of(), room.now)
    # It dies here.
    room.passes(MINUTE)
    again = await room.accounts.fetch(work_of(), room.now)
    assert [each.id for each in again.askers] == [each.id for each in first.askers] != []
    assert word(again) == "12000 followers"
    assert room.tiktok.asked == {"anna": 1}
    assert await room.snapshots() == [12_000]


async def test_dead_after_a_refusal_it_asks_nothing_again(room: Room):
    room.tiktok.answers["ghost"] = AccountMissing("ghost")
    await room.ask("ghost")
    for _ in range(2):
        outcome = await room.accounts.fetch(work_of("ghost"), room.now)
        assert word(outcome) == "missing"
        assert len(outcome.askers) == 1
    assert room.tiktok.asked == {"ghost": 1}


async def test_who_was_answered_is_not_answered_again(room: Room):
    room.tiktok.shows()
    await room.ask(message_id=10)
    await room.ask(message_id=11)
    outcome = await room.accounts.fetch(work_of(), room.now)
    await room.accounts.answered(outcome.askers[0])
    again = await room.accounts.fetch(work_of(), room.now)
    assert [each.message_id for each in again.askers] == [11]


async def test_two_that_fetch_the_same_at_once_keep_one_of_both(room: Room):
    """A lease ran out while its process was away, and then it came back."""
    room.tiktok.shows(listed=posts(range(5)))
    room.tiktok.gate = asyncio.Event()
    moments = (NOW, NOW + MINUTE)
    both = [asyncio.create_task(room.accounts.fetch(work_of(), now)) for now in moments]

    async def asked() -> int:
        return room.tiktok.asked["anna"]

    await until(asked, 2)
    room.tiktok.gate.set()
    for outcome in await asyncio.gather(*both):
        assert word(outcome) == "12000 followers"
    assert await room.snapshots() == [12_000]
    async with room.database.read() as session:
        assert len((await session.scalars(select(TikTokPost.id))).all()) == 5


async def test_an_asker_whose_work_was_lost_is_seen_to(room: Room):
    room.tiktok.shows()
    await room.ask()
    async with room.database.write() as session:
        assert await works.cancel_one(session, ACCOUNT, "anna", NOW)
    await room.works_through()
    assert room.messages == {}
    await room.accounts.refresh_due(room.now)
    await room.works_through()
    assert room.messages == {10: "12000 followers"}


async def test_after_the_clock_went_back_it_is_fetched_for_who_asks(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.now = NOW.replace(year=2025)
    room.tiktok.shows(followers=13_000)
    assert await room.ask(message_id=10) == Look(None)
    await room.works_through()
    assert room.messages == {10: "13000 followers"}


async def test_who_asked_a_moment_before_a_fetch_was_stored_sees_it(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.passes(-MINUTE)
    assert (await room.ask()).account is not None
