"""The chat page, used as a person uses it: in a real browser, with a real bot behind it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import pytest
from aiogram import Bot, Dispatcher, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputMediaPhoto,
    InputTextMessageContent,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from playwright.async_api import Browser, Locator, Page, expect

from sandbox import Person, SandboxServer
from sandbox.files import made_up
from tests.browser import browser, open_page

__all__ = ["browser"]

pytestmark = pytest.mark.browser

Go = Callable[[], None]
MENU = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Долго", callback_data="slow"),
            InlineKeyboardButton(text="Подсказка", callback_data="toast"),
        ],
        [InlineKeyboardButton(text="Спросить", callback_data="alert")],
        [InlineKeyboardButton(text="Сайт", url="https://example.com/")],
    ]
)
RICH = (
    '👨‍👩‍👧 <b>жирный</b> <tg-spoiler>секрет</tg-spoiler> <a href="https://t.me/toklink_demo_bot?start=ref_A1">начать</a>\n'
    '<blockquote>цитата</blockquote>\n<pre><code class="language-python">x = "&lt;b&gt;"</code></pre>'
    "&lt;img src=x onerror=alert(1)&gt; /help"
)


class Hold:
    """What the bot waits for before it answers a press."""

    def __init__(self) -> None:
        self.released = asyncio.Event()


def conversation(hold: Hold) -> Router:
    router = Router()

    @router.message(CommandStart())
    async def start(message: Message, command: CommandObject) -> None:
        await message.answer(f"Начали: {command.args or 'просто так'}", reply_markup=MENU)

    @router.message(Command("rich"))
    async def rich(message: Message) -> None:
        await message.answer(RICH)

    @router.message(Command("album"))
    async def album(message: Message) -> None:
        picture = BufferedInputFile(made_up("sticker").content, "picture.webp")
        await message.answer_media_group([InputMediaPhoto(media=picture, caption=f"№ {n}") for n in (1, 2)])

    @router.message(Command("keys"))
    async def keys(message: Message) -> None:
        keyboard = [[KeyboardButton(text="Да"), KeyboardButton(text="Нет")]]
        markup = ReplyKeyboardMarkup(keyboard=keyboard, resize_keyboard=True, input_field_placeholder="Да или нет?")
        await message.answer("Выберите", reply_markup=markup)

    @router.message(F.text == "Да")
    async def yes(message: Message) -> None:
        await message.answer("Убираю", reply_markup=ReplyKeyboardRemove())
        await message.answer("Как вас зовут?", reply_markup=ForceReply(input_field_placeholder="Имя"))

    @router.message(F.reply_to_message)
    async def answer(message: Message) -> None:
        about = message.reply_to_message.text if message.reply_to_message else ""
        await message.answer(f"Ответ на «{about}»: {message.text}")

    @router.message(F.text == "исчезни")
    async def vanish(message: Message) -> None:
        await message.delete()

    @router.message(F.photo)
    async def photo(message: Message) -> None:
        await message.answer(f"Фото, подпись: {message.caption}")

    @router.edited_message()
    async def edited(message: Message) -> None:
        await message.answer(f"Исправлено на: {message.text}")

    @router.message(Command("many"))
    async def many(message: Message) -> None:
        for number in range(40):
            await message.answer(f"Сообщение {number}")

    @router.callback_query(F.data == "slow")
    async def slow(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.bot.send_chat_action(query.message.chat.id, "upload_photo")  # type: ignore[union-attr]
        await hold.released.wait()
        await query.answer("Готово")
        await query.message.edit_text("Правка на лету")

    @router.callback_query()
    async def press(query: CallbackQuery) -> None:
        await query.answer(f"Нажато: {query.data}", show_alert=query.data == "alert")

    @router.inline_query()
    async def inline(query: InlineQuery) -> None:
        content = InputTextMessageContent(message_text=f"Ссылка на {query.query}")
        result = InlineQueryResultArticle(id="1", title=f"Сократить {query.query}", input_message_content=content)
        button = InlineQueryResultsButton(text="Все ссылки", start_parameter="links")
        await query.answer([result], cache_time=0, is_personal=True, button=button)

    return router


class Chat:
    """The open page in a person's words."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log")
        self.composer = page.get_by_role("textbox", name="Сообщение")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def last(self) -> Locator:
        return self.log.get_by_role("article").last

    async def send(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")


@pytest.fixture
def hold() -> Hold:
    return Hold()


@pytest.fixture
async def address(server: SandboxServer, dispatcher: Dispatcher, polling: Go, hold: Hold) -> str:
    """Where the page is; the bot behind it is listening."""
    dispatcher.include_router(conversation(hold))
    polling()
    return server.url


@pytest.fixture
async def chat(browser: Browser, address: str) -> AsyncIterator[Chat]:
    page, troubles = await open_page(browser, address)
    yield Chat(page)
    assert troubles == []


async def test_a_newcomer_starts_the_bot_and_presses_its_buttons(chat: Chat, hold: Hold) -> None:
    await expect(chat.page.get_by_text("Песочница: демо-данные, ничего не уходит в Telegram")).to_be_visible()
    await chat.button("Запустить").click()
    await expect(chat.last).to_contain_text("Начали: просто так")

    await chat.button("Долго").click()
    await expect(chat.page.get_by_text("отправляет фото")).to_have_count(2)
    await chat.button("Подсказка").click()
    await expect(chat.page.get_by_text("Нажато: toast")).to_be_visible()
    await expect(chat.button("Долго")).to_have_attribute("aria-busy", "true")
    await expect(chat.button("Подсказка")).to_have_attribute("aria-busy", "false")

    await chat.button("Спросить").click()
    dialog = chat.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Нажато: alert")
    await chat.button("Понятно").click()
    await expect(dialog).to_have_count(0)
    await expect(chat.log.get_by_role("link", name="Сайт")).to_have_attribute("href", "https://example.com/")

    hold.released.set()
    await expect(chat.last).to_contain_text("Правка на лету")
    await expect(chat.last).to_contain_text("изменено")
    await expect(chat.page.get_by_text("Готово")).to_be_visible()


async def test_formatting_is_shown_and_nothing_that_was_written_becomes_markup(chat: Chat) -> None:
    await chat.button("Запустить").click()
    await chat.send("/rich")
    message = chat.log.get_by_role("article").filter(has_text="жирный")
    await expect(message).to_contain_text("👨‍👩‍👧 жирный секрет начать")
    await expect(message.locator("strong")).to_have_text("жирный")
    await expect(message.locator("blockquote")).to_have_text("цитата")
    await expect(message.locator("pre")).to_have_text('x = "<b>"')
    await expect(message).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(message.locator(".text img")).to_have_count(0)

    hidden = message.get_by_role("button", name="Скрытый текст, показать")
    await hidden.click()
    await expect(hidden).to_have_count(0)

    await message.get_by_role("link", name="начать").click()
    await expect(chat.last).to_contain_text("Начали: ref_A1")
    await message.get_by_role("button", name="/help").click()
    await expect(chat.last).to_have_text(re.compile(r"^/help"))
    await expect(chat.button("Вера 🌿 <b>&")).to_be_visible()


async def test_commands_are_offered_while_a_person_types(chat: Chat, bot: Bot) -> None:
    names = {"album": "Альбом", "keys": "Клавиатура", "start": "Начать"}
    await bot.set_my_commands([BotCommand(command=name, description=text) for name, text in names.items()])
    await chat.button("Запустить").click()
    await chat.button("Команды").click()
    options = chat.page.get_by_role("option")
    await expect(options).to_have_count(3)
    await chat.composer.fill("/ke")
    await expect(options).to_have_text([re.compile("/keys.*Клавиатура", re.DOTALL)])
    await options.click()

    await expect(chat.composer).to_have_attribute("placeholder", "Да или нет?")
    await chat.button("Да").click()
    await expect(chat.button("Да")).to_have_count(0)
    await expect(chat.composer).to_have_attribute("placeholder", "Имя")
    await chat.send("Анна")
    await expect(chat.last).to_contain_text("Ответ на «Как вас зовут?»: Анна")


async def test_own_words_can_be_edited_and_any_message_answered_or_taken_away(chat: Chat) -> None:
    await chat.button("Запустить").click()
    await expect(chat.last).to_contain_text("Начали")
    await chat.send("прывет")
    await chat.composer.press("ArrowUp")
    await expect(chat.composer).to_have_value("прывет")
    await chat.send("привет")
    await expect(chat.last).to_contain_text("Исправлено на: привет")

    await chat.send("исчезни")
    await expect(chat.composer).to_have_value("")
    await expect(chat.log.get_by_text("исчезни")).to_have_count(0)

    await chat.last.click(button="right")
    await chat.page.get_by_role("menuitem", name="Ответить").click()
    await chat.send("спасибо")
    await expect(chat.last).to_contain_text("Ответ на «Исправлено на: привет»: спасибо")


async def test_pictures_go_both_ways(chat: Chat) -> None:
    await chat.button("Запустить").click()
    await chat.send("/album")
    pictures = chat.last.get_by_role("button", name="Открыть фото")
    await expect(pictures).to_have_count(2)
    await pictures.first.click()
    await expect(chat.page.get_by_role("dialog")).to_contain_text("№ 1")
    await chat.page.keyboard.press("ArrowRight")
    await expect(chat.page.get_by_role("dialog")).to_contain_text("№ 2")
    await chat.page.keyboard.press("Escape")

    picture = made_up("sticker")
    await chat.button("Прикрепить").click()
    async with chat.page.expect_file_chooser() as chooser:
        await chat.page.get_by_role("menuitem", name="Фото").click()
    file = await chooser.value
    await file.set_files({"name": "кот.webp", "mimeType": "image/webp", "buffer": picture.content})
    await expect(chat.page.get_by_text("кот.webp")).to_be_visible()
    await chat.send("мой кот")
    await expect(chat.last).to_contain_text("Фото, подпись: мой кот")


async def test_inline_results_are_chosen_from_the_composer(chat: Chat) -> None:
    await chat.button("Друзья").click()
    await chat.composer.fill("@toklink_demo_bot example.com")
    await chat.page.get_by_role("option", name="Сократить example.com").click()
    await expect(chat.last).to_contain_text("через @toklink_demo_bot")
    await expect(chat.last).to_contain_text("Ссылка на example.com")
    await expect(chat.composer).to_have_value("")

    await chat.composer.fill("@toklink_demo_bot ещё")
    await chat.button("Все ссылки").click()
    await expect(chat.last).to_contain_text("Начали: links")


async def test_a_deep_link_waits_for_a_confirmation_and_a_reload_stays_in_the_chat(
    browser: Browser, address: str
) -> None:
    page, troubles = await open_page(browser, f"{address}/?person=1002&start=stats_name")
    chat = Chat(page)
    await chat.button("Запустить с «stats_name»").click()
    await expect(chat.last).to_contain_text("Начали: stats_name")
    await expect(page).to_have_url(re.compile(r"/#?[\d/]*$"))
    await page.reload()
    await expect(chat.button("Бен")).to_have_attribute("aria-pressed", "true")
    await expect(chat.last).to_contain_text("Начали: stats_name")
    assert troubles == []


async def test_a_reader_of_old_messages_is_not_pulled_away(chat: Chat, anna: Person, ben: Person) -> None:
    await chat.button("Запустить").click()
    await chat.send("/many")
    await expect(chat.last).to_contain_text("Сообщение 39")
    await chat.log.evaluate("log => { log.scrollTop = 0 }")
    await anna.send("/start")
    down = chat.page.get_by_role("button", name="Вниз, к новым")
    await expect(down).to_have_text("1")
    assert await chat.log.evaluate("log => log.scrollTop") == 0
    await down.click()
    await expect(chat.last).to_be_in_viewport()
    await expect(down).to_be_hidden()

    await ben.send("/start")
    await expect(chat.button("Бен")).to_contain_text("1")
    await expect(chat.button("Бен")).to_have_accessible_description("1 непрочитанное")
    await chat.button("Бен").click()
    await expect(chat.last).to_contain_text("Начали")
    await expect(chat.button("Бен")).to_have_accessible_description("")


async def test_on_a_phone_one_goes_from_the_list_to_a_chat_and_back(browser: Browser, address: str) -> None:
    page, troubles = await open_page(browser, address, phone=True, dark=True, locale="en-US")
    chat = Chat(page)
    await expect(chat.button("Start")).to_be_visible()
    await expect(chat.button("Ben")).to_be_hidden()
    await chat.button("Back to chats").click()
    await chat.button("Оля").click()
    await chat.button("Админы Toklink").click()
    await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    await page.go_back()
    await expect(chat.button("Админы Toklink")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert troubles == []


async def test_the_page_finds_its_way_after_the_sandbox_was_away(
    browser: Browser, server: SandboxServer, address: str, anna: Person
) -> None:
    page, _ = await open_page(browser, address)
    chat = Chat(page)
    await chat.button("Запустить").click()
    await expect(chat.last).to_contain_text("Начали")
    port = int(address.rpartition(":")[2])
    await server.close()
    await expect(page.get_by_text("Нет связи с песочницей")).to_be_visible()
    await chat.send("никуда не денется")
    await expect(chat.composer).to_have_value("никуда не денется")
    async with SandboxServer("42:TESTS-token-of-the-sandbox-bot", port=port):
        await expect(page.get_by_text("Нет связи с песочницей")).to_have_count(0, timeout=30_000)
        await expect(chat.button("Запустить")).to_be_visible()
