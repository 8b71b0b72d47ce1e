"""/watch: whom a person watches, and what they hear of it."""

from datetime import timedelta
from typing import Any

import pytest

from handlers.tiktok.watch_callbacks import WatchAction, WatchesPress, WatchPress
from sandbox import Person
from sandbox.tiktok.creators import usernames
from scheduler.jobs import JOBS
from services.tiktok.watches import MOST_WATCHES
from tests.handlers.reading import nothing_waits, said
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.services.tiktok.desk import Desk
from tests.waiting import until

DAY = timedelta(days=1)
USUAL = {f"p{number}": 1_000 + 20 * number for number in range(20)}
OUTDATED = "does not work any more"


@pytest.fixture
async def platform(tmp_path):
    """At noon in Moscow, when nobody is quiet and every daily note's hour has come."""
    async with running_platform(tmp_path, tiktok=True) as platform:
        now = platform.clock()
        noon = now.replace(hour=9, minute=0, second=0, microsecond=0) + DAY
        platform.clock.passes(seconds=(noon - now).total_seconds())
        yield platform


@pytest.fixture
def desk(platform: Platform) -> Desk:
    """Stores accounts as fetches leave them."""
    return Desk(platform.container.database)


async def runs(platform: Platform, *jobs: str) -> None:
    for job in jobs:
        await JOBS[job](platform.container.services, platform.clock())


def flying(platform: Platform, views: int) -> dict[str, Any]:
    return {"views": views, "published_at": platform.clock() - timedelta(hours=5), "description": "Лето & <осень>"}


async def test_who_watches_nobody_is_told_how_and_all_goes_by_buttons(platform: Platform, ben: Person, desk: Desk):
    await desk.fetched("ada.cooks", platform.clock(), followers=12_345)
    await ben.send("/watch")
    empty = await ben.sees("You watch nobody yet")
    await ben.press("➕ Watch", on=empty)
    await ben.sees("Whom shall I watch?")
    await ben.send("@Ada.Cooks")
    begun = await ben.sees("I watch")
    assert "Followers: 12,345" in begun.text
    assert begun.text.splitlines()[2:] == [
        "🔔 Each day at 09:00: growth",
        "⚡️ At once: a hit, a milestone",
        "🧪 invented data",
    ]
    assert begun.buttons == ["👁 My watches", "✖️ Don't watch", "📊 Card"]
    await ben.press("👁 My watches", on=begun)
    listed = await ben.sees("You watch 1 of 20")
    assert "@ada.cooks: 12,345 followers" in read(listed)
    assert listed.buttons[:2] == ["@ada.cooks", "✖️ Don't watch"]
    await ben.press("✖️ Don't watch", on=listed)
    assert (await ben.sees("You watch nobody yet")).message_id == listed.message_id


async def test_a_card_s_button_begins_a_watch_and_its_end_can_be_undone(platform: Platform, ben: Person, desk: Desk):
    account_id = await desk.fetched("ada", platform.clock(), followers=5)
    await ben.send("/watch ada")
    begun = await ben.sees("I watch @ada")
    await ben.press("✖️ Don't watch", on=begun)
    await ben.sees("I no longer watch @ada")
    await ben.press("↩️ Watch again", on=begun)
    await ben.sees("I watch @ada")
    for _ in range(2):
        await ben.press_data(WatchPress(action=WatchAction.BEGIN, id=account_id).pack(), on=begun)
    await ben.send("/watch")
    await ben.sees("You watch 1 of 20")


async def test_in_russian(platform: Platform, anna: Person, desk: Desk):
    await desk.fetched("ada", platform.clock(), followers=21)
    await anna.send("/watch ada")
    assert "👁 Слежу за @ada для вас." in said(anna)
    await anna.send("/watch")
    assert "• @ada: 21 подписчик" in said(anna)
    assert "Вы следите за 1 из 20" in said(anna)


async def test_one_that_nobody_looked_up_is_watched_and_its_card_follows(platform: Platform, ben: Person):
    name = usernames()[5]
    await ben.send(f"/watch {name}")
    await ben.sees("I watch")
    assert f"@{name}" in (await sees(ben, "Engagement")).text
    await ben.send("/watch")
    await ben.sees(f"@{name}")


async def test_one_that_tiktok_does_not_have_is_not_watched(platform: Platform, ben: Person):
    await ben.send("/watch ghost")
    await ben.sees("no account @ghost")
    await runs(platform, "watch-news")
    await ben.send("/watch")
    await ben.sees("You watch nobody yet")
    await ben.send("/watch ghost")
    await ben.send("/watch")
    await ben.sees("You watch nobody yet")


async def test_one_that_was_missing_days_ago_is_asked_for_again(platform: Platform, ben: Person):
    await ben.send("/stats ghost")
    await sees(ben, "no account @ghost")
    platform.clock.passes(days=3)
    before = platform.tiktok.requests.total()
    await ben.send("/watch ghost")
    await sees(ben, "I watch @ghost")

    async def told() -> int:
        return sum("no account @ghost" in read(each) for each in ben.messages())

    await until(told, 2)
    assert platform.tiktok.requests.total() > before
    await runs(platform, "watch-news")
    await ben.send("/watch")
    await ben.sees("You watch nobody yet")


async def test_a_short_address_is_told_to_be_no_way_here(platform: Platform, anna: Person):
    await anna.send("/watch https://vm.tiktok.com/ZMabc123/")
    assert "Короткий адрес здесь не подойдёт: пришлите имя аккаунта" in said(anna)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("private", "🔒 @ada: закрыт"),
        ("banned", "⛔️ @ada: заблокирован"),
        ("missing", "🔎 @ada: не найден"),
        ("region", "🌍 @ada: TikTok показывает только в других странах"),
    ],
)
async def test_watchers_are_told_why_there_are_no_numbers(
    platform: Platform, anna: Person, desk: Desk, state: str, words: str
):
    await desk.fetched("ada", platform.clock(), followers=21)
    await anna.send("/watch ada")
    platform.clock.passes(days=3)
    await desk.fetched("ada", platform.clock(), followers=21, state=state, fetched_at=platform.clock() - 3 * DAY)
    await anna.send("/watch")
    assert read(anna.last).splitlines()[1] == words
    await runs(platform, "watch-notes")
    note = await anna.sees("подписчики тех, за кем вы следите")
    assert read(note).splitlines()[1:] == [words, "🧪 данные вымышлены"]


async def test_old_numbers_of_one_to_watch_have_their_day(platform: Platform, ben: Person, desk: Desk):
    at = platform.clock()
    await desk.fetched("ada", at, followers=1_000)
    platform.clock.passes(days=2)
    await ben.send("/watch ada")
    day = f"{at.day} {at:%B}"
    assert f"Followers: 1,000 (on {day})" in (await ben.sees("I watch @ada")).text


@pytest.mark.parametrize("name", ["два слова", "имя", "https://example.com/@ada", "x" * 30])
async def test_a_bad_name_is_told_and_the_question_stays(platform: Platform, ben: Person, desk: Desk, name: str):
    await desk.fetched("ada", platform.clock())
    await ben.send("/watch")
    await ben.press("➕ Watch")
    await ben.send(name)
    await ben.sees("⚠️")
    await ben.send("ada")
    await ben.sees("I watch @ada")


async def test_the_twenty_first_is_refused_with_the_way_to_get_room(platform: Platform, ben: Person, desk: Desk):
    for number in range(MOST_WATCHES + 1):
        await desk.fetched(f"name{number:02}", platform.clock())
    for number in range(MOST_WATCHES):
        await ben.send(f"/watch name{number:02}")
    await ben.send("/watch name20")
    refused = await ben.sees("You watch 20 accounts, which is the limit. End a watch that you do not need")
    await ben.press("👁 My watches", on=refused)
    listed = await ben.sees("You watch 20 of 20")
    assert "▶️" in listed.buttons
    await ben.press("▶️", on=listed)
    await ben.press("▶️", on=listed)
    last = await ben.sees("@name19")
    assert "@name15" not in last.text
    await ben.press("✖️ Don't watch", on=last)
    await ben.send("/watch name20")
    await ben.sees("I watch @name20")


async def test_forged_presses_change_nothing(platform: Platform, anna: Person, ben: Person, desk: Desk):
    account_id = await desk.fetched("ada", platform.clock())
    await anna.send("/watch ada")
    await ben.send("/watch")
    mine = ben.last
    for data in (
        WatchPress(action=WatchAction.BEGIN, id=999_999).pack(),
        WatchPress(action=WatchAction.END, id=999_999).pack(),
        "tw:b:0",
        "tw:b:99999999999999999999",
        "tw:x:1",
        "twl:0:1",
    ):
        answer = await ben.press_data(data, on=mine)
        assert OUTDATED in answer.text, data
    await ben.press_data(WatchesPress(end=account_id).pack(), on=mine)
    await anna.send("/watch")
    assert "@ada" in anna.last.text


async def test_a_flying_video_and_a_milestone_are_told_once(platform: Platform, ben: Person, desk: Desk):
    await desk.fetched("ada", platform.clock() - DAY, followers=9_000, posts=USUAL)
    await ben.send("/watch ada")
    await desk.fetched("ada", platform.clock(), followers=10_020, posts={**USUAL, "7": flying(platform, 90_000)})
    for _ in range(2):
        await runs(platform, "watch-news")
    told = await ben.sees("A video of @ada flies: 90,000 views")
    assert "Usually there are 1,190." in told.text
    assert "Лето & <осень>" in read(told)
    assert "https://www.tiktok.com/@ada/video/7" in told.links
    assert told.buttons == ["📊 Card", "🎬 Videos", "🔕 No more of this"]
    passed = await ben.sees("@ada: 10,000 followers!")
    assert "Exactly: 10,020" in passed.text
    await nothing_waits(platform)
    assert sum("flies: 90" in each.text for each in ben.messages()) == 1
    assert sum("10,000 followers!" in each.text for each in ben.messages()) == 1


async def test_news_are_switched_off_where_they_are_told(platform: Platform, ben: Person, desk: Desk):
    await desk.fetched("ada", platform.clock() - DAY, followers=900)
    await ben.send("/watch ada")
    await desk.fetched("ada", platform.clock(), followers=1_000)
    await runs(platform, "watch-news")
    told = await ben.sees("@ada: 1,000 followers!")
    await ben.press("🔕 No more of this", on=told)
    await ben.sees_button("🔕 Its follower milestones")
    await desk.fetched("ada", platform.clock() + timedelta(minutes=1), followers=5_000)
    await runs(platform, "watch-news")
    await nothing_waits(platform)
    assert not any("5,000 followers!" in each.text for each in ben.messages())


async def test_the_daily_note_says_how_all_grew(platform: Platform, anna: Person, ben: Person, desk: Desk):
    for name, followers in (("ada", 1_000), ("bob", 5_000)):
        await desk.fetched(name, platform.clock(), followers=followers)
        await ben.send(f"/watch {name}")
        await anna.send(f"/watch {name}")
    await runs(platform, "watch-notes")
    platform.clock.passes(days=1)
    await desk.fetched("ada", platform.clock(), followers=2_234)
    await desk.fetched("bob", platform.clock(), followers=4_990)
    for _ in range(2):
        await runs(platform, "watch-notes")
    note = await ben.sees("followers of whom you watch")
    assert read(note).splitlines()[1:] == ["📈 @ada: +1,234 → 2,234", "📉 @bob: −10 → 4,990", "🧪 invented data"]
    assert note.buttons == ["👁 My watches", "🔕 No more of this"]
    assert "📈 @ada: +1 234 → 2 234" in read(await anna.sees("подписчики тех, за кем вы следите"))
    await nothing_waits(platform)
    assert sum("followers of whom" in each.text for each in ben.messages()) == 1


async def test_the_note_says_when_tiktok_has_told_nothing(platform: Platform, ben: Person, desk: Desk):
    await desk.fetched("ada", platform.clock(), followers=1_000)
    await ben.send("/watch ada")
    platform.clock.passes(days=3)
    await runs(platform, "watch-notes")
    assert "⏳ @ada: 1,000, TikTok has told nothing since" in read(await ben.sees("followers of whom you watch"))
