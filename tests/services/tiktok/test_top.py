"""The top of a day: who is asked for, whose figures count, what is said of those that did not answer."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from db.engine import Database
from services.tiktok.placing import Order, is_of_the_day
from services.tiktok.top import HOUR, PACE, TopPage
from services.tiktok.top_file import SHIPPED, TopFileWrong, read_top_file
from tests.services.tiktok.desk import DAY, NOON, Desk

HOURS = timedelta(hours=1)
# In Moscow, where the day of the top is reckoned.
MIDNIGHT = NOON - 12 * HOURS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "top.toml"
    path.write_text('accounts = ["ada", "@Bob", "cy"]\n')
    return path


@pytest.fixture
def desk(database: Database, file: Path) -> Desk:
    return Desk(database, file)


def shown(page: TopPage) -> list[tuple[int, str, int | None, bool]]:
    """(place, name, moved, fresh) of the page's lines."""
    return [(each.placed.place, each.username, each.placed.moved, each.placed.figures.fresh) for each in page.entries]


async def day_of_three(desk: Desk, at: datetime, ada: int, bob: int, cy: int) -> None:
    for name, income in (("ada", ada), ("bob", bob), ("cy", cy)):
        await desk.fetched(name, at, income=income)


async def test_the_list_of_the_file_is_asked_for_one_after_another(desk: Desk):
    assert (await desk.top.refresh(NOON)).asked == 3
    assert await desk.asked() == [("ada", NOON), ("bob", NOON + PACE), ("cy", NOON + 2 * PACE)]
    assert len(await desk.kept()) == 3
    assert (await desk.top.refresh(NOON)).asked == 0
    page = await desk.top.page(Order.INCOME, 1)
    assert (page.day, page.entries, page.asked) == (None, (), 3)


async def test_two_days_are_compared_place_by_place(desk: Desk):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON - DAY, ada=100, bob=200, cy=300)
    await desk.top.refresh(NOON - DAY)
    assert shown(await desk.top.page(Order.INCOME, 1)) == [
        (1, "cy", None, True),
        (2, "bob", None, True),
        (3, "ada", None, True),
    ]
    await day_of_three(desk, NOON, ada=250, bob=50, cy=300)
    assert (await desk.top.refresh(NOON)).stored == 3
    page = await desk.top.page(Order.INCOME, 1)
    assert shown(page) == [(1, "cy", 0, True), (2, "ada", 1, True), (3, "bob", -1, True)]
    assert (page.day, page.compared_with) == (NOON.date(), (NOON - DAY).date())
    assert (page.refreshed_at, page.answered, page.asked) == (NOON, 3, 3)


async def test_a_second_run_changes_nothing(desk: Desk):
    await desk.top.refresh(NOON)
    await day_of_three(desk, NOON, 1, 2, 3)
    await desk.top.refresh(NOON + HOURS)
    page, asked = await desk.top.page(Order.INCOME, 1), await desk.asked()
    for _ in range(2):
        done = await desk.top.refresh(NOON + 2 * HOURS)
        assert (done.asked, done.stored) == (0, 0)
    assert await desk.top.page(Order.INCOME, 1) == page
    assert await desk.asked() == asked


async def test_two_processes_at_once_make_one_top(desk: Desk, database: Database, file: Path):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON, 1, 2, 3)
    await asyncio.gather(*(Desk(database, file).top.refresh(NOON) for _ in range(3)))
    assert [line[1] for line in shown(await desk.top.page(Order.INCOME, 1))] == ["cy", "bob", "ada"]
    assert len(await desk.asked()) == 3


async def test_who_did_not_answer_keeps_yesterday_s_figures_and_it_is_seen(desk: Desk):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON - DAY, 1, 2, 3)
    await desk.top.refresh(NOON - DAY)
    await desk.fetched("ada", NOON, income=9)
    await desk.top.refresh(NOON)
    page = await desk.top.page(Order.INCOME, 1)
    assert shown(page) == [(1, "ada", 2, True), (2, "cy", -1, False), (3, "bob", -1, False)]
    assert (page.answered, page.asked) == (1, 3)
    stale = page.entries[1].placed.figures
    assert (stale.income, stale.taken_at) == (3, NOON - DAY)
    # It answers late: its figures come in, and those of the others stay.
    await desk.fetched("cy", NOON + HOURS, income=1)
    await desk.fetched("ada", NOON + HOURS, income=0)
    assert (await desk.top.refresh(NOON + HOURS)).stored == 1
    page = await desk.top.page(Order.INCOME, 1)
    assert shown(page) == [(1, "ada", 2, True), (2, "bob", 0, False), (3, "cy", -2, True)]
    assert (page.answered, page.refreshed_at) == (2, NOON + HOURS)


async def test_a_day_on_which_nobody_answered_yet_is_not_shown_before_somebody_does(desk: Desk):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON - DAY, 1, 2, 3)
    await desk.top.refresh(NOON - DAY)
    assert (await desk.top.refresh(NOON)).asked == 3
    page = await desk.top.page(Order.INCOME, 1)
    assert (page.day, page.answered, page.asked, page.compared_with) == ((NOON - DAY).date(), 3, 3, None)
    await desk.fetched("bob", NOON, income=9)
    await desk.top.refresh(NOON)
    page = await desk.top.page(Order.INCOME, 1)
    assert (page.day, page.answered, page.asked) == (NOON.date(), 1, 3)
    assert shown(page)[0] == (1, "bob", 1, True)


async def test_while_nobody_answers_for_days_the_last_day_that_has_answers_is_shown(desk: Desk):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON - DAY, 1, 2, 3)
    await desk.top.refresh(NOON - DAY)
    for days in range(4):
        await desk.top.refresh(NOON + days * DAY)
        page = await desk.top.page(Order.INCOME, 1)
        assert (page.day, page.answered, page.compared_with) == ((NOON - DAY).date(), 3, None)
        assert shown(page) == [(1, "cy", None, True), (2, "bob", None, True), (3, "ada", None, True)]


async def test_where_nobody_has_answered_since_the_list_began_the_last_day_is_shown(desk: Desk):
    await desk.fetched("cy", NOON - 2 * DAY, income=3)
    for days in range(3):
        await desk.top.refresh(NOON + days * DAY)
        page = await desk.top.page(Order.INCOME, 1)
        assert (page.day, page.answered, page.asked) == ((NOON + days * DAY).date(), 0, 3)
        assert [(each.username, each.placed.figures.fresh) for each in page.entries] == [("cy", False)]


async def test_who_answered_without_posts_is_not_placed_anew_by_what_is_not_known(desk: Desk):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON - DAY, 1, 2, 3)
    await desk.top.refresh(NOON - DAY)
    await desk.fetched("cy", NOON, followers=5_000, videos=40)
    await desk.fetched("ada", NOON, income=1)
    assert (await desk.top.refresh(NOON)).asked == 2, "its posts are asked for, too"
    page = await desk.top.page(Order.INCOME, 1)
    assert shown(page) == [(1, "cy", 0, False), (2, "bob", 0, False), (3, "ada", 0, True)]
    assert [each.placed.figures.lacks_posts for each in page.entries] == [True, False, False]
    assert (page.answered, page.refreshed_at) == (2, NOON)
    # The posts come: it is placed by them.
    await desk.fetched("cy", NOON + HOURS, followers=5_000, income=2)
    await desk.top.refresh(NOON + HOURS)
    page = await desk.top.page(Order.INCOME, 1)
    assert (shown(page)[0], page.answered) == ((1, "cy", 0, True), 2)
    assert not page.entries[0].placed.figures.lacks_posts


async def test_while_posts_alone_are_lacking_followers_and_growth_go_on(desk: Desk):
    for name, followers in (("ada", 100), ("bob", 200), ("cy", 300)):
        await desk.fetched(name, NOON - 7 * DAY, followers=followers, income=1, rating=50)
    for days in (-7, -1):
        await desk.top.refresh(NOON + days * DAY)
    # TikTok shows no posts any more; the profiles go on.
    for days in (-1, 0):
        for name, followers in (("ada", 400), ("bob", 200), ("cy", 250)):
            await desk.fetched(name, NOON + days * DAY, followers=followers + days, videos=40)
        await desk.top.refresh(NOON + days * DAY)
        by_followers = await desk.top.page(Order.FOLLOWERS, 1)
        assert (by_followers.day, by_followers.answered) == ((NOON + days * DAY).date(), 3)
        assert [(each.username, each.placed.figures.followers) for each in by_followers.entries] == [
            ("ada", 400 + days),
            ("cy", 250 + days),
            ("bob", 200 + days),
        ]
        assert all(is_of_the_day(each.placed.figures, Order.FOLLOWERS) for each in by_followers.entries)
    growth = await desk.top.page(Order.GROWTH, 1)
    assert [(each.username, each.placed.figures.growth) for each in growth.entries] == [
        ("ada", 300),
        ("bob", 0),
        ("cy", -50),
    ]
    for order in (Order.INCOME, Order.RATING):
        page = await desk.top.page(order, 1)
        assert page.total == 3
        assert not any(is_of_the_day(each.placed.figures, order) for each in page.entries)
    # A week after the last posts there is nothing of them to go by.
    for name in ("ada", "bob", "cy"):
        await desk.fetched(name, NOON + DAY, followers=1, videos=40)
    await desk.top.refresh(NOON + DAY)
    assert (await desk.top.page(Order.INCOME, 1)).total == 0
    assert (await desk.top.page(Order.FOLLOWERS, 1)).total == 3


async def test_posts_of_the_day_count_though_a_later_fetch_lacks_them(desk: Desk):
    await desk.fetched("cy", NOON - HOURS, followers=10, income=7)
    await desk.fetched("cy", NOON, followers=20, videos=40)
    await desk.top.refresh(NOON)
    page = await desk.top.page(Order.INCOME, 1)
    figures = page.entries[0].placed.figures
    assert (figures.followers, figures.income, figures.fresh, figures.lacks_posts) == (20, 7, True, False)
    assert [name for name, _ in await desk.asked()] == ["ada", "bob"]


async def test_who_never_showed_their_posts_has_a_place_by_followers_alone(desk: Desk):
    await desk.fetched("cy", NOON, followers=5_000, videos=40)
    await desk.top.refresh(NOON)
    await desk.fetched("bob", NOON, followers=1)
    await desk.top.refresh(NOON)
    assert shown(await desk.top.page(Order.INCOME, 1)) == []
    by_followers = shown(await desk.top.page(Order.FOLLOWERS, 1))
    assert by_followers == [(1, "cy", None, False), (2, "bob", None, True)]
    await desk.fetched("cy", NOON + HOURS, followers=5_000, income=7)
    await desk.top.refresh(NOON + HOURS)
    assert shown(await desk.top.page(Order.INCOME, 1)) == [(1, "cy", None, True)]


async def test_a_day_that_could_not_ask_has_not_begun(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON - DAY, 1, 2, 3)
    await desk.top.refresh(NOON - DAY)
    await desk.all_fetched()

    async def breaks(*_: object, **__: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(desk.works, "enqueue_in", breaks)
        with pytest.raises(ConnectionResetError):
            await desk.top.refresh(NOON)
    assert (await desk.top.refresh(NOON)).asked == 3


async def test_who_has_not_answered_for_a_week_is_in_the_top_no_more(desk: Desk):
    await desk.top.refresh(NOON - 8 * DAY)
    await day_of_three(desk, NOON - 8 * DAY, 1, 2, 3)
    await desk.fetched("ada", NOON, income=1)
    await desk.top.refresh(NOON)
    page = await desk.top.page(Order.INCOME, 1)
    assert ([line[1] for line in shown(page)], page.answered, page.asked) == (["ada"], 1, 3)


async def test_the_day_begins_at_its_hour_and_all_are_asked_then(desk: Desk):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON - DAY, 1, 2, 3)
    await desk.top.refresh(NOON - DAY)
    await desk.fetched("bob", MIDNIGHT + HOURS, income=7)
    before = await desk.asked()
    early = await desk.top.refresh(MIDNIGHT + HOUR * HOURS - timedelta(minutes=1))
    assert (early.asked, early.stored) == (0, 0)
    assert (await desk.top.page(Order.INCOME, 1)).day == (NOON - DAY).date()
    assert await desk.asked() == before
    await desk.all_fetched()
    due = await desk.top.refresh(MIDNIGHT + HOUR * HOURS)
    # Bob has answered today already.
    assert (due.asked, due.stored) == (2, 3)
    assert (await desk.top.page(Order.INCOME, 1)).day == NOON.date()


async def test_a_day_that_is_over_is_made_again_of_what_was_fetched_until_its_end(desk: Desk):
    await desk.top.refresh(NOON - DAY)
    await day_of_three(desk, NOON - DAY, 1, 2, 3)
    await day_of_three(desk, NOON, 30, 20, 10)
    await desk.top.refresh(NOON)
    assert [line[2] for line in shown(await desk.top.page(Order.INCOME, 1))] == [None, None, None]
    # As `toklink job top-refresh --day` has it.
    made = await desk.top.refresh(MIDNIGHT - timedelta(seconds=1))
    assert (made.asked, made.stored) == (0, 3)
    page = await desk.top.page(Order.INCOME, 1)
    assert (page.day, page.compared_with) == (NOON.date(), (NOON - DAY).date())
    assert [(line[1], line[2]) for line in shown(page)] == [("ada", 2), ("bob", 0), ("cy", -2)]


async def test_growth_is_of_seven_days_and_of_who_is_known_that_long(desk: Desk):
    await desk.top.refresh(NOON - 7 * DAY)
    await desk.fetched("ada", NOON - 7 * DAY, followers=1_000)
    await desk.fetched("ada", NOON - 6 * DAY, followers=5_000)
    await desk.fetched("bob", NOON - 6 * DAY, followers=1_000)
    # Longer ago than nine days: that would be no week's growth.
    await desk.fetched("cy", NOON - 12 * DAY, followers=1)
    for name, followers in (("ada", 1_500), ("bob", 9_000), ("cy", 9_000)):
        await desk.fetched(name, NOON, followers=followers)
    await desk.top.refresh(NOON)
    page = await desk.top.page(Order.GROWTH, 1)
    assert [(each.username, each.placed.figures.growth) for each in page.entries] == [("ada", 500)]


async def test_ten_stand_on_a_page_and_pages_end(database: Database, tmp_path: Path):
    names = [f"name{number:02}" for number in range(23)]
    file = tmp_path / "many.toml"
    file.write_text(f"accounts = {names}")
    desk = Desk(database, file)
    for number, name in enumerate(names):
        await desk.fetched(name, NOON, followers=1_000 - number)
    await desk.top.refresh(NOON)
    pages = [await desk.top.page(Order.FOLLOWERS, number) for number in (1, 2, 3)]
    assert [[each.username for each in page.entries] for page in pages] == [names[:10], names[10:20], names[20:]]
    assert {(page.pages, page.total) for page in pages} == {(3, 23)}
    assert (await desk.top.page(Order.FOLLOWERS, 99)).number == 3
    assert (await desk.top.page(Order.RATING, 1)).entries == ()


async def test_the_list_follows_the_file(desk: Desk, file: Path):
    await desk.top.refresh(NOON)
    await day_of_three(desk, NOON, 1, 2, 3)
    await desk.top.refresh(NOON)
    await asyncio.to_thread(file.write_text, 'accounts = ["bob", "dan"]')
    await desk.top.refresh(NOON)
    page = await desk.top.page(Order.INCOME, 1)
    assert ([line[1] for line in shown(page)], page.asked) == (["bob"], 2)
    assert len(await desk.kept()) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("accounts = [", "is no TOML"),
        ("names = []", "has no list of names"),
        ("accounts = [1]", "has no list of names"),
        ('accounts = ["good", "два слова"]', "два слова"),
        ('accounts = ["point."]', "point."),
    ],
)
async def test_a_wrong_file_is_told_and_changes_nothing(desk: Desk, file: Path, content: str, said: str):
    await desk.top.refresh(NOON)
    await asyncio.to_thread(file.write_text, content)
    with pytest.raises(TopFileWrong, match=said):
        await desk.top.refresh(NOON)
    await asyncio.to_thread(file.unlink)
    with pytest.raises(TopFileWrong, match="cannot be read"):
        await desk.top.refresh(NOON)
    assert (await desk.top.page(Order.INCOME, 1)).asked == 3


def test_the_list_that_comes_along_has_a_hundred_names():
    assert len(read_top_file(SHIPPED)) >= 100
