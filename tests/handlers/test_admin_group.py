"""The admin group, where operators also talk to each other: a question is its asker's, and only a reply answers it."""

import pytest

from handlers.operations.callbacks import HostsPress
from sandbox import Person
from tests.handlers.reading import UNSEEN, mentions
from tests.platform import Platform

OTHERS = "🚫 This question is not for you."


@pytest.fixture
async def office(platform: Platform, anna: Person, olya: Person) -> Person:
    """Olya in the admin group, where Ben is an operator too."""
    ben = platform.world.person("Бен")
    await anna.send("https://bad.example/page")
    await ben.send("/start")
    await olya.send("/admin @ben_demo")
    await olya.press("🛠 Роль")
    await olya.press("оператор")
    group = platform.world.group("Админы Toklink")
    platform.server.world.chats[group.id].members |= {ben.id}
    return olya.in_group(group)


@pytest.fixture
def ben_there(office: Person, ben: Person, platform: Platform) -> Person:
    return ben.in_group(platform.world.group("Админы Toklink"))


async def ban_reason(platform: Platform) -> str | None:
    anna = await platform.container.services.people.find(1001)
    assert anna is not None
    return None if anna.banned is None else anna.banned.reason


async def test_talk_is_no_reason_to_ban(platform: Platform, office: Person):
    await office.send("/admin 1001")
    await office.press("🚫 Заблокировать")
    await office.sees("За что заблокировать")
    mentions(platform, office, "Коллеги, кто знает, что она сделала?")
    # What one person writes is handled in its order.
    await office.send("/admin")
    await office.sees("Платформа работает")
    assert await ban_reason(platform) is None


async def test_only_a_reply_to_the_question_itself_answers_it(platform: Platform, office: Person):
    await office.send("/admin")
    other = office.last
    await office.send("/admin 1001")
    await office.press("🚫 Заблокировать", on=office.last)
    asked = await office.sees("За что заблокировать")
    mentions(platform, office, "Никто не против?")
    await office.send("Хорошо", reply_to=other)
    await office.sees("Делаю короткие ссылки")
    assert await ban_reason(platform) is None
    await office.send("Рассылает спам", reply_to=asked)
    await office.sees("В блокировке с")
    assert await ban_reason(platform) == "Рассылает спам"


async def test_a_host_and_what_is_looked_for_are_taken_from_replies_alone(platform: Platform, office: Person):
    await office.send("/admin")
    await office.press("⛔️ Сайты")
    await office.press("⛔️ Заблокировать сайт")
    asked = await office.sees("Какой сайт?")
    mentions(platform, office, "example.com")
    await office.send("bad.example", reply_to=asked)
    asked = await office.sees("Почему заблокирован \u2068bad.example")
    mentions(platform, office, "не знаю")
    await office.send("Фишинг", reply_to=asked)
    listed = (await office.sees("1\u00a0заблокированный сайт")).text.translate(UNSEEN)
    assert "bad.example" in listed
    assert "Фишинг" in listed
    await office.press("◀️ В начало")
    await office.press("🔎 Найти")
    asked = await office.sees("Кого или что найти?")
    mentions(platform, office, "1900")
    await office.send("1001", reply_to=asked)
    await office.sees("№\u00a01001")
    assert not any("№\u00a01900" in each.text for each in office.messages())


async def test_nobody_else_cancels_a_question_or_makes_something_else_of_it(
    platform: Platform, office: Person, ben_there: Person
):
    await office.send("/admin 1001")
    card = office.last
    await office.press("🚫 Заблокировать", on=card)
    asked = await office.sees("За что заблокировать")
    answer = await ben_there.press("✖️ Отмена", on=asked)
    assert (answer.text, answer.show_alert) == (OTHERS, True)
    # What the message showed a moment ago, before it asked.
    answer = await ben_there.press_data(HostsPress().pack(), on=asked)
    assert (answer.text, answer.show_alert) == (OTHERS, True)
    assert "За что заблокировать" in office.last.text
    await office.send("Спам", reply_to=asked)
    await office.sees("В блокировке с")
    assert await ban_reason(platform) == "Спам"


async def test_a_refused_press_leaves_the_presser_s_own_question_open(
    platform: Platform, office: Person, ben_there: Person
):
    await office.send("/admin")
    await office.press("🔎 Найти")
    of_olya = await office.sees("Кого или что найти?")
    await ben_there.send("/admin 1001")
    await ben_there.press("🚫 Ban", on=ben_there.last)
    of_ben = await ben_there.sees("Why is")
    assert (await ben_there.press("✖️ Отмена", on=of_olya)).text == OTHERS
    await ben_there.send("Spam", reply_to=of_ben)
    await ben_there.sees("Banned since")
    assert await ban_reason(platform) == "Spam"


async def test_who_asked_cancels_and_a_reply_afterwards_does_nothing(platform: Platform, office: Person):
    await office.send("/admin 1001")
    await office.press("🚫 Заблокировать", on=office.last)
    asked = await office.sees("За что заблокировать")
    await office.press("✖️ Отмена", on=asked)
    await office.sees("№\u00a01001")
    await office.send("спасибо, не надо", reply_to=asked)
    assert await ban_reason(platform) is None
