"""The daily report as people get it: a glance, and a PDF of all of it."""

import json
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from db.queries.clicks import Count, add_counts
from db.tables import ClickDetail, Delivery, Link
from sandbox import Message, Person
from scheduler.jobs import JOBS
from services.statistics.periods import bucket_of
from tests.handlers.reading import UNSEEN, nothing_was_reported
from tests.platform import Platform
from tests.waiting import until

MOSCOW = ZoneInfo("Europe/Moscow")


async def clicked(platform: Platform, at: datetime, *, clicks: int, visitors: int, **devices: int) -> None:
    """Every link that there is, in one quarter of an hour."""
    async with platform.container.database.write() as session:
        for link_id in (await session.scalars(select(Link.id))).all():
            await add_counts(session, [Count(link_id, bucket_of(at), clicks, visitors, 0)])
            values = json.dumps({"device": devices})
            session.add(ClickDetail(link_id=link_id, level=0, start=bucket_of(at), values=values))


async def at_ten_tomorrow(platform: Platform) -> None:
    """In Moscow, where all of them live; the job runs."""
    local = platform.clock().astimezone(MOSCOW)
    tomorrow = (local + timedelta(days=1)).replace(hour=10, minute=0, second=0)
    platform.clock.passes(seconds=(tomorrow - local).total_seconds())
    await JOBS["daily-link-reports"](platform.container.services, platform.clock())


def today_at(platform: Platform, hour: int) -> datetime:
    return platform.clock().astimezone(MOSCOW).replace(hour=hour, minute=5)


async def text_of(person: Person, message: Message) -> str:
    pages = PdfReader(BytesIO(await person.file(message))).pages
    return "\n".join(page.extract_text() for page in pages).translate(UNSEEN)


async def test_the_report_comes_as_one_message_a_glance_above_and_a_pdf_beneath(platform: Platform, anna: Person):
    await anna.send("https://example.com/a")
    short = anna.last.links[0].partition("//")[2]
    await clicked(platform, today_at(platform, 4), clicks=1_234, visitors=700, Android=1_000, Windows=34)
    await clicked(platform, today_at(platform, 23), clicks=6, visitors=0, iPad=6)
    day = platform.clock().astimezone(MOSCOW).date()
    await at_ten_tomorrow(platform)
    report = await anna.sees("☀️")
    assert report.document
    assert report.file_name == f"toklink-{day}.pdf"
    lines = report.text.translate(UNSEEN).splitlines()
    assert lines[0].startswith("☀️ 1 240 кликов за ")
    assert lines[1:] == ["700 посетителей", "", f"1. {short} — 1 240 кликов"]
    assert report.buttons == ["1", "🔔 Уведомления"]
    pdf = await text_of(anna, report)
    for words in ("UTC+3", "Клики по часам", "Компьютеры", short, "1 240", "540", "1 006", "Страница 1 из 1"):
        assert words in pdf, words
    *_, total = pdf.partition("Всего")
    assert total.split()[:6] == ["1", "240", "540", "34", "1", "006"]
    hours = total.split()[7:31]
    assert hours == ["·"] * 4 + ["1234"] + ["·"] * 18 + ["6"]
    await nothing_was_reported(platform)


async def test_everybody_gets_it_in_their_language_and_once(platform: Platform, anna: Person, ben: Person):
    for person in (anna, ben):
        await person.send("https://example.com/a")
    await clicked(platform, today_at(platform, 12), clicks=3, visitors=1, other=3)
    await at_ten_tomorrow(platform)
    for _ in range(2):
        platform.clock.passes(minutes=15)
        await JOBS["daily-link-reports"](platform.container.services, platform.clock())
    english, russian = await ben.sees("☀️ 3"), await anna.sees("☀️ 3")
    assert "Clicks by hour" in await text_of(ben, english)
    assert "Клики по часам" in await text_of(anna, russian)
    for person in (anna, ben):
        assert len([message for message in person.messages() if "☀️" in message.text]) == 1


async def test_a_press_beneath_the_report_comes_as_a_message_and_leaves_the_file(platform: Platform, anna: Person):
    await anna.send("https://example.com/a")
    await clicked(platform, today_at(platform, 12), clicks=3, visitors=1)
    await at_ten_tomorrow(platform)
    report = await anna.sees("☀️")
    await anna.press("1", on=report)
    card = await anna.sees("example.com/a")
    assert card.message_id != report.message_id
    await anna.press("🔔 Уведомления", on=report)
    await anna.sees_button("🌙 Тихие часы")
    assert report.message_id in [message.message_id for message in anna.messages()]
    await nothing_was_reported(platform)


async def test_without_a_pdf_the_glance_comes_alone_and_operators_know(
    platform: Platform, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("handlers.links.reporting.TRIES_WITH_PDF", 1)
    await anna.send("https://example.com/a")
    await clicked(platform, today_at(platform, 12), clicks=3, visitors=1)
    await platform.container.services.pictures.close()
    await at_ten_tomorrow(platform)
    report = await anna.sees("☀️ 3")
    assert not report.document
    operators = platform.world.person("Оля").in_group(platform.world.group("Админы Toklink"))
    await operators.sees("StudioClosed")


async def test_a_pdf_that_fails_once_is_drawn_the_next_time(
    platform: Platform, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    await anna.send("https://example.com/a")
    await clicked(platform, today_at(platform, 12), clicks=3, visitors=1)
    await platform.container.services.pictures.close()
    await at_ten_tomorrow(platform)

    async def attempts() -> int:
        works = await platform.container.services.works.find_due("daily-report", await key())
        return 0 if works is None else works[0].attempts

    async def key() -> str:
        return f"{anna.id}:{(platform.clock().astimezone(MOSCOW) - timedelta(days=1)).date()}"

    await until(attempts, 1)
    await platform.container.services.pictures.open()
    platform.clock.passes(seconds=10)
    assert (await anna.sees("☀️ 3")).document
    async with platform.container.database.read() as session:
        assert (await session.scalars(select(Delivery.kind))).all() == ["daily-links"]
