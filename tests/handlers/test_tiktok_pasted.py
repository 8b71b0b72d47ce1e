"""A pasted address of TikTok can be shortened instead, whatever became of the account: who wanted a link gets one."""

from collections.abc import AsyncIterator

import pytest

from sandbox import Person
from sandbox.tiktok.creators import usernames
from services.throttles import STATS
from tests.handlers.reading import said
from tests.handlers.seeing import sees
from tests.handlers.test_labels import wrapping
from tests.handlers.test_stats import in_hand
from tests.platform import Platform, running_platform
from tests.waiting import until

SHORTEN = "🔗 Лучше сократить"
SITE = "https://www.tiktok.com/"


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform


async def shortened(person: Person, address: str) -> None:
    """The button does what it says."""
    await person.press(SHORTEN)
    await sees(person, f"→ {address.partition('://')[2]}")


async def test_every_screen_of_the_message_keeps_the_button(platform: Platform, anna: Person):
    address = f"{SITE}@{usernames()[8]}"
    await anna.send(address)
    await sees(anna, "Подписчики")
    screens = [
        ("🎬 Видео", "Популярные"), ("Популярные", "✓ Популярные"), ("⭐️ Рейтинг", "ℹ️ Что точно"),
        ("ℹ️ Что точно", "⭐️ Рейтинг"), ("📘 Гайд", "◀️ К карточке"), ("🖼 Картинка", "📄 Файлом"),
        ("📈 История", "✓ Подписчики"), ("🔗 Моя ссылка в профиле", "◀️ К истории"),
    ]  # fmt: skip
    for label, there in screens:
        if label not in anna.last.buttons:
            await anna.press("◀️ К карточке")
            await anna.sees_button("📘 Гайд")
            assert SHORTEN in anna.last.buttons
        await anna.press(label)
        await anna.sees_button(there)
        assert anna.last.buttons.count(SHORTEN) == 1, label
        assert wrapping(anna.last) == []
    await anna.press("◀️ К истории")
    await anna.press("◀️ К карточке")
    await anna.sees_button("🔄 Обновить")
    await shortened(anna, address)


async def test_a_refresh_keeps_the_button_also_where_tiktok_is_silent_or_refuses(platform: Platform, anna: Person):
    name = usernames()[8]
    await anna.send(f"{SITE}@{name}")
    await sees(anna, "Подписчики")
    for fault, words in (("", "только что"), ("empty", "Это последние данные"), ("private", "закрытый")):
        platform.clock.passes(hours=3)
        platform.tiktok.fault("*", fault)
        await anna.press("🔄 Обновить")
        await sees(anna, words)
        assert SHORTEN in anna.last.buttons
    await shortened(anna, f"{SITE}@{name}")


async def test_a_refused_account_s_address_can_be_shortened(platform: Platform, anna: Person):
    for name, sentence in (("ghost", "Не нашёл"), ("private_person", "закрытый"), ("anna.", "точкой на конце")):
        address = f"{SITE}@{name}"
        for _first_and_remembered in range(2):
            await anna.send(address)
            await sees(anna, sentence)
            assert SHORTEN in anna.last.buttons, name
            assert wrapping(anna.last) == []
        await shortened(anna, address)


async def test_an_address_that_answers_the_question_of_a_refusal_has_its_own_button(platform: Platform, anna: Person):
    await anna.send("/stats ghost")
    await anna.send("/stats ghost")
    assert SHORTEN not in anna.last.buttons
    await anna.send(f"{SITE}@private_person")
    await sees(anna, "закрытый")
    await anna.send(f"{SITE}@private_person")
    await shortened(anna, f"{SITE}@private_person")


async def test_who_has_looked_up_too_many_gets_their_link_all_the_same(platform: Platform, anna: Person):
    await anna.start()
    services = platform.container.services
    person = await services.people.find(anna.id)
    assert person is not None
    while (await services.throttle.take(person, STATS, platform.clock(), quietly=True)).is_allowed:
        pass
    await anna.send(f"{SITE}@{usernames()[3]}")
    assert "Много аккаунтов сразу" in said(anna)
    await shortened(anna, f"{SITE}@{usernames()[3]}")


async def test_while_tiktok_is_silent_the_address_can_be_shortened(platform: Platform, anna: Person):
    name = usernames()[11]
    address = f"{SITE}@{name}"
    platform.tiktok.fault("*", "empty")
    await anna.send(address)
    assert SHORTEN in (await sees(anna, "Напишу вам про")).buttons
    await shortened(anna, address)
    await until(lambda: in_hand(platform), 0)
    platform.tiktok.fault("*", "")
    platform.clock.passes(hours=2)
    assert SHORTEN in (await sees(anna, "Подписчики")).buttons


async def test_after_a_day_of_silence_the_address_can_be_shortened(platform: Platform, anna: Person):
    platform.tiktok.fault("*", "empty")
    await anna.send(f"{SITE}@{usernames()[13]}")
    await sees(anna, "Напишу вам про")
    await until(lambda: in_hand(platform), 0)
    platform.clock.passes(hours=26)
    assert SHORTEN in (await sees(anna, "целые сутки не отвечал")).buttons


async def test_a_short_address_can_be_shortened_again_wherever_it_leads(platform: Platform, anna: Person):
    await anna.send("https://vm.tiktok.com/ZMnowhere1/")
    assert SHORTEN in (await sees(anna, "не на аккаунт")).buttons
    platform.tiktok.fault("ghost", "gone")
    await anna.send(platform.tiktok.short("ghost"))
    assert SHORTEN in (await sees(anna, "Не нашёл в TikTok аккаунт @ghost")).buttons
