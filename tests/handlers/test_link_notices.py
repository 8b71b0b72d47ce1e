"""What the bot tells of a link by itself, and how that is switched off: for one link, and for all."""

from datetime import timedelta

import pytest
from aiohttp import ClientSession
from sqlalchemy import select, update

from db.queries.clicks import Count, add_counts
from db.tables import Link, LinkEvent, LinkHealth
from sandbox import Person
from scheduler.jobs import JOBS
from services.statistics.periods import bucket_of
from tests.handlers.reading import nothing_was_reported, said
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.servers import free_port


@pytest.fixture
async def platform(tmp_path):
    """At noon in Moscow, when nobody is quiet."""
    async with running_platform(tmp_path) as platform:
        now = platform.clock()
        noon = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
        platform.clock.passes(seconds=(noon - now).total_seconds())
        yield platform


async def change(platform: Platform, **values: object) -> None:
    async with platform.container.database.write() as session:
        await session.execute(update(Link).values(values))


async def reached(platform: Platform, clicks: int) -> None:
    """All links have so many clicks."""
    async with platform.container.database.write() as session:
        for link_id in (await session.scalars(select(Link.id))).all():
            session.add(LinkEvent(link_id=link_id, kind="milestone", number=clicks, at=platform.clock()))


async def runs(platform: Platform, *jobs: str) -> None:
    for job in jobs or ("link-news", "link-signs"):
        await JOBS[job](platform.container.services, platform.clock())


async def test_the_first_click_is_told_with_a_way_to_the_statistics(platform: Platform, anna: Person, ben: Person):
    await anna.send("https://example.com/anna")
    await ben.send("https://example.com/ben")
    await reached(platform, 1)
    await runs(platform)
    told = await sees(anna, "🎉 Первый клик по localhost:")
    assert told.buttons == ["📊 Статистика", "🔗 К ссылке", "🔕 Больше не надо"]
    assert (await sees(ben, "🎉 First click on localhost:")).message_id
    await ben.press("📊 Statistics")
    await ben.sees_photo()
    await reached(platform, 1_000)
    await runs(platform)
    assert "🎉 1 000 кликов по localhost:" in read(await sees(anna, "1 000"))


async def test_a_real_click_is_told_within_a_minute(platform: Platform, ben: Person):
    await ben.send("https://example.com/")
    browser = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    async with ClientSession(headers=browser) as session:
        answer = await session.get(ben.last.links[0], allow_redirects=False)
    assert answer.status == 302
    await platform.counted(clicks=1, bots=0)
    await runs(platform)
    await sees(ben, "🎉 First click on localhost:")
    await runs(platform)
    assert ben.transcript().count("🎉") == 1


async def test_these_news_are_switched_off_where_they_stand(platform: Platform, ben: Person):
    await ben.send("https://example.com/")
    await reached(platform, 1)
    await runs(platform)
    await sees(ben, "🎉 First click")
    await ben.press("🔕 No more of this")
    shown = await sees(ben, "Notices of localhost:")
    assert shown.buttons == [
        "🔕 First click, round numbers",
        "✅ Bursts of clicks",
        "✅ Limit or time nearly over",
        "✅ Broken targets",
        "🔔 Of all links",
        "◀️ Back",
    ]
    await reached(platform, 100)
    await runs(platform)
    await ben.press("🔕 First click, round numbers")
    await ben.sees_button("✅ First click, round numbers")
    await reached(platform, 1_000)
    await runs(platform)
    await sees(ben, "🎉 1,000 clicks on localhost:")
    assert "100 clicks" not in ben.transcript()


async def test_each_link_has_its_own_switches_in_its_settings(platform: Platform, ben: Person):
    await ben.send("https://example.com/")
    await ben.press("⚙️ Settings")
    await ben.press("🔔 Notices: all")
    for notice in ("Bursts of clicks", "Broken targets"):
        await ben.press(f"✅ {notice}")
        await ben.sees_button(f"🔕 {notice}")
    await ben.press("◀️ Back")
    await ben.sees_button("🔔 Notices: 2 of 4")
    await ben.press("🔔 Notices: 2 of 4")
    for notice in ("First click, round numbers", "Limit or time nearly over"):
        await ben.press(f"✅ {notice}")
        await ben.sees_button(f"🔕 {notice}")
    await ben.press("◀️ Back")
    await ben.sees_button("🔕 Notices: none")


async def test_what_is_off_for_all_links_is_said_at_each(platform: Platform, ben: Person):
    await ben.send("https://example.com/")
    await ben.press("⚙️ Settings")
    await ben.press("🔔 Notices: all")
    await ben.press("🔔 Of all links")
    asked = await sees(ben, "Notices of all links")
    await ben.press("✅ Bursts of clicks")
    await ben.sees_button("🔕 Bursts of clicks")
    await ben.press("◀️ Back")
    shown = await sees(ben, "Off for all your links: Bursts of clicks.")
    assert "✅ Bursts of clicks" in shown.buttons, "this link's own switch stands"
    assert shown.message_id == asked.message_id
    await ben.press("◀️ Back")
    await ben.sees_button("🔔 Notices: all")
    await ben.send("/settings")
    await ben.press("🔔")
    await ben.sees_button("🔕 Bursts of clicks")


async def test_a_burst_is_told_with_its_hour_and_what_is_usual(platform: Platform, anna: Person, ben: Person):
    await anna.send("https://example.com/")
    await ben.send("https://example.com/")
    end = bucket_of(platform.clock())
    async with platform.container.database.write() as session:
        for link_id in (1, 2):
            counts = [Count(link_id, bucket, 3, 0, 0) for bucket in range(end - 168 * 4, end - 4)]
            await add_counts(session, [*counts, *(Count(link_id, bucket, 30, 0, 0) for bucket in range(end - 4, end))])
    platform.clock.passes(minutes=3)
    await runs(platform)
    told = read(await sees(ben, "⚡️"))
    assert told.splitlines()[0].startswith("⚡️ 120 clicks in an hour: localhost:")
    assert told.splitlines()[1].endswith(", 11:00–12:00")
    assert told.splitlines()[2] == "Up to 12 an hour are usual"
    assert "Обычно до 12" in read(await sees(anna, "⚡️"))


async def test_a_limit_that_is_nearly_used_up_is_told_and_can_be_changed_there(platform: Platform, anna: Person):
    await anna.send("https://example.com/")
    await change(platform, click_limit=100, passed=93)
    await runs(platform)
    told = await sees(anna, "🎯 Осталось 7 кликов: localhost:")
    assert "Использовано 93 из 100" in read(told)
    await change(platform, passed=100)
    await runs(platform)
    await sees(anna, "⌛️ Закрыта: localhost:")
    assert "Использованы все клики: 100." in said(anna)
    await anna.press("🎯 Другой лимит")
    await anna.press("◀️ Назад")
    await anna.sees_button("🎯 Лимит: 100")


async def test_an_end_is_told_a_day_before_in_the_person_s_own_time(platform: Platform, anna: Person, ben: Person):
    await anna.send("https://example.com/")
    await ben.send("https://example.com/")
    until = platform.clock() + timedelta(hours=20)
    await change(platform, valid_until=until)
    await runs(platform)
    assert "Работает до" in read(await sees(anna, "⏳ Скоро закончится: localhost:"))
    assert ", 08:00." in said(anna)
    await sees(ben, "⏳ Ends soon: localhost:")
    assert ", 08:00." in said(ben)


async def test_a_limit_that_was_just_chosen_is_no_news(platform: Platform, ben: Person):
    await ben.send("https://example.com/")
    await change(platform, clicks=95)
    await ben.press("⚙️ Settings")
    await ben.press("🎯 Limit: none")
    await ben.press("100")
    await ben.sees_button("🎯 Limit: 100")
    await runs(platform)
    assert "5 clicks left" not in ben.transcript()
    await change(platform, passed=100)
    await runs(platform)
    await sees(ben, "⌛️ Closed: localhost:")


async def test_a_link_for_one_click_is_closed_by_its_only_one(platform: Platform, ben: Person):
    await ben.send("https://example.com/")
    await change(platform, click_limit=1, passed=1)
    await runs(platform)
    assert "Its only click is used up." in read(await sees(ben, "⌛️ Closed: localhost:"))


async def test_a_target_that_broke_is_told_and_that_it_opens_again(platform: Platform, anna: Person, ben: Person):
    nowhere = f"http://localhost:{free_port()}/page"
    await anna.send(nowhere)
    await ben.send(nowhere)
    await change(platform, name="My <shop>")
    await runs(platform, "link-health")
    platform.clock.passes(minutes=61)
    await runs(platform, "link-health")
    await sees(anna, "⚠️ Не открывается: адрес, куда ведёт My <shop>")
    assert "Проверено дважды: нет соединения с сайтом." in said(anna)
    told = await sees(ben, "⚠️ Does not open: the target of My <shop>")
    assert "I looked twice: no connection to the site." in read(told)
    assert nowhere in told.links
    assert told.buttons == ["➡️ Change target", "🔗 The link", "🔕 No more of this"]
    await change(platform, target=f"{platform.container.settings.links_url}/healthz")
    platform.clock.passes(days=1)
    await runs(platform, "link-health")
    await sees(ben, "✅ Opens again: the target of My <shop>")
    async with platform.container.database.read() as session:
        assert {row.failures for row in await session.scalars(select(LinkHealth))} == {0}


async def test_switches_of_another_s_link_are_refused(platform: Platform, anna: Person, ben: Person):
    await anna.send("https://example.com/")
    await ben.send("/start")
    for data in ("ln:1:0::0", "ln:1:0:clicks:0", "ln:1:0:clicks:1", "la:1:0::0", "la:1:0:clicks:0"):
        answer = await ben.press_data(data, on=ben.last)
        assert "no such link" in answer.text
    for data in ("la:1:0:daily:0", "ln:1:0:daily:0", "ln:1:0:nothing:0", "ln:0:0::0", "ln:1:-1::0", "ln:1:0:clicks:x"):
        answer = await ben.press_data(data, on=ben.last)
        assert "does not work any more" in answer.text
    async with platform.container.database.read() as session:
        assert await session.scalar(select(Link.muted)) == ""
    await nothing_was_reported(platform)
