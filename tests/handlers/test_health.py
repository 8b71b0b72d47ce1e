"""How operators see how the platform fares."""

import aiohttp
import pytest

from db.queries import heartbeats
from handlers.operations.callbacks import HealthPress
from handlers.operations.ways import reason_name, way_name
from sandbox import Person
from services.language import LANGUAGES, speaking
from services.tiktok.errors import SourceError, TikTokSilent
from tests.handlers.reading import UNSEEN, said
from tests.platform import Platform
from tests.waiting import until


async def opens_health(olya: Person) -> str:
    await olya.send("/admin")
    await olya.press("🩺 Здоровье")
    return (await olya.sees("Как дела у платформы")).text.translate(UNSEEN)


async def test_an_operator_sees_who_runs_and_that_nothing_waits(olya: Person):
    await olya.send("/start")

    async def roles() -> bool:
        shown = await opens_health(olya)
        return "🟢 bot: 1 процесс" in shown and "🟢 web: 1 процесс" in shown

    await until(roles, True)
    shown = await opens_health(olya)
    for line in ("📤 Сообщения: очереди нет", "⚙️ Дела: очереди нет", "📊 Клики: очереди нет", "✅ Тревог нет."):
        assert line in shown
    await olya.press("🔄 Обновить")
    await olya.press("◀️ В начало")
    await olya.sees("Платформа работает")


async def test_an_alert_stands_there_until_it_is_over(platform: Platform, olya: Person):
    for _ in range(3):
        await platform.container.services.errors.report("job", LookupError("x"), platform.clock())
    shown = await opens_health(olya)
    assert "1 тревога" in shown
    assert "• Ошибка LookupError" in shown
    assert "× 3" in shown


async def test_it_says_which_ways_to_tiktok_are_open(platform: Platform, olya: Person):
    # Nobody stands for TikTok here, and there is no browser: each way that is asked fails.
    for _ in range(5):
        with pytest.raises(TikTokSilent):
            await platform.container.services.sources.fetch("anna", 30)
    platform.container.pulse.changed()

    async def told() -> bool:
        return "🎵 TikTok: открыто 3 из 5 путей, без браузера" in await opens_health(olya)

    await until(told, True)
    shown = await opens_health(olya)
    for line in ("🟡 виджет профиля: перерыв, нет связи", "🟡 страница профиля: перерыв, нет связи"):
        assert line in shown
    await olya.press("🎵 TikTok")
    shown = (await olya.sees("Пути к TikTok")).text.translate(UNSEEN)
    for line in (
        "⚪️ профиль в Chromium: нет браузера",
        "🟡 виджет профиля: перерыв, нет связи, 0 % из 5",
        "🟢 лента автора",
        "🟢 короткие адреса",
    ):
        assert line in shown.splitlines()
    await olya.press("◀️ Назад")
    await olya.sees("Как дела у платформы")
    async with aiohttp.ClientSession() as browser:
        answer = await browser.get(f"{platform.settings.links_url}/metrics")
        lines = [line.partition("{")[0] + line.partition('",')[2] for line in (await answer.text()).splitlines()]
    assert 'toklink_tiktok_readysource="embed"} 0.0' in lines
    assert 'toklink_tiktok_readysource="creator-http"} 1.0' in lines
    assert 'toklink_tiktok_errors_totalsource="embed"} 5.0' in lines
    assert 'toklink_tiktok_answered_sharesource="embed"} 0.0' in lines
    assert 'toklink_tiktok_failures_in_a_rowsource="page"} 5.0' in lines
    assert not any("browser" in line for line in lines)


def reasons(error: type[SourceError] = SourceError) -> set[str]:
    """Of all kinds of failures of ways to TikTok."""
    return {error.reason}.union(*(reasons(kind) for kind in error.__subclasses__()))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_way_to_tiktok_and_every_reason_has_a_name(platform: Platform, language: str):
    ways = [source.name for source in platform.container.services.sources.health()]
    with speaking(platform.container.catalogue, language):
        assert len({way_name(way) for way in ways}) == len(ways)
        assert [way for way in ways if way_name(way) == way] == []
        assert [reason for reason in reasons() if reason_name(reason) == reason] == []


async def test_a_dead_process_is_seen_as_missing(platform: Platform, olya: Person):
    now = platform.clock()
    async with platform.container.database.write() as session:
        await heartbeats.beat(session, "dead", roles="scheduler", host="there 1", started_at=now, seen_at=now, facts={})
    platform.clock.passes(minutes=2)
    assert "🔴 scheduler: не видно 2 минуты" in await opens_health(olya)


async def test_nobody_else_sees_it(anna: Person):
    await anna.send("/start")
    answer = await anna.press_data(HealthPress().pack(), on=anna.last)
    assert answer.text.startswith("🚫")
    assert "🩺" not in said(anna)
