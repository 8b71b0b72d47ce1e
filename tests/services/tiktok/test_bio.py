"""Links in bios: whose they are is checked, what the bio shows is found, and clicks stand beside days and posts."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db.engine import Database
from db.queries import tiktok as account_queries
from db.queries import tiktok_watches as watch_queries
from db.tables import Link as LinkRow
from db.tables import LinkSlug, TikTokAccount, TikTokBioLink, TikTokPost
from services.links.errors import LinkNotFound
from services.tiktok.bio import MOST_ACCOUNTS, MOST_LINKS, BioLinks, TooManyBioLinks, TooManyBios
from services.tiktok.watches import UnknownAccount
from tests.services.statistics.counted import Clicked, count
from tests.services.tiktok.desk import Desk
from tests.waiting import somebody_waits

ANNA, BEN = 1001, 1002
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = timedelta(hours=1)


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = Desk(database)
    for person_id in (ANNA, BEN):
        await desk.person(person_id)
    return desk


@pytest.fixture
def bio(desk: Desk) -> BioLinks:
    hosts = frozenset({"tok.link"})
    return BioLinks(desk.database, desk.accounts, public_url="https://tok.link", own_hosts=hosts)


async def new_link(database: Database, slug: str, owner_id: int = ANNA, **values: Any) -> int:
    facts = {
        "created_at": NOW - timedelta(days=60),
        "target": "https://example.com",
        "clicks": 0,
        "visitors": 0,
        "bots": 0,
    }
    async with database.write() as session:
        row = LinkRow(slug=slug, owner_id=owner_id, **(facts | values))
        session.add(row)
        await session.flush()
        return row.id


async def new_account(database: Database, username: str = "katya", **values: object) -> int:
    async with database.write() as session:
        row = TikTokAccount(username=username, state="known", fetched_at=NOW, looked_at=NOW, created_at=NOW, **values)
        session.add(row)
        await session.flush()
        return row.id


async def new_post(database: Database, account_id: int, post_id: str, at: datetime, views: int = 100) -> None:
    async with database.write() as session:
        session.add(
            TikTokPost(
                account_id=account_id, post_id=post_id, published_at=at, seen_at=NOW, counted=True, description="",
                pinned=False, duration=10, views=views, likes=1, comments=0, shares=0, saves=0, hashtags=[],
                sound_id="", sound_title="", sound_original=True, language="ru",
            )
        )  # fmt: skip


async def named(bio: BioLinks, person_id: int, account_id: int) -> list[str]:
    return [link.slug for link in await bio.of(person_id, account_id)]


async def test_a_link_is_named_once_and_the_account_is_fetched_daily_until_it_is_named_no_more(
    desk: Desk, bio: BioLinks
):
    account_id, link_id = await new_account(desk.database), await new_link(desk.database, "mine")
    for _ in range(2):
        await bio.name(ANNA, account_id, link_id, NOW)
    assert await named(bio, ANNA, account_id) == ["mine"]
    assert await desk.kept() == {account_id}
    for _ in range(2):
        await bio.unname(ANNA, account_id, link_id)
    assert await named(bio, ANNA, account_id) == []
    assert await desk.kept() == set()


async def test_nobody_names_or_unnames_another_s_link(desk: Desk, bio: BioLinks):
    account_id, link_id = await new_account(desk.database), await new_link(desk.database, "annas")
    with pytest.raises(LinkNotFound):
        await bio.name(BEN, account_id, link_id, NOW)
    await bio.name(ANNA, account_id, link_id, NOW)
    await bio.unname(BEN, account_id, link_id)
    assert await named(bio, ANNA, account_id) == ["annas"]
    assert await named(bio, BEN, account_id) == []
    assert await bio.clicks_by_day(BEN, account_id, date(2026, 11, 1), date(2026, 11, 2), MOSCOW) is None
    assert await bio.brought(BEN, account_id, NOW) is None


@pytest.mark.parametrize("state", [{"deleted_at": NOW}, {"draft_since": NOW}])
async def test_a_link_that_is_gone_or_a_draft_is_nobody_s(desk: Desk, bio: BioLinks, state: dict[str, Any]):
    account_id, link_id = await new_account(desk.database), await new_link(desk.database, "gone", **state)
    with pytest.raises(LinkNotFound):
        await bio.name(ANNA, account_id, link_id, NOW)


async def test_a_link_that_is_deleted_later_is_in_no_bio_until_it_is_back(desk: Desk, bio: BioLinks):
    account_id, link_id = await new_account(desk.database), await new_link(desk.database, "mine")
    await bio.name(ANNA, account_id, link_id, NOW)
    for deleted_at, expected in ((NOW, []), (None, ["mine"])):
        async with desk.database.write() as session:
            (await session.get_one(LinkRow, link_id)).deleted_at = deleted_at
        assert await named(bio, ANNA, account_id) == expected


async def test_an_account_that_is_not_there_and_one_link_too_many_are_refused(desk: Desk, bio: BioLinks):
    account_id = await new_account(desk.database)
    links = [await new_link(desk.database, f"l{number}") for number in range(MOST_LINKS + 1)]
    with pytest.raises(UnknownAccount):
        await bio.name(ANNA, account_id + 99, links[0], NOW)
    for link_id in links[:MOST_LINKS]:
        await bio.name(ANNA, account_id, link_id, NOW)
    with pytest.raises(TooManyBioLinks):
        await bio.name(ANNA, account_id, links[-1], NOW)
    async with desk.database.read() as session:
        assert len((await session.scalars(select(TikTokBioLink))).all()) == MOST_LINKS


async def test_links_stand_in_the_bios_of_so_many_accounts_and_no_more(desk: Desk, bio: BioLinks):
    links = [await new_link(desk.database, slug) for slug in ("one", "two")]
    accounts = [await new_account(desk.database, f"name{number}") for number in range(MOST_ACCOUNTS + 1)]
    for account_id in accounts[:MOST_ACCOUNTS]:
        await bio.name(ANNA, account_id, links[0], NOW)
    with pytest.raises(TooManyBios):
        await bio.name(ANNA, accounts[-1], links[0], NOW)
    assert await desk.kept() == set(accounts[:MOST_ACCOUNTS])
    # Another link of an account that is among them is no other account.
    await bio.name(ANNA, accounts[0], links[1], NOW)
    await bio.unname(ANNA, accounts[1], links[0])
    await bio.name(ANNA, accounts[-1], links[0], NOW)


async def test_an_account_that_was_never_fetched_is_refused_and_not_fetched_daily(desk: Desk, bio: BioLinks):
    link_id, account_id = await new_link(desk.database, "mine"), await new_account(desk.database)
    async with desk.database.write() as session:
        (await session.get_one(TikTokAccount, account_id)).fetched_at = None
    with pytest.raises(UnknownAccount):
        await bio.name(ANNA, account_id, link_id, NOW)
    assert await named(bio, ANNA, account_id) == []
    assert await desk.kept() == set()


async def test_an_account_that_is_watched_as_the_last_link_goes_is_fetched_daily_on(desk: Desk, bio: BioLinks):
    account_id, link_id = await new_account(desk.database), await new_link(desk.database, "mine")
    await bio.name(ANNA, account_id, link_id, NOW)
    async with desk.database.write() as session:
        await account_queries.hold_by_id(session, account_id)
        await watch_queries.add(session, BEN, account_id, noted_on=NOW.date(), milestone=0, seen_at=NOW, now=NOW)
        await desk.accounts.keep_fresh_in(session, account_id, NOW)
        unnaming = asyncio.create_task(bio.unname(ANNA, account_id, link_id))
        await somebody_waits(desk.database)
    await unnaming
    assert await named(bio, ANNA, account_id) == []
    assert await desk.kept() == {account_id}


async def test_an_account_whose_bio_gets_a_link_as_its_last_watch_ends_is_fetched_daily_on(desk: Desk, bio: BioLinks):
    account_id, link_id = await new_account(desk.database), await new_link(desk.database, "mine")
    await desk.watches.begin_by_id(await desk.person(BEN), account_id, NOW)
    async with desk.database.write() as session:
        await account_queries.hold_by_id(session, account_id)
        await watch_queries.remove(session, BEN, account_id)
        await desk.accounts.let_go_in(session, account_id)
        naming = asyncio.create_task(bio.name(ANNA, account_id, link_id, NOW))
        await somebody_waits(desk.database)
    await naming
    assert await named(bio, ANNA, account_id) == ["mine"]
    assert await desk.kept() == {account_id}


@pytest.mark.parametrize(
    "shown",
    [
        {"bio_url": "https://tok.link/mine"},
        {"bio_url": "tok.link/mine/"},
        {"bio_url": "HTTPS://TOK.LINK/mine?utm_source=x"},
        {"bio": "Привет! Всё тут: tok.link/mine."},
        {"bio": "сайт example.com/a\nи https://tok.link/mine 🔥", "bio_url": "https://example.com"},
        {"bio_url": "https://tok.link/before"},
    ],
)
async def test_a_link_in_the_bio_is_offered_to_its_owner_alone_and_only_until_it_is_named(
    desk: Desk, bio: BioLinks, shown: dict[str, str]
):
    account_id, link_id = await new_account(desk.database, **shown), await new_link(desk.database, "mine")
    async with desk.database.write() as session:
        session.add(LinkSlug(slug="before", link_id=link_id, skeleton=""))
    offered = await bio.offered(ANNA, account_id)
    assert offered is not None
    assert offered.id == link_id
    assert await bio.offered(BEN, account_id) is None
    await bio.name(ANNA, account_id, link_id, NOW)
    assert await bio.offered(ANNA, account_id) is None


@pytest.mark.parametrize(
    "shown",
    [
        {}, {"bio_url": "https://other.link/mine"}, {"bio_url": "https://tok.link/"}, {"bio_url": "https://tok.link/r/mine"},
        {"bio": "mine"}, {"bio_url": "https://[bad/mine"}, {"bio_url": "https://tok.link.evil.com/mine"},
        {"bio": "/ " * 3_000}, {"bio_url": "https://tok.link/%00"},
    ],
)  # fmt: skip
async def test_other_addresses_are_no_link_of_theirs(desk: Desk, bio: BioLinks, shown: dict[str, str]):
    account_id = await new_account(desk.database, **shown)
    await new_link(desk.database, "mine")
    assert await bio.offered(ANNA, account_id) is None


async def test_links_to_choose_from_are_the_person_s_newest_first_page_by_page(desk: Desk, bio: BioLinks):
    account_id = await new_account(desk.database)
    links = [await new_link(desk.database, f"l{number}") for number in range(5)]
    await new_link(desk.database, "bens", BEN)
    await bio.name(ANNA, account_id, links[0], NOW)
    first, last = [await bio.choice(ANNA, account_id, number, 3) for number in (1, 99)]
    assert [link.slug for link in first.links] == ["l4", "l3", "l2"]
    assert [link.slug for link in last.links] == ["l1", "l0"]
    assert (first.number, first.pages, last.number, last.pages) == (1, 2, 2, 2)
    assert last.chosen == {links[0]}
    nobody = await bio.choice(1003, account_id, 1, 3)
    assert (nobody.links, nobody.pages) == ((), 1)


async def test_clicks_of_days_are_those_of_the_person_s_calendar_on_all_links_of_the_bio(desk: Desk, bio: BioLinks):
    account_id = await new_account(desk.database)
    links = [await new_link(desk.database, slug) for slug in ("one", "two", "elsewhere")]
    for link_id in links[:2]:
        await bio.name(ANNA, account_id, link_id, NOW)
    # 22:30 in UTC is the next day in Moscow.
    late = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    await count(desk.database, links[0], [Clicked(late, 3, 1), Clicked(late - 2 * HOURS, 5, 1, bots=9)])
    await count(desk.database, links[1], [Clicked(NOW, 7, 7)])
    await count(desk.database, links[2], [Clicked(NOW, 100, 100)])
    days = await bio.clicks_by_day(ANNA, account_id, date(2026, 11, 19), date(2026, 11, 22), MOSCOW)
    assert days == (0, 5, 3, 7)


async def test_a_post_has_the_clicks_above_the_usual_on_all_links_of_its_bio(desk: Desk, bio: BioLinks):
    account_id = await new_account(desk.database)
    links = [await new_link(desk.database, slug) for slug in ("one", "two")]
    at = NOW - timedelta(days=5)
    await new_post(desk.database, account_id, "7", at)
    await new_post(desk.database, account_id, "old", NOW - timedelta(days=100))
    for link_id in links:
        await bio.name(ANNA, account_id, link_id, NOW)
    usual = [Clicked(at + HOURS - timedelta(weeks=weeks), 4, 4) for weeks in (1, 2, 3, 4)]
    await count(desk.database, links[0], [*usual, Clicked(at + 2 * HOURS, 14, 14), Clicked(at - HOURS, 50, 50)])
    await count(desk.database, links[1], [Clicked(at + 47 * HOURS, 6, 6), Clicked(at + 49 * HOURS, 60, 60)])
    found = await bio.brought(ANNA, account_id, NOW)
    assert found is not None
    assert [(each.post_id, each.estimate.clicks if each.estimate else None) for each in found] == [("7", Fraction(16))]


async def test_where_one_link_stands_in_two_bios_their_posts_share_its_clicks(desk: Desk, bio: BioLinks):
    accounts = [await new_account(desk.database, name) for name in ("katya", "dima")]
    link_id = await new_link(desk.database, "both")
    at = NOW - timedelta(days=5)
    for account_id, views in zip(accounts, (300, 100), strict=True):
        await new_post(desk.database, account_id, str(account_id), at, views)
        await bio.name(ANNA, account_id, link_id, NOW)
    await count(desk.database, link_id, [Clicked(at + HOURS, 40, 40)])
    shares = []
    for account_id in accounts:
        found = await bio.brought(ANNA, account_id, NOW)
        assert found is not None
        assert len(found) == 1
        assert found[0].estimate is not None
        shares.append(found[0].estimate.clicks)
    assert shares == [30, 10]


async def test_of_a_young_link_nobody_knows_what_is_usual(desk: Desk, bio: BioLinks):
    account_id = await new_account(desk.database)
    link_id = await new_link(desk.database, "young", created_at=NOW - timedelta(days=3))
    await new_post(desk.database, account_id, "7", NOW - timedelta(days=2))
    await bio.name(ANNA, account_id, link_id, NOW)
    found = await bio.brought(ANNA, account_id, NOW)
    assert found is not None
    assert [each.estimate for each in found] == [None]


async def test_an_account_without_posts_has_brought_nothing(desk: Desk, bio: BioLinks):
    account_id, link_id = await new_account(desk.database), await new_link(desk.database, "mine")
    await bio.name(ANNA, account_id, link_id, NOW)
    assert await bio.brought(ANNA, account_id, NOW) == ()
