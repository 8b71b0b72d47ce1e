"""People pay with Stars."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LabeledPrice,
    Message,
    PreCheckoutQuery,
    TransactionPartnerUser,
)

from sandbox import Fault, Person, SandboxClient, SandboxRefused, SandboxServer
from tests.sandbox.conftest import TOKEN, Clock, RawBot, until
from tests.sandbox.selling import PRICE, a_checkout, an_invoice

PAY = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="Купить за ⭐ 50", pay=True)],
        [InlineKeyboardButton(text="Передумать", callback_data="no")],
    ]
)


class Shop:
    """What the bot of these tests did, and what it says before checkout ("" for yes)."""

    def __init__(self) -> None:
        self.refusal = ""
        self.paid: list[str] = []
        self.refunded: list[str] = []


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(TOKEN, now=clock, checkout_seconds=0.5) as running:
        yield running


@pytest.fixture
async def shop(dispatcher: Dispatcher, polling: Callable[[], None]) -> Shop:
    """Sells a guide for 50 Stars."""
    shop = Shop()

    @dispatcher.message(Command("buy"))
    async def sell(message: Message) -> None:
        await message.answer_invoice(
            "Разбор аккаунта",
            "Что работает, сколько стоит реклама и что делать дальше",
            payload=f"order:{message.message_id}",
            currency="XTR",
            prices=[LabeledPrice(label="Разбор", amount=PRICE)],
            reply_markup=PAY,
        )

    @dispatcher.pre_checkout_query()
    async def check(query: PreCheckoutQuery) -> None:
        assert (query.currency, query.total_amount) == ("XTR", PRICE)
        await query.answer(ok=not shop.refusal, error_message=shop.refusal or None)

    @dispatcher.message(F.successful_payment)
    async def paid(message: Message) -> None:
        assert message.successful_payment is not None
        shop.paid.append(message.successful_payment.telegram_payment_charge_id)
        await message.answer(f"Оплачено: {message.successful_payment.invoice_payload}")

    @dispatcher.message(F.refunded_payment)
    async def refunded(message: Message) -> None:
        assert message.refunded_payment is not None
        shop.refunded.append(message.refunded_payment.telegram_payment_charge_id)
        await message.answer("Деньги вернулись")

    polling()
    return shop


async def test_somebody_buys_and_gets_what_they_paid_for(
    bot: Bot, anna: Person, shop: Shop, server: SandboxServer
) -> None:
    invoice = await anna.send("/buy")
    assert invoice.buttons == ["Купить за ⭐ 50", "Передумать"]
    assert invoice.invoice is not None
    assert (invoice.invoice["title"], invoice.invoice["total_amount"]) == ("Разбор аккаунта", 50)
    assert await anna.stars() == 1000
    payment = await anna.pay(invoice)
    assert payment.paid
    assert (await anna.sees("Оплачено")).text == f"Оплачено: order:{invoice.message_id - 1}"
    assert await anna.stars() == 950
    assert shop.paid == [payment.charge_id]
    told = next(message.payment for message in anna.messages() if message.payment)
    assert told["telegram_payment_charge_id"] == payment.charge_id
    [line] = (await bot.get_star_transactions()).transactions
    assert (line.id, line.amount, line.receiver) == (payment.charge_id, 50, None)
    assert isinstance(line.source, TransactionPartnerUser)
    assert (line.source.transaction_type, line.source.user.id) == ("invoice_payment", anna.id)
    assert (await bot.get_my_star_balance()).amount == 50
    assert server.violations == []


async def test_the_bot_refuses_before_checkout(anna: Person, shop: Shop, server: SandboxServer) -> None:
    invoice = await anna.send("/buy")
    shop.refusal = "Этот заказ уже оплачен"
    payment = await anna.pay(invoice)
    assert (payment.paid, payment.error, payment.charge_id) == (False, "Этот заказ уже оплачен", "")
    assert (await anna.press("Купить")).text == "Этот заказ уже оплачен"
    assert await anna.stars() == 1000
    assert server.stars.ledger == []
    shop.refusal = ""
    assert (await anna.press("Купить")).text == ""
    await anna.sees("Оплачено")


async def test_a_bot_that_says_nothing_sells_nothing(raw: RawBot, anna: Person, server: SandboxServer) -> None:
    invoice = await an_invoice(raw, anna)
    paying = asyncio.create_task(anna.pay(invoice))
    query = await a_checkout(raw)
    payment = await paying
    assert (payment.paid, payment.timed_out) == (False, True)
    late = await raw.refusal("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    assert late == "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert server.stars.ledger == []
    assert "was not answered in time" in server.violations[0]


async def test_ten_seconds_are_the_limit(raw: RawBot, anna: Person, clock: Clock) -> None:
    invoice = await an_invoice(raw, anna)
    paying = asyncio.create_task(anna.pay(invoice))
    query = await a_checkout(raw)
    clock.passes(seconds=10)
    assert "query is too old" in await raw.refusal("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    assert (await paying).timed_out


async def test_a_checkout_is_answered_once_and_with_a_reason(raw: RawBot, anna: Person, server: SandboxServer) -> None:
    invoice = await an_invoice(raw, anna)
    paying = asyncio.create_task(anna.pay(invoice))
    query = await a_checkout(raw)
    assert query["invoice_payload"] == "order:7"
    assert await raw.refusal("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=False) == (
        'Bad Request: parameter "error_message" is required'
    )
    assert (await raw.call("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True))["ok"]
    assert "query is too old" in await raw.refusal("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    assert "query is too old" in await raw.refusal("answerPreCheckoutQuery", pre_checkout_query_id="5", ok=True)
    assert (await paying).paid
    assert "was answered 2 times, not once" in server.violations[0]


async def test_an_invoice_is_paid_twice_by_one_and_by_others(
    anna: Person, ben: Person, shop: Shop, world: SandboxClient
) -> None:
    invoice = await anna.send("/buy")
    first, second = await asyncio.gather(anna.pay(invoice), anna.pay(invoice))
    # Ben got the message forwarded, and never wrote to the bot before.
    third = await ben.pay(invoice)
    await ben.sees("Оплачено")
    friends = world.group("Друзья")
    copy = await anna.forward(invoice, friends)
    assert copy.buttons == ["Pay ⭐️50"]
    fourth = await ben.in_group(friends).pay(copy)
    await ben.in_group(friends).sees("Оплачено")
    charges = [payment.charge_id for payment in (first, second, third, fourth)]
    assert len(set(charges)) == 4
    assert sorted(shop.paid) == sorted(charges)
    assert [line["source"]["user"]["id"] for line in await world.ledger()] == [anna.id, anna.id, ben.id, ben.id]
    assert await anna.stars() == await ben.stars() == 900


async def test_a_copy_of_an_invoice_with_a_start_parameter_leads_to_the_bot(
    raw: RawBot, anna: Person, ben: Person, world: SandboxClient
) -> None:
    invoice = await an_invoice(raw, anna, start_parameter="buy_7")
    copy = await anna.forward(invoice, world.group("Друзья"))
    assert copy.rows[0][0].value == "https://t.me/toklink_demo_bot?start=buy_7"
    for message in (copy, invoice):
        with pytest.raises(SandboxRefused, match="no Pay button"):
            await ben.pay(message)


async def test_a_link_sells_too(bot: Bot, anna: Person, shop: Shop) -> None:
    prices = [LabeledPrice(label="Разбор", amount=PRICE)]
    link = await bot.create_invoice_link("Разбор", "По ссылке", "link:1", "XTR", prices)
    assert link.startswith("https://t.me/$")
    assert (await anna.pay(link)).paid
    await anna.sees("Оплачено: link:1")
    with pytest.raises(SandboxRefused, match="no such invoice"):
        await anna.pay("https://t.me/$nothing")


async def test_who_has_too_few_stars_tops_up(raw: RawBot, anna: Person, shop: Shop) -> None:
    invoice = await an_invoice(raw, anna, prices=[{"label": "Дорого", "amount": 1001}])
    with pytest.raises(SandboxRefused, match="has 1000 Stars, and this costs 1001"):
        await anna.pay(invoice)
    await anna.tops_up(1)
    assert await anna.stars() == 1001
    assert shop.paid == []


async def test_the_same_stars_are_not_spent_on_two_phones(raw: RawBot, anna: Person, server: SandboxServer) -> None:
    invoice = await an_invoice(raw, anna, prices=[{"label": "Дорого", "amount": 600}])
    phones = [asyncio.create_task(anna.pay(invoice)) for _ in range(2)]
    while any(not phone.done() for phone in phones):
        for update in (await raw.call("getUpdates", offset=-2, timeout=1))["result"]:
            if "pre_checkout_query" in update:
                query_id = update["pre_checkout_query"]["id"]
                await raw.call("answerPreCheckoutQuery", pre_checkout_query_id=query_id, ok=True)
    outcomes = await asyncio.gather(*phones, return_exceptions=True)
    assert sorted(isinstance(outcome, SandboxRefused) for outcome in outcomes) == [False, True]
    assert await anna.stars() == 400
    assert server.stars.balance == 600


async def test_stars_are_given_back_once(
    bot: Bot, raw: RawBot, anna: Person, ben: Person, shop: Shop, world: SandboxClient
) -> None:
    payment = await anna.pay(await anna.send("/buy"))
    await anna.sees("Оплачено")
    for user_id, charge_id in ((ben.id, payment.charge_id), (anna.id, "stx")):
        with pytest.raises(TelegramBadRequest, match="CHARGE_NOT_FOUND"):
            await bot.refund_star_payment(user_id, charge_id)
    assert await bot.refund_star_payment(anna.id, payment.charge_id)
    with pytest.raises(TelegramBadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await bot.refund_star_payment(anna.id, payment.charge_id)
    await anna.sees("Деньги вернулись")
    assert shop.refunded == [payment.charge_id]
    assert await anna.stars() == 1000
    paid, back = (await bot.get_star_transactions()).transactions
    assert paid.id == back.id == payment.charge_id
    assert isinstance(back.receiver, TransactionPartnerUser)
    assert back.source is None
    assert (await bot.get_my_star_balance()).amount == 0
    notice = next(message for message in anna.messages() if "refunded_payment" in message.raw)
    assert notice.from_bot


async def test_the_ledger_comes_in_pages(raw: RawBot, anna: Person, shop: Shop) -> None:
    invoice = await anna.send("/buy")
    charges = [(await anna.pay(invoice)).charge_id for _ in range(5)]

    async def page(**parameters: int) -> list[str]:
        body = await raw.call("getStarTransactions", **parameters)
        return [line["id"] for line in body["result"]["transactions"]]

    assert await page() == charges
    assert await page(offset=1, limit=2) == charges[1:3]
    assert await page(offset=4, limit=1000) == charges[4:]
    assert await page(offset=5) == []


async def test_a_payment_whose_update_is_lost_stands_in_the_ledger(
    bot: Bot, anna: Person, shop: Shop, server: SandboxServer
) -> None:
    server.faults.add(Fault("lost_update", update="successful_payment"))
    invoice = await anna.send("/buy")
    lost = await anna.pay(invoice)
    assert (await anna.pay(invoice)).paid
    await anna.sees("Оплачено")
    assert lost.charge_id not in shop.paid
    assert [line.id for line in (await bot.get_star_transactions()).transactions] == [lost.charge_id, *shop.paid]


async def test_a_payment_may_be_told_five_times(anna: Person, shop: Shop, server: SandboxServer) -> None:
    server.faults.add(Fault("doubled_update", update="successful_payment", copies=4))
    payment = await anna.pay(await anna.send("/buy"))

    async def all_told() -> bool:
        return len(shop.paid) == 5

    await until(all_told)
    assert shop.paid == [payment.charge_id] * 5
    assert len(server.stars.ledger) == 1


async def test_what_cannot_be_paid_or_passed_on(bot: Bot, anna: Person, ben: Person, shop: Shop) -> None:
    invoice = await anna.send("/buy")
    await bot.send_message(anna.id, "просто слова")
    plain = await anna.sees("просто слова")
    with pytest.raises(SandboxRefused, match="no Pay button"):
        await anna.pay(plain)
    assert (await anna.forward(plain)).text == "просто слова"
    assert anna.messages()[-1].raw["forward_origin"]["sender_user"]["is_bot"]
    await anna.pay(invoice)
    service = next(message for message in anna.messages() if message.payment)
    with pytest.raises(SandboxRefused, match="Service messages"):
        await anna.forward(service)
    await bot.send_message(anna.id, "тайна", protect_content=True)
    with pytest.raises(SandboxRefused, match="protected"):
        await anna.forward(await anna.sees("тайна"))
    await anna.blocks_bot()
    with pytest.raises(SandboxRefused, match="must unblock"):
        await anna.pay(invoice)
    await bot.delete_message(anna.id, invoice.message_id)
    with pytest.raises(SandboxRefused, match="gone"):
        await anna.pay(invoice)
