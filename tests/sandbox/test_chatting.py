"""People chat with an unmodified aiogram bot."""

from collections.abc import Callable

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import (
    CallbackQuery,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from sandbox import Person, SandboxClient, SandboxServer

Polling = Callable[[], None]


def buttons(*rows: tuple[InlineKeyboardButton, ...]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[list(row) for row in rows])


def button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data)


@pytest.fixture
async def menu_bot(dispatcher: Dispatcher, polling: Polling) -> None:
    """Greets with a menu, shows statistics in the same message, deletes on request."""

    @dispatcher.message(CommandStart())
    async def greet(message: Message, command: CommandObject) -> None:
        await message.answer(
            f"<b>Привет</b>, {command.args or 'незнакомец'} 🌿!",
            reply_markup=buttons(
                (button("📊 Статистика", "stats"), button("🗑 Удалить", "delete")),
                (
                    InlineKeyboardButton(text="Открыть", url="https://example.com/a"),
                    InlineKeyboardButton(text="Копировать", copy_text=CopyTextButton(text="скопировано")),
                ),
            ),
        )

    @dispatcher.callback_query(F.data == "stats")
    async def stats(query: CallbackQuery) -> None:
        await query.answer("Готово")
        assert isinstance(query.message, Message)
        await query.message.edit_text("Переходы: 7", reply_markup=buttons((button("Назад", "back"),)))

    @dispatcher.callback_query(F.data == "delete")
    async def delete(query: CallbackQuery) -> None:
        await query.answer("Удалено", show_alert=True)
        assert isinstance(query.message, Message)
        await query.message.delete()

    @dispatcher.callback_query(F.data == "back")
    async def silent(query: CallbackQuery) -> None:
        pass

    @dispatcher.callback_query()
    async def forged(query: CallbackQuery) -> None:
        await query.answer(f"Не понимаю {query.data}")

    @dispatcher.message(Command("keys"))
    async def keys(message: Message) -> None:
        keyboard = [[KeyboardButton(text="Первый"), KeyboardButton(text="Второй")]]
        await message.answer("Выберите", reply_markup=ReplyKeyboardMarkup(keyboard=keyboard))

    @dispatcher.message(F.text == "Второй")
    async def second(message: Message) -> None:
        await message.answer("Выбран второй", reply_markup=ReplyKeyboardRemove())

    @dispatcher.message(F.sticker)
    async def sticker(message: Message) -> None:
        await message.answer("Стикер")

    @dispatcher.message(F.voice)
    async def voice(message: Message) -> None:
        await message.answer("Голос")

    @dispatcher.edited_message()
    async def edited(message: Message) -> None:
        await message.answer(f"Изменено на {message.text}")

    @dispatcher.message(F.text == "молчи")
    async def silence(message: Message) -> None:
        pass

    polling()


@pytest.mark.usefixtures("menu_bot")
async def test_start_is_greeted_and_the_menu_edits_itself(anna: Person, server: SandboxServer) -> None:
    reaction = await anna.send("/start")
    assert reaction.text == "Привет, незнакомец 🌿!"
    assert anna.last.html == "<b>Привет</b>, незнакомец 🌿!"
    assert anna.last.buttons == ["📊 Статистика", "🗑 Удалить", "Открыть", "Копировать"]

    answer = await anna.press("Статистика")
    assert answer.text == "Готово"
    assert not answer.show_alert
    shown = await anna.sees("Переходы: 7")
    assert shown.message_id == reaction.message_id
    assert shown.edited
    await anna.no_longer_sees("Привет")
    assert server.unanswered_presses() == []
    assert server.violations == []


@pytest.mark.usefixtures("menu_bot")
async def test_a_deep_link_carries_its_payload(anna: Person) -> None:
    await anna.start("link_ab12")
    assert "link_ab12" in anna.last.text


@pytest.mark.usefixtures("menu_bot")
async def test_buttons_that_open_or_copy_call_nobody(anna: Person, server: SandboxServer) -> None:
    await anna.send("/start")
    before = len(server.calls)
    assert (await anna.press("Открыть")).url == "https://example.com/a"
    assert (await anna.press("Копировать")).copied == "скопировано"
    assert len(server.calls) == before


@pytest.mark.usefixtures("menu_bot")
async def test_a_deleted_message_is_gone_and_its_button_cannot_be_pressed(anna: Person) -> None:
    menu = await anna.send("/start")
    answer = await anna.press("Удалить")
    assert answer.show_alert
    await anna.no_longer_sees("Привет")
    with pytest.raises(AssertionError, match="sees no button"):
        await anna.press("Статистика", on=menu, timeout=0.1)
    assert (await anna.press_data("stats:1", on=menu)).text == "Не понимаю stats:1"


@pytest.mark.usefixtures("menu_bot")
async def test_a_forged_press_reaches_the_bot(anna: Person) -> None:
    menu = await anna.send("/start")
    assert (await anna.press_data("forged:1", on=menu)).text == "Не понимаю forged:1"


@pytest.mark.usefixtures("menu_bot")
async def test_a_press_that_is_never_answered_is_found(anna: Person, server: SandboxServer) -> None:
    await anna.send("/start")
    await anna.press("Статистика")
    with pytest.raises(AssertionError, match="never answered Анна's press of 'back'"):
        await anna.press("Назад", timeout=0.2)
    assert [press.data for press in server.unanswered_presses()] == ["back"]


@pytest.mark.usefixtures("menu_bot")
async def test_a_reply_keyboard_is_pressed_like_any_other(anna: Person) -> None:
    await anna.send("/keys")
    assert anna.last.reply_keyboard == ["Первый", "Второй"]
    await anna.press("Второй")
    assert anna.last.text == "Выбран второй"
    with pytest.raises(AssertionError, match="no button 'Первый'"):
        await anna.press("Первый", timeout=0.1)


@pytest.mark.usefixtures("menu_bot")
async def test_stickers_voices_and_edits_reach_the_bot(anna: Person) -> None:
    assert (await anna.send_sticker()).text == "Стикер"
    assert (await anna.send_voice()).text == "Голос"
    own = await anna.send("молчи", quiet=True)
    assert (await anna.edit(own, "говори")).text == "Изменено на говори"
    assert [message.text for message in anna.messages() if not message.from_bot][-1] == "говори"


@pytest.mark.usefixtures("menu_bot")
async def test_a_failure_shows_the_chat_as_text(anna: Person) -> None:
    await anna.send("/start")
    with pytest.raises(AssertionError) as failure:
        await anna.sees("такого нет", timeout=0.1)
    shown = str(failure.value)
    assert "Анна does not see 'такого нет'." in shown
    assert "#1 Анна: /start" in shown
    assert "#2 bot: Привет, незнакомец 🌿!" in shown
    assert "[📊 Статистика] [🗑 Удалить]" in shown


@pytest.mark.usefixtures("menu_bot")
async def test_a_silent_bot_fails_the_test_and_not_the_clock(anna: Person) -> None:
    with pytest.raises(AssertionError, match="did nothing in this chat after Анна's 'молчи'"):
        await anna.send("молчи", timeout=0.2)


@pytest.mark.usefixtures("menu_bot")
async def test_two_people_do_not_see_each_other(anna: Person, ben: Person) -> None:
    await anna.send("/start")
    await ben.send("/start")
    assert len(anna.messages()) == 2
    assert {message.chat_id for message in ben.messages()} == {ben.id}


async def test_a_second_client_sees_what_was_said_before(bot: Bot, anna: Person, server: SandboxServer) -> None:
    await anna.send("слышно?", quiet=True)
    await bot.send_message(anna.id, "Слышно")
    async with SandboxClient(server.url, timeout=1) as later:
        assert later.person(1001).last.text == "Слышно"
        assert later.person("@anna_demo").messages()[0].text == "слышно?"


@pytest.mark.parametrize(
    ("asked", "pressed"),
    [("Да", "exact"), ("другое", "other"), ("Удал", "delete")],
)
async def test_a_label_is_found_exactly_or_by_its_words(
    bot: Bot, dispatcher: Dispatcher, polling: Polling, anna: Person, asked: str, pressed: str
) -> None:
    @dispatcher.callback_query()
    async def say(query: CallbackQuery) -> None:
        await query.answer(query.data)

    await anna.send("/start", quiet=True)
    older = buttons((button("Да", "exact"),))
    newer = buttons((button("Да, другое", "other"), button("Дальше", "next")), (button("Удалить", "delete"),))
    await bot.send_message(anna.id, "раньше", reply_markup=older)
    await bot.send_message(anna.id, "позже", reply_markup=newer)
    polling()
    await anna.sees("позже")
    assert (await anna.press(asked)).text == pressed


async def test_an_unclear_label_asks_which(bot: Bot, anna: Person) -> None:
    await anna.send("/start", quiet=True)
    await bot.send_message(anna.id, "x", reply_markup=buttons((button("Да, раз", "1"), button("Да, два", "2"))))
    with pytest.raises(AssertionError, match=r"Which 'Да' should be pressed: Да, раз, Да, два\?"):
        await anna.press("Да")
