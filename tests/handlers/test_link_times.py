"""What the settings of a link say of its time and its limit: each thing once, and text and buttons alike."""

import re
from datetime import timedelta

from sandbox import Person
from tests.handlers.reading import said
from tests.handlers.test_link_settings import answered, change, labels, opens_settings
from tests.platform import Platform

MOSCOW = timedelta(hours=3)


async def test_an_end_at_midnight_is_the_same_day_in_the_text_and_on_the_button(anna: Person):
    await opens_settings(anna)
    await anna.press("⏳ Срок: нет")
    await anna.press("⏹ Конец…")
    await anna.press("Завтра")
    await anna.sees("⏳ Работает до конца")
    day = re.search(r"до конца (\d+) ", said(anna))
    label = re.search(r"⏳ До (\d+) ", labels(anna))
    assert day is not None
    assert label is not None
    assert day[1] == label[1]


async def test_a_link_of_one_day_names_that_day_alone(platform: Platform, anna: Person):
    await opens_settings(anna)
    for part in ("⏳ Начало…", "⏹ Конец…"):
        await anna.press("⏳")
        await anna.press(part)
        await anna.press("Завтра")
        await anna.sees_button("📡")
    tomorrow = platform.clock() + MOSCOW + timedelta(days=1)
    shown = [label for label in labels(anna).split(" | ") if "⏳" in label]
    assert len(shown) == 1
    assert shown[0].startswith(f"⏳ {tomorrow.day} "), shown
    assert "–" not in shown[0]


async def test_from_when_until_when_fits_half_a_phone(anna: Person, ben: Person):
    for person, opens, month, span, two_months in (
        (anna, "⏳ Начало…", "05.2030", "⏳ 3–7 мая", "⏳ 03.05–02.06"),
        (ben, "⏳ Opens…", "05.2030", "⏳ 3–7 May", "⏳ 03/05\u2009–\u200902/06"),
    ):
        await opens_settings(person)
        await person.press("⏳")
        await person.press(opens)
        await person.send(f"03.{month} 10:00")
        await person.sees_button("📡")
        for end, label in ((f"07.{month}", span), ("02.06.2030 18:00", two_months)):
            await person.press("⏳")
            await person.press("⏹")
            await person.send(end)
            await person.sees_button("📡")
            assert label in labels(person)


async def test_when_it_opens_is_said_once(anna: Person):
    await opens_settings(anna)
    await anna.press("⏳ Срок: нет")
    await anna.press("⏳ Начало…")
    shown = await answered(anna, "завтра в 18:30", "⏳ Откроется")
    assert shown.count("ткроется") == 1


async def test_a_link_that_is_off_is_not_said_to_work(platform: Platform, anna: Person):
    await opens_settings(anna)
    await anna.press("⏳ Срок: нет")
    await anna.press("⏹ Конец…")
    await answered(anna, "завтра в 18:30", "⏳ Работает до")
    await anna.press("⏸ Выключить")
    await anna.sees("⏸ Вы выключили её")
    assert "Работает" not in said(anna)
    assert re.search(r"⏳ Срок: до \d+ \w+, 18:30 \(UTC\+3\)", said(anna))
    await anna.press("⏳ До")
    await anna.press("⏳ Начало…")
    await answered(anna, "завтра в 9", "⏳ Срок: с ")
    assert "Откроется" not in said(anna)
    assert "09:00, до " in said(anna)
    await anna.press("▶️ Включить")
    await anna.sees("⏳ Работает до")
    await change(platform, click_limit=10, passed=10, valid_from=None)
    await anna.press("◀️ К ссылке")
    await anna.sees("🎯 Лимит исчерпан")
    assert "Работает" not in said(anna)
    assert "⏳ Срок: до " in said(anna)


async def test_the_question_about_a_limit_says_which_one_is_set(platform: Platform, anna: Person):
    await opens_settings(anna)
    await change(platform, clicks=12)
    await anna.press("🎯 Лимит: нет")
    await anna.press("100")
    await anna.sees_button("🎯 Лимит: 100")
    await anna.press("🎯 Лимит: 100")
    await anna.sees("Сейчас: 12 из 100")
    assert "Уже было" not in said(anna)
    assert anna.last.buttons == ["✓ 100", "1\u00a0000", "♾ Без лимита", "◀️ Назад"]
    await anna.press("✓ 100")
    await anna.sees("🎯 Осталось кликов: 88 из 100")
    await anna.press("🎯 Лимит: 100")
    await answered(anna, "150", "🎯 Осталось кликов: 138 из 150")
    await anna.press("🎯 Лимит: 150")
    await anna.sees("Сейчас: 12 из 150")
    assert anna.last.buttons == ["100", "1\u00a0000", "♾ Без лимита", "◀️ Назад"]


async def test_a_link_for_three_days_and_for_an_hour_and_a_half(platform: Platform, anna: Person):
    await opens_settings(anna)
    for words, ends_in in (("на 3 дня", timedelta(days=3)), ("через 1,5 часа", timedelta(minutes=90))):
        before = platform.clock()
        await anna.press("⏳")
        await anna.press("⏹ Конец…")
        await answered(anna, words, "⏳ Работает до")
        (link,) = [await platform.container.services.links.get(anna.id, 1)]
        assert link.valid_until is not None
        assert timedelta() <= link.valid_until - before - ends_in <= timedelta(minutes=2)


async def test_until_the_end_of_the_day_is_this_day(platform: Platform, anna: Person):
    await opens_settings(anna)
    await anna.press("⏳ Срок: нет")
    await anna.press("⏹ Конец…")
    await answered(anna, "до конца дня", "⏳ Работает до конца")
    today = platform.clock() + MOSCOW
    assert f"до конца {today.day} " in said(anna)
    assert f"⏳ До {today.day} " in labels(anna)
