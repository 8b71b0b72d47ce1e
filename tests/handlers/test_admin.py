"""/admin by buttons: looking up, banning, switching off, blocking, and who may not."""

from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import select

from db.tables import Act
from handlers.operations.callbacks import (
    ActsPress,
    AnyLinkAction,
    AnyLinkPress,
    BlockPress,
    ErrorPress,
    FindPress,
    HostsPress,
    OverviewPress,
    PersonAction,
    PersonLinksPress,
    PersonPress,
    RolePress,
    UnblockPress,
)
from sandbox import Person
from sandbox.client_views import Message
from tests.handlers.reading import UNSEEN, said
from tests.platform import Platform
from tests.waiting import until

ANNA, BEN, OLYA = 1001, 1002, 1900
PRESSES = [
    OverviewPress(),
    FindPress(),
    *(PersonPress(action=action, id=ANNA) for action in PersonAction),
    RolePress(id=BEN, role=2),
    PersonLinksPress(id=ANNA, page=1),
    *(AnyLinkPress(action=action, id=1) for action in AnyLinkAction),
    HostsPress(),
    BlockPress(),
    UnblockPress(mark="0" * 12, sure=True),
    ActsPress(page=1),
    ErrorPress(id="0a1b2c3d"),
]


async def acts(platform: Platform) -> list[tuple[int, str, str]]:
    """What is noted but looking, the oldest first."""
    async with platform.container.database.read() as session:
        rows = (await session.scalars(select(Act).where(Act.name != "look-up").order_by(Act.id))).all()
    return [(row.actor_id, row.name, row.subject) for row in rows]


async def finds(operator: Person, what: str) -> Message:
    """By the menu, as somebody who knows no command but one."""
    await operator.send("/admin")
    await operator.press("🔎 Найти")
    await operator.sees("Кого или что найти?")
    await operator.send(what)
    return operator.last


async def follows(platform: Platform, url: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(url, allow_redirects=False, headers={"Accept-Language": "ru"}) as answer,
    ):
        return answer.status, await answer.text()


async def a_link_of(person: Person, address: str = "https://example.com/page") -> str:
    await person.send(address)
    return person.last.links[0]


@pytest.mark.parametrize("typed", ["1001", "@anna_demo", "ANNA_DEMO", "https://t.me/anna_demo"])
async def test_a_person_is_found_by_what_one_has_of_them(platform: Platform, anna: Person, olya: Person, typed: str):
    await a_link_of(anna)
    found = await finds(olya, typed)
    text = found.text.translate(UNSEEN)
    assert "👤 Анна · @anna_demo" in text
    assert "№ 1001 · русский · с " in text
    assert "🔗 1 ссылка · кликов пока нет" in text
    await olya.no_longer_sees("Кого или что найти?")


async def test_what_is_not_there_is_said_and_the_question_stays(olya: Person):
    assert "По запросу @nobody ничего нет" in (await finds(olya, "@nobody")).text.translate(UNSEEN)
    await olya.send_sticker()
    await olya.sees("читаю только текст")
    await olya.send("1900")
    await olya.sees("Роль: владелец")


async def test_the_command_takes_what_to_find(olya: Person, anna: Person):
    link = await a_link_of(anna)
    await olya.send(f"/admin {link}")
    assert "Владелец: Анна" in said(olya)
    await olya.send("/admin 5")
    assert "По запросу 5 ничего нет" in said(olya)


async def test_a_banned_person_is_told_once_and_then_met_with_silence(platform: Platform, anna: Person, olya: Person):
    await anna.send("/start")
    menu = anna.last
    await finds(olya, "1001")
    await olya.press("🚫 Заблокировать")
    await olya.sees("За что заблокировать")
    await olya.send("Рассылает <b>спам</b>")
    await olya.sees("Рассылает <b>спам</b>")
    await anna.sees("Я больше вам не отвечаю")
    assert said(anna) == "🚫 Я больше вам не отвечаю. Причина: Рассылает <b>спам</b>"
    answer = await anna.press_data("m:h", on=menu)
    assert answer.text == ""
    for text in ("/start", "https://example.com", "/admin", "за что?"):
        await anna.send(text, quiet=True)
    assert (await anna.inline("https://example.com")).results == []
    await olya.press("👋 Разблокировать")
    await anna.sees("снова можете мне писать")
    spoken = [each.text.translate(UNSEEN) for each in anna.messages() if each.from_bot]
    assert spoken[1:] == [
        "🚫 Я больше вам не отвечаю. Причина: Рассылает <b>спам</b>",
        "👋 Вы снова можете мне писать.",
    ]
    await anna.send("/help")
    assert "Что я умею" in said(anna)
    assert await acts(platform) == [(OLYA, "ban", "person:1001"), (OLYA, "unban", "person:1001")]


async def test_in_english_the_notices_are_english(ben: Person, olya: Person):
    await ben.send("/start")
    await finds(olya, "@ben_demo")
    await olya.press("🚫 Заблокировать")
    await olya.send("Spam")
    await ben.sees("I don't answer you any more. The reason: \u2068Spam")


async def test_a_banned_person_s_links_go_on_until_they_are_switched_off_too(
    platform: Platform, anna: Person, olya: Person
):
    link = await a_link_of(anna)
    await a_link_of(anna, "https://example.com/two")
    await finds(olya, "1001")
    assert not any("все ссылки" in label for label in olya.last.buttons)
    await olya.press("🚫 Заблокировать")
    await olya.send("Фишинг")
    await olya.sees_button("⛔️ Отключить все ссылки")
    assert (await follows(platform, link))[0] == 302
    await olya.press("⛔️ Отключить все ссылки")
    asked = await olya.sees("Отключить 2\u00a0ссылки")
    assert "Фишинг" in asked.text
    await olya.press("⛔️ Да, отключить")
    await olya.sees("(отключено: 2)")

    async def status() -> int:
        return (await follows(platform, link))[0]

    await until(status, 403)
    assert [name for _, name, _ in await acts(platform)] == ["ban", "disable-links"]


async def test_a_link_is_switched_off_with_a_reason_that_all_read_and_on_again(
    platform: Platform, anna: Person, olya: Person
):
    # At noon in Moscow, when nobody is quiet.
    now = platform.clock()
    noon = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    platform.clock.passes(seconds=(noon - now).total_seconds())
    link = await a_link_of(anna)
    await finds(olya, link)
    await olya.press("⛔️ Отключить")
    await olya.sees("Почему отключена")
    await olya.send("x" * 301)
    await olya.sees("не больше 300")
    await olya.send("Выманивает пароли")
    await olya.sees("Отключена: \u2068Выманивает пароли")

    async def status() -> int:
        return (await follows(platform, link))[0]

    await until(status, 403)
    page = (await follows(platform, link))[1]
    assert "Эта ссылка отключена" in page
    assert "Выманивает пароли" in page
    news = await anna.sees("Кто по ней перейдёт, прочтёт почему")
    assert "Выманивает пароли" in news.text
    await anna.press("🔗 Открыть ссылку", on=news)
    card = await anna.sees("Отключена: ")
    assert (card.message_id, "📎 Копировать" in card.buttons) == (news.message_id, True)
    assert "Отключена: Выманивает пароли" in card.text.translate(UNSEEN)
    await anna.send("/links")
    assert "⛔️" in (await anna.sees("📋")).text
    await olya.press("✅ Включить")
    await anna.sees("снова работает")
    await until(status, 302)
    assert [name for _, name, _ in await acts(platform)] == ["disable-link", "enable-link"]


async def test_who_switched_this_kind_of_news_off_is_not_told(platform: Platform, anna: Person, olya: Person):
    link = await a_link_of(anna)
    await anna.send("/settings")
    await anna.press("🔔")
    await anna.press("Отключили ссылку или вебхук")
    await finds(olya, link)
    await olya.press("⛔️ Отключить")
    await olya.send("Спам")
    await olya.sees("Отключена: ")
    await anna.send("/links")
    assert not any("прочтёт почему" in each.text for each in anna.messages())


async def test_a_blocked_host_takes_no_links_and_those_that_led_there_end(
    platform: Platform, anna: Person, ben: Person, olya: Person
):
    link = await a_link_of(anna, "https://www.bad.example/login")
    await olya.send("/admin")
    await olya.press("⛔️ Сайты")
    await olya.sees("Заблокированных сайтов нет")
    await olya.press("⛔️ Заблокировать сайт")
    await olya.sees("Какой сайт?")
    await olya.send("ru")
    await olya.sees("не сайт, который можно заблокировать")
    await olya.send("https://BAD.example/x")
    await olya.sees("Почему заблокирован \u2068bad.example")
    await olya.send("Фишинг")
    await olya.sees("1\u00a0заблокированный сайт")

    async def status() -> int:
        return (await follows(platform, link))[0]

    await until(status, 403)
    assert "Фишинг" in (await follows(platform, link))[1]
    await ben.send("https://login.bad.example/")
    assert ben.last.text.translate(UNSEEN) == "⛔️ I don't make links to login.bad.example: Фишинг"
    await anna.send("/links")
    assert "⛔️" in (await anna.sees("📋")).text
    await olya.press("✅ Разрешить bad.example")
    await olya.press("✅ Да, разрешить")
    await olya.sees("Заблокированных сайтов нет")
    await until(status, 302)
    assert await acts(platform) == [
        (OLYA, "block-host", "host:bad.example"),
        (OLYA, "unblock-host", "host:bad.example"),
    ]


async def test_the_host_of_a_link_is_blocked_from_its_card(platform: Platform, anna: Person, olya: Person):
    link = await a_link_of(anna, "https://www.bad.example/login")
    await finds(olya, link)
    await olya.press("⛔️ Заблокировать сайт")
    await olya.send("Фишинг")
    await olya.sees("1\u00a0заблокированный сайт")
    assert await acts(platform) == [(OLYA, "block-host", "host:www.bad.example")]


async def test_links_of_a_person_are_leafed_through_and_back_leads_back(anna: Person, olya: Person):
    for number in range(7):
        await a_link_of(anna, f"https://example.com/{number}")
    found = await finds(olya, "1001")
    await olya.press("🔗 Ссылки")
    await olya.sees("7\u00a0ссылок")
    await olya.press("Старее")
    await olya.press("7")
    card = await olya.sees("Владелец")
    assert "example.com/0" in card.text
    await olya.press("◀️ Назад")
    assert "6." in (await olya.sees("7\u00a0ссылок")).text
    await olya.press("◀️ Назад")
    assert (await olya.sees("№\u00a01001")).message_id == found.message_id, "all in one message"
    await olya.press("◀️ В начало")
    await olya.sees("Платформа работает")


async def test_errors_of_a_person_are_read_with_their_tracebacks(
    platform: Platform, anna: Person, olya: Person, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("bot.inbox.PAUSES_SECONDS", (0.02, 0.02))
    monkeypatch.setattr(type(platform.container.services.listing), "page", broken)
    await anna.send("/links")
    error_id = (await anna.sees("№")).text.split("№\u00a0")[1].split(")")[0]
    await finds(olya, "1001")
    await olya.press("⚠️ Ошибки")
    await olya.press(f"№ {error_id}")
    assert "RuntimeError: boom" in (await olya.sees("boom")).text
    await olya.press("◀️ Назад")
    await olya.sees("Ошибки: ")
    await finds(olya, f"№ {error_id}")
    await olya.sees("RuntimeError: boom")
    await olya.press("👤 У кого она была")
    await olya.sees("№\u00a01001")


async def test_an_error_full_of_emoji_is_read_too(platform: Platform, olya: Person):
    try:
        raise RuntimeError("😀" * 3_000 + "the end")
    except RuntimeError as error:
        error_id = await platform.container.services.errors.report("update", error, platform.clock(), person_id=None)
    await olya.send(f"/admin {error_id}")
    assert "😀the end" in olya.last.text


async def test_roles_are_given_and_taken_and_hold_at_the_next_press(platform: Platform, ben: Person, olya: Person):
    await ben.send("/start")
    await finds(olya, "@ben_demo")
    await olya.press("🛠 Роль")
    await olya.press("поддержка")
    await olya.sees("Роль: поддержка")
    await ben.sees("You have a role here now: support")
    await until(lambda: has_admin_command(ben), True)
    await ben.send("/admin")
    assert not any("Who did what" in label or "Blocked hosts" in label for label in ben.last.buttons)
    office = ben.last
    await ben.send("/admin 1900")
    assert not any("Ban" in label or "Role" in label for label in ben.last.buttons)
    refused = await ben.press_data(PersonPress(action=PersonAction.BAN, id=ANNA).pack(), on=office)
    assert refused.text == "🚫 This button is not for you."
    await olya.press("🛠 Роль")
    await olya.press("без роли")
    await ben.sees("You no longer have a role here")
    assert (await ben.press("🔎 Find", on=office)).text == "🚫 This button is not for you."
    await ben.send("/admin")
    assert "I don't know /admin" in ben.last.text.translate(UNSEEN)
    await until(lambda: has_admin_command(ben), False)


async def has_admin_command(person: Person) -> bool:
    return "admin" in await person.commands()


async def test_an_operator_decides_of_people_and_not_of_those_above(
    platform: Platform, anna: Person, ben: Person, olya: Person
):
    await ben.send("/start")
    await anna.send("/start")
    await finds(olya, "@ben_demo")
    await olya.press("🛠 Роль")
    await olya.press("оператор")
    await ben.sees("operator")
    await ben.send("/admin 1900")
    assert not any("Ban" in label for label in ben.last.buttons)
    owner_card = ben.last
    await ben.press_data(PersonPress(action=PersonAction.BAN, id=OLYA).pack(), on=owner_card)
    await ben.sees("Why is")
    await ben.send("Because")
    assert "Only somebody above them" in ben.last.text
    await ben.send("/admin 1001")
    await ben.press("🚫 Ban")
    await ben.send("Spam")
    await ben.sees("Banned since")
    assert [name for actor, name, _ in await acts(platform) if actor == BEN] == ["ban"]
    refused = await ben.press_data(RolePress(id=ANNA, role=2).pack(), on=owner_card)
    assert refused.text == "🚫 This button is not for you."


@pytest.mark.parametrize("press", PRESSES, ids=lambda press: press.pack())
async def test_forged_presses_are_refused_and_counted(platform: Platform, anna: Person, olya: Person, press):
    await anna.send("/start")
    answer = await anna.press_data(press.pack(), on=anna.last)
    assert answer.text == "🚫 Эта кнопка не для вас."
    assert answer.show_alert
    await olya.send("/admin")
    assert "Чужих нажатий: 1 сегодня" in said(olya)
    assert await acts(platform) == []


async def test_in_the_admin_group_everybody_acts_as_themselves(platform: Platform, anna: Person, olya: Person):
    await a_link_of(anna)
    group = olya.in_group(platform.world.group("Админы Toklink"))
    await group.send("/admin")
    await group.press("🔎 Найти")
    asked = await group.sees("Ответьте на это сообщение")
    await group.send("1001", reply_to=asked)
    found = await group.sees("№\u00a01001")
    platform.server.world.chats[group.chat_id].members |= {BEN}
    stranger = platform.world.person("Бен").in_group(platform.world.group("Админы Toklink"))
    answer = await stranger.press("🚫 Заблокировать", on=found)
    assert answer.text == "🚫 This button is not for you."
    await group.press("🚫 Заблокировать", on=found)
    asked = await group.sees("За что заблокировать")
    await group.send("Спам", reply_to=asked)
    await group.sees("В блокировке с")
    assert await acts(platform) == [(OLYA, "ban", "person:1001")]


async def test_in_other_groups_nothing_of_it_is_shown(platform: Platform, olya: Person):
    friends = platform.world.group("Друзья")
    platform.server.world.chats[friends.id].members |= {OLYA}
    group = olya.in_group(friends)
    for text in ("/admin", "/admin 1001"):
        await group.send(text)
        assert "Это для личного чата" in said(group)


async def test_the_admin_group_stays_the_admin_group_when_it_gets_another_id(platform: Platform, olya: Person):
    moved = await olya.in_group(platform.world.group("Админы Toklink")).migrates_group()
    group = olya.in_group(moved)
    await group.send("/admin@toklink_demo_bot")
    await group.sees("Платформа работает")


async def test_the_log_says_who_did_what_and_can_be_read_for_one_person(platform: Platform, anna: Person, olya: Person):
    link = await a_link_of(anna)
    await finds(olya, link)
    await olya.press("⛔️ Отключить")
    await olya.send("Спам")
    await olya.press("👤 Владелец")
    await olya.press("🚫 Заблокировать")
    await olya.send("Спам и фишинг")
    await olya.press("📜 Журнал")
    log = (await olya.sees("действия")).text.translate(UNSEEN)
    lines = log.splitlines()
    assert lines[0] == "📜 4 действия"
    assert lines[2::2] == [
        "🚫 Блокировка: 👤 1001 — Спам и фишинг",
        "🔎 Просмотр: 👤 1001",
        f"⛔️ Ссылка отключена: 🔗 {link.rsplit('/', 1)[1]} — Спам",
        "🔎 Просмотр: 🔗 1",
    ]
    assert all("Оля" in line for line in lines[1::2])
    await olya.press("◀️ Назад")
    await olya.sees("№\u00a01001")
    await olya.press("◀️ В начало")
    for _ in range(9):
        platform.clock.passes(minutes=11)
        await olya.send(f"/admin {ANNA}")
    await olya.send("/admin")
    await olya.press("📜 Журнал")
    await olya.press("Старее")
    await olya.press("Новее")
    await olya.sees("Просмотр")


async def test_the_log_names_nobody_who_was_erased(platform: Platform, anna: Person, ben: Person, olya: Person):
    await anna.send("/start")
    await ben.send("/start")
    await olya.send("/admin @ben_demo")
    await olya.press("🛠 Роль")
    await olya.press("оператор")
    await ben.sees("operator")
    await ben.send("/admin 1001")
    for person, labels in ((anna, ("Стереть всё", "Да, стереть всё")), (ben, ("Erase everything", "Yes, erase"))):
        await person.send("/privacy")
        for label in labels:
            await person.press(f"🗑 {label}")
    platform.clock.passes(hours=2)
    await anna.sees("я о вас хранил", timeout=30)
    await ben.sees("that I kept about you", timeout=30)
    await olya.send("/admin")
    await olya.press("📜 Журнал")
    lines = (await olya.sees("действи")).text.translate(UNSEEN).splitlines()
    # Olya's look-up and gift, Ben's look-up.
    assert "🔎 Просмотр: 👤 стёрт" in lines
    assert any(line.endswith("· бывший оператор") for line in lines)
    assert not any("erased" in line or line.endswith("· 0") for line in lines)


async def test_a_name_with_markup_breaks_no_page(platform: Platform, vera: Person, olya: Person):
    await vera.send("/start")
    await finds(olya, str(vera.id))
    await olya.press("🔗 Ссылки")
    await olya.sees("Ссылок нет")
    await olya.press("◀️ Назад")
    await olya.press("🚫 Заблокировать")
    await olya.send("</b>&lt;" * 20)
    await olya.sees("</b>&lt;")
