"""/admin, payments: finding an order, sending its guide again, giving it back, and comparing with Telegram."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from db.tables import Delivery, StarMovement
from handlers.operations.payment_callbacks import (
    CodeAction,
    CodePress,
    CodesPress,
    DraftPress,
    DraftStep,
    OrderAction,
    OrderPress,
    PayerPress,
    PaymentsAction,
    PaymentsPress,
    QuestionAction,
    QuestionPress,
    TakingsPress,
)
from sandbox import Fault, Person
from sandbox.stars import Invoice
from scheduler.jobs import JOBS
from services.payments.model import NotRefundable, OrderState
from tests.handlers.reading import said, sends
from tests.handlers.sales import acts, buys, comes_to, finds, orders, payments, pays
from tests.handlers.seeing import read, sees
from tests.handlers.selling import has_guide, order_of
from tests.platform import Platform, running_platform
from tests.waiting import until

OLYA, ANNA = 1900, 1001
PRESSES = [
    PaymentsPress(),
    PaymentsPress(action=PaymentsAction.FIND),
    PaymentsPress(action=PaymentsAction.COMPARE),
    PaymentsPress(action=PaymentsAction.QUESTIONS),
    PayerPress(id=ANNA),
    *(OrderPress(action=action, id=1) for action in OrderAction),
    CodesPress(),
    *(CodePress(action=action, id=1) for action in CodeAction),
    *(DraftPress(step=step) for step in DraftStep),
    TakingsPress(),
    TakingsPress(csv=True),
    *(QuestionPress(action=action, id=1) for action in QuestionAction),
]


@pytest.fixture(params=["sqlite", "postgresql"])
async def shop(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[Platform]:
    """Where money moves: on both kinds of databases."""
    changes: dict[str, SecretStr] = {}
    if request.param == "postgresql":
        changes["database_url"] = SecretStr(await request.getfixturevalue("new_postgres_database")())
        changes["secret_key"] = SecretStr("a key of all machines, as long as one must be")
    async with running_platform(tmp_path, changes) as platform:
        yield platform


async def movements(platform: Platform) -> list[tuple[str, int]]:
    async with platform.container.database.read() as session:
        rows = await session.execute(
            select(StarMovement.direction, StarMovement.amount).order_by(StarMovement.direction)
        )
        return [(direction, amount) for direction, amount in rows]


async def the_role(platform: Platform, olya: Person, name: str, role: str) -> None:
    await platform.world.person(name).send("/start")
    await olya.send(f"/admin @{'ben' if name == 'Бен' else 'vera'}_demo")
    await olya.press("🛠 Роль")
    await olya.press(role)


async def test_an_order_is_found_by_whatever_one_has_of_it(platform: Platform, anna: Person, olya: Person):
    await anna.send("/start")
    number = await order_of(platform, await has_guide(platform, ANNA))
    charge = f"charge of {number}"
    for what in (f"№ {number}", charge):
        await finds(olya, what)
        text = read(await sees(olya, f"🧾 № {number} · @anna.films"))
        assert "✅ гайд готов" in text
        assert "💰 50 ⭐" in text
        assert "👤 Анна · № 1001" in text
        assert ": гайд сделан" in text
        assert "50 ⭐ · получен, " in text
        assert charge in text
        # Neither the invoice's payload nor the way to the page.
        assert f"guide:{number}" not in text
        assert "/r/" not in text
    for what in ("1001", "@anna_demo", "https://t.me/anna_demo"):
        await finds(olya, what)
        assert f"№ {number} · @anna.films · 50 ⭐" in read(await sees(olya, "🧾 Анна: 1 заказ"))
    await olya.press(f"✅ № {number}")
    await olya.press("👤 Человек")
    await sees(olya, "№ 1001 · русский")
    await olya.press("🧾 Заказы")
    await sees(olya, "🧾 Анна: 1 заказ")
    assert (OLYA, "person:1001") in await acts(platform, "look-up")


async def test_a_forwarded_message_leads_to_whose_it_is(platform: Platform, anna: Person, olya: Person):
    await anna.send("/start")
    await orders(platform, anna)
    theirs = await anna.send("где мой гайд?", quiet=True)
    await payments(olya)
    await olya.press("🔎 Найти заказ")
    await sees(olya, "Чей заказ или какой?")
    world = platform.server.world
    origin = {"type": "user", "sender_user": world.person(ANNA).user(), "date": world.timestamp()}
    sends(platform, olya, {"text": theirs.text, "forward_origin": origin})
    await sees(olya, "🧾 Анна: 1 заказ")


async def test_what_is_not_there_is_said_and_the_question_stays(olya: Person):
    await finds(olya, "№ 77")
    assert "По запросу № 77 ничего нет" in said(olya)
    await olya.send("нет такого\0")
    await olya.send("1900")
    await sees(olya, "заказов ещё нет")


async def test_a_guide_is_sent_again(platform: Platform, anna: Person, olya: Person):
    await anna.send("/start")
    number = await order_of(platform, await has_guide(platform, ANNA))
    await finds(olya, f"№ {number}")
    await olya.press("📘 Отправить гайд ещё раз")
    await sees(olya, "✅ Гайд отправлен ещё раз.")

    async def sent() -> int:
        async with platform.container.database.read() as session:
            again = Delivery.key.startswith("guide-again") & (Delivery.state == "sent")
            return await session.scalar(select(func.count()).select_from(Delivery).where(again)) or 0

    await until(sent, 2, within=60)
    assert await acts(platform, "send-guide") == [(OLYA, "person:1001")]


async def test_an_order_without_a_guide_has_none_to_send(platform: Platform, anna: Person, olya: Person):
    await anna.send("/start")
    order = await orders(platform, anna)
    await finds(olya, f"№ {order.id}")
    shown = olya.last
    assert "⏳ ждёт оплаты" in read(shown)
    assert not any("Отправить" in each.label or "Вернуть" in each.label for row in shown.rows for each in row)
    again = OrderPress(action=OrderAction.SEND_AGAIN, id=order.id)
    assert "нет гайда" in (await olya.press_data(again.pack(), on=shown)).text
    refund = OrderPress(action=OrderAction.REFUND_SURELY, id=order.id)
    assert "Возвращать нечего" in (await olya.press_data(refund.pack(), on=shown)).text
    assert await acts(platform, "send-guide", "refund-order") == []


async def test_an_order_is_given_back_with_a_reason(shop: Platform):
    anna, olya = shop.world.person("Анна"), shop.world.person("Оля")
    await anna.send("/start")
    stars = await anna.stars()
    order = await buys(shop, anna)
    assert await anna.stars() == stars - 50
    await finds(olya, f"№ {order.id}")
    await olya.press("↩️ Вернуть оплату")
    await sees(olya, "Вернуть 50 звёзд за заказ")
    await olya.press("↩️ Да, вернуть")
    await sees(olya, "Почему возвращаем заказ")
    await olya.send("ы" * 301)
    await sees(olya, "Символов: 301, а можно не больше 300")
    await olya.send("Гайд по <чужому> аккаунту")
    await sees(olya, "возвращается")
    told = read(await sees(anna, "50 звёзд"))
    assert "Гайд по <чужому> аккаунту" in told
    await comes_to(shop, order, OrderState.REFUNDED)
    assert await anna.stars() == stars
    assert await acts(shop, "refund-order") == [(OLYA, "person:1001")]
    assert await movements(shop) == [("in", 50), ("out", 50)]
    await finds(olya, f"№ {order.id}")
    text = read(await sees(olya, "возвращён (оператор)"))
    assert "— Гайд по <чужому> аккаунту" in text


async def test_what_telegram_does_not_give_back_is_settled_outside(platform: Platform, anna: Person, olya: Person):
    await anna.send("/start")
    order = await buys(platform, anna)
    platform.server.faults.add(Fault("bad_request", method="refundStarPayment", times=None))
    await finds(olya, f"№ {order.id}")
    assert "Улажено без Telegram" not in str(olya.last.rows)
    await olya.press("↩️ Вернуть оплату")
    await sees(olya, "Вернуть 50 звёзд за заказ")
    await olya.press("↩️ Да, вернуть")
    await sees(olya, "Почему возвращаем заказ")
    await olya.send("По просьбе")
    await sees(olya, "возвращается")
    await olya.press("🤝 Улажено без Telegram")
    await sees(olya, "как вы уладили это с человеком")
    await olya.send("Отдали подарком")
    assert "улажено без Telegram" in read(await sees(olya, "возвращён (улажено"))
    await comes_to(platform, order, OrderState.REFUNDED)
    assert await acts(platform, "settle-order") == [(OLYA, "person:1001")]


async def test_two_operators_give_an_order_back_at_once_and_it_comes_back_once(shop: Platform):
    anna, services = shop.world.person("Анна"), shop.container.services
    await anna.send("/start")
    await shop.world.person("Оля").send("/start")
    order = await buys(shop, anna)
    olya = await services.people.find(OLYA)
    assert olya is not None
    now = shop.clock()
    done = await asyncio.gather(
        *(services.payment_desk.refund(olya, order.id, f"причина {each}", now, cause=each) for each in (7, 8)),
        return_exceptions=True,
    )
    assert [type(each) for each in done if each is not None] == [NotRefundable]
    # The update of the one that did it, handled once more.
    for cause, result in zip((7, 8), done, strict=True):
        if result is None:
            await services.payment_desk.refund(olya, order.id, "ещё раз", now, cause=cause)
    await comes_to(shop, order, OrderState.REFUNDED)
    assert await movements(shop) == [("in", 50), ("out", 50)]
    assert len(await acts(shop, "refund-order")) == 1


@pytest.mark.parametrize("lost", ["payment", "refund"])
async def test_what_telegram_told_and_nobody_heard_is_found_by_the_ledger(shop: Platform, lost: str):
    anna, olya = shop.world.person("Анна"), shop.world.person("Оля")
    await anna.send("/start")
    if lost == "payment":
        order = await orders(shop, anna)
        shop.server.faults.add(Fault("lost_update", update="successful_payment"))
        await pays(shop, anna, order)
    else:
        order = await buys(shop, anna)
        assert order.charge_id is not None
        # By Telegram, or by another program of the same bot.
        shop.server.world.stars.refund(order.charge_id, shop.server.world.person(ANNA))
    await payments(olya)
    await sees(olya, "ещё не сверено")
    await olya.press("⭐ Сверить с Telegram")
    # What is young may have its update on its way.
    await sees(olya, "Наша книга сходится с Telegram")
    shop.clock.passes(minutes=6)
    await olya.press("🔄 Ещё раз")
    await sees(olya, "Найдено потерянных платежей: 1" if lost == "payment" else "Найдено потерянных возвратов: 1")
    await comes_to(shop, order, OrderState.FULFILLED if lost == "payment" else OrderState.REFUNDED)
    if lost == "refund":
        assert "Telegram" in read(await sees(anna, "50 звёзд"))
    await olya.press("🔄 Ещё раз")
    await sees(olya, "Сверено новых строк: 0")
    assert await acts(shop, "compare-stars") == [(OLYA, "stars:ledger")] * 3
    assert len(await movements(shop)) == (1 if lost == "payment" else 2)


async def test_by_night_the_ledgers_are_compared_by_themselves(platform: Platform, anna: Person, olya: Person):
    await olya.send("/start")
    await JOBS["stars-reconcile"](platform.container.services, platform.clock())

    async def compared() -> bool:
        return await platform.container.services.reconciling.looked_at() is not None

    await until(compared, True)
    await payments(olya)
    await sees(olya, "Сверено с Telegram: ")


async def test_a_telegram_that_does_not_give_its_ledger_is_said(platform: Platform, olya: Person):
    platform.server.faults.add(Fault("server_error", method="getStarTransactions", times=None))
    await payments(olya)
    await olya.press("⭐ Сверить с Telegram")

    async def is_said() -> bool:
        platform.clock.passes(minutes=6)
        await platform.world.catch_up()
        return any("Telegram не отдал свою книгу" in read(each) for each in olya.messages())

    await until(is_said, True, within=60)


async def test_what_nobody_can_explain_alerts_operators(platform: Platform, anna: Person, olya: Person):
    operators = olya.in_group(platform.world.group("Админы Toklink"))
    await anna.send("/start")
    # Telegram has never heard of its payment.
    number = await order_of(platform, await has_guide(platform, ANNA))
    platform.clock.passes(hours=2)
    await payments(olya)
    await olya.press("⭐ Сверить с Telegram")
    await sees(olya, "1 расхождение с книгой Telegram")
    alert = read(await sees(operators, "Звёзды не сходятся"))
    assert "…" + f"charge of {number}"[-8:] in alert


async def test_a_payment_for_no_order_alerts_operators(platform: Platform, anna: Person, olya: Person):
    operators = olya.in_group(platform.world.group("Админы Toklink"))
    await anna.send("/start")
    await orders(platform, anna)
    world = platform.server.world
    charge = world.stars.charge(Invoice("x", "y", "guide:999", 50), world.person(ANNA), ANNA)
    message = world.post(world.chats[ANNA], world.person(ANNA).user(), {"successful_payment": charge.json()})
    world.tell_bot("message", world.chats[ANNA], message)
    alert = read(await sees(operators, "Возвращено 50 звёзд"))
    assert "оплата без заказа" in alert
    await finds(olya, "1001")
    assert "Платежи без заказа:" in read(await sees(olya, "🧾 Анна: 1 заказ"))


async def test_in_english_it_reads_so(platform: Platform, anna: Person, olya: Person):
    await anna.send("/start")
    await olya.send("/start")
    order = await orders(platform, anna)
    await platform.container.services.people.choose_language(OLYA, "en")
    await olya.send("/admin")
    await olya.press("⭐ Payments")
    await olya.press("🔎 Find an order")
    await olya.send(f"#{order.id}")
    assert "⏳ waits for its payment" in read(await sees(olya, f"🧾 № {order.id}"))
    await olya.press("◀️ Payments")
    await sees(olya, "Not compared with Telegram yet")


async def test_nobody_else_presses_them(anna: Person):
    await anna.send("/start")
    menu = anna.last
    for press in PRESSES:
        assert "не для вас" in (await anna.press_data(press.pack(), on=menu)).text, press


async def test_support_looks_and_answers_but_gives_nothing_back(platform: Platform, ben: Person, olya: Person):
    order = await orders(platform, ben)
    await the_role(platform, olya, "Бен", "поддержка")
    await ben.send("/admin")
    await ben.press("⭐ Payments")
    await sees(ben, "Not compared with Telegram yet")
    labels = [each.label for row in ben.last.rows for each in row]
    assert "🔎 Find an order" in labels
    assert not any("codes" in label or "Takings" in label or "Compare" in label for label in labels)
    front = ben.last
    for forbidden in (
        OrderPress(action=OrderAction.REFUND, id=order.id),
        OrderPress(action=OrderAction.REFUND_SURELY, id=order.id),
        DraftPress(step=DraftStep.RANDOM_NAME),
        TakingsPress(),
        PaymentsPress(action=PaymentsAction.COMPARE),
    ):
        assert "not for you" in (await ben.press_data(forbidden.pack(), on=front)).text
    shown = await ben.press_data(OrderPress(action=OrderAction.CARD, id=order.id).pack(), on=front)
    assert not shown.text
    await sees(ben, f"🧾 № {order.id}")
