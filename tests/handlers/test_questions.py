"""Questions of all kinds: a refused answer brings its question again, and says first what is wrong."""

import pytest
from sqlalchemy import update

from db.tables import Link
from sandbox import Message, Person
from tests.handlers.reading import SOME_PHOTO, answers, mentions, said, sends
from tests.handlers.seeing import read, sees
from tests.platform import Platform
from tests.waiting import until

EMPTY_TEXT = "🙂 Спасибо, но я читаю только текст и подписи."


async def only(person: Person, words: str) -> Message:
    """The bot's one message in the chat, once there is no other; it says this."""

    async def standing() -> list[bool]:
        return [words in read(message) for message in person.messages() if message.from_bot]

    await until(standing, [True])
    return next(message for message in person.messages() if message.from_bot)


async def settings_ask(person: Person, question: str, *presses: str) -> Message:
    """What the settings of a new link ask after these presses; the chat has no other message."""
    await person.send("https://example.com/page")
    for press in ("⚙️", *presses):
        await person.press(press)
    return await only(person, question)


@pytest.mark.parametrize(
    ("presses", "question", "answer", "refused"),
    # The signs alone are pressed: words beside them change.
    [
        (["📝"], "Как назвать", "я" * 65, "⚠️"),
        (["🏷"], "нет тегов", "это%тег", "⚠️"),
        (["✏️"], "Пришлите новое окончание", "a/b", "⚠️"),
        (["➡️"], "Пришлите новый адрес", "привет", "привет — не веб-адрес"),
        (["🛟"], "🛟", "https://a.com/x https://b.com/y", "2 адреса"),
        (["🎯"], "Сколько всего", "0", "⚠️"),
        (["⏳", "⏹"], "закончит", "когда-нибудь", "⚠️"),
        (["📣", "Источник"], "utm_source", "x" * 101, "⚠️"),
        (["🚦", "➕", "🌍", "✏️"], "Какие страны", "Тридевятое", "⚠️"),
        (["🔀", "➕"], "Пришлите", "привет", "привет — не веб-адрес"),
        (["📡", "➕"], "https://", "привет", "⚠️"),
    ],
)
async def test_a_refused_answer_brings_the_question_of_a_link_s_settings_again(
    anna: Person, presses: list[str], question: str, answer: str, refused: str
):
    asked = await settings_ask(anna, question, *presses)
    for _try in range(2):
        await anna.send(answer)
        again = await only(anna, refused)
        assert refused in read(again).splitlines()[0], "what is wrong comes first"
        assert read(again).endswith(read(asked))
        assert again.message_id > asked.message_id, "at the end of the chat"
        assert again.buttons == asked.buttons, "nothing is a dead end"
    await anna.send_sticker()
    again = await only(anna, "читаю только текст")
    assert read(again) == f"{EMPTY_TEXT}\n\n{read(asked)}", "and nothing of the errors before"
    await anna.press("◀️", on=again)
    await anna.no_longer_sees("читаю только")
    assert (await only(anna, "")).message_id == again.message_id


async def test_a_refused_answer_to_the_first_question_comes_with_its_way_out(anna: Person):
    await anna.send("/link")
    asked = await only(anna, "Пришлите адрес, который")
    await anna.send("привет")
    again = await only(anna, "привет — не веб-адрес")
    assert again.buttons == asked.buttons
    await anna.press("✖️ Отмена")
    await anna.send("привет")
    await sees(anna, "Я читаю адреса и команды")


async def test_the_limit_of_links_comes_with_the_way_to_them_and_the_way_out(platform: Platform, anna: Person):
    await anna.send("/link")
    await only(anna, "Пришлите адрес, который")
    for number in range(platform.settings.links_per_user):
        await platform.container.services.links.create(anna.id, f"https://example.com/{number}", platform.clock())
    await anna.send("https://example.com/more")
    again = await only(anna, "⚠️ У вас")
    assert again.buttons == ["📋 Мои ссылки", "✖️ Отмена"]


async def test_an_unknown_city_is_asked_for_again(ben: Person):
    await ben.send("/settings")
    await ben.press("🕒 Time zone")
    asked = await only(ben, "Your city")
    await ben.send("Barcelnoa")
    await only(ben, "Did you mean")
    await ben.send("qwertyuiop")
    again = await only(ben, "I don't know the place qwertyuiop")
    assert read(again).endswith(read(asked)), "and not by what was guessed of another"
    await ben.send("London")
    await only(ben, "Settings")


async def test_a_colour_and_a_logo_are_asked_for_again(anna: Person, png: bytes):
    await anna.send("https://example.com/page")
    await anna.press("🔳 Сделать QR")
    await anna.sees_photo()
    await anna.press("🎨")
    await anna.press("✏️ Свой цвет")
    asked = await only(anna, "#")
    await anna.send("серо-буро")
    again = await only(anna, "⚠️")
    assert again.buttons == asked.buttons
    await anna.press("◀️")
    await only(anna, "Какого цвета")
    await anna.press("◀️")
    await anna.sees_photo()
    await anna.press("🖼")
    asked = await only(anna, "огот")
    await anna.send_document(b"not a picture", "a.png")
    again = await only(anna, "⚠️")
    assert again.buttons == asked.buttons
    assert read(again).endswith(read(asked))
    await anna.send("что?")
    again = await only(anna, "🙂")
    assert "⚠️" not in read(again)
    await anna.send_photo(png)
    await anna.sees_photo()


async def test_a_refused_answer_after_a_restart_brings_the_question_again(platform: Platform, anna: Person):
    asked = await settings_ask(anna, "Сколько всего", "🎯")
    await platform.restart()
    await anna.send("много")
    again = await only(anna, "⚠️")
    await platform.restart()
    await anna.send("ещё больше")
    once_more = await only(anna, "⚠️")
    assert once_more.message_id > again.message_id
    assert once_more.buttons == asked.buttons
    await anna.send("7")
    await only(anna, "Осталось кликов: 7 из 7")


async def test_a_link_that_is_gone_is_not_asked_about_again(platform: Platform, anna: Person):
    await anna.send("https://example.com/page")
    await anna.press("🔳 Сделать QR")
    await anna.sees_photo()
    await anna.press("🎨")
    await anna.press("✏️ Свой цвет")
    await only(anna, "#")
    async with platform.container.database.write() as session:
        await session.execute(update(Link).values(deleted_at=platform.clock()))
    await anna.send("#112233")
    shown = await only(anna, "Такой ссылки у вас нет")
    assert "цвет" not in read(shown)
    await anna.send("#112233")
    await sees(anna, "Я читаю адреса и команды")


async def test_an_album_of_what_is_not_asked_for_brings_the_question_once(platform: Platform, anna: Person):
    await settings_ask(anna, "Как назвать", "📝")
    for _ in range(5):
        sends(platform, anna, SOME_PHOTO | {"media_group_id": "13000000000000009"})
    await anna.send("Имя")
    shown = await anna.sees_button("📡")
    assert "читаю только" not in read(shown)
    assert len(await answers(anna)) == 1


async def test_operators_questions_come_again_in_private_and_in_the_group(
    platform: Platform, anna: Person, olya: Person
):
    await anna.send("https://example.com/page")
    for chat in (olya, olya.in_group(platform.world.group("Админы Toklink"))):
        await chat.send("/admin 1001")
        card = chat.last
        await chat.press("🚫 Заблокировать", on=card)
        asked = await sees(chat, "За что заблокировать")
        if chat is not olya:
            mentions(platform, chat, "@toklink_demo_bot https://a.com/x https://b.com/y")
            await sees(chat, "2 адреса")
            assert "За что" not in read(chat.last), "no answer to the question"
        await chat.send("я" * 1_000, reply_to=asked)
        again = await sees(chat, "⚠️")
        assert read(again).endswith(read(asked))
        assert again.buttons == asked.buttons
        await chat.send_sticker(quiet=True)
        await chat.press("✖️ Отмена")
        await chat.sees_button("🚫 Заблокировать")


# An address in the middle of a question


async def test_an_address_that_becomes_a_link_ends_the_question_about_another(platform: Platform, anna: Person):
    await settings_ask(anna, "Как назвать", "📝")
    await anna.send("https://example.org/x")
    shown = await only(anna, "example.org/x")
    assert "📎 Копировать" in shown.buttons
    await anna.send("привет")
    assert "Я читаю адреса и команды" in said(anna)
    for link_id in (1, 2):
        assert (await platform.container.services.links.get(anna.id, link_id)).name == ""


async def test_an_address_that_is_refused_leaves_the_question_open(anna: Person):
    await settings_ask(anna, "Как назвать", "📝")
    await anna.send("https://name:secret@example.com")
    again = await only(anna, "имя или пароль")
    assert "Как назвать" in read(again)
    await anna.send("Имя")
    await anna.sees_button("📡")
    assert "имя или пароль" not in said(anna)


async def test_an_address_ends_the_question_about_the_time_zone(ben: Person):
    await ben.send("/settings")
    await ben.press("🕒 Time zone")
    await ben.send("https://example.com/x")
    await only(ben, "example.com/x")
    await ben.send("London")
    assert "I read addresses and commands" in said(ben)


# Lists


async def test_a_sticker_keeps_what_was_chosen_in_a_list(anna: Person):
    for host in "abc":
        await anna.send(f"https://{host}.example")
    await anna.send("/links")
    listed = anna.last
    await anna.press("☑️ Выбрать")
    await anna.press("2", on=await sees(anna, "Какие ссылки"))
    await sees(anna, "Выбрана 1 ссылка")
    await anna.press("🏷 Теги", on=listed)
    await anna.press("✏️ Новый тег")
    await sees(anna, "Какой тег?")
    for _ in range(2):
        await anna.send_sticker()
    await sees(anna, "читаю только текст")
    await anna.press("✖️ Отмена")
    await sees(anna, "Теги 1 ссылки")
    await anna.press("◀️ Назад")
    await sees(anna, "Выбрана 1 ссылка")


async def test_a_sticker_keeps_what_was_looked_for_in_a_list(anna: Person):
    for host in "abc":
        await anna.send(f"https://{host}.example")
    await anna.send("/links example")
    await anna.press("↕️ По дате")
    await anna.sees_button("↕️ По кликам")
    await anna.press("🔎 Найти")
    await sees(anna, "Что найти")
    await anna.send_sticker()
    await sees(anna, "читаю только текст")
    await anna.press("✖️ Отмена")
    shown = await sees(anna, "3 из 3 ссылок")
    assert "↕️ По кликам" in shown.buttons
