"""/report: from the offer to the guide, by Stars and without, and whatever may go wrong between."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import LabeledPrice
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.starts import SANDBOX_TOKEN
from db.queries import promo
from db.tables import Guide, GuideCredit, Order
from handlers.payments.works import GuideWorks
from sandbox import Fault, Message, Person
from sandbox.tiktok.creators import usernames
from scheduler.jobs import JOBS
from services.operations.tallies import WRONG_CODES
from services.payments.handing import Handing
from services.payments.offers import Offers
from services.payments.orders import Orders
from tests.handlers.reading import UNSEEN, answers
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.waiting import until

NAME = usernames()[3]
BUY, ENGLISH_BUY = "Купить за 50 ⭐", "Buy for 50 ⭐"
OFFERED, ENGLISH_OFFERED = "Цена: ", "Price: "
GIST, ENGLISH_GIST = "⚡️ Вовлечённость", "⚡️ Engagement"


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform


@pytest.fixture(params=["sqlite", "postgresql"])
async def shop(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[Platform]:
    """Where money moves: on both kinds of databases."""
    changes: dict[str, Any] = {}
    if request.param == "postgresql":
        changes["secret_key"] = SecretStr("the same on every machine " * 2)
        changes["database_url"] = SecretStr(await request.getfixturevalue("new_postgres_database")())
    async with running_platform(tmp_path, changes, tiktok=True) as platform:
        yield platform


async def an_offer(person: Person, name: str = NAME, words: str = OFFERED) -> Message:
    await person.send(f"/report {name}")
    return await sees(person, words)


async def an_invoice(person: Person, label: str = BUY) -> Message:
    """The invoice that the press on Buy brings."""
    before = person.last.message_id
    await person.press(label)

    def newest() -> Message | None:
        return next((each for each in person.messages() if each.invoice and each.message_id > before), None)

    async def is_there() -> bool:
        return newest() is not None

    await until(is_there, True)
    found = newest()
    assert found is not None
    return found


async def bought(person: Person, *, offered: str = OFFERED, label: str = BUY, gist: str = GIST) -> Message:
    """The guide after it was paid for."""
    await an_offer(person, words=offered)
    payment = await person.pay(await an_invoice(person, label))
    assert payment.paid
    await person.sees_document()
    return await sees(person, gist)


async def a_code(platform: Platform, name: str, percent: int) -> None:
    async with platform.container.database.write() as session:
        await promo.add_code(
            session,
            name,
            percent=percent,
            most_uses=None,
            most_each=1,
            uses=0,
            created_at=platform.clock(),
            created_by=1,
        )


async def says_code(person: Person, code: str) -> None:
    await person.press("🎟 Промокод")
    await sees(person, "Пришлите промокод")
    await person.send(code)


async def states(platform: Platform) -> list[str]:
    """Of all orders, the oldest first."""
    async with platform.container.database.read() as session:
        return list(await session.scalars(select(Order.state).order_by(Order.id)))


async def guides(platform: Platform) -> int:
    async with platform.container.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Guide)) or 0


async def minute(platform: Platform, **passes: float) -> None:
    """What the clock does each minute, after so much time."""
    platform.clock.passes(**passes)
    await JOBS["orders-expire"](platform.container.services, platform.clock())


async def stars_again(person: Person, count: int) -> None:
    await until(person.stars, count)


def own_bot(platform: Platform) -> Bot:
    """The bot's own token in somebody else's hands."""
    server = TelegramAPIServer.from_base(platform.server.url)
    return Bot(SANDBOX_TOKEN, session=AiohttpSession(api=server))


async def sold_by_another_hand(platform: Platform, person: Person, payload: str, amount: int) -> Message:
    """An invoice that the product never sent."""
    bot = own_bot(platform)
    try:
        sent = await bot.send_invoice(
            person.id, "Гайд", "Подделка", payload, "XTR", [LabeledPrice(label="Гайд", amount=amount)]
        )
    finally:
        await bot.session.close()
    await person.looks()
    return next(each for each in person.messages() if each.message_id == sent.message_id)


# From the offer to the guide


async def test_somebody_sees_what_a_guide_is_pays_and_has_it(shop: Platform):
    anna = shop.world.person("Анна")
    await anna.send(f"/report @{NAME.upper()}")
    offer = await sees(anna, OFFERED)
    text = read(offer)
    assert text.splitlines()[0] == f"📘 Гайд для @{NAME}: главное, PDF и страница"
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


async def test_from_a_card_in_english_and_back(platform: Platform, ben: Person):
    await ben.send(f"/stats {NAME}")
    card = await sees(ben, "Followers")
    await ben.press("📘 Guide")
    offer = await sees(ben, "⭐ Price: 50 Stars")
    assert offer.message_id == card.message_id
    assert offer.buttons == [ENGLISH_BUY, "🎟 Promo code", "◀️ To the card", "◀️ Menu"]
    await ben.press("◀️ To the card")
    await sees(ben, "Followers")
    await ben.press("📘 Guide")
    await sees(ben, ENGLISH_OFFERED)
    invoice = await an_invoice(ben, ENGLISH_BUY)
    assert invoice.invoice is not None
    assert invoice.invoice["title"] == "Guide to a TikTok account"
    await ben.pay(invoice)
    await sees(ben, "⏳ Paid, thank you")
    await sees(ben, ENGLISH_GIST)
    await ben.sees_document()


async def test_a_name_is_asked_for_where_there_is_none(platform: Platform, anna: Person):
    await anna.send("/report")
    await sees(anna, "По какому аккаунту нужен гайд?")
    await anna.send("это не имя")
    await sees(anna, "В имени TikTok нет пробелов")
    await anna.send(f"https://www.tiktok.com/@{NAME}")
    assert f"@{NAME}" in read(await sees(anna, OFFERED))


async def test_a_short_address_is_followed(platform: Platform, anna: Person):
    await anna.send(f"/report {platform.tiktok.short(NAME)}")
    assert f"@{NAME}" in read(await sees(anna, OFFERED))


async def test_a_deep_link_leads_to_the_offer(platform: Platform, anna: Person, ben: Person):
    await an_offer(anna)
    account = await platform.container.services.accounts.stored(NAME)
    assert account is not None
    await ben.start(f"report_{account.id}")
    assert f"@{NAME}" in read(await sees(ben, ENGLISH_OFFERED))
    for forged in ("report_999999", "report_x", "report_" + "9" * 30):
        await ben.start(forged)
        await sees(ben, "This button does not work any more")


async def test_two_who_ask_within_an_hour_are_offered_the_same(platform: Platform, anna: Person, ben: Person):
    await an_offer(anna)
    asked = platform.tiktok.requests.copy()
    await an_offer(ben, words=ENGLISH_OFFERED)
    assert platform.tiktok.requests == asked


async def test_in_a_group_the_way_leads_to_the_private_chat(platform: Platform, anna: Person):
    there = anna.in_group(platform.world.group("Друзья"))
    await there.send(f"/report {NAME}")
    await there.sees("личн")


async def test_who_has_the_guide_is_not_sold_it_again(platform: Platform, anna: Person):
    await bought(anna)
    await anna.press(BUY)
    owned = await sees(anna, "у вас уже есть")
    assert owned.buttons == ["🌐 Открыть страницу", "📄 PDF", "📘 Мои гайды"]
    assert await states(platform) == ["fulfilled"]


# What there is no guide of


@pytest.mark.parametrize(
    ("name", "words"),
    [("ghost", "Не нашёл в TikTok аккаунт @ghost"), ("private_person", "Аккаунт @private_person закрыт")],
)
async def test_what_tiktok_does_not_show_is_not_sold(platform: Platform, anna: Person, name: str, words: str):
    await anna.send(f"/report {name}")
    refused = await sees(anna, words)
    assert refused.buttons == ["📘 Другой аккаунт", "◀️ Меню"]


@pytest.mark.parametrize(("name", "usable"), [("no_videos", 0), ("all_pinned", 0), ("zero_views", 8)])
async def test_an_account_with_too_few_videos_is_refused_before_payment(
    platform: Platform, anna: Person, name: str, usable: int
):
    await anna.send(f"/report {name}")
    refused = await sees(anna, "пока мало данных")
    assert f"{usable} видео, а нужно 10" in read(refused)
    assert refused.buttons == ["📘 Другой аккаунт", "◀️ Меню"]


async def test_while_tiktok_is_silent_nothing_is_sold_and_the_offer_comes_when_it_answers(
    platform: Platform, anna: Person
):
    platform.tiktok.fault("*", "reset")
    await anna.send(f"/report {NAME}")
    told = await sees(anna, "TikTok сейчас не показывает видео")
    platform.tiktok.fault("*", "")

    async def is_offered() -> bool:
        platform.clock.passes(seconds=30)
        return any(OFFERED in read(each) for each in anna.messages())

    await until(is_offered, True)
    assert (await sees(anna, OFFERED)).message_id > told.message_id, "an edited message tells nobody that it is there"


async def test_a_tiktok_that_is_silent_for_a_day_is_given_up(platform: Platform, ben: Person):
    platform.tiktok.fault("*", "reset")
    await ben.send(f"/report {NAME}")
    await sees(ben, "I will write to you when it does")
    platform.clock.passes(days=1)

    async def is_over() -> bool:
        platform.clock.passes(hours=1)
        return any("for a whole day" in read(each) for each in ben.messages())

    await until(is_over, True)


# Cheaper, and for nothing


async def test_a_code_makes_it_cheaper(shop: Platform):
    anna = shop.world.person("Анна")
    await a_code(shop, "SPRING-30", 30)
    await an_offer(anna)
    await says_code(anna, " spring-30 ")
    offer = await sees(anna, "по промокоду SPRING-30")
    assert "⭐ Цена: 50 35 звёзд по промокоду SPRING-30" in read(offer)
    payment = await anna.pay(await an_invoice(anna, "Купить за 35 ⭐"))
    assert payment.paid
    await sees(anna, GIST)
    assert await anna.stars() == 965


async def test_a_code_makes_it_free_without_an_invoice(shop: Platform):
    anna = shop.world.person("Анна")
    await a_code(shop, "GIFT", 100)
    await an_offer(anna)
    await says_code(anna, "GIFT")
    await sees(anna, "бесплатно по промокоду GIFT")
    await anna.press("🎁 Взять бесплатно")
    await sees(anna, GIST)
    await anna.sees_document()
    assert not any(each.invoice for each in anna.messages())
    assert await anna.stars() == 1000
    await an_offer(anna, usernames()[4])
    await says_code(anna, "GIFT")
    await sees(anna, "Промокод GIFT вы уже использовали")


async def test_wrong_codes_are_counted_and_soon_no_more_are_taken(platform: Platform, anna: Person):
    services = platform.container.services
    await an_offer(anna)
    await anna.press("🎟 Промокод")
    for number in range(8):
        await anna.send(f"GUESS{number}")
        await sees(anna, f"Промокода GUESS{number} нет")
    await a_code(platform, "RIGHT", 100)
    await anna.send("RIGHT")
    assert "Много промокодов сразу" in read(await sees(anna, "Следующий можно ввести"))
    assert (await services.tallies.read(WRONG_CODES, platform.clock())).today == 8
    platform.clock.passes(minutes=10)
    await anna.send("RIGHT")
    await sees(anna, "бесплатно по промокоду RIGHT")


async def test_a_forged_press_guesses_no_faster(platform: Platform, anna: Person):
    offer = await an_offer(anna)
    for number in range(8):
        refused = await anna.press_data(f"gb:b:1:GUESS{number}", on=offer)
        assert f"Промокода GUESS{number} нет" in refused.text.translate(UNSEEN)
    await a_code(platform, "RIGHT", 100)
    assert "Много промокодов сразу" in (await anna.press_data("gb:b:1:RIGHT", on=offer)).text
    assert await states(platform) == []


async def test_a_guide_for_bringing_a_friend_is_taken_for_nothing(platform: Platform, anna: Person):
    await anna.send("/start")
    async with platform.container.database.write() as session:
        session.add(GuideCredit(key="referral:1", person_id=anna.id, amount=1, at=platform.clock()))
    assert (await an_offer(anna)).buttons[:2] == [BUY, "🎁 Взять бесплатно: 1"]
    await anna.press("🎁 Взять бесплатно: 1")
    await sees(anna, GIST)
    assert await anna.stars() == 1000
    old = await an_offer(anna, usernames()[4])
    assert not any("бесплатно" in label for label in old.buttons)
    assert "Бесплатных гайдов не осталось" in (await anna.press_data("gb:f:2:", on=old)).text


async def test_forged_presses_buy_nothing(platform: Platform, anna: Person):
    offer = await an_offer(anna)
    for data in ("gb:b:999999:", "gb:f:999999:", "gb:c:999999:"):
        assert "Это предложение устарело" in (await anna.press_data(data, on=offer)).text
    for data in ("gb:b:0:", "gb:b:x:", "gb:b:1:lower case", "gb:z:1:", f"gb:b:{10**30}:"):
        await anna.press_data(data, on=offer)
    assert await states(platform) == []


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
