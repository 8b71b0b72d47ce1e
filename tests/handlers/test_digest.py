"""The daily digest, as operators get it in their group."""

from datetime import date, datetime, timedelta

import pytest

from bot import starts
from handlers.operations.callbacks import DigestPlace, DigestPress
from sandbox import Message, Person
from scheduler.jobs import JOBS
from services.operations.digest import HOUR
from services.time_zones import zone
from tests.handlers.reading import UNSEEN
from tests.platform import Platform
from tests.waiting import until

MOSCOW = zone("Europe/Moscow")


@pytest.fixture(autouse=True)
def noon(platform: Platform) -> None:
    """Far from any midnight."""
    comes(platform, 12)


@pytest.fixture
def operators(platform: Platform) -> Person:
    """Оля, who looks at the admin group."""
    return platform.world.person("Оля").in_group(platform.world.group("Админы Toklink"))


def today(platform: Platform) -> date:
    return platform.clock().astimezone(MOSCOW).date()


def comes(platform: Platform, hour: int) -> None:
    """Tomorrow, this hour comes in Moscow."""
    there = platform.clock().astimezone(MOSCOW)
    then = datetime.combine(there.date() + timedelta(days=1), there.time(), MOSCOW).replace(hour=hour, minute=1)
    platform.clock.passes(seconds=(then - there).total_seconds())


async def look(platform: Platform) -> None:
    """The clock of the schedule, which looks every quarter of an hour."""
    await JOBS["admin-digest"](platform.container.services, platform.clock())


def digests(person: Person) -> list[Message]:
    return [message for message in person.messages() if message.from_bot and message.text.startswith("🗞")]


async def sees_digest(platform: Platform, person: Person, count: int = 1) -> str:
    """The newest of the ``count`` digests that come."""

    async def seen() -> int:
        await platform.world.catch_up()
        return len(digests(person))

    await until(seen, count)
    return digests(person)[-1].text.translate(UNSEEN)


async def test_at_nine_operators_read_what_happened_yesterday_once(
    platform: Platform, anna: Person, ben: Person, olya: Person, operators: Person
):
    await olya.send("/start")
    await anna.send("https://example.com/page")
    await ben.send("/start")
    yesterday = today(platform)
    comes(platform, HOUR - 1)
    await look(platform)
    platform.clock.passes(hours=1)
    await look(platform)
    shown = await sees_digest(platform, operators)
    assert f"🗞 {yesterday.day} " in shown
    assert "👥 Новых людей: 3 (+3), писали: 3 (+3)" in shown
    assert "🔗 Новых ссылок: 1 (+1)" in shown
    assert "📊 Кликов: 0" in shown
    assert "✅ Тревог нет." in shown
    for _ in range(2):
        await look(platform)
    await platform.restart()
    await look(platform)
    # The day of these is another one, and so far nobody has written on it.
    platform.clock.passes(days=1)
    await look(platform)
    shown = await sees_digest(platform, operators, 2)
    assert "😴 Тихий день" in shown


async def test_in_an_english_group_it_is_english(platform: Platform, olya: Person, operators: Person):
    await olya.send("/settings")
    await platform.container.services.people.choose_language(olya.id, "en")
    comes(platform, HOUR)
    await look(platform)
    shown = await sees_digest(platform, operators)
    assert "against the day before" in shown
    assert "👥 New people: 1 (+1), active: 1 (+1)" in shown


async def test_ways_to_tiktok_have_names_and_figures(platform: Platform, olya: Person, operators: Person):
    await olya.send("/start")
    with pytest.raises(Exception, match="embed"):
        await platform.container.services.sources.fetch("anna", 30)
    comes(platform, HOUR)
    platform.container.pulse.changed()

    async def told() -> bool:
        health = await platform.container.services.operations.health(platform.clock())
        return any(source.errors for source in health.sources)

    await until(told, True)
    await look(platform)
    shown = await sees_digest(platform, operators)
    assert "🎵 TikTok: открыто 5 из 5 путей, без браузера" in shown
    assert "🟢 виджет профиля: 1 сбой подряд (нет связи), 0 % из 1" in shown
    assert "⚪️ профиль в Chromium: нет браузера" in shown


async def test_its_buttons_lead_on_and_it_stays(platform: Platform, olya: Person, operators: Person):
    await olya.send("/start")
    await platform.container.services.errors.report("job", LookupError("x"), platform.clock())
    comes(platform, HOUR)
    await look(platform)
    assert "⚠️ Ошибок: 1 (+1), чаще всего LookupError" in await sees_digest(platform, operators)
    (digest,) = digests(operators)
    await operators.press("🩺 Здоровье", on=digest)
    await operators.sees("Как дела у платформы")
    await operators.press("📜 Журнал", on=digest)
    await operators.sees("Здесь пока ничего не делали")
    await operators.press("⚠️ Ошибки: 1", on=digest)
    await operators.sees("• LookupError × 1")
    await operators.press("LookupError", on=operators.last)
    await operators.sees("LookupError: x")
    assert digests(operators) == [digest]


async def test_nobody_else_presses_them(anna: Person):
    await anna.send("/start")
    for place in DigestPlace:
        answer = await anna.press_data(DigestPress(place=place, day=1).pack(), on=anna.last)
        assert answer.text.startswith("🚫")


async def test_a_forged_day_is_no_day(platform: Platform, olya: Person):
    await olya.send("/admin")
    await olya.press_data(DigestPress(place=DigestPlace.ERRORS, day=date.max.toordinal()).pack(), on=olya.last)
    await olya.press_data(DigestPress(place=DigestPlace.ERRORS, day=1).pack(), on=olya.last)


async def test_by_hand_it_is_made_of_any_day_beside_a_running_platform(
    platform: Platform, olya: Person, operators: Person, monkeypatch: pytest.MonkeyPatch
):
    await olya.send("/start")
    monkeypatch.setattr(starts, "_clock", lambda _settings: platform.clock)
    day = today(platform)
    # Beside a sandbox no setting names anybody who would be told.
    nobody: dict[str, object] = {"bot_token": None, "admin_ids": frozenset(), "admin_chat_id": None}
    settings = platform.settings.model_copy(update=nobody)
    for _ in range(2):
        await starts.job(settings, "admin-digest", day)
    shown = await sees_digest(platform, operators)
    assert "на эту минуту" in shown
    assert "👥 Новых людей: 1" in shown
    await starts.job(settings, "admin-digest", day - timedelta(days=1))
    assert "😴 Тихий день" in await sees_digest(platform, operators, 2)
