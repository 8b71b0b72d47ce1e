"""Takings: what operators see of the Stars that came and went, by days."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from db.queries import payments as queries
from sandbox import Person
from services.payments.takings import Day
from services.time_zones import zone
from tests.handlers.sales import payments
from tests.handlers.seeing import read, sees
from tests.handlers.selling import has_guide
from tests.platform import Platform

MOSCOW = zone("Europe/Moscow")


@pytest.fixture(autouse=True)
async def books(platform: Platform) -> None:
    """Two payments today, just after midnight, one of which went back; one of 20 days ago. It is noon."""
    there = platform.clock().astimezone(MOSCOW)
    midnight = datetime(there.year, there.month, there.day, tzinfo=MOSCOW) + timedelta(days=1)
    platform.clock.passes(seconds=(midnight + timedelta(hours=12) - there).total_seconds())
    async with platform.container.database.write() as session:
        for charge, direction, amount, at in (
            ("a", "in", 50, midnight),
            ("b", "in", 35, midnight + timedelta(milliseconds=1)),
            ("b", "out", 35, platform.clock()),
            ("c", "in", 50, midnight - timedelta(days=20, seconds=1)),
        ):
            await queries.move(session, charge, direction, amount, at)


async def test_takings_stand_in_a_chart_and_in_a_table(platform: Platform, olya: Person):
    await payments(olya)
    await olya.press("📈 Выручка")
    shown = await olya.sees_photo()
    text = read(shown)
    assert "📈 Итого: 100 ⭐" in text
    assert "Получено: 135 ⭐, возвращено: 35 ⭐" in text
    assert "Возвратов: 1" in text
    await olya.press("7\u00a0дней")
    await sees(olya, "📈 Итого: 50 ⭐")
    await olya.press("📄 Таблицей (CSV)")
    table = await olya.sees_document()
    rows = list(csv.reader(io.StringIO((await olya.file(table)).decode())))
    assert rows[0] == ["day", "stars_in", "stars_out", "net", "orders", "free_orders", "refunds"]
    assert len(rows) == 8
    today = platform.clock().astimezone(MOSCOW).date()
    assert rows[-1] == [str(today), "85", "35", "50", "0", "0", "1"]


async def test_days_begin_at_midnight_in_the_platforms_zone(platform: Platform, olya: Person):
    today = platform.clock().astimezone(MOSCOW).date()
    takings = platform.container.services.takings
    assert await takings.of_day(today) == Day(today, 85, 35, 1, 0, 0)
    long_ago = today - timedelta(days=21)
    assert await takings.of_day(long_ago) == Day(long_ago, 50, 0, 0, 0, 0)
    assert await takings.of_day(long_ago + timedelta(days=1)) == Day(long_ago + timedelta(days=1))


async def test_the_digest_tells_of_yesterdays_sales(platform: Platform, anna: Person, olya: Person):
    operators = olya.in_group(platform.world.group("Админы Toklink"))
    await anna.send("/start")
    await has_guide(platform, anna.id)
    await anna.send("/paysupport Где мой гайд?")
    today = platform.clock().astimezone(MOSCOW).date()
    digests = platform.container.services.digests
    assert await digests.send(today, platform.clock())
    text = read(await sees(operators, "🗞"))
    assert "📘 Куплен 1 гайд" in text
    assert "⭐ Звёзд получено: 135, возвращено: 35" in text
    assert "вопросов об оплате: 1" in text
