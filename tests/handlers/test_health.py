"""How operators see how the platform fares."""

import aiohttp
import pytest

from db.queries import heartbeats
from handlers.operations.callbacks import HealthPress
from sandbox import Person
from services.tiktok.errors import TikTokSilent
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
        return "🎵 TikTok: открыто 3 из 5 путей, без браузера; отдыхают: embed (cut), page (cut)" in await opens_health(
            olya
        )

    await until(told, True)
    async with aiohttp.ClientSession() as browser:
        answer = await browser.get(f"{platform.settings.links_url}/metrics")
        lines = [line.partition("{")[0] + line.partition('",')[2] for line in (await answer.text()).splitlines()]
    assert 'toklink_tiktok_readysource="embed"} 0.0' in lines
    assert 'toklink_tiktok_readysource="creator-http"} 1.0' in lines
    assert 'toklink_tiktok_errors_totalsource="embed"} 5.0' in lines
    assert 'toklink_tiktok_failures_in_a_rowsource="page"} 5.0' in lines
    assert not any("browser" in line for line in lines)


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
