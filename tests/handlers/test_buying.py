"""Buying a guide: from the invoice to the PDF, and whatever may go wrong between."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation

from bot.dispatcher import build_dispatcher
from bot.sender import open_bot
from bot.starts import SANDBOX_TOKEN
from handlers.payments.works import GuideWorks
from sandbox import Fault, Person
from services.payments.handing import Handing
from services.payments.offers import Offers
from services.payments.orders import Orders
from tests.handlers.buying import (
    BUY,
    ENGLISH_BUY,
    ENGLISH_OFFERED,
    GIST,
    NAME,
    OFFERED,
    an_invoice,
    an_offer,
    bought,
    guides,
    minute,
    own_bot,
    running_shop,
    sold_by_another_hand,
    stars_again,
    states,
)
from tests.handlers.reading import answers
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.waiting import until


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform


@pytest.fixture(params=["sqlite", "postgresql"])
async def shop(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[Platform]:
    """Where money moves."""
    async with running_shop(request, tmp_path) as platform:
        yield platform


async def test_somebody_sees_what_a_guide_is_pays_and_has_it(shop: Platform):
    anna = shop.world.person("Анна")
    await anna.send(f"/report @{NAME.upper()}")
    offer = await sees(anna, OFFERED)
    text = read(offer)
    assert text.splitlines()[0] == f"📘 Гайд по @{NAME}: главное, PDF и страница"
    assert "Обычный охват" in text
    assert text.count("🔒") == 3
    assert "⭐ Цена: 50 звёзд" in text
    assert "звёзды вернутся сами" in text
    assert "Гайд хранится, пока вы не сотрёте свои данные" in text
    assert offer.buttons == [BUY, "🎟 Промокод", "◀️ К карточке", "◀️ Меню"]
    assert [each.message_id for each in anna.messages() if each.from_bot] == [offer.message_id], "one message a thing"
    invoice = await an_invoice(anna)
    assert invoice.invoice is not None
    assert (invoice.invoice["total_amount"], invoice.invoice["start_parameter"]) == (50, "")
    payment = await anna.pay(invoice)
    assert payment.paid
    await sees(anna, "Оплачено, спасибо")
    file = await anna.sees_document()
    assert (await anna.file(file))[:5] == b"%PDF-"
    gist = await sees(anna, GIST)
    assert gist.buttons == ["🌐 Открыть страницу", "📄 PDF", "🔗 Поделиться", "📘 Мои гайды"]
    async with aiohttp.ClientSession() as visitor, visitor.get(gist.rows[0][0].value) as page:
        assert page.status == 200
        assert NAME in await page.text()
    assert await anna.stars() == 950
    assert await states(shop) == ["fulfilled"]


async def test_who_has_the_guide_is_not_sold_it_again(platform: Platform, anna: Person):
    await bought(anna)
    await anna.press(BUY)
    owned = await sees(anna, "у вас уже есть")
    assert owned.buttons == ["🌐 Открыть страницу", "📄 PDF", "📘 Мои гайды"]
    assert await states(platform) == ["fulfilled"]


# Paying


async def test_a_stranger_does_not_pay_for_a_forwarded_invoice(platform: Platform, anna: Person, ben: Person):
    await an_offer(anna)
    invoice = await an_invoice(anna)
    payment = await ben.pay(invoice)
    assert (payment.paid, payment.error) == (False, "This is somebody else's order. Open your own: /report")


async def test_paid_at_once_on_two_phones_it_is_one_guide_and_one_price(
    shop: Platform, monkeypatch: pytest.MonkeyPatch
):
    """Both were told that they may pay before either payment was heard of."""
    anna = shop.world.person("Анна")
    charged, may_go_on = Handing.charged, asyncio.Event()

    async def late(*args: Any) -> None:
        await may_go_on.wait()
        await charged(*args)

    monkeypatch.setattr(Handing, "charged", late)
    await an_offer(anna)
    invoice = await an_invoice(anna)
    assert [(await anna.pay(invoice)).paid for _ in range(2)] == [True, True]
    may_go_on.set()
    await sees(anna, "Эта оплата была лишней. Звёзды сейчас вернутся")
    await sees(anna, "50 звёзд вернулось на ваш баланс")
    await anna.sees_document()
    assert await anna.stars() == 950
    assert await guides(shop) == 1
    assert sum("Оплачено, спасибо" in each for each in await answers(anna)) == 1


async def test_where_nobody_can_say_whether_it_may_be_paid_nobody_pays(
    platform: Platform, ben: Person, monkeypatch: pytest.MonkeyPatch
):
    async def fail(*_args: Any) -> None:
        raise ZeroDivisionError("a figure that nobody foresaw")

    await an_offer(ben, words=ENGLISH_OFFERED)
    invoice = await an_invoice(ben, ENGLISH_BUY)
    monkeypatch.setattr(Orders, "check", fail)
    payment = await ben.pay(invoice)
    assert not payment.paid
    assert payment.error.startswith("⚠️ Something broke on our side")
    assert await ben.stars() == 1000


async def test_what_was_paid_is_not_paid_again(platform: Platform, anna: Person):
    await an_offer(anna)
    invoice = await an_invoice(anna)
    await anna.pay(invoice)
    await anna.sees_document()
    payment = await anna.pay(invoice)
    assert (payment.paid, payment.error) == (False, "Этот гайд уже оплачен: /reports")


async def test_what_the_product_never_sent_cannot_be_paid(platform: Platform, anna: Person):
    await an_offer(anna)
    invoice = await an_invoice(anna)
    assert invoice.invoice is not None
    for payload, amount, reason in (
        ("order:7", 50, "Такого заказа больше нет"),
        ("guide:999", 50, "Такого заказа больше нет"),
        ("guide:1", 1, "Цена с тех пор изменилась"),
    ):
        forged = await sold_by_another_hand(platform, anna, payload, amount)
        payment = await anna.pay(forged)
        assert not payment.paid
        assert reason in payment.error
    assert await anna.stars() == 1000


async def test_after_half_an_hour_the_order_has_expired(platform: Platform, anna: Person):
    await an_offer(anna)
    invoice = await an_invoice(anna)
    platform.clock.passes(minutes=31)
    payment = await anna.pay(invoice)
    assert payment.error.startswith("Заказ истёк")
    await minute(platform)
    assert await states(platform) == ["expired"]
    await anna.press(BUY)
    await until(lambda: states(platform), ["expired", "pending"])


async def test_a_banned_person_pays_nothing(platform: Platform, anna: Person, olya: Person):
    await an_offer(anna)
    invoice = await an_invoice(anna)
    await olya.send("/admin 1001")
    await olya.press("🚫 Заблокировать")
    await olya.send("Спам")
    await sees(anna, "не отвечаю")
    payment = await anna.pay(invoice)
    assert (payment.paid, payment.error) == (False, "От этого аккаунта я не принимаю платежи.")


async def test_payers_wait_for_nothing_else_that_they_do(
    platform: Platform, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    await an_offer(anna)
    invoice = await an_invoice(anna)
    terms, may_go_on, began = Offers.terms, asyncio.Event(), asyncio.Event()

    async def slow(*args: Any) -> Any:
        began.set()
        await may_go_on.wait()
        return await terms(*args)

    await anna.press("🎟 Промокод")
    await sees(anna, "Пришлите промокод")
    monkeypatch.setattr(Offers, "terms", slow)
    await anna.send("CODE", quiet=True)
    async with asyncio.timeout(15):
        await began.wait()
    payment = await anna.pay(invoice)
    may_go_on.set()
    assert payment.paid
    await sees(anna, GIST)


async def test_a_payment_that_is_told_five_times_is_one_guide(shop: Platform):
    anna = shop.world.person("Анна")
    shop.server.faults.add(Fault("doubled_update", update="successful_payment", copies=4))
    await bought(anna)
    assert await guides(shop) == 1
    shown = await answers(anna)
    assert sum("Оплачено, спасибо" in each for each in shown) == 1
    assert sum(GIST in each for each in shown) == 1
    assert await anna.stars() == 950


async def test_what_telegram_gives_back_closes_the_guide(platform: Platform, anna: Person):
    gist = await bought(anna)
    [charge] = [each["id"] for each in await platform.world.ledger()]
    bot = own_bot(platform)
    await bot.refund_star_payment(anna.id, charge)
    await bot.session.close()
    await sees(anna, "Telegram вернул оплату")
    assert await states(platform) == ["refunded"]
    async with aiohttp.ClientSession() as visitor, visitor.get(gist.rows[0][0].value) as page:
        assert page.status == 404


async def test_a_press_that_is_handled_again_brings_no_second_invoice_and_no_second_order(
    platform: Platform, anna: Person
):
    offer = await an_offer(anna)
    container, bot = platform.container, open_bot(SANDBOX_TOKEN, platform.server.url)
    dispatcher = build_dispatcher(
        container.services,
        container.catalogue,
        storage=MemoryStorage(),
        isolation=SimpleEventIsolation(),
        clock=platform.clock,
    )
    press = {
        "id": "7",
        "from": {"id": anna.id, "is_bot": False, "first_name": "Анна", "language_code": "ru"},
        "chat_instance": "1",
        "message": offer.raw,
        "data": "gb:b:1:",
    }
    try:
        for _ in range(2):
            await dispatcher.feed_raw_update(bot, {"update_id": 777, "callback_query": press})
    finally:
        await bot.session.close()
    await anna.looks()
    assert sum(each.invoice is not None for each in anna.messages()) == 1
    assert await states(platform) == ["pending"]
    # The press is made up, so the sandbox does not know it.
    platform.server.violations.clear()


# Between payment and guide


async def test_what_was_paid_needs_no_tiktok_any_more(platform: Platform, anna: Person):
    await an_offer(anna)
    invoice = await an_invoice(anna)
    platform.tiktok.fault("*", "reset")
    assert (await anna.pay(invoice)).paid
    await sees(anna, GIST)
    await anna.sees_document()


async def test_a_file_that_telegram_refuses_is_sent_again(platform: Platform, anna: Person):
    platform.server.faults.add(Fault("bad_request", method="sendDocument"))
    await an_offer(anna)
    await anna.pay(await an_invoice(anna))
    await sees(anna, GIST)

    async def has_come() -> bool:
        await minute(platform)
        return any(each.document for each in anna.messages())

    await until(has_come, True)


async def test_a_file_that_telegram_never_takes_becomes_an_address_once(platform: Platform, anna: Person):
    platform.server.faults.add(Fault("bad_request", method="sendDocument", times=None))
    await an_offer(anna)
    await anna.pay(await an_invoice(anna))
    await sees(anna, GIST)

    async def has_come() -> bool:
        await minute(platform)
        return any("не принял PDF" in read(each) for each in anna.messages())

    await until(has_come, True)
    assert (await sees(anna, "не принял PDF")).buttons == ["🌐 Открыть страницу", "📘 Мои гайды"]
    for _ in range(3):
        await minute(platform)
    assert sum("не принял PDF" in each for each in await answers(anna)) == 1


async def test_who_blocks_the_bot_after_paying_finds_the_guide_on_return(
    platform: Platform, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    make, may_go_on = GuideWorks.make, asyncio.Event()

    async def late(*args: Any) -> None:
        await may_go_on.wait()
        await make(*args)

    monkeypatch.setattr(GuideWorks, "make", late)
    await platform.restart()
    await an_offer(anna)
    await anna.pay(await an_invoice(anna))
    await sees(anna, "Оплачено")
    await anna.blocks_bot()
    may_go_on.set()
    await until(lambda: guides(platform), 1)
    await anna.unblocks_bot()
    await sees(anna, GIST)
    await anna.sees_document()


async def test_a_guide_that_fails_three_times_is_refunded_and_all_are_told(
    shop: Platform, monkeypatch: pytest.MonkeyPatch
):
    anna = shop.world.person("Анна")

    async def fail(*_args: Any) -> None:
        raise ZeroDivisionError("a figure that nobody foresaw")

    monkeypatch.setattr(GuideWorks, "_make", fail)
    await an_offer(anna)
    await anna.pay(await an_invoice(anna))

    async def is_back() -> int:
        # The pauses between the tries.
        shop.clock.passes(seconds=61)
        return await anna.stars()

    await until(is_back, 1000)
    assert "Не получилось вовремя сделать гайд" in read(await sees(anna, "50 звёзд вернулось на ваш баланс"))
    assert await states(shop) == ["refunded"]
    operators = shop.world.person("Оля").in_group(shop.world.group("Админы Toklink"))
    await sees(operators, "Заказ №")


async def test_a_guide_that_nobody_makes_within_ten_minutes_is_refunded(
    platform: Platform, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    may_end = asyncio.Event()

    async def hang(*_args: Any) -> None:
        await may_end.wait()

    monkeypatch.setattr(GuideWorks, "_make", hang)
    await an_offer(anna)
    await anna.pay(await an_invoice(anna))
    await sees(anna, "Оплачено")
    await minute(platform, minutes=9)
    assert await states(platform) == ["paid"]
    await minute(platform, minutes=2)
    await stars_again(anna, 1000)
    await sees(anna, "50 звёзд вернулось на ваш баланс")
    may_end.set()
