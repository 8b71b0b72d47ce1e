"""News of links are told once each, to whom they concern, as those wish."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from db import tables
from db.engine import Database
from db.queries.clicks import Count, add_counts
from services.links.news import Burst, EndsSoon, NearlyUsedUp, Reached, UsedUp
from services.links.told import known_in
from services.statistics.periods import bucket_of
from tests.services.links.newsroom import ANNA, BEN, NOON, Newsroom

HOUR = timedelta(hours=1)


@pytest.fixture
async def room(database: Database) -> Newsroom:
    return Newsroom(database)


def milestone(link_id: int, number: int) -> tables.LinkEvent:
    return tables.LinkEvent(link_id=link_id, kind="milestone", number=number, at=NOON)


async def events_left(room: Newsroom) -> int:
    async with room.database.read() as session:
        return await session.scalar(select(func.count()).select_from(tables.LinkEvent)) or 0


async def test_a_first_click_and_round_numbers_are_told_once(room: Newsroom):
    anna, ben = await room.link("a"), await room.link("b", BEN)
    await room.add(milestone(anna, 1), milestone(ben, 1_000))
    assert await room.news.tell_events(NOON) == 2
    assert await room.news.tell_events(NOON) == 0
    assert [(person, type(news), news.clicks) for person, news in room.said if isinstance(news, Reached)] == [
        (ANNA, Reached, 1),
        (BEN, Reached, 1_000),
    ]
    assert await room.owed() == [f"link-milestone:{anna}:1", f"link-milestone:{ben}:1000"]
    assert await events_left(room) == 0


async def test_who_had_a_hundred_clicks_at_once_hears_of_the_hundred(room: Newsroom):
    link_id = await room.link()
    await room.add(milestone(link_id, 1), milestone(link_id, 100))
    assert await room.news.tell_events(NOON) == 1
    assert await room.owed() == [f"link-milestone:{link_id}:100"]
    assert await events_left(room) == 0


async def test_more_events_than_are_read_at_once_are_all_told(room: Newsroom, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.links.news.EVENTS_AT_ONCE", 2)
    ids = [await room.link(f"slug{number}") for number in range(5)]
    await room.add(*(milestone(link_id, 1) for link_id in ids))
    assert await room.news.tell_events(NOON) == 5


async def test_two_processes_at_once_tell_it_once(room: Newsroom):
    ids = [await room.link(f"slug{number}", click_limit=10, passed=10) for number in range(5)]
    await room.add(*(milestone(link_id, 1) for link_id in ids))
    events = await asyncio.gather(*(room.another().tell_events(NOON) for _ in range(2)))
    signs = await asyncio.gather(*(room.another().tell_signs(NOON) for _ in range(2)))
    assert (sum(events), sum(signs)) == (5, 5)
    assert len(await room.owed()) == 10


@pytest.mark.parametrize(
    ("person", "link"),
    [
        ({"muted": "clicks bursts ending"}, {}),
        ({}, {"muted": "clicks bursts ending"}),
        ({"banned_at": NOON}, {}),
        ({"unreachable_at": NOON, "unreachable_reason": "blocked"}, {}),
        ({}, {"deleted_at": NOON}),
        ({}, {"draft_since": NOON}),
    ],
)
async def test_who_does_not_want_it_or_cannot_get_it_is_left_alone(
    room: Newsroom, person: dict[str, Any], link: dict[str, Any]
):
    """Nor do they hear of it when they change their mind: by then it is old."""
    link_id = await room.link(click_limit=10, passed=10, valid_until=NOON + HOUR, **link)
    await room.change(tables.Person, ANNA, **person)
    await room.add(milestone(link_id, 1))
    if "draft_since" not in link:  # a click makes a link of a draft
        await clicked(room, link_id, 0, 100)
    assert await room.news.tell_events(NOON) == 0
    assert await room.news.tell_signs(NOON) == 0
    assert await events_left(room) == 0
    if not set(link) & {"deleted_at", "draft_since"}:
        await room.change(tables.Person, ANNA, muted="", banned_at=None, unreachable_at=None)
        await room.change(tables.Link, link_id, muted="")
        assert await room.news.tell_signs(NOON) == 0
    assert await room.owed() == []


async def test_another_kind_that_is_switched_off_does_not_matter(room: Newsroom):
    link_id = await room.link(muted="bursts ending broken")
    await room.change(tables.Person, ANNA, muted="links daily")
    await room.add(milestone(link_id, 1))
    assert await room.news.tell_events(NOON) == 1


async def test_in_quiet_hours_news_wait_for_their_end(room: Newsroom):
    link_id = await room.link()
    await room.add(milestone(link_id, 1))
    midnight = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
    await room.news.tell_events(midnight)
    assert await room.due() == [datetime(2026, 3, 3, 5, 0, tzinfo=UTC)], "08:00 in Moscow"


async def clicked(room: Newsroom, link_id: int, hours_ago: int, clicks: int) -> None:
    """So many clicks in an hour, the last one of which ended ``hours_ago`` before noon."""
    async with room.database.write() as session:
        first = bucket_of(NOON) - 4 * (hours_ago + 1)
        counts = [Count(link_id, first + quarter, clicks // 4, 0, 7) for quarter in range(4)]
        await add_counts(session, counts)


async def test_a_burst_is_told_with_what_is_usual(room: Newsroom):
    link_id, quiet = await room.link("a"), await room.link("b")
    for hours_ago in range(1, 169):
        await clicked(room, link_id, hours_ago, 12)
    await clicked(room, link_id, 0, 120)
    await clicked(room, quiet, 0, 40)
    at = NOON + timedelta(minutes=3)
    assert await room.news.tell_signs(at) == 1
    ((_, burst),) = room.said
    assert isinstance(burst, Burst)
    assert (burst.link.id, burst.start, burst.clicks, burst.usual) == (link_id, NOON - HOUR, 120, 12)


async def test_what_is_not_counted_yet_is_waited_for(room: Newsroom):
    link_id = await room.link()
    await clicked(room, link_id, -1, 60)
    assert await room.news.tell_signs(NOON + HOUR) == 0
    assert await room.news.tell_signs(NOON + HOUR + timedelta(minutes=3)) == 1


async def test_a_burst_that_goes_on_is_told_once_a_day(room: Newsroom):
    link_id = await room.link()
    for hours_ago in range(-30, 1):
        await clicked(room, link_id, hours_ago, 400 if hours_ago in {0, -1, -2, -24} else 4)
    told = [await room.news.tell_signs(NOON + timedelta(minutes=15 * number + 3)) for number in range(4 * 25)]
    assert sum(told) == 2
    assert next(news.start.hour for _, news in room.said if isinstance(news, Burst)) == 11


async def test_crawlers_make_no_burst(room: Newsroom):
    link_id = await room.link()
    async with room.database.write() as session:
        await add_counts(session, [Count(link_id, bucket_of(NOON) - 1, 0, 0, 1_000)])
    assert await room.news.tell_signs(NOON + timedelta(minutes=3)) == 0


@pytest.mark.parametrize(
    ("limit", "passed", "told"),
    [(100, 89, []), (100, 90, [NearlyUsedUp]), (100, 100, [UsedUp]), (1, 0, []), (1, 1, [UsedUp]), (9, 8, []),
     (10, 9, [NearlyUsedUp]), (999_999, 899_999, []), (999_999, 900_000, [NearlyUsedUp])],
)  # fmt: skip
async def test_a_limit_is_told_when_it_is_nearly_used_up(room: Newsroom, limit: int, passed: int, told: list[type]):
    await room.link(click_limit=limit, passed=passed)
    assert await room.news.tell_signs(NOON) == len(told)
    assert [type(news) for _, news in room.said] == told
    assert await room.news.tell_signs(NOON + HOUR) == 0


async def test_each_limit_is_told_once_and_another_one_again(room: Newsroom):
    link_id = await room.link(click_limit=100, passed=95)
    seen = []
    for values in ({}, {"passed": 100}, {"click_limit": 150}, {"passed": 140}, {"passed": 150}, {"passed": 151}):
        await room.change(tables.Link, link_id, **values)
        seen.append(await room.news.tell_signs(NOON))
    assert seen == [1, 1, 0, 1, 1, 0]
    assert [type(news) for _, news in room.said] == [NearlyUsedUp, UsedUp, NearlyUsedUp, UsedUp]


async def test_an_end_is_told_a_day_before_and_again_when_it_is_another(room: Newsroom):
    until = NOON + timedelta(days=3)
    link_id = await room.link(valid_until=until)
    assert await room.news.tell_signs(until - timedelta(days=1, minutes=1)) == 0
    assert await room.news.tell_signs(until - timedelta(days=1)) == 1
    assert await room.news.tell_signs(until - HOUR) == 0
    assert await room.news.tell_signs(until + HOUR) == 0
    await room.change(tables.Link, link_id, valid_until=until + timedelta(days=7))
    assert await room.news.tell_signs(until + timedelta(days=6)) == 1
    assert [type(news) for _, news in room.said] == [EndsSoon, EndsSoon]


async def test_who_missed_the_day_before_hears_of_it_while_there_is_time(room: Newsroom):
    await room.link(valid_until=NOON + timedelta(minutes=20))
    assert await room.news.tell_signs(NOON) == 1


async def test_what_an_owner_just_chose_is_no_news_to_them(room: Newsroom):
    link_id = await room.link()
    async with room.database.write() as session:
        row = await session.get_one(tables.Link, link_id)
        row.click_limit, row.passed, row.valid_until = 100, 95, NOON + HOUR
        await known_in(session, row, NOON)
    assert await room.news.tell_signs(NOON) == 0
    await room.change(tables.Link, link_id, passed=100)
    assert await room.news.tell_signs(NOON) == 1, "that it is used up, they do not know"
