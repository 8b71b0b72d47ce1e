"""Whom people mean when they compare, and what became of accounts that had to be fetched."""

from datetime import timedelta

import pytest

from db.engine import Database
from db.tables import TikTokTopMember
from services.tiktok.comparing import WAIT, Comparing, NotComparable, parse_names
from services.tiktok.errors import AccountMissing, NotAUsername, OtherSite
from tests.services.tiktok.desk import DAY, NOON, Desk


@pytest.mark.parametrize(
    "text",
    [
        "katya dima", "@Katya, @DIMA", "katya\n\ndima", "katya и dima", "katya vs dima", "katya против dima",
        "https://www.tiktok.com/@katya?lang=ru tiktok.com/@dima/video/7301", "katya dima katya @katya", "katya;dima",
    ],
)  # fmt: skip
def test_names_come_in_many_ways(text: str):
    assert parse_names(text) == ("katya", "dima")


def test_short_addresses_stay_as_they_are_until_they_are_followed():
    assert parse_names("katya https://vm.tiktok.com/ZMabc123/") == ("katya", "https://vm.tiktok.com/ZMabc123")


@pytest.mark.parametrize(("text", "count"), [("", 0), ("katya", 1), ("katya katya", 1), ("aa bb cc dd ee", 5)])
def test_one_or_five_cannot_be_compared(text: str, count: int):
    with pytest.raises(NotComparable) as refused:
        parse_names(text)
    assert refused.value.count == count


def test_what_is_no_name_is_refused():
    with pytest.raises(NotAUsername):
        parse_names("катя dima")
    with pytest.raises(OtherSite):
        parse_names("katya https://example.com/@dima")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def comparing(desk: Desk) -> Comparing:
    return Comparing(desk.accounts, desk.works)


async def test_what_is_fresh_is_there_and_the_rest_is_fetched_once(desk: Desk, comparing: Comparing):
    await desk.fetched("katya", NOON)
    for _ in range(2):
        gathered = await comparing.ask(["katya", "dima"], NOON)
        assert [account.username for account in gathered.accounts] == ["katya"]
        assert gathered.waiting == ("dima",)
    assert [name for name, _ in await desk.asked()] == ["dima"]
    assert (await comparing.gather(["katya", "dima"], NOON, NOON)).waiting == ("dima",)
    await desk.fetched("dima", NOON)
    gathered = await comparing.gather(["dima", "katya"], NOON, NOON + timedelta(seconds=5))
    assert [account.username for account in gathered.accounts] == ["dima", "katya"]
    assert (gathered.waiting, gathered.old, gathered.unanswered) == ((), (), ())


async def test_of_a_silent_tiktok_old_numbers_are_taken_and_strangers_are_named(desk: Desk, comparing: Comparing):
    await desk.fetched("katya", NOON - 3 * DAY)
    await comparing.ask(["katya", "dima"], NOON)
    # Both fetches came to nothing.
    await desk.all_fetched()
    gathered = await comparing.gather(["katya", "dima"], NOON, NOON)
    assert [account.username for account in gathered.accounts] == ["katya"]
    assert (gathered.old, gathered.unanswered, gathered.waiting) == (("katya",), ("dima",), ())


@pytest.mark.parametrize(
    ("age", "in_top", "lacks_posts"), [(6 * DAY, True, False), (timedelta(minutes=9), False, True)]
)
async def test_what_is_shown_at_once_alone_is_so_side_by_side(
    desk: Desk, comparing: Comparing, age: timedelta, in_top: bool, lacks_posts: bool
):
    names = ["katya", "dima"]
    for name in names:
        account_id = await desk.fetched(name, NOON - age, lacks_posts=lacks_posts)
        if in_top:
            async with desk.database.write() as session:
                session.add(TikTokTopMember(account_id=account_id, added_at=NOON, from_file=True))
    for gathered in (await comparing.ask(names, NOON), await comparing.gather(names, NOON, NOON)):
        assert [account.username for account in gathered.accounts] == names
        assert (gathered.waiting, gathered.old) == ((), ())
    assert await desk.asked() == []


@pytest.mark.parametrize(
    ("age", "in_top", "lacks_posts"),
    [(7 * DAY, True, False), (timedelta(minutes=10), False, True), (timedelta(minutes=10), True, True)],
)
async def test_what_is_asked_for_anew_is_waited_for_side_by_side_too(
    desk: Desk, comparing: Comparing, age: timedelta, in_top: bool, lacks_posts: bool
):
    await desk.fetched("dima", NOON)
    account_id = await desk.fetched("katya", NOON - age, lacks_posts=lacks_posts)
    if in_top:
        async with desk.database.write() as session:
            session.add(TikTokTopMember(account_id=account_id, added_at=NOON, from_file=True))
    assert (await comparing.ask(["katya", "dima"], NOON)).waiting == ("katya",)
    soon = NOON + timedelta(seconds=5)
    assert (await comparing.gather(["katya", "dima"], NOON, soon)).waiting == ("katya",)
    # It came without posts again: that is the answer.
    await desk.fetched("katya", NOON + timedelta(seconds=3), lacks_posts=lacks_posts)
    gathered = await comparing.gather(["katya", "dima"], NOON, soon)
    assert [account.username for account in gathered.accounts] == ["katya", "dima"]
    assert (gathered.waiting, gathered.old) == ((), ())


async def test_nobody_waits_for_ever(desk: Desk, comparing: Comparing):
    await comparing.ask(["katya", "dima"], NOON)
    assert (await comparing.gather(["katya", "dima"], NOON, NOON + WAIT - timedelta(seconds=1))).waiting
    assert (await comparing.gather(["katya", "dima"], NOON, NOON + WAIT)).unanswered == ("katya", "dima")


async def test_a_no_of_today_is_the_answer_and_one_of_yesterday_is_asked_for_anew(desk: Desk, comparing: Comparing):
    await desk.fetched("katya", NOON)
    await desk.fetched("ghost", NOON - DAY, state="missing")
    await comparing.ask(["katya", "ghost"], NOON)
    assert (await comparing.gather(["katya", "ghost"], NOON, NOON)).waiting == ("ghost",)
    await desk.fetched("ghost", NOON, state="missing")
    with pytest.raises(AccountMissing):
        await comparing.gather(["katya", "ghost"], NOON, NOON)


async def test_by_force_what_is_an_hour_old_is_waited_for(desk: Desk, comparing: Comparing):
    await desk.fetched("katya", NOON - timedelta(hours=2))
    await desk.fetched("dima", NOON - timedelta(minutes=20))
    names = ["katya", "dima"]
    assert (await comparing.ask(names, NOON)).waiting == ()
    assert (await comparing.ask(names, NOON, force=True)).waiting == ("katya",)
    assert (await comparing.gather(names, NOON, NOON, force=True)).waiting == ("katya",)
    await desk.fetched("katya", NOON + timedelta(seconds=1))
    gathered = await comparing.gather(names, NOON, NOON + timedelta(seconds=5), force=True)
    assert (len(gathered.accounts), gathered.waiting, gathered.old) == (2, (), ())
