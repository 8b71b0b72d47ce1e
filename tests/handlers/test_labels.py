"""Buttons that stand beside each other hold their words on one line of a phone, in the longer of the two languages."""

import unicodedata
from collections.abc import Mapping

from sandbox import Message, Person
from tests.handlers.reading import UNSEEN

# How many letters a label holds, by how many stand in its row; a sign takes the room of two.
MOST: Mapping[int, int] = {1: 34, 2: 14, 3: 9, 4: 6, 5: 6}
TARGET = "https://example.com/page"


def width(label: str) -> int:
    """In letters."""
    seen = [each for each in label.translate(UNSEEN) if each != "\ufe0f"]
    return sum(2 if unicodedata.category(each) == "So" and each != "✓" else 1 for each in seen)


def wrapping(message: Message) -> list[str]:
    return [button.label for row in message.rows for button in row if width(button.label) > MOST[len(row)]]


async def goes(person: Person, *steps: tuple[str, str]) -> Message:
    """Presses the first of each pair, and waits for the button that is the second."""
    for label, then in steps:
        await person.press(label)
        await person.sees_button(then)
    return person.last


async def test_the_menu_the_list_and_a_link_s_card(anna: Person):
    await anna.start()
    assert wrapping(anna.last) == []
    await anna.send(TARGET)
    assert wrapping(anna.last) == []
    await anna.send("/links")
    assert wrapping(anna.last) == []


async def test_a_question_whether_to_take_the_link_that_there_is(anna: Person):
    await anna.send(TARGET)
    await anna.send(TARGET)
    assert anna.last.buttons == ["👌 Взять её", "➕ Сделать ещё"]
    assert [len(row) for row in anna.last.rows] == [1, 1]


async def test_limits_to_choose_from_with_the_largest_one_chosen(anna: Person):
    await anna.send(TARGET)
    chosen = ("1\u00a0000", "🎯 Лимит: 1\u00a0000")
    question = await goes(anna, ("⚙️ Настройки", "🎯 Лимит"), ("🎯 Лимит", "100"), chosen, ("🎯 Лимит", "♾"))
    assert "✓ 1\u00a0000" in question.buttons
    assert wrapping(question) == []


async def test_how_a_qr_looks(anna: Person):
    await anna.send(TARGET)
    assert wrapping(await goes(anna, ("🔳 Сделать QR", "🖼 Логотип"))) == []


async def test_utm_fields_of_which_one_is_set(anna: Person):
    await anna.send(TARGET)
    fields = await goes(
        anna, ("⚙️ Настройки", "📣 UTM"), ("📣 UTM", "Источник"), ("Источник", "tiktok"), ("tiktok", "🗑")
    )
    assert wrapping(fields) == []


async def test_statistics_with_each_view_chosen(anna: Person):
    await anna.send(TARGET)
    await goes(anna, ("📊 Статистика", "✓ Обзор"))
    for view in (
        "По часам",
        "Страны",
        "Источники",
        "Устройства",
        "Системы",
        "Браузеры",
        "Языки",
        "QR-коды",
        "Варианты",
    ):
        assert wrapping(await goes(anna, (view, f"✓ {view}"))) == []


async def test_a_webhook_and_whether_it_is_to_get_a_new_secret(anna: Person):
    await anna.send(TARGET)
    await goes(anna, ("⚙️ Настройки", "📡 Вебхук"), ("📡 Вебхук", "➕ Указать"), ("➕ Указать", "Назад"))
    await anna.send("https://127.0.0.1/clicks", quiet=True)
    await anna.sees_button("✅ Готово")
    assert wrapping(await goes(anna, ("✅ Готово", "🔑 Новый секрет"))) == []
    assert wrapping(await goes(anna, ("🔑 Новый секрет", "🔑 Да"))) == []
