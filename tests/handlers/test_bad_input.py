import asyncio

import pytest

from sandbox import Person
from tests.platform import Platform, running_platform

# What a reader does not see: isolates around people's words, spaces that do not break.
UNSEEN = {ord("\u2068"): None, ord("\u2069"): None, ord("\u00a0"): " "}


def said(person: Person) -> str:
    return person.last.text.translate(UNSEEN)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/link привет", "привет — не веб-адрес"),
        ("/link https://", "https:// — не веб-адрес"),
        ("/link 😀😀", "😀😀 — не веб-адрес"),
        ("/link שלום עולם", "не веб-адрес"),
        ("/link <b>&", "<b>& — не веб-адрес"),
        ("javascript:alert(1)", "javascript: — не веб-адрес"),
        ("data:text/html,<script>", "data: — не веб-адрес"),
        ("file:///etc/passwd", "file: — не веб-адрес"),
        ("https://name:secret@example.com", "имя или пароль"),
        ("http://localhost:PORT/abc", "уже наша короткая ссылка"),
        ("https://example.com/a и https://example.com/b", "В сообщении 2 адреса"),
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
    assert "I read text only" in ben.last.text


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
