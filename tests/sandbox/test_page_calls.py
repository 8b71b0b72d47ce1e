"""The page of calls shows what the bot asks of Telegram, and scripts faults for it."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from playwright.async_api import Browser, Locator, Page, expect

from sandbox import Fault, Person, SandboxServer
from tests.browser import browser, open_page

__all__ = ["browser"]

pytestmark = pytest.mark.browser


class CallsPage:
    """The open page in a person's words."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.calls = page.get_by_role("list", name="Вызовы бота").get_by_role("listitem")
        self.filter = page.get_by_role("searchbox")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(name, exact=True)


@pytest.fixture
async def page(browser: Browser, server: SandboxServer, anna: Person, ben: Person) -> AsyncIterator[CallsPage]:
    for person in (anna, ben):
        await person.send("/start", quiet=True)
    opened, troubles = await open_page(browser, f"{server.url}/calls")
    page = CallsPage(opened)
    await expect(page.button("Задать сбой")).to_be_visible()
    yield page
    assert troubles == []


async def test_calls_come_live_and_are_found_again(page: CallsPage, bot: Bot, anna: Person, ben: Person) -> None:
    await expect(page.page.get_by_text("Бот ещё ничего не вызывал")).to_be_visible()
    await bot.send_message(anna.id, "Привет, <b>Анна</b>")
    await bot.send_chat_action(ben.id, "typing")
    with pytest.raises(Exception, match="chat not found"):
        await bot.send_message(555, "никому")
    await expect(page.calls).to_have_count(3)
    # The newest stands first.
    await expect(page.calls.first).to_contain_text("chat not found")
    await expect(page.calls.first).to_contain_text("400")
    await expect(page.calls.last).to_contain_text("Анна: Привет, <b>Анна</b>")

    await page.filter.fill("sendmessage привет")
    await expect(page.calls).to_have_count(1)
    await expect(page.page.get_by_text("1 из 3")).to_be_visible()
    await page.calls.get_by_role("button").click()
    await expect(page.calls).to_contain_text('"parse_mode": "HTML"')
    await page.filter.fill("")
    await page.button("С ошибкой").click()
    await expect(page.calls).to_have_count(1)
    await page.button("Со сбоем").click()
    await expect(page.page.get_by_text("Таких вызовов нет")).to_be_visible()
    await page.button("Все").click()

    await page.button("Остановить").click()
    await bot.send_message(ben.id, "мимо")
    await page.button("Продолжить").click()
    await expect(page.calls).to_have_count(4)


async def test_a_fault_is_scripted_met_and_taken_back(
    page: CallsPage, bot: Bot, anna: Person, ben: Person, server: SandboxServer
) -> None:
    scripted = page.page.locator("#scripted li")
    await expect(scripted).to_have_text(["Сбоев не задано: всё работает."])
    await page.field("С каким методом").fill("send*")
    await page.field("В каком чате").select_option("Бен")
    await page.field("Через сколько секунд повторить").fill("9")
    await page.field("Сколько раз").fill("2")
    await page.button("Задать сбой").click()
    await expect(scripted).to_contain_text(["429, слишком часто, 9 с"])
    await expect(scripted).to_contain_text(["send* · Бен · осталось 2 · было 0"])
    await bot.send_message(anna.id, "Анне можно")
    with pytest.raises(TelegramRetryAfter) as refused:
        await bot.send_message(ben.id, "Бену рано")
    assert refused.value.retry_after == 9
    await expect(scripted).to_contain_text(["осталось 1 · было 1"])
    await expect(page.calls.first).to_contain_text("⚡ 429, слишком часто")
    await expect(page.page.get_by_text("Уже случилось: 429, слишком часто: 1")).to_be_visible()
    await page.button("Убрать этот сбой").click()
    await expect(scripted).to_have_text(["Сбоев не задано: всё работает."])
    await bot.send_message(ben.id, "теперь можно")
    assert list(server.faults) == []


async def test_each_kind_has_its_own_fields(page: CallsPage, server: SandboxServer) -> None:
    await page.field("Что случится").select_option("Обрыв связи")
    await page.field("Когда").select_option("после того, как подействовал")
    await page.field("Сколько раз").fill("")
    await page.field("Вероятность, %").fill("25")
    await page.button("Задать сбой").click()
    await page.field("Что случится").select_option("Событие повторилось")
    await page.field("С каким событием").fill("successful_payment")
    await page.field("Сколько раз ещё").fill("4")
    await page.button("Задать сбой").click()
    await expect(page.page.locator("#scripted li")).to_have_count(2)
    first, second = [scripted.fault for scripted in server.faults]
    assert first == Fault("cut", when="after", times=None, probability=0.25)
    assert second == Fault("doubled_update", update="successful_payment", copies=4, times=None, probability=0.25)
    await page.button("Убрать все").click()
    await expect(page.page.get_by_text("Сбоев не задано: всё работает.")).to_be_visible()
    assert list(server.faults) == []


async def test_on_a_phone_in_english_everything_has_room(
    browser: Browser, server: SandboxServer, bot: Bot, anna: Person
) -> None:
    await anna.send("/start", quiet=True)
    await bot.send_message(anna.id, "Привет " * 50)
    page, troubles = await open_page(browser, f"{server.url}/calls", phone=True, dark=True, locale="en-US")
    await expect(page.get_by_role("heading", name="Calls of the bot")).to_be_visible()
    await expect(page.get_by_role("listitem").first).to_contain_text("sendMessage")
    await expect(page.get_by_role("link", name="To the chat")).to_have_attribute("href", "/")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Add the fault").click()
    await expect(page.get_by_text("429, too often, 5 s")).to_be_visible()
    assert troubles == []
