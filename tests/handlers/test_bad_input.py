import asyncio
from typing import Any

import pytest

from sandbox import Person
from tests.handlers.reading import SOME_PHOTO, answers, edits, said, sends
from tests.platform import Platform, running_platform


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/link привет", "привет — не веб-адрес"),
        ("/link https://", "https:// — не веб-адрес"),
        ("/link 😀😀", "😀😀 — не веб-адрес"),
        ("/link שלום עולם", "не веб-адрес"),
        ("/link <b>&", "<b>& — не веб-адрес"),
        ("/link вот так", "вот так — не веб-адрес"),
        ("/link localhost:3000 и localhost:4000", "не веб-адрес"),
        ("/link a@b.ru", "a@b.ru — адрес почты"),
        ("javascript:alert(1)", "Ссылки javascript: здесь не работают"),
        ("data:text/html,<script>", "Ссылки data: здесь не работают"),
        ("file:///etc/passwd", "Ссылки file: здесь не работают"),
        ("/link mailto:a@b.ru", "Ссылки mailto: здесь не работают"),
        ("https://name:secret@example.com", "имя или пароль"),
        ("http://localhost:PORT/abc", "уже наша короткая ссылка"),
        ("https://example.com/a и https://example.com/b", "В сообщении 2 адреса"),
        ("/link https://a.com/x https://b.com/y", "В сообщении 2 адреса"),
        ("/link https://a.com/x\nhttps://b.com/y", "В сообщении 2 адреса"),
        ("просто текст", "Я читаю адреса и команды"),
        ("/nonsense", "Я не знаю /nonsense"),
        ("😀", "Я читаю адреса и команды"),
    ],
)
async def test_each_mistake_gets_one_clear_sentence(platform: Platform, anna: Person, text: str, answer: str):
    await anna.send(text.replace("PORT", str(platform.settings.web_port)))
    assert answer in said(anna)
    await anna.send("/links")
    assert "пока нет" in said(anna), "nothing was made"


async def test_private_addresses_are_refused_outside_the_sandbox(tmp_path):
    async with running_platform(tmp_path, {"allow_private_targets": False}) as platform:
        ben = platform.world.person("Бен")
        for address in ("http://192.168.0.1/admin", "http://127.1", "/link localhost:3000", "http://[::1]/"):
            await ben.send(address)
            assert "not on the public internet" in ben.last.text


async def test_what_is_no_text_gets_a_kind_word(anna: Person, ben: Person, png: bytes):
    await anna.send_sticker()
    assert "читаю только текст" in anna.last.text
    await anna.send_voice()
    await ben.send_photo(png)
    assert "I can only read text and captions" in ben.last.text


async def test_an_edited_message_is_not_taken_for_a_new_one(anna: Person):
    await anna.send("https://example.com/old")
    mine = next(message for message in anna.messages() if not message.from_bot)
    await anna.edit(mine, "https://example.com/new")
    assert "новым сообщением" in anna.last.text
    await anna.send("/links")
    assert "example.com/new" not in anna.last.text


async def test_emoji_and_right_to_left_addresses_survive(anna: Person):
    await anna.send("https://example.com/😀?q=שלום&a=<b>")
    assert "example.com/😀?q=שלום&a=<b>" in said(anna)
    await anna.send("https://пример.рф/путь")
    assert "пример.рф/путь" in said(anna)
    assert "xn--e1afmkfd.xn--p1ai" in said(anna)


async def test_two_presses_at_once_are_both_answered_and_delete_once(anna: Person):
    await anna.send("https://example.com")
    await anna.press("🗑 Удалить")
    asked = await anna.sees_button("🗑 Да, удалить")
    data = next(button.value for row in asked.rows for button in row if "Да" in button.label)
    answers = await asyncio.gather(*(anna.press_data(data, on=asked) for _ in range(2)))
    assert sorted("Такой ссылки" in answer.text for answer in answers) == [False, True]
    await anna.sees("удалена")


async def test_two_messages_at_once_keep_their_order(anna: Person):
    await anna.send("https://example.com/first", quiet=True)
    await anna.send("https://example.com/second", quiet=True)
    await anna.sees("example.com/first")
    await anna.sees("example.com/second")
    answers = [message.text for message in anna.messages() if message.from_bot]
    assert ["first" in answers[0], "second" in answers[1]] == [True, True]


async def test_an_album_gets_one_answer(platform: Platform, anna: Person, ben: Person):
    for _ in range(10):
        sends(platform, anna, SOME_PHOTO | {"media_group_id": "13000000000000001"})
    assert ["читаю только текст" in text for text in await answers(anna)] == [True]
    sends(platform, ben, SOME_PHOTO | {"media_group_id": "13000000000000001"})
    await ben.sees("I can only read text and captions")


async def test_an_album_with_an_address_makes_its_link_and_nothing_else(platform: Platform, anna: Person):
    address = {"caption": "example.com/x", "caption_entities": [{"type": "url", "offset": 0, "length": 13}]}
    sends(platform, anna, SOME_PHOTO | address | {"media_group_id": "13000000000000002"})
    for _ in range(3):
        sends(platform, anna, SOME_PHOTO | {"media_group_id": "13000000000000002"})
    assert ["→ example.com/x" in text for text in await answers(anna)] == [True]


async def test_a_place_that_moves_is_answered_once(platform: Platform, anna: Person):
    place = {"latitude": 55.75, "longitude": 37.61, "horizontal_accuracy": 5.0, "live_period": 900}
    message = sends(platform, anna, {"location": place})
    await anna.sees("читаю только текст")
    for step in range(5):
        edits(platform, anna, message | {"location": place | {"latitude": 55.75 + step / 100}})
    assert len(await answers(anna)) == 1


async def test_an_edited_caption_is_answered(platform: Platform, anna: Person):
    message = sends(platform, anna, SOME_PHOTO)
    await anna.sees("читаю только текст")
    edits(platform, anna, message | {"caption": "https://example.com"})
    await anna.sees("новым сообщением")


@pytest.mark.parametrize(
    "service",
    [
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400}},
        {
            "chat_background_set": {
                "type": {"type": "fill", "fill": {"type": "solid", "color": 1}, "dark_theme_dimming": 5}
            }
        },
        {"write_access_allowed": {}},
    ],
)
async def test_what_telegram_itself_notes_in_the_chat_gets_no_answer(
    platform: Platform, anna: Person, service: dict[str, Any]
):
    sends(platform, anna, service)
    pinned = sends(platform, anna, {"text": "/cancel"})
    sends(platform, anna, {"pinned_message": pinned})
    assert len(await answers(anna)) == 1


async def test_a_photo_instead_of_the_address_repeats_the_question(platform: Platform, anna: Person, png: bytes):
    await anna.send("/link")
    await anna.send_photo(png)
    repeated = await anna.sees("читаю только текст")
    assert "Пришлите адрес, который" in repeated.text
    for _ in range(3):
        sends(platform, anna, SOME_PHOTO | {"media_group_id": "13000000000000003"})
    await anna.send("localhost:3000")
    await anna.sees_button("📎 Копировать")
    assert len(await answers(anna)) == 1, "a finished question leaves no trail"
