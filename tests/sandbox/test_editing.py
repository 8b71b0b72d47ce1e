"""Editing and deleting what was sent."""

import io

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)
from PIL import Image

from sandbox import Person
from tests.sandbox.conftest import Clock, RawBot

KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data="y")]])


def photo(colour: str = "red") -> BufferedInputFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return BufferedInputFile(out.getvalue(), "photo.png")


@pytest.fixture(autouse=True)
async def _started(anna: Person) -> None:
    await anna.send("/start", quiet=True)


async def test_an_edited_text_stands_in_the_same_place(bot: Bot, anna: Person, clock: Clock) -> None:
    sent = await bot.send_message(anna.id, "было", reply_markup=KEYBOARD)
    clock.passes(seconds=5)
    edited = await bot.edit_message_text("<b>стало</b>", chat_id=anna.id, message_id=sent.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date == int(clock().timestamp())
    # Without a keyboard in the call, the old one goes.
    assert edited.reply_markup is None
    seen = await anna.sees("стало")
    assert (seen.message_id, seen.buttons, seen.html) == (sent.message_id, [], "<b>стало</b>")


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(anna.id, "<b>x</b>", reply_markup=KEYBOARD)
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.edit_message_text("<b>x</b>", chat_id=anna.id, message_id=sent.message_id, reply_markup=KEYBOARD)
    assert refused.value.message == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_reply_markup(chat_id=anna.id, message_id=sent.message_id, reply_markup=KEYBOARD)
    await bot.edit_message_reply_markup(chat_id=anna.id, message_id=sent.message_id)
    await bot.edit_message_text("x", chat_id=anna.id, message_id=sent.message_id)
    assert (await anna.looks()).html == "x"


async def test_captions_and_texts_are_not_mixed_up(bot: Bot, anna: Person) -> None:
    text = await bot.send_message(anna.id, "текст")
    picture = await bot.send_photo(anna.id, photo(), caption="подпись")
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await bot.edit_message_text("x", chat_id=anna.id, message_id=picture.message_id)
    with pytest.raises(TelegramBadRequest, match="there is no caption in the message to edit"):
        await bot.edit_message_caption(chat_id=anna.id, message_id=text.message_id, caption="x")
    edited = await bot.edit_message_caption(chat_id=anna.id, message_id=picture.message_id, caption="другая")
    assert isinstance(edited, Message)
    assert edited.caption == "другая"
    assert edited.photo
    gone = await bot.edit_message_caption(chat_id=anna.id, message_id=picture.message_id)
    assert isinstance(gone, Message)
    assert gone.caption is None


async def test_a_text_becomes_a_photo_and_another(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(anna.id, "<b>текст</b>", reply_markup=KEYBOARD)
    media = InputMediaPhoto(media=photo("blue"), caption="вид")
    edited = await bot.edit_message_media(media, chat_id=anna.id, message_id=sent.message_id, reply_markup=KEYBOARD)
    assert isinstance(edited, Message)
    assert edited.text is None
    assert edited.entities is None
    seen = await anna.sees_photo()
    assert (seen.message_id, seen.text, seen.buttons) == (sent.message_id, "вид", ["Да"])
    assert edited.photo is not None
    again = InputMediaPhoto(media=edited.photo[-1].file_id, caption="тот же вид")
    await bot.edit_message_media(again, chat_id=anna.id, message_id=sent.message_id)
    assert (await anna.sees("тот же вид")).photo


async def test_what_cannot_be_edited(bot: Bot, raw: RawBot, anna: Person) -> None:
    own = await anna.send("моё", quiet=True)
    for message_id, words in ((own.message_id, "message can't be edited"), (999, "message to edit not found")):
        refused = await raw.refusal("editMessageText", chat_id=anna.id, message_id=message_id, text="x")
        assert refused == f"Bad Request: {words}"
    keys = await bot.send_message(
        anna.id, "x", reply_markup=ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Ключ")]])
    )
    assert keys.reply_markup is None
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("y", chat_id=anna.id, message_id=keys.message_id)
    assert await raw.refusal("editMessageText", chat_id=anna.id, text="x") == (
        "Bad Request: message identifier is not specified"
    )
    assert await raw.refusal("editMessageText", chat_id=anna.id, message_id=keys.message_id, text="") == (
        "Bad Request: message text is empty"
    )
    markup = {"keyboard": [["x"]]}
    sent = await bot.send_message(anna.id, "z")
    assert await raw.refusal(
        "editMessageReplyMarkup", chat_id=anna.id, message_id=sent.message_id, reply_markup=markup
    ) == ("Bad Request: inline keyboard expected")


async def test_deleting_own_and_persons_messages(bot: Bot, raw: RawBot, anna: Person) -> None:
    secret = await anna.send("секрет", quiet=True)
    sent = await bot.send_message(anna.id, "x")
    assert await bot.delete_message(anna.id, secret.message_id)
    assert await bot.delete_message(anna.id, sent.message_id)
    await bot.send_message(anna.id, "конец")
    await anna.sees("конец")
    assert [message.text for message in anna.messages()] == ["/start", "конец"]
    assert await raw.refusal("deleteMessage", chat_id=anna.id, message_id=sent.message_id) == (
        "Bad Request: message to delete not found"
    )


async def test_after_48_hours_a_message_stays(bot: Bot, raw: RawBot, anna: Person, clock: Clock) -> None:
    sent = await bot.send_message(anna.id, "старое")
    clock.passes(hours=48, seconds=1)
    assert await raw.refusal("deleteMessage", chat_id=anna.id, message_id=sent.message_id) == (
        "Bad Request: message can't be deleted for everyone"
    )


async def test_deleting_many_passes_over_what_is_gone(bot: Bot, raw: RawBot, anna: Person) -> None:
    ids = [(await bot.send_message(anna.id, str(number))).message_id for number in range(3)]
    assert await bot.delete_messages(anna.id, [*ids, 999])
    await bot.send_message(anna.id, "конец")
    await anna.sees("конец")
    assert [message.text for message in anna.messages() if message.from_bot] == ["конец"]
    assert "too many" in await raw.refusal("deleteMessages", chat_id=anna.id, message_ids=list(range(1, 102)))
    assert "not specified" in await raw.refusal("deleteMessages", chat_id=anna.id, message_ids=[])
