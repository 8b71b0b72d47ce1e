"""Watches: begun and ended, a daily note, posts that fly and milestones, each told once and as people wish."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.engine import Database
from db.tables import TikTokWatch
from services.tiktok.errors import AccountMissing, AccountUnshown
from services.tiktok.watch_news import DailyNote, Flies, Passed, passed_milestone
from services.tiktok.watches import MOST_WATCHES, TooManyWatches, UnknownAccount
from tests.services.tiktok.desk import ANNA, BEN, DAY, NOON, Desk

HOURS = timedelta(hours=1)
# Views as they usually are, of posts that are a month old.
USUAL = {f"p{number}": 1_000 + 20 * number for number in range(20)}


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def young(views: int, age: timedelta = DAY) -> dict[str, Any]:
    return {"views": views, "published_at": NOON - age}


async def test_a_watch_begins_once_is_listed_and_ends(desk: Desk):
    anna = await desk.person()
    await desk.fetched("bob", NOON, followers=5)
    account = await desk.watches.begin(anna, "bob", NOON)
    assert await desk.watches.begin_by_id(anna, account.id, NOON) == account
    await desk.watches.begin(anna, "ada", NOON)
    assert [each.username for each in await desk.watches.of(ANNA)] == ["ada", "bob"]
    assert await desk.watches.is_watching(ANNA, account.id)
    assert not await desk.watches.is_watching(BEN, account.id)
    assert account.id in await desk.kept()
    await desk.watches.end(ANNA, account.id)
    await desk.watches.end(ANNA, account.id)
    assert [each.username for each in await desk.watches.of(ANNA)] == ["ada"]
    assert account.id not in await desk.kept()


async def test_an_account_is_let_go_when_its_last_watcher_leaves(desk: Desk):
    anna, ben = await desk.person(), await desk.person(BEN)
    account = await desk.watches.begin(anna, "ada", NOON)
    await desk.watches.begin(ben, "ada", NOON)
    await desk.watches.end(ANNA, account.id)
    assert await desk.kept() == {account.id}
    await desk.watches.end(BEN, account.id)
    assert await desk.kept() == set()


async def test_twenty_at_most_and_two_presses_at_once_make_no_twenty_first(desk: Desk):
    anna = await desk.person()
    for number in range(MOST_WATCHES - 1):
        await desk.watches.begin(anna, f"name{number}", NOON)
    both = await asyncio.gather(
        *(desk.watches.begin(anna, name, NOON) for name in ("one", "two")), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in both) == ["TooManyWatches", "WatchedAccount"]
    with pytest.raises(TooManyWatches) as refused:
        await desk.watches.begin(anna, "three", NOON)
    assert refused.value.most == MOST_WATCHES
    # One that is watched already needs no room.
    await desk.watches.begin(anna, "name0", NOON)
    assert len(await desk.watches.of(ANNA)) == MOST_WATCHES


async def test_an_account_that_tiktok_does_not_have_is_not_watched(desk: Desk):
    anna = await desk.person()
    await desk.fetched("ghost", NOON, state="missing", fetched_at=None)
    with pytest.raises(AccountMissing):
        await desk.watches.begin(anna, "ghost", NOON)
    with pytest.raises(UnknownAccount):
        await desk.watches.begin_by_id(anna, 999_999, NOON)
    assert await desk.watches.of(ANNA) == ()


async def test_a_refusal_stands_for_an_hour_and_then_tiktok_is_asked_again(desk: Desk):
    anna = await desk.person()
    await desk.fetched("ghost", NOON, state="missing", fetched_at=None)
    with pytest.raises(AccountMissing):
        await desk.watches.begin(anna, "ghost", NOON + HOURS / 2)
    account = await desk.watches.begin(anna, "ghost", NOON + DAY)
    assert account.id in await desk.kept()
    # What TikTok said before does not end it, and what it says now does.
    assert await desk.watches.end_refused(NOON + DAY) == 0
    assert [each.username for each in await desk.watches.of(ANNA)] == ["ghost"]
    await desk.fetched("ghost", NOON + DAY + HOURS, state="missing", fetched_at=None)
    assert await desk.watches.end_refused(NOON + DAY + HOURS) == 1
    assert await desk.watches.of(ANNA) == ()
    assert await desk.kept() == set()


async def test_an_account_that_is_not_shown_nobody_says_why_stays_watched(desk: Desk):
    anna = await desk.person()
    account = await desk.watches.begin(anna, "ada", NOON)
    await desk.fetched("ada", NOON + HOURS, state="unshown", fetched_at=None)
    assert await desk.watches.end_refused(NOON + HOURS) == 0
    assert [each.username for each in await desk.watches.of(ANNA)] == ["ada"]
    assert await desk.kept() == {account.id}
    # Who begins to watch it just now is told so, and ten minutes later it may be watched.
    ben = await desk.person(BEN)
    with pytest.raises(AccountUnshown):
        await desk.watches.begin(ben, "ada", NOON + HOURS + timedelta(minutes=9))
    assert await desk.watches.begin(ben, "ada", NOON + HOURS + timedelta(minutes=10))


async def test_a_young_post_that_flies_is_told_once_to_each_watcher(desk: Desk):
    anna, ben = await desk.person(), await desk.person(BEN)
    account_id = await desk.fetched("ada", NOON - DAY, posts=USUAL)
    await desk.watches.begin(anna, "ada", NOON - DAY)
    await desk.watches.begin(ben, "ada", NOON - DAY)
    assert await desk.news.tell_fetched(NOON) == 0
    await desk.fetched("ada", NOON, posts={**USUAL, "new": young(90_000), "calm": young(1_200)})
    assert await desk.news.tell_fetched(NOON) == 2
    assert await desk.news.tell_fetched(NOON) == 0
    await desk.fetched("ada", NOON + HOURS, posts={**USUAL, "new": young(95_000)})
    await desk.news.tell_fetched(NOON + HOURS)
    assert await desk.owed() == [(f"tiktok-flies:{account_id}:new:{who}", who) for who in (ANNA, BEN)]
    flies = desk.said[0][1]
    assert isinstance(flies, Flies)
    assert (flies.post.views, flies.usual, flies.account.username) == (90_000, 1_190, "ada")


async def test_an_old_hit_and_one_from_before_the_watch_are_no_news(desk: Desk):
    anna = await desk.person()
    await desk.fetched("ada", NOON, posts={**USUAL, "new": young(90_000)})
    await desk.watches.begin(anna, "ada", NOON)
    assert await desk.news.tell_fetched(NOON) == 0
    await desk.fetched("bob", NOON - DAY, posts=USUAL)
    await desk.watches.begin(anna, "bob", NOON - DAY)
    await desk.fetched("bob", NOON, posts={**USUAL, "old": young(90_000, age=8 * DAY)})
    assert await desk.news.tell_fetched(NOON) == 0


async def test_a_milestone_is_told_once_and_not_again_after_a_dip(desk: Desk):
    anna = await desk.person()
    account_id = await desk.fetched("ada", NOON, followers=4_000)
    await desk.watches.begin(anna, "ada", NOON)
    for hours, followers in enumerate((4_900, 12_000, 9_000, 11_000, 49_999), 1):
        await desk.fetched("ada", NOON + hours * HOURS, followers=followers)
        await desk.news.tell_fetched(NOON + hours * HOURS)
    # Of two that were passed at once, the greater one is said.
    assert await desk.owed() == [(f"tiktok-milestone:{account_id}:10000:{ANNA}", ANNA)]
    await desk.fetched("ada", NOON + 9 * HOURS, followers=50_000)
    assert await desk.news.tell_fetched(NOON + 9 * HOURS) == 1
    assert [each.milestone for _, each in desk.said if isinstance(each, Passed)] == [10_000, 50_000]


async def test_who_watched_before_anything_was_known_hears_of_what_comes_after(desk: Desk):
    anna = await desk.person()
    await desk.watches.begin(anna, "ada", NOON - DAY)
    await desk.fetched("ada", NOON - DAY, followers=2_000_000, posts={**USUAL, "new": young(90_000)})
    assert await desk.news.tell_fetched(NOON) == 0
    await desk.fetched("ada", NOON, followers=5_100_000)
    assert await desk.news.tell_fetched(NOON) == 2
    assert [type(news) for _, news in desk.said] == [Flies, Passed]


async def test_two_processes_at_once_tell_it_once(desk: Desk, database: Database):
    anna = await desk.person()
    await desk.fetched("ada", NOON - DAY, followers=900)
    await desk.watches.begin(anna, "ada", NOON - DAY)
    await desk.fetched("ada", NOON, followers=1_000)
    owed = await asyncio.gather(*(Desk(database).news.tell_fetched(NOON) for _ in range(3)))
    notes = await asyncio.gather(*(Desk(database).news.send_notes(NOON) for _ in range(3)))
    assert (sum(owed), sum(notes)) == (1, 1)
    assert len(await desk.owed()) == 2


@pytest.mark.parametrize(
    ("followers", "last", "milestone"),
    [
        (999, 0, None), (1_000, 0, 1_000), (4_999, 0, 1_000), (5_000, 1_000, 5_000), (60_000, 10_000, 50_000),
        (1_000_000, 500_000, 1_000_000), (1_000_000, 1_000_000, None), (70_000_000, 0, 50_000_000), (0, 0, None),
        (9_000, 10_000, None),
    ],
)  # fmt: skip
def test_milestones(followers: int, last: int, milestone: int | None):
    assert passed_milestone(last, followers) == milestone


async def test_the_note_comes_once_a_day_at_the_person_s_own_hour(desk: Desk):
    anna = await desk.person(notice_hour=20, time_zone="Asia/Tokyo")
    await desk.fetched("ada", NOON - DAY, followers=1_000, likes=10, videos=3)
    await desk.watches.begin(anna, "ada", NOON - DAY)
    await desk.fetched("ada", NOON, followers=1_250, likes=40, videos=2)
    # 18:00 in Tokyo.
    assert await desk.news.send_notes(NOON) == 0
    assert await desk.news.send_notes(NOON + 2 * HOURS) == 1
    assert await desk.news.send_notes(NOON + 3 * HOURS) == 0
    assert await desk.owed() == [(f"tiktok-daily:{ANNA}:2026-11-22", ANNA)]
    note = desk.said[0][1]
    assert isinstance(note, DailyNote)
    [growth] = note.accounts
    assert (growth.followers, growth.likes, growth.videos, growth.is_of_a_day) == (250, 30, -1, True)
    assert await desk.news.send_notes(NOON + DAY + 2 * HOURS) == 1


async def test_on_the_day_that_a_watch_begins_there_is_no_note(desk: Desk):
    anna = await desk.person()
    await desk.fetched("ada", NOON)
    await desk.watches.begin(anna, "ada", NOON)
    assert await desk.news.send_notes(NOON + HOURS) == 0


async def test_who_grew_most_stands_first_and_what_is_not_known_last(desk: Desk):
    anna = await desk.person()
    for name, before, after in (("ada", 100, 150), ("bob", 100, 900), ("cy", None, 77), ("dan", 500, 400)):
        if before is not None:
            await desk.fetched(name, NOON - 3 * DAY, followers=before)
        await desk.fetched(name, NOON, followers=after)
        await desk.watches.begin(anna, name, NOON - DAY)
    await desk.watches.begin(anna, "never", NOON - DAY)
    await desk.news.send_notes(NOON)
    note = desk.said[0][1]
    assert isinstance(note, DailyNote)
    assert [(each.account.username, each.followers) for each in note.accounts] == [
        ("bob", 800),
        ("ada", 50),
        ("dan", -100),
        ("cy", 0),
    ]
    assert not note.accounts[0].is_of_a_day
    assert note.accounts[3].since is None


@pytest.mark.parametrize(
    "person",
    [
        {"muted": "watched flying followers"},
        {"banned_at": NOON},
        {"unreachable_at": NOON, "unreachable_reason": "blocked"},
    ],
)
async def test_who_wants_to_hear_nothing_is_owed_nothing(desk: Desk, person: dict[str, Any]):
    anna = await desk.person(**person)
    await desk.fetched("ada", NOON - DAY, followers=900, posts=USUAL)
    await desk.watches.begin(anna, "ada", NOON - DAY)
    await desk.fetched("ada", NOON, followers=1_000, posts={**USUAL, "new": young(90_000)})
    await desk.news.tell_fetched(NOON)
    await desk.news.send_notes(NOON)
    assert await desk.owed() == []


async def test_news_that_fail_for_one_reach_all_others_and_are_not_tried_each_minute(desk: Desk):
    anna, ben = await desk.person(), await desk.person(BEN)
    ada = await desk.fetched("ada", NOON - DAY, followers=900)
    bob = await desk.fetched("bob", NOON - DAY, followers=900)
    for person, name in ((anna, "ada"), (ben, "ada"), (anna, "bob"), (ben, "bob")):
        await desk.watches.begin(person, name, NOON - DAY)
    desk.wordless = {ANNA}
    for name in ("ada", "bob"):
        await desk.fetched(name, NOON, followers=1_000)
    assert await desk.news.tell_fetched(NOON) == 2
    told = [(f"tiktok-milestone:{account_id}:1000:{BEN}", BEN) for account_id in (ada, bob)]
    assert await desk.owed() == told
    assert [type(error) for error in desk.errors] == [KeyError]
    assert await desk.news.tell_fetched(NOON) == 0
    assert len(desk.errors) == 1
    # What she missed she hears after the next fetch.
    desk.wordless = set()
    await desk.fetched("ada", NOON + DAY, followers=1_001)
    assert await desk.news.tell_fetched(NOON + DAY) == 1
    assert await desk.owed() == [*told, (f"tiktok-milestone:{ada}:1000:{ANNA}", ANNA)]


async def test_a_daily_note_that_fails_keeps_nobody_else_s_back_and_comes_again_tomorrow(desk: Desk):
    await desk.fetched("ada", NOON - DAY)
    for person in (await desk.person(), await desk.person(BEN)):
        await desk.watches.begin(person, "ada", NOON - DAY)
    desk.wordless = {ANNA}
    assert [await desk.news.send_notes(NOON) for _ in range(2)] == [1, 0]
    assert [type(error) for error in desk.errors] == [KeyError]
    desk.wordless = set()
    assert await desk.news.send_notes(NOON + DAY) == 2


async def test_what_was_stored_late_or_before_the_start_is_told_too(desk: Desk):
    anna = await desk.person()
    for name in ("ada", "bob"):
        await desk.fetched(name, NOON - 3 * DAY, followers=900)
        await desk.watches.begin(anna, name, NOON - 3 * DAY)
    await desk.fetched("ada", NOON - 2 * DAY, followers=1_000)
    assert await desk.news.tell_fetched(NOON) == 1
    # Begun some minutes before that look, and stored after it.
    await desk.fetched("bob", NOON - HOURS / 2, followers=1_000)
    assert await desk.news.tell_fetched(NOON + HOURS / 60) == 1
    # After the clock went back.
    await desk.fetched("bob", NOON - DAY, followers=5_000)
    async with desk.database.write() as session:
        await session.execute(update(TikTokWatch).values(seen_at=NOON - 2 * DAY))
    assert await desk.news.tell_fetched(NOON - DAY) == 1


async def test_presses_that_begin_and_end_one_watch_at_once_all_get_through(desk: Desk):
    anna = await desk.person()
    account = await desk.watches.begin(anna, "ada", NOON)

    async def presses(number: int) -> None:
        for _ in range(5):
            if number % 3 == 0:
                await desk.watches.begin(anna, "ada", NOON)
            elif number % 3 == 1:
                await desk.watches.begin_by_id(anna, account.id, NOON)
            else:
                await desk.watches.end(ANNA, account.id)

    await asyncio.gather(*(presses(number) for number in range(6)))
    assert (account.id in await desk.kept()) == await desk.watches.is_watching(ANNA, account.id)
