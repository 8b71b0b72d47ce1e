"""Statistics in the chat, as people open them: one message, whose buttons choose the period and the view."""

import asyncio
from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from PIL import Image
from sqlalchemy import select

from db.tables import Link as LinkRow
from db.tables import LinkTag
from handlers.links.statistics.callbacks import StatisticsPress, View, tag_number
from handlers.links.statistics.views import statistics_button
from sandbox import Person
from services.language.formats import units
from services.throttles.kinds import ThrottleKind
from tests.handlers.reading import UNSEEN, nothing_waits, nothing_was_reported
from tests.platform import Platform
from tests.services.statistics.counted import Clicked, count
from tests.waiting import until

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.4 Mobile/15E148 Safari/604.1"
)
DESKTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


async def new_link(platform: Platform, person: Person, address: str = "https://example.com") -> int:
    """Shortens an address; the id of the link."""
    await person.send(address)
    slug = person.last.links[0].rsplit("/", 1)[1]
    async with platform.container.database.read() as session:
        link_id = await session.scalar(select(LinkRow.id).where(LinkRow.slug == slug))
    assert link_id is not None
    return link_id


async def tagged(platform: Platform, link_id: int, tag: str) -> None:
    async with platform.container.database.write() as session:
        session.add(LinkTag(link_id=link_id, tag=tag))


async def clicked(platform: Platform, link_id: int, *clicks: Clicked) -> None:
    await count(platform.container.database, link_id, clicks)


async def opened(platform: Platform, person: Person) -> list[str]:
    """What stands beneath the picture once the statistics of the card are open."""
    return await pressed(platform, person, "📊 Статистика" if person.name == "Анна" else "📊 Statistics")


def lines(person: Person) -> list[str]:
    return person.last.text.translate(UNSEEN).splitlines()


def labels(person: Person) -> list[str]:
    return [label.translate(UNSEEN) for label in person.last.buttons]


async def pressed(platform: Platform, person: Person, name: str) -> list[str]:
    """What the message says after the press; it stays the same message, with a picture."""
    before = person.last.message_id
    label = next(label for label in person.last.buttons if label.translate(UNSEEN).removeprefix("✓ ") == name)
    await person.press(label)
    await nothing_waits(platform)
    assert person.last.message_id == before
    assert person.last.photo
    return lines(person)


async def pressed_data(platform: Platform, person: Person, data: str) -> str:
    """An alert, if the press is refused with one."""
    answer = await person.press_data(data, on=person.last)
    await nothing_waits(platform)
    return answer.text.translate(UNSEEN)


async def test_a_card_opens_how_many_clicked_and_whether_there_were_more(platform: Platform, anna: Person):
    link_id = await new_link(platform, anna)
    now = platform.clock()
    await clicked(
        platform, link_id, Clicked(now, 6, 4, bots=3), Clicked(now - timedelta(days=6), 3, 2),
        Clicked(now - timedelta(days=8), 6, 6),
    )  # fmt: skip
    card = anna.last
    seen = await opened(platform, anna)
    assert anna.last.message_id == card.message_id
    assert seen[:4] == [
        "📊 9 кликов за 7 дней",
        "6 посетителей, 3 повторных клика",
        "📈 +50 %, до этого 6",
        "🤖 Превью и роботы (не в счёте): 3",
    ]
    assert seen[4].startswith("Первый клик: ")
    assert seen[5].startswith("🔗 localhost:")
    assert seen[6] == "🕒 UTC+3"
    assert "✓ 7 дней" in labels(anna)
    assert "✓ Обзор" in labels(anna)
    chart = Image.open(BytesIO(await anna.file(anna.last)))
    assert chart.width >= 1_000
    assert (await pressed(platform, anna, "Сегодня"))[0] == "📊 6 кликов сегодня"
    assert (await pressed(platform, anna, "Всё"))[0] == "📊 15 кликов за всё время"
    await anna.press("◀️ Назад")
    await anna.sees_button("📊 Статистика")
    assert not any(message.photo for message in anna.messages())


async def test_every_view_of_every_period_is_the_same_message_edited(platform: Platform, ben: Person):
    link_id = await new_link(platform, ben)
    now = platform.clock()
    await clicked(platform, link_id, Clicked(now, 3, 1, country="RU"), Clicked(now - timedelta(days=100), 4))
    await opened(platform, ben)
    message = ben.last.message_id
    for period, view in (
        ("Today", "🗓 By hours"), ("Week", "🌍 Countries"), ("Month", "🚪 Sources"), ("30 days", "📱 Devices"),
        ("All", "💽 Systems"), ("7 days", "🧭 Browsers"), ("Yesterday", "🗣 Languages"), ("Today", "🔳 QR scans"),
        ("All", "🔀 Variants"), ("Month", "📈 Overview"),
    ):  # fmt: skip
        await pressed(platform, ben, period)
        seen = await pressed(platform, ben, view)
        assert ben.last.message_id == message
        assert f"✓ {view.partition(' ')[2]}" in ben.last.buttons
        assert seen[0][0] in "📊🗓🌍🚪📱💽🧭🗣🔳🔀", "the answer comes first"
        assert "🕒 UTC+3" in seen
    assert len(ben.messages()) == 2
    await nothing_was_reported(platform)


async def test_countries_have_names_and_flags_and_the_unknown_a_row_of_their_own(platform: Platform, anna: Person):
    link_id = await new_link(platform, anna)
    now = platform.clock()
    codes = ["RU", "KZ", "BY", "UA", "DE", "NP", "FR", "GB", "UZ", "MD", "AM", "GE"]
    made = [Clicked(now, 20 - place, country=code) for place, code in enumerate(codes)]
    await clicked(platform, link_id, *made, Clicked(now, 5))
    await opened(platform, anna)
    seen = await pressed(platform, anna, "🌍 Страны")
    assert seen[0] == "🌍 179 кликов за 7 дней"
    assert seen[1:3] == ["🇷🇺 Россия — 20 · 11,2 %", "🇰🇿 Казахстан — 19 · 10,6 %"]
    assert seen[10] == "🇲🇩 Молдова — 11 · 6,1 %", "the tenth is not lost"
    assert seen[11:13] == ["Остальные — 19 · 10,6 %", "Неизвестно — 5 · 2,8 %"]
    assert seen[-1] == "IP Geolocation by DB-IP", "its licence asks for that"


async def test_devices_say_phones_and_computers_and_sources_say_who_came_directly(platform: Platform, ben: Person):
    link_id = await new_link(platform, ben)
    now = platform.clock()
    await clicked(
        platform, link_id, Clicked(now, 5, device="Android", referrer="t.me"), Clicked(now, 2, device="iPad"),
        Clicked(now, 2, device="Mac", referrer="xn--e1afmkfd.xn--p1ai"), Clicked(now, 1, device="other", referrer="*"),
    )  # fmt: skip
    await opened(platform, ben)
    assert (await pressed(platform, ben, "📱 Devices"))[:3] == [
        "📱 10 clicks in 7 days",
        "📱 Phones and tablets — 7 · 70%",
        "💻 Computers — 2 · 20%",
    ]
    assert "Others — 1 · 10%" in lines(ben)
    seen = await pressed(platform, ben, "🚪 Sources")
    assert seen[1:5] == ["t.me — 5 · 50%", "пример.рф — 2 · 20%", "Others — 1 · 10%", "Direct — 2 · 20%"]


async def test_hours_name_the_busiest_one(platform: Platform, anna: Person):
    link_id = await new_link(platform, anna)
    # A Monday at 18:10 in UTC is 21:10 in Moscow.
    monday = platform.clock() - timedelta(days=platform.clock().weekday() + 7)
    await clicked(platform, link_id, Clicked(monday.replace(hour=18, minute=10), 7), Clicked(platform.clock(), 1))
    await opened(platform, anna)
    await pressed(platform, anna, "Всё")
    seen = await pressed(platform, anna, "🗓 По часам")
    assert seen[1] == "Пик: понедельник, 21:00–22:00 — 7 · 87,5 %"


async def test_days_are_those_of_the_person_s_own_clock(platform: Platform, anna: Person):
    await anna.send("/settings")
    await anna.press("🕒 Часовой пояс")
    await anna.sees("Ваш город")
    await anna.send("Катманду")
    await anna.sees_button("🕒 Часовой пояс: UTC+5:45")
    link_id = await new_link(platform, anna)
    kathmandu = ZoneInfo("Asia/Kathmandu")
    midnight = platform.clock().astimezone(kathmandu).replace(hour=0, minute=0, second=0, microsecond=0)
    await clicked(platform, link_id, Clicked(midnight, 1), Clicked(midnight - timedelta(minutes=15), 10))
    await opened(platform, anna)
    assert (await pressed(platform, anna, "Сегодня"))[0] == "📊 1 клик сегодня"
    assert (await pressed(platform, anna, "Вчера"))[0] == "📊 10 кликов вчера"
    assert lines(anna)[-1] == "🕒 UTC+5:45"


async def test_a_link_that_nobody_clicked_says_how_to_change_that(platform: Platform, anna: Person):
    await new_link(platform, anna)
    seen = await opened(platform, anna)
    assert seen[:2] == ["📊 0 кликов за 7 дней", "Кликов пока нет: поделитесь ссылкой, и цифры появятся сами."]
    assert len(seen) == 4, "no rows of zeros"
    for view in ("🗓 По часам", "🌍 Страны", "🔀 Варианты", "🔳 QR-коды"):
        assert (await pressed(platform, anna, view))[0].endswith("0 кликов за 7 дней")


async def test_what_was_clicked_before_and_not_now_is_said(platform: Platform, anna: Person):
    link_id = await new_link(platform, anna)
    await clicked(platform, link_id, Clicked(platform.clock() - timedelta(days=9), 4))
    assert (await opened(platform, anna))[:2] == ["📊 0 кликов за 7 дней", "📉 −100 %, до этого 4"]


async def test_all_links_and_those_with_a_tag_have_statistics_of_their_own(platform: Platform, anna: Person):
    now = platform.clock()
    first, second = [await new_link(platform, anna, f"https://example.com/{number}") for number in (1, 2)]
    await tagged(platform, first, "лето")
    await clicked(platform, first, Clicked(now, 3))
    await clicked(platform, second, Clicked(now, 4))
    assert (await opened(platform, anna))[0] == "📊 4 клика за 7 дней"
    seen = await pressed(platform, anna, "🔗 Все ссылки")
    assert seen[0] == "📊 7 кликов за 7 дней"
    assert "🔗 Все ссылки" in seen
    assert not any("Варианты" in button for button in anna.last.buttons), "variants are a link's own"
    await pressed(platform, anna, "🏷 По тегу")
    seen = await pressed(platform, anna, "🏷 лето")
    assert seen[0] == "📊 3 клика за 7 дней"
    assert "🏷 лето" in seen
    assert (await pressed(platform, anna, "🌍 Страны"))[0] == "🌍 3 клика за 7 дней"
    assert (await pressed(platform, anna, "🔗 Все ссылки"))[0] == "📊 7 кликов за 7 дней"
    await anna.press("📋 Мои ссылки")
    await nothing_waits(platform)
    assert lines(anna)[0].startswith("📋 2 ссылки")


async def test_from_the_figures_of_all_links_one_gets_back_to_the_link(platform: Platform, anna: Person):
    first, second = [await new_link(platform, anna, f"https://example.com/{number}") for number in (1, 2)]
    await tagged(platform, first, "лето")
    now = platform.clock()
    await clicked(platform, first, Clicked(now, 3))
    await clicked(platform, second, Clicked(now, 4))
    await opened(platform, anna)
    await pressed(platform, anna, "Сегодня")
    assert (await pressed(platform, anna, "🔗 Все ссылки"))[0] == "📊 7 кликов сегодня"
    await pressed(platform, anna, "🏷 По тегу")
    assert (await pressed(platform, anna, "🏷 лето"))[0] == "📊 3 клика сегодня"
    assert (await pressed(platform, anna, "🔗 Все ссылки"))[0] == "📊 7 кликов сегодня"
    assert (await pressed(platform, anna, "◀️ К ссылке"))[0] == "📊 4 клика сегодня"
    await anna.press("◀️ Назад")
    await anna.sees_button("🔳 Сделать QR")


async def test_without_tags_it_is_said_where_they_come_from(platform: Platform, ben: Person):
    await new_link(platform, ben)
    await opened(platform, ben)
    await pressed(platform, ben, "🔗 All links")
    assert "Tags are in the settings" in (await pressed(platform, ben, "🏷 By tag"))[0]
    assert (await pressed(platform, ben, "◀️ Back"))[0] == "📊 0 clicks in 7 days"


async def test_a_button_goes_on_meaning_its_tag_when_others_come_and_go(platform: Platform, ben: Person):
    first, second = [await new_link(platform, ben, f"https://example.com/{number}") for number in (1, 2)]
    await tagged(platform, second, "summer")
    await clicked(platform, second, Clicked(platform.clock(), 4))
    button = statistics_button("📊", tag="summer").callback_data
    await tagged(platform, first, "autumn")
    assert button is not None
    await ben.press_data(button, on=ben.last)
    await ben.sees_photo()
    assert lines(ben)[0] == "📊 4 clicks in 7 days"
    assert "🏷 summer" in lines(ben)


async def test_forged_presses_get_a_clear_word_and_show_nothing(platform: Platform, anna: Person, ben: Person):
    theirs = await new_link(platform, ben)
    await new_link(platform, anna)
    await opened(platform, anna)
    assert "нет" in await pressed_data(platform, anna, StatisticsPress(id=theirs).pack())
    assert "нет" in await pressed_data(platform, anna, StatisticsPress(id=2**62, view=View.HEAT).pack())
    assert "тега" in await pressed_data(platform, anna, StatisticsPress(tag=tag_number("лето")).pack())
    await pressed_data(platform, anna, StatisticsPress(view=View.VARIANTS).pack())
    assert "Варианты у каждой ссылки свои. Откройте одну: /links" in lines(anna)
    for garbage in (
        "ls:o:7:-1:0:0:0", "ls:z:7:1:0:0:0", "ls:o:x:1:0:0:0", f"ls:o:7:{2**63}:0:0:0", "ls:o:7:0:0:0:-1",
        "ls:o:7:1:0:0", "ls",
    ):  # fmt: skip
        await anna.press_data(garbage, on=anna.last)
    await nothing_was_reported(platform)


async def test_a_link_that_is_deleted_meanwhile_is_said_to_be_gone(platform: Platform, anna: Person):
    link_id = await new_link(platform, anna)
    await opened(platform, anna)
    await platform.container.services.links.delete(anna.id, link_id, platform.clock())
    assert (await anna.press("Сегодня")).text.startswith("⚠️ Такой ссылки у вас нет")


async def test_names_and_hosts_as_long_as_can_be_fit_beneath_the_picture(platform: Platform, ben: Person):
    link_id = await new_link(platform, ben)
    now = platform.clock()
    long = ["&" * 60 + str(number) + "." + "<b>" * 60 for number in range(14)]
    await clicked(platform, link_id, *(Clicked(now, 10**8 - place, referrer=host) for place, host in enumerate(long)))
    variants = [{"key": key, "weight": 1, "target": f"https://example.com/{key * 900}?<&>"} for key in "ABCDE"]
    async with platform.container.database.write() as session:
        link = await session.get_one(LinkRow, link_id)
        link.name, link.variants = '<&"' * 21, variants
    await opened(platform, ben)
    for view in ("🚪 Sources", "🔀 Variants", "📱 Devices"):
        seen = await pressed(platform, ben, view)
        assert units(ben.last.text) <= 1024
        assert seen[-1] == "🕒 UTC+3"
    await nothing_was_reported(platform)


async def test_people_look_while_clicks_are_counted(platform: Platform, anna: Person):
    """What they see in the end is the truth, from redirect to picture."""
    link_id = await new_link(platform, anna)
    address = anna.last.links[0]

    async def follow(agent: str, times: int, path: str = "") -> None:
        # Each a browser of its own: no cookie of another.
        for _ in range(times):
            async with aiohttp.ClientSession(headers={"User-Agent": agent}) as visitor:
                headers = {"Accept-Language": "ru-RU,ru;q=0.9", "Referer": "https://t.me/some"}
                async with visitor.get(address + path, allow_redirects=False, headers=headers) as answer:
                    assert answer.status in {301, 302, 200}

    following = asyncio.gather(
        follow(PHONE, 20), follow(DESKTOP, 15), follow(PHONE, 5, "?qr"), follow("TelegramBot", 4)
    )
    await opened(platform, anna)
    while not following.done():
        await pressed(platform, anna, "🔄 Обновить")
    await following
    await platform.counted(clicks=40, bots=4)

    async def first_line() -> str:
        return (await pressed(platform, anna, "🔄 Обновить"))[0]

    await until(first_line, "📊 40 кликов за 7 дней")
    devices = await pressed(platform, anna, "📱 Устройства")
    assert devices[1:3] == ["📱 Телефоны и планшеты — 25 · 62,5 %", "💻 Компьютеры — 15 · 37,5 %"]
    assert (await pressed(platform, anna, "🔳 QR-коды"))[1] == "По QR-коду — 5 · 12,5 %"
    assert (await pressed(platform, anna, "🚪 Источники"))[1] == "t.me — 40 · 100 %"
    assert (await pressed(platform, anna, "🗣 Языки"))[1] == "Русский — 40 · 100 %"
    assert link_id


async def test_looking_again_at_the_same_is_never_too_fast(
    platform: Platform, ben: Person, monkeypatch: pytest.MonkeyPatch
):
    kind = ThrottleKind("picture", 1, timedelta(hours=1))
    monkeypatch.setattr("handlers.links.statistics.presses.PICTURES", kind)
    await new_link(platform, ben)
    await opened(platform, ben)
    for _ in range(3):
        await pressed(platform, ben, "🔄 Refresh")
    refused = await ben.press("🌍 Countries")
    assert refused.text.startswith("⏳ Many pictures at once. The next one can be drawn in ")
    assert refused.show_alert
    assert (await pressed(platform, ben, "🔄 Refresh"))[0] == "📊 0 clicks in 7 days"


async def test_where_no_picture_can_be_drawn_the_figures_come_as_text(platform: Platform, anna: Person):
    link_id = await new_link(platform, anna)
    await clicked(platform, link_id, Clicked(platform.clock(), 3, 3))
    await platform.container.services.pictures.close()
    await anna.press("📊 Статистика")
    await nothing_waits(platform)
    assert lines(anna)[1] == "3 посетителя, 0 повторных кликов"
    assert not anna.last.photo
    await anna.press("Сегодня")
    await nothing_waits(platform)
    assert lines(anna)[0] == "📊 3 клика сегодня"
    assert len(anna.messages()) == 2
