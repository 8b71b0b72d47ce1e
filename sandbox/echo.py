"""A small bot over the sandbox, for trying the chat page without the product: one message of every sort."""

import contextlib
import io

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ChatAction
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    KeyboardButton,
    LabeledPrice,
    Message,
    PreCheckoutQuery,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from PIL import Image, ImageDraw

router = Router()
HELLO = (
    "<b>Hello</b>, <i>this</i> <u>is</u> <s>not</s> a <tg-spoiler>sandbox</tg-spoiler> echo.\n"
    '<a href="https://example.com/">A link</a>, <code>code</code>, https://example.com/path?a=1 and @anna_demo.\n'
    '<pre><code class="language-python">print("block")</code></pre>\n'
    "<blockquote>A quote\nof two lines</blockquote>\n<blockquote expandable>One\nthat\ncan\nbe\nopened</blockquote>"
)


def keyboard() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text="Edit me", callback_data="edit"),
                InlineKeyboardButton(text="Into a photo", callback_data="photo"),
            ],
            [
                InlineKeyboardButton(text="Toast", callback_data="toast"),
                InlineKeyboardButton(text="Alert", callback_data="alert"),
                InlineKeyboardButton(text="Never answered", callback_data="silence"),
            ],
            [
                InlineKeyboardButton(text="Address", url="https://example.com/"),
                InlineKeyboardButton(text="Copy", copy_text=CopyTextButton(text="copied words")),
                InlineKeyboardButton(text="Inline", switch_inline_query_current_chat="cats"),
            ],
            [InlineKeyboardButton(text="Delete", callback_data="delete", style="danger")],
        ]
    )


def picture(label: str) -> BufferedInputFile:
    image = Image.new("RGB", (900, 600), "#3b6ea5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 840, 540), outline="white", width=6)
    draw.text((100, 280), label, fill="white", font_size=48)
    out = io.BytesIO()
    image.save(out, "PNG")
    return BufferedInputFile(out.getvalue(), "picture.png")


@router.message(CommandStart())
async def on_start(message: Message) -> None:
    await message.answer(HELLO, reply_markup=keyboard())


@router.message(Command("photo"))
async def on_photo(message: Message) -> None:
    await message.bot.send_chat_action(message.chat.id, ChatAction.UPLOAD_PHOTO)  # type: ignore[union-attr]
    await message.answer_photo(picture("A photo"), caption="A <b>caption</b>", reply_markup=keyboard())


@router.message(Command("album"))
async def on_album(message: Message) -> None:
    await message.answer_media_group(
        [InputMediaPhoto(media=picture(str(number)), caption=f"No. {number}") for number in (1, 2, 3)]
    )


@router.message(Command("file"))
async def on_file(message: Message) -> None:
    await message.answer_document(BufferedInputFile(b"a;b\n1;2\n", "таблица.csv"), caption="A document")


@router.message(Command("keyboard"))
async def on_keyboard(message: Message) -> None:
    buttons = [[KeyboardButton(text="One"), KeyboardButton(text="Two")], [KeyboardButton(text="/hide")]]
    markup = ReplyKeyboardMarkup(keyboard=buttons, resize_keyboard=True, input_field_placeholder="Choose")
    await message.answer("A reply keyboard", reply_markup=markup)


@router.message(Command("buy"))
async def on_buy(message: Message) -> None:
    buttons = [[InlineKeyboardButton(text="Buy for ⭐ 25", pay=True)], keyboard().inline_keyboard[-1]]
    await message.answer_invoice(
        "A cup of echo",
        "Served warm, as often as you like.",
        payload="cup",
        currency="XTR",
        prices=[LabeledPrice(label="Cup", amount=25)],
        reply_markup=InlineKeyboardMarkup(inline_keyboard=buttons),
    )
    await message.answer_invoice(
        "An unlucky cup",
        "Always refused",
        payload="unlucky",
        currency="XTR",
        prices=[LabeledPrice(label="Cup", amount=13)],
    )


@router.pre_checkout_query()
async def on_checkout(query: PreCheckoutQuery) -> None:
    unlucky = query.invoice_payload == "unlucky"
    await query.answer(ok=not unlucky, error_message="Nobody sells cups for 13" if unlucky else None)


@router.message(F.successful_payment)
async def on_paid(message: Message) -> None:
    await message.answer("Paid, thank you. /refund gives the Stars back")


@router.message(Command("refund"))
async def on_refund(message: Message) -> None:
    assert message.bot is not None
    assert message.from_user is not None
    for line in (await message.bot.get_star_transactions()).transactions:
        with contextlib.suppress(TelegramBadRequest):
            await message.bot.refund_star_payment(message.from_user.id, line.id)


@router.message(F.refunded_payment)
async def on_refunded(_: Message) -> None:
    """The service message says it all."""


@router.message(Command("hide"))
async def on_hide(message: Message) -> None:
    await message.answer("Gone", reply_markup=ReplyKeyboardRemove())


@router.message(Command("long"))
async def on_long(message: Message) -> None:
    await message.answer("word " * 700)


@router.message(F.photo)
async def on_picture(message: Message) -> None:
    await message.reply(f"{message.photo[-1].width}×{message.photo[-1].height}" if message.photo else "")


@router.message()
async def on_anything(message: Message) -> None:
    await message.reply(message.html_text if message.text else f"I see: {message.content_type}")


@router.edited_message()
async def on_edit(message: Message) -> None:
    await message.reply(f"Edited into: {message.html_text}")


@router.callback_query(F.data == "silence")
async def on_silence(_: CallbackQuery) -> None:
    """Shows how a press looks that is never answered."""


@router.callback_query()
async def on_press(query: CallbackQuery) -> None:
    await query.answer(
        "An alert" if query.data == "alert" else "A toast" if query.data == "toast" else None,
        show_alert=query.data == "alert",
    )
    if not isinstance(query.message, Message):
        return
    if query.data == "delete":
        await query.message.delete()
    elif query.data == "photo":
        await query.message.edit_media(
            InputMediaPhoto(media=picture("Was text"), caption="Now a photo"), reply_markup=keyboard()
        )
    elif query.data == "edit" and query.message.text:
        await query.message.edit_text(f"Edited {query.id[-4:]} times or so", reply_markup=keyboard())


@router.inline_query()
async def on_inline(query: InlineQuery) -> None:
    results = [
        InlineQueryResultArticle(
            id=str(number),
            title=f"{query.query or 'nothing'} {number}",
            description="An article",
            input_message_content=InputTextMessageContent(message_text=f"<b>{number}</b>: chosen"),
        )
        for number in range(1, 4)
    ]
    await query.answer(results, cache_time=0, is_personal=True)  # type: ignore[arg-type]


async def run_echo(url: str, token: str) -> None:
    """Serve until cancelled."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    async with Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML")).context() as bot:
        names = ("start", "photo", "album", "file", "keyboard", "hide", "long", "buy", "refund")
        await bot.set_my_commands([BotCommand(command=name, description=f"Show {name}") for name in names])
        await bot.set_my_short_description("A small bot that shows what the sandbox can do")
        dispatcher = Dispatcher()
        dispatcher.include_router(router)
        await dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
