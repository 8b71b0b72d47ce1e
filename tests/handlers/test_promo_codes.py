"""Promo codes: operators make them by buttons, see their uses, and end them."""

from datetime import timedelta

import pytest

from handlers.operations.payment_callbacks import DraftPress, DraftStep
from sandbox import Person
from services.operations.tallies import WRONG_CODES
from services.payments.model import CodeRefused
from services.payments.selling import CodeNotMade, Terms
from tests.handlers.reading import UNSEEN
from tests.handlers.sales import UPDATES, acts, orders, payments
from tests.handlers.seeing import read, sees
from tests.platform import Platform

OLYA = 1900


async def begins(olya: Person) -> None:
    await payments(olya)
    await olya.press("🎟 Промокоды")
    await olya.press("➕ Новый код")
    await sees(olya, "Новый промокод")


async def names(olya: Person, name: str) -> None:
    await olya.press("✏️ Своё название")
    await sees(olya, "Как назвать?")
    await olya.send(name)


async def chooses(olya: Person, what: str, question: str, choice: str) -> None:
    """One step of a new code, and back to all of them."""
    await olya.press(what)
    await sees(olya, question)
    await olya.press(choice)
    await sees(olya, "Новый промокод")


def labels(olya: Person) -> list[str]:
    return [each.label.translate(UNSEEN) for row in olya.last.rows for each in row]


async def test_a_code_is_made_by_buttons_and_makes_a_guide_cheaper(platform: Platform, anna: Person, olya: Person):
    await payments(olya)
    await olya.press("🎟 Промокоды")
    await sees(olya, "Промокодов ещё нет")
    await olya.press("➕ Новый код")
    for what, question, choice in (
        ("Скидка: −20\u00a0%", "Какая скидка?", "−30\u00a0%"),
        ("Всего: 100", "использовать всего?", "10"),
        ("На человека: 1", "один человек?", "2"),
        ("Срок: месяц", "Сколько он действует?", "неделя"),
    ):
        await chooses(olya, what, question, choice)
    assert labels(olya)[:4] == ["Скидка: −30 %", "Всего: 10", "На человека: 2", "Срок: неделя"]
    await names(olya, " spring26 ")
    made = read(await sees(olya, "Код создан"))
    assert "🎟 SPRING26 · −30 %" in made
    assert "Использован 0 раз из 10" in made
    order = await orders(platform, anna, code="spring26")
    assert order.amount == 35
    await platform.container.services.tallies.count(WRONG_CODES, platform.clock())
    await olya.press("◀️ Промокоды")
    listed = read(await sees(olya, "🟢 SPRING26 · −30 % · 1/10"))
    assert "🙅 Пробовали неверные коды: сегодня 1, за семь дней 1" in listed
    assert await acts(platform, "make-code") == [(OLYA, "code:SPRING26")]


async def test_other_numbers_are_typed_and_bad_ones_asked_again(olya: Person):
    await begins(olya)
    await olya.press("Скидка")
    await olya.press("✏️ Другое число")
    await sees(olya, "Какая скидка в процентах?")
    for wrong, shown in (("0", "0"), ("101", "101"), ("-5", "-5"), ("много", "много"), ("9" * 30, "9" * 9)):
        await olya.send(wrong)
        await sees(olya, f"⚠️ {shown} — не скидка. Пришлите число от 1 до 100")
    await olya.send("25 %")
    await sees(olya, "Новый промокод")
    await olya.press("Всего")
    await olya.press("✏️ Другое число")
    await sees(olya, "Пришлите число от 1.")
    for wrong in ("0", "1000001", "1,5"):
        await olya.send(wrong)
        await sees(olya, f"⚠️ {wrong} — не предел")
    await olya.send("7")
    await olya.sees_button("Всего: 7")
    assert labels(olya)[:2] == ["Скидка: −25 %", "Всего: 7"]


async def test_bad_names_are_refused_and_another_is_asked_for(olya: Person):
    await begins(olya)
    await names(olya, "HELLO-10")
    await sees(olya, "Код создан")
    await begins(olya)
    await names(olya, "ab")
    await sees(olya, "от 3 до 32 знаков")
    for wrong, why in (
        # Cyrillic letters that look like Latin ones.
        ("НЕLLО", "НЕLLО: подходят только латинские буквы"),
        ("две штуки", "ДВЕ ШТУКИ: подходят только латинские буквы"),
        ("hello-10", "Код HELLO-10 уже есть"),
        ("heIlo_1o", "спутают с кодом HELLO-10"),
    ):
        await olya.send(wrong)
        await sees(olya, why)
    await olya.send("GOODBYE")
    await sees(olya, "🎟 GOODBYE")


async def test_a_random_name_has_nothing_to_mistake(olya: Person):
    await begins(olya)
    await olya.press("🎲 Случайное")
    made = read(await sees(olya, "Код создан"))
    name = made.split("🎟 ")[1].split(" ")[0]
    assert len(name) == 8
    assert not set(name) & set("OIL01_-")


async def test_a_code_is_ended_after_a_second_question(platform: Platform, anna: Person, olya: Person):
    await begins(olya)
    await names(olya, "GIFT")
    await olya.press("🗑 Закрыть код")
    await sees(olya, "сохранят цену")
    await olya.press("◀️ Назад")
    await olya.press("🗑 Закрыть код")
    await olya.press("🗑 Да, закрыть")
    await sees(olya, "Оператор закрыл его")
    with pytest.raises(CodeRefused):
        await orders(platform, anna, code="GIFT")
    await olya.press("◀️ Промокоды")
    await sees(olya, "⚪️ GIFT")
    assert await acts(platform, "make-code", "end-code") == [(OLYA, "code:GIFT")] * 2


async def test_forged_presses_make_nothing_that_could_not_be_chosen(platform: Platform, olya: Person):
    await begins(olya)
    asked = olya.last
    for draft, why in ((DraftPress(percent=0), "не скидка"), (DraftPress(percent=101), "не скидка")):
        forged = draft.model_copy(update={"step": DraftStep.RANDOM_NAME})
        assert why in (await olya.press_data(forged.pack(), on=asked)).text
    assert await acts(platform, "make-code") == []


async def test_the_same_update_makes_one_code_and_none_that_is_over(platform: Platform, olya: Person):
    await olya.send("/start")
    services, now, cause = platform.container.services, platform.clock(), next(UPDATES)
    actor = await services.people.find(OLYA)
    assert actor is not None
    once = await services.promo.make(actor, None, Terms(20, None, None, None), now, cause=cause)
    again = await services.promo.make(actor, None, Terms(20, None, None, None), now, cause=cause)
    assert once == again
    with pytest.raises(CodeNotMade) as refused:
        await services.promo.make(actor, "LATE", Terms(20, 1, 1, now - timedelta(seconds=1)), now, cause=next(UPDATES))
    assert refused.value.reason == "past"


async def test_in_english_it_reads_so(platform: Platform, olya: Person):
    await olya.send("/start")
    await platform.container.services.people.choose_language(OLYA, "en")
    await olya.send("/admin")
    await olya.press("⭐ Payments")
    await olya.press("🎟 Promo codes")
    await olya.press("➕ New code")
    await olya.press("🎲 Random name")
    text = read(await sees(olya, "The code is made"))
    assert "Used 0 times of 100" in text
    assert "Each person: 1" in text
