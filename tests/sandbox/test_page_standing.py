"""In the chat page one pays, blocks the bot, and moves groups."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Dispatcher, F, Router
from aiogram.filters import Command, CommandStart
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LabeledPrice, Message, PreCheckoutQuery
from playwright.async_api import Browser, expect

from sandbox import Fault, Person, SandboxServer
from tests.browser import browser, open_page
from tests.sandbox.test_chatting import Polling
from tests.sandbox.test_page import Chat

__all__ = ["browser"]

pytestmark = pytest.mark.browser

BUY = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Купить за 50 XTR", pay=True)]])


class Shop:
    """`refusal` is what the bot says before checkout; empty for yes."""

    refusal = ""


@pytest.fixture
async def shop(dispatcher: Dispatcher, polling: Polling) -> Shop:
    shop, router = Shop(), Router()

    @router.message(CommandStart())
    async def start(message: Message) -> None:
        await message.answer("Привет")

    @router.message(Command("buy", "dear"))
    async def sell(message: Message) -> None:
        amount = 50 if message.text == "/buy" else 1500
        prices = [LabeledPrice(label="Разбор", amount=amount)]
        await message.answer_invoice(
            "Разбор <b>", "Что работает и что делать дальше", "order", "XTR", prices, reply_markup=BUY
        )

    @router.pre_checkout_query()
    async def check(query: PreCheckoutQuery) -> None:
        await query.answer(ok=not shop.refusal, error_message=shop.refusal or None)

    @router.message(F.successful_payment)
    async def paid(message: Message) -> None:
        await message.answer("Спасибо, готовлю разбор")

    dispatcher.include_router(router)
    polling()
    return shop


@pytest.fixture
async def chat(browser: Browser, server: SandboxServer, shop: Shop) -> AsyncIterator[Chat]:
    page, troubles = await open_page(browser, server.url)
    chat = Chat(page)
    await chat.button("Запустить").click()
    await expect(chat.last).to_contain_text("Привет")
    yield chat
    assert troubles == []


async def choose(chat: Chat, item: str) -> None:
    await chat.button("Меню и язык").click()
    await chat.page.get_by_role("menuitem", name=item).click()


async def test_an_invoice_is_paid_after_a_look_at_the_price(chat: Chat, shop: Shop, server: SandboxServer) -> None:
    await chat.send("/buy")
    await expect(chat.last).to_contain_text("Разбор <b>")
    await chat.button("Купить за 50 ⭐").click()
    dialog = chat.page.get_by_role("dialog", name="Оплата")
    await expect(dialog).to_contain_text("Разбор <b>")
    await expect(dialog.get_by_role("definition")).to_have_text(["50 ⭐", "1 000 ⭐", "950 ⭐"])
    await chat.button("Отмена").click()
    await expect(dialog).to_have_count(0)
    assert server.stars.ledger == []

    await chat.button("Купить за 50 ⭐").click()
    await chat.button("Заплатить 50 ⭐").click()
    await expect(chat.page.locator(".toast")).to_have_text("Оплачено: 50 ⭐")
    await expect(dialog).to_have_count(0)
    await expect(chat.log.get_by_text("Оплачено: 50 ⭐")).to_be_visible()
    await expect(chat.last).to_contain_text("Спасибо, готовлю разбор")
    await chat.button("Меню и язык").click()
    await expect(chat.page.get_by_text("Анна: 950 ⭐")).to_be_visible()
    await chat.page.keyboard.press("Escape")

    shop.refusal = "Этот заказ уже оплачен"
    await chat.button("Купить за 50 ⭐").click()
    await chat.button("Заплатить 50 ⭐").click()
    await expect(chat.page.get_by_text("Бот не принял оплату: Этот заказ уже оплачен")).to_be_visible()
    assert server.stars.balance == 50


async def test_who_has_too_few_stars_buys_some_first(chat: Chat, server: SandboxServer) -> None:
    await chat.send("/dear")
    await chat.button("Купить за 50 ⭐").click()
    dialog = chat.page.get_by_role("dialog", name="Оплата")
    await expect(dialog).to_contain_text("Не хватает500 ⭐")
    await chat.button("Купить ещё 1 000 ⭐").click()
    await expect(dialog).to_contain_text("Останется500 ⭐")
    await chat.button("Заплатить 1 500 ⭐").click()
    await expect(chat.last).to_contain_text("Спасибо, готовлю разбор")
    assert server.stars.balance == 1500


async def test_the_bot_is_blocked_and_started_again(chat: Chat, server: SandboxServer) -> None:
    await choose(chat, "Заблокировать бота")
    await expect(chat.page.get_by_text("бот заблокирован")).to_be_visible()
    await expect(chat.composer).to_be_hidden()
    assert server.world.people[1001].blocked
    await chat.button("Разблокировать и запустить").click()
    await expect(chat.composer).to_be_visible()
    await expect(chat.last).to_contain_text("Привет")
    await choose(chat, "Заблокировать бота")
    await choose(chat, "Разблокировать бота")
    await expect(chat.page.get_by_text("бот заблокирован")).to_have_count(0)


async def test_an_invoice_is_passed_on_to_a_group_where_another_pays(chat: Chat, server: SandboxServer) -> None:
    await chat.send("/buy")
    await expect(chat.last).to_contain_text("Разбор")
    await chat.last.click(button="right")
    await chat.page.get_by_role("menuitem", name="Переслать").click()
    await chat.page.get_by_role("dialog").get_by_role("button", name="Друзья").click()
    await expect(chat.page.get_by_text("Переслано: Друзья")).to_be_visible()
    await chat.button("Бен").click()
    await chat.button("Друзья").click()
    await expect(chat.last).to_contain_text("Переслано: Toklink")
    await chat.button("Pay ⭐️50").click()
    await chat.button("Заплатить 50 ⭐").click()
    await expect(chat.last).to_contain_text("Спасибо, готовлю разбор")
    assert server.world.people[1002].stars == 950


async def test_a_group_removes_the_bot_takes_it_back_and_moves(chat: Chat, server: SandboxServer, anna: Person) -> None:
    await chat.button("Друзья").click()
    await expect(chat.page.get_by_text("3 участника")).to_be_visible()
    await choose(chat, "Убрать бота из группы")
    await expect(chat.page.get_by_text("2 участника")).to_be_visible()
    await expect(chat.log.get_by_text("Группу покидает Toklink")).to_be_visible()
    await choose(chat, "Вернуть бота в группу")
    await expect(chat.page.get_by_text("3 участника")).to_be_visible()
    await choose(chat, "Перевести группу на новый id")
    # The page goes where the group went.
    await expect(chat.log.get_by_text("Группа переехала сюда, раньше её id был -100190000001")).to_be_visible()
    await chat.send("/start@toklink_demo_bot")
    await expect(chat.last).to_contain_text("Привет")
    await expect(chat.button("Друзья")).to_have_count(1)


async def test_a_bot_that_fails_before_checkout_takes_nothing(chat: Chat, server: SandboxServer) -> None:
    server.world.checkout_seconds = 0.5
    server.faults.add(Fault("lost_update", update="pre_checkout_query"))
    await chat.send("/buy")
    await chat.button("Купить за 50 ⭐").click()
    await chat.button("Заплатить 50 ⭐").click()
    await expect(chat.page.get_by_text("Бот не ответил за 10 секунд, звёзды не списаны")).to_be_visible()
    assert server.stars.ledger == []
