"""From the chat to the browser and back: on SQLite, and on PostgreSQL with Valkey."""

import aiohttp

from tests.platform import Platform
from tests.waiting import until

# The promise: a click is in the statistics within two seconds.
TELEGRAM_PREVIEW = "TelegramBot (like TwitterBot)"


async def test_a_click_is_in_the_statistics_within_two_seconds(platform: Platform, visitor: aiohttp.ClientSession):
    anna = platform.world.person("Анна")
    await anna.send("https://example.com/goal")
    short_url = anna.last.links[0]
    for _ in range(2):
        async with visitor.get(short_url, allow_redirects=False) as answer:
            assert answer.status == 302
            assert answer.headers["Location"] == "https://example.com/goal"
    async with visitor.get(short_url, headers={"User-Agent": TELEGRAM_PREVIEW}, allow_redirects=False) as answer:
        assert answer.status == 302
    await platform.counted(clicks=2, bots=1)
    await anna.press("📊 Статистика")
    shown = await anna.sees_photo()
    assert shown.text.replace("\u00a0", " ").splitlines()[:4] == [
        "📊 2 клика за 7 дней",
        "1 посетитель, 1 повторный клик",
        "— до этого кликов не было",
        "🤖 Превью и роботы (не в счёте): 1",
    ]


async def test_a_deleted_link_ends_at_once_and_comes_back(platform: Platform, visitor: aiohttp.ClientSession):
    ben = platform.world.person("Бен")
    await ben.send("https://example.com/goal")
    short_url = ben.last.links[0]

    async def status() -> int:
        async with visitor.get(short_url, allow_redirects=False, headers={"Accept-Language": "ru"}) as answer:
            return answer.status

    assert await status() == 302
    await ben.press("🗑 Delete")
    await ben.press("🗑 Yes, delete")
    await ben.sees("is deleted")
    await until(status, 410)
    await ben.press("↩️ Undo")
    await until(status, 302)


async def test_an_unknown_link_says_so_in_the_visitor_s_language(platform: Platform, visitor: aiohttp.ClientSession):
    address = f"{platform.settings.links_url}/nothing"
    for language, title in (("ru", "Такой ссылки нет"), ("en", "There is no such link")):
        async with visitor.get(address, headers={"Accept-Language": language}) as answer:
            assert answer.status == 404
            assert title in await answer.text()
            assert f'lang="{language}"' in await answer.text()


async def test_a_dialogue_goes_on_after_a_restart_of_everything(platform: Platform):
    anna = platform.world.person("Анна")
    await anna.send("/settings")
    await anna.press("🕒 Часовой пояс")
    await anna.sees("Ваш город")
    await platform.restart()
    await anna.send("Владивосток")
    await anna.sees_button("🕒 Часовой пояс: UTC+10")


async def test_clicks_are_kept_while_nobody_counts_them(platform: Platform, visitor: aiohttp.ClientSession):
    anna = platform.world.person("Анна")
    await anna.send("https://example.com/goal")
    async with visitor.get(anna.last.links[0], allow_redirects=False) as answer:
        assert answer.status == 302
    await platform.restart()
    await platform.counted(clicks=1, bots=0)
