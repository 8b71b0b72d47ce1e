"""/paysupport: a question goes to operators with the person's orders, and what they answer comes back."""

import pytest

from db.queries import people
from handlers.operations.payment_callbacks import OrderAction, OrderPress, QuestionAction, QuestionPress
from handlers.payments.support_callbacks import SupportPress
from sandbox import Person
from services.payments.tickets import QuestionNotFound, TooManyQuestions
from tests.handlers.reading import said
from tests.handlers.sales import UPDATES, acts, buys, orders, payments, pays
from tests.handlers.seeing import read, sees
from tests.platform import Platform

OLYA, ANNA, BEN = 1900, 1001, 1002


@pytest.fixture
def operators(platform: Platform) -> Person:
    """Оля, who looks at the admin group."""
    return platform.world.person("Оля").in_group(platform.world.group("Админы Toklink"))


async def test_a_question_is_asked_answered_and_asked_on(
    platform: Platform, anna: Person, olya: Person, operators: Person
):
    await olya.send("/start")
    await anna.send("/start")
    order = await orders(platform, anna)
    await anna.send("/paysupport")
    assert f"№ {order.id}, @anna.films, 50 ⭐" in said(anna)
    await anna.send("Заплатила, а <гайда> нет")
    await sees(anna, "Вопрос № 1 у тех, кто ведёт бота")
    asked = await sees(operators, "💬 Вопрос № 1")
    text = read(asked)
    assert "👤 Анна · @anna_demo · № 1001" in text
    assert "Заплатила, а <гайда> нет" in text
    assert f"⏳ № {order.id} · @anna.films · 50 ⭐ · ждёт оплаты" in text
    await operators.press("✍️ Ответить", on=asked)
    question = await sees(operators, "Что ответить? Пишет Анна")
    await operators.send("Сделаем <сегодня>", reply_to=question)
    await sees(operators, "✅ Ответ отправлен.")
    answer = await sees(anna, "Ответ на вопрос № 1")
    assert "Сделаем <сегодня>" in read(answer)
    # What was asked stays to be read.
    assert "💬 Вопрос № 1" in read(asked)
    await anna.press("✍️ Ответить", on=answer)
    await sees(anna, "что добавить?")
    await anna.send("Спасибо, пришло")
    more = await sees(operators, "Спасибо, пришло")
    await operators.press("✅ Закрыть", on=more)
    await sees(operators, "Вопрос № 1, закрыт")
    assert await acts(platform, "answer-question", "close-question") == [(OLYA, "person:1001")] * 2
    await olya.send("/admin 1001")
    await olya.press("📜 Журнал")
    await sees(olya, "💬 Ответ: 👤 1001 · вопрос № 1")


async def test_the_command_takes_the_question(platform: Platform, ben: Person, olya: Person, operators: Person):
    await olya.send("/start")
    await ben.send("/paysupport Where is my guide?")
    await sees(ben, "Question № 1 is with the people who run me")
    assert "🧾 Заказов нет." in read(await sees(operators, "Where is my guide?"))


async def test_an_answer_comes_in_the_persons_language_and_operators_read_theirs(
    platform: Platform, ben: Person, olya: Person, operators: Person
):
    await olya.send("/start")
    await platform.container.services.people.choose_language(OLYA, "en")
    await ben.send("/paysupport Help")
    asked = await sees(operators, "💬 Question № 1")
    await operators.press("✍️ Answer", on=asked)
    question = await sees(operators, "What do I answer to")
    await operators.send("Done", reply_to=question)
    await sees(ben, "Answer to question № 1")


async def test_a_reply_to_the_question_itself_is_an_answer(
    platform: Platform, anna: Person, ben: Person, olya: Person, operators: Person
):
    await olya.send("/start")
    await anna.send("/paysupport Где гайд?")
    asked = await sees(operators, "💬 Вопрос № 1")
    group = platform.world.group("Админы Toklink")
    platform.server.world.chats[group.id].members |= {ben.id}
    await ben.send("/start")
    # Not everybody in the group answers for the bot.
    await ben.in_group(group).send("Вот он", reply_to=asked, quiet=True)
    await operators.send("Уже идёт", reply_to=asked)
    await sees(operators, "✅ Ответ отправлен.")
    await sees(anna, "Уже идёт")
    assert await acts(platform, "answer-question") == [(OLYA, "person:1001")]


async def test_who_writes_on_and_on_is_asked_to_wait(platform: Platform, anna: Person):
    await anna.send("/paysupport Раз")
    for number in range(4):
        await anna.press("✍️ Дополнить", on=await sees(anna, "Вопрос № 1 у тех"))
        await sees(anna, "что добавить?")
        await anna.send(f"Ещё {number}")
        await anna.no_longer_sees("что добавить?")
    await anna.press("✍️ Дополнить")
    await sees(anna, "что добавить?")
    await anna.send("И ещё")
    await sees(anna, "Много вопросов сразу")
    platform.clock.passes(minutes=11)
    await anna.send("И ещё")
    await anna.no_longer_sees("что добавить?")


async def test_a_closed_question_opens_again_when_its_person_writes(platform: Platform, anna: Person, olya: Person):
    await olya.send("/start")
    await anna.send("/paysupport Первый")
    services = platform.container.services
    actor = await services.people.find(OLYA)
    person = await services.people.find(ANNA)
    assert actor is not None
    assert person is not None
    await services.tickets.close(actor, 1, platform.clock())
    assert await services.tickets.count_open() == 0
    await services.tickets.write_on(person, 1, "И ещё", platform.clock(), cause=next(UPDATES))
    assert await services.tickets.count_open() == 1
    await payments(olya)
    await olya.press("💬 Вопросов: 1")
    await olya.press("№ 1 Анна: Первый")
    assert "Первый" in read(await sees(olya, "И ещё"))


async def test_an_order_is_given_back_from_the_question(
    platform: Platform, anna: Person, olya: Person, operators: Person
):
    await anna.send("/start")
    await olya.send("/start")
    order = await buys(platform, anna)
    await anna.send("/paysupport Верните звёзды")
    asked = await sees(operators, "Верните звёзды")
    assert order.charge_id is not None
    assert f"…{order.charge_id[-8:]}" in read(asked)
    await operators.press(f"↩️ Вернуть: №\u00a0{order.id}", on=asked)
    await sees(operators, "Вернуть 50 звёзд")
    await operators.press("↩️ Да, вернуть")
    question = await sees(operators, "Почему возвращаем")
    await operators.send("По просьбе", reply_to=question)
    await sees(anna, "По просьбе")
    # What was asked stays to be read.
    assert "Верните звёзды" in read(next(each for each in operators.messages() if each.message_id == asked.message_id))


async def test_three_questions_are_open_at_once_and_no_more(platform: Platform, anna: Person, olya: Person):
    for number in range(3):
        await anna.send(f"/paysupport Вопрос {number}")
        await sees(anna, f"Вопрос № {number + 1} у тех")
    await anna.send("/paysupport Ещё один")
    assert "У вас открыты 3 вопроса" in said(anna)
    await anna.send("/paysupport")
    assert "У вас открыты 3 вопроса" in said(anna)
    services = platform.container.services
    person = await services.people.find(ANNA)
    assert person is not None
    with pytest.raises(TooManyQuestions):
        await services.tickets.ask(person, "Ещё", platform.clock(), cause=next(UPDATES))


async def test_a_question_that_is_too_long_is_asked_for_again(anna: Person):
    await anna.send("/paysupport")
    await anna.send("ы" * 2_001)
    assert "Символов: 2 001, а можно не больше 2 000" in said(anna)
    await anna.send("Коротко")
    await sees(anna, "Вопрос № 1 у тех")


async def test_nobody_writes_on_about_somebody_elses_question(platform: Platform, anna: Person, ben: Person):
    await anna.send("/paysupport Мой вопрос")
    await ben.send("/start")
    answer = await ben.press_data(SupportPress(id=1).pack(), on=ben.last)
    assert "There is no such question" in answer.text
    person = await platform.container.services.people.find(BEN)
    assert person is not None
    with pytest.raises(QuestionNotFound):
        await platform.container.services.tickets.write_on(person, 1, "Моё", platform.clock(), cause=next(UPDATES))


async def test_the_same_update_asks_and_answers_once(platform: Platform, anna: Person, olya: Person, operators: Person):
    await olya.send("/start")
    await anna.send("/start")
    services, now = platform.container.services, platform.clock()
    person, actor = await services.people.find(ANNA), await services.people.find(OLYA)
    assert person is not None
    assert actor is not None
    cause = next(UPDATES)
    assert [await services.tickets.ask(person, "Раз", now, cause=cause) for _ in range(2)] == [1, 1]
    more = next(UPDATES)
    for _ in range(2):
        await services.tickets.write_on(person, 1, "Ещё", now, cause=more)
    from services.deliveries import Outgoing

    reply = next(UPDATES)
    for _ in range(2):
        await services.tickets.answer(actor, 1, "Ответ", Outgoing("Ответ"), now, cause=reply)
    await sees(anna, "Ответ")
    await sees(operators, "Ещё")
    assert len([each for each in operators.messages() if "Вопрос № 1" in read(each)]) == 2
    assert len(await acts(platform, "answer-question")) == 1
    question = await services.tickets.read(actor, 1, now)
    assert [each.text for each in question.said] == ["Ещё", "Ответ"]


async def test_who_is_no_operator_answers_nobody(anna: Person, ben: Person):
    await anna.send("/paysupport Вопрос")
    await ben.send("/start")
    for press in (
        *(QuestionPress(action=action, id=1) for action in QuestionAction),
        OrderPress(action=OrderAction.REFUND_SURELY, id=1),
    ):
        assert "not for you" in (await ben.press_data(press.pack(), on=ben.last)).text


async def test_who_is_banned_after_paying_is_heard_about_that_and_about_nothing_else(
    platform: Platform, anna: Person, olya: Person, operators: Person
):
    await olya.send("/start")
    await anna.send("/start")
    menu = anna.last
    order = await orders(platform, anna)
    await pays(platform, anna, order)
    await platform.world.catch_up()
    async with platform.container.database.write() as session:
        await people.ban(session, ANNA, "Спам", platform.clock())
    await anna.send("/paysupport")
    await sees(anna, "Что не так с оплатой?")
    for other in ("/start", "/report star"):
        await anna.send(other, quiet=True)
    assert (await anna.press_data("m:h", on=menu)).text == ""
    await anna.send("Где мой гайд?")
    await sees(anna, "Вопрос № 1 у тех, кто ведёт бота")
    assert "Где мой гайд?" in read(await sees(operators, "💬 Вопрос № 1"))
    await anna.send("https://example.com", quiet=True)


async def test_who_is_banned_and_never_paid_is_not_heard(platform: Platform, ben: Person):
    await ben.send("/start")
    await orders(platform, ben)
    async with platform.container.database.write() as session:
        await people.ban(session, BEN, "Spam", platform.clock())
    await ben.send("/paysupport", quiet=True)
    await ben.send("/paysupport Where is my guide?", quiet=True)


async def test_an_answer_to_who_has_blocked_the_bot_is_said_to_wait(
    platform: Platform, anna: Person, olya: Person, operators: Person
):
    await olya.send("/start")
    await anna.send("/paysupport Где мой гайд?")
    asked = await sees(operators, "💬 Вопрос № 1")
    await anna.blocks_bot()
    await platform.world.catch_up()
    await operators.send("Сделаем сегодня", reply_to=asked)
    assert "ответ уйдёт, когда человек вернётся" in read(await sees(operators, "Сейчас написать не получится"))
    await anna.unblocks_bot()
    await sees(anna, "Сделаем сегодня")
