"""The settings message of a link, as its owner uses it."""

import re
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import update

from db.tables import BlockedHost, Link
from sandbox import Person
from sandbox.client_views import Message
from tests.handlers.reading import UNSEEN, answers, nothing_was_reported, said
from tests.platform import Platform
from tests.waiting import until


async def opens_settings(person: Person, address: str = "https://example.com/page") -> Message:
    """A new link, and its settings in the place of its card."""
    await person.send(address)
    card = person.last
    await person.press("⚙️")
    await person.sees_button("📡")
    assert person.last.message_id == card.message_id, "the card became the settings"
    return person.last


async def answered(person: Person, text: str, sees: str) -> str:
    """What the settings say after an answer was typed; the question is gone."""
    await _is_told(person, text, sees)
    assert any("📡" in button for button in person.last.buttons)
    await until_gone(person)
    return said(person)


async def refused(person: Person, text: str, words: str) -> None:
    """What was typed is no answer: beneath it the bot says what is wrong."""
    await _is_told(person, text, words)


async def _is_told(person: Person, text: str, words: str) -> None:
    # A question that goes away late is no answer, nor is an older message.
    sent = await person.send(text, quiet=True)

    async def is_there() -> bool:
        return person.last.message_id > sent.message_id and words in said(person)

    try:
        await until(is_there, True)
    except AssertionError:
        raise AssertionError(f"nothing says {words!r} after {text!r}:\n{person.transcript()}") from None


async def until_gone(person: Person) -> None:
    """One message of settings stands, and no question."""
    standing = [message for message in person.messages() if any("📡" in button for button in message.buttons)]
    assert standing[-1].message_id == person.last.message_id


async def leads(address: str) -> str:
    """Where a browser is sent on."""
    async with aiohttp.ClientSession() as browser, browser.get(address, allow_redirects=False) as answer:
        return answer.headers["Location"]


def labels(person: Person) -> str:
    return " | ".join(person.last.buttons).translate(UNSEEN)


async def change(platform: Platform, **values: object) -> None:
    async with platform.container.database.write() as session:
        await session.execute(update(Link).values(**values))


async def test_everything_is_set_from_one_message_that_shows_how_it_is(anna: Person):
    settings = await opens_settings(anna)
    text = said(anna)
    assert text.splitlines()[0].startswith("⚙️ localhost:")
    assert "→ example.com/page" in text
    assert "✅ Работает" in text
    shown = labels(anna)
    for label in ("⏸ Выключить", "📝 Имя: нет", "🏷 Теги: нет", "🎯 Лимит: нет", "⏳ Срок: нет"):
        assert label in shown
    assert "🛟 Запасной адрес: нет" in shown
    # What half a phone and a whole one hold.
    most = {1: 32, 2: 15}
    assert all(len(each.label) <= most[len(row)] for row in settings.rows for each in row), settings.buttons
    await anna.press("◀️ К ссылке")
    await anna.sees_button("🔳 Сделать QR")
    assert anna.last.message_id == settings.message_id


async def test_the_link_is_switched_off_and_on(platform: Platform, anna: Person):
    settings = await opens_settings(anna)
    await anna.press("⏸ Выключить")
    await anna.sees("⏸ Вы выключили её")
    await anna.press("▶️ Включить")
    await anna.sees("✅ Работает")
    assert anna.last.message_id == settings.message_id
    assert len(anna.messages()) == 2


async def test_a_name_is_given_shown_and_taken_away(anna: Person):
    await opens_settings(anna)
    await anna.press("📝 Имя: нет")
    await anna.sees("Как назвать")
    await refused(
        anna, "Очень длинное название, которое никуда не поместится", "Символов в имени: 52, а можно не больше 30"
    )
    await answered(anna, "Лето <b>2026</b>", "📝 Лето <b>2026</b>")
    assert "📝 Имя: Лето <b>2026</b>" in labels(anna)
    await anna.no_longer_sees("Как назвать")
    await anna.press("◀️ К ссылке")
    await anna.sees("📝")
    await anna.press("⚙️ Настройки")
    await anna.press("📝 Имя")
    await anna.sees_button("🗑 Без имени")
    await anna.press("🗑 Без имени")
    await anna.sees_button("📝 Имя: нет")


async def test_tags_are_typed_offered_and_removed(anna: Person):
    await opens_settings(anna)
    await anna.press("🏷 Теги: нет")
    await refused(anna, "что-то не то!", "то! — не тег")
    await answered(anna, "#Лето, скидки-2026 ЛЕТО", "🏷 лето, скидки-2026")
    assert "🏷 Теги: 2" in labels(anna)
    await anna.press("🏷 Теги: 2")
    await anna.press("✖️ лето")
    await anna.no_longer_sees("лето,")
    await anna.press("◀️ Назад")
    await anna.sees_button("🏷 Теги: 1")
    await opens_settings(anna, "https://example.com/other")
    await anna.press("🏷 Теги: нет")
    await anna.press("➕ скидки-2026")
    await anna.sees_button("✖️ скидки-2026")
    await refused(anna, "a b c d e f g h i j k", "Получится 11 тегов")
    await answered(anna, "осень", "осень, скидки-2026")


async def test_an_alias_is_the_address_from_now_on_and_the_old_one_goes_on_working(platform: Platform, anna: Person):
    await opens_settings(anna)
    old = anna.last.links[0]
    await anna.press("✏️ Адрес")
    await anna.sees("продолжат работать")
    shown = await answered(anna, "летние-скидки", "Теперь адрес такой")
    assert "/летние-скидки" in shown.splitlines()[0]
    assert "✏️ Адрес: летние-скидки" in labels(anna)
    for address in (anna.last.links[0], old):
        assert await leads(address) == "https://example.com/page"
    await anna.press("✏️ Адрес")
    former = old.rsplit("/", 1)[1]
    await anna.press(former)
    await anna.sees(f"/{former}")
    await anna.press("✏️ Адрес")
    await anna.press("летние-скидки")
    await anna.sees("Теперь адрес такой")
    await nothing_was_reported(platform)


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("ab", "3 to 64 characters, and this has 2"),
        ("x" * 65, "and this has 65"),
        ("my/sale", "does not fit into an address"),
        ("my sale", "does not fit into an address"),
        ("sаle", "Latin and Russian letters"),
        ("ADMIN", "is reserved"),
        ("trends", "is reserved"),
        ("taken-1", "is taken"),
        ("TAKEN-l", "looks like the address of another link"),
    ],
)
async def test_a_wrong_alias_is_refused_in_clear_words_and_may_be_sent_again(
    anna: Person, ben: Person, alias: str, words: str
):
    await opens_settings(anna)
    await anna.press("✏️ Адрес")
    await answered(anna, "taken-1", "Теперь адрес такой")
    await opens_settings(ben)
    address = ben.last.links[0]
    await ben.press("✏️ Alias")
    await refused(ben, alias, words)
    shown = await answered(ben, "bens-own", "/bens-own")
    assert address not in shown


async def test_the_target_is_changed_and_the_clicks_stay(platform: Platform, ben: Person):
    await opens_settings(ben)
    await change(platform, clicks=12, visitors=7)
    await ben.press("➡️ Target")
    await ben.sees("What was counted stays")
    assert "leads to example.com/page" in said(ben)
    await refused(ben, "nonsense", "is not a web address")
    await answered(ben, "here it is: example.org/new thanks", "→ example.org/new")
    assert "I added it" in said(ben)
    await ben.press("◀️ To the link")
    await ben.sees("12 clicks")


async def test_a_fallback_is_set_shown_and_taken_away(platform: Platform, anna: Person):
    await opens_settings(anna)
    await anna.press("🛟 Запасной адрес: нет")
    async with platform.container.database.write() as session:
        session.add(BlockedHost(host="bad.example", reason="обман", blocked_at=platform.clock()))
    await refused(anna, "https://bad.example/x", "обман")
    await answered(anna, "https://example.com/over", "🛟 После конца → example.com/over")
    await anna.press("🛟 Запасной адрес: есть")
    await anna.press("🗑 Без запасного")
    await anna.sees_button("🛟 Запасной адрес: нет")


async def test_a_limit_is_pressed_or_typed_and_is_of_the_whole_life(platform: Platform, anna: Person):
    await opens_settings(anna)
    await change(platform, clicks=12)
    await anna.press("🎯 Лимит: нет")
    await anna.sees("Уже было: 12")
    assert anna.last.buttons == ["100", "1\u00a0000", "◀️ Назад"], "what is reached is not offered"
    for wrong, words in [
        ("0", "Лимит — число от 1 до 999 999"),
        ("-1", "Лимит — число от 1 до 999 999"),
        ("10⁹", "не число"),
        ("1000000000", "Лимит — число от 1 до 999 999"),
        ("сто", "сто — не число"),
        ("12", "Уже было 12 кликов"),
    ]:
        await refused(anna, wrong, words)
    await answered(anna, "1 500", "🎯 Осталось кликов: 1 488 из 1 500")
    await anna.press("🎯 Лимит: 1\u00a0500")
    await anna.press("100")
    await anna.sees("🎯 Осталось кликов: 88 из 100")
    await change(platform, passed=100)
    await anna.press("🎯 Лимит: 100")
    await anna.press("◀️ Назад")
    await anna.sees("🎯 Лимит исчерпан: 100 из 100")
    await anna.press("🎯 Лимит: 100")
    await anna.press("♾ Без лимита")
    await anna.sees_button("🎯 Лимит: нет")


async def test_a_button_that_is_too_late_says_so_and_the_question_stays(platform: Platform, anna: Person):
    await opens_settings(anna)
    await anna.press("🎯 Лимит: нет")
    await anna.sees_button("10")
    await change(platform, clicks=50)
    answer = await anna.press("10", on=anna.last)
    assert answer.show_alert
    assert "Уже было 50" in answer.text.translate(UNSEEN)
    await answered(anna, "60", "🎯 Осталось кликов: 10 из 60")


@pytest.mark.parametrize(
    ("label", "words"),
    [("Через час", ""), ("Завтра", "до конца"), ("Через неделю", ""), ("Через месяц", "")],
)
async def test_an_end_is_pressed(anna: Person, label: str, words: str):
    await opens_settings(anna)
    await anna.press("⏳ Срок: нет")
    await anna.press("⏹ Конец…")
    await anna.press(label)
    await anna.sees("⏳ Работает")
    assert words in said(anna)
    assert "⏳ До " in labels(anna)
    await anna.press("⏳ До")
    await anna.press("⏹ Конец…")
    await anna.press("Никогда")
    await anna.sees_button("⏳ Срок: нет")


async def test_a_start_is_pressed_and_taken_back(ben: Person):
    await opens_settings(ben)
    for label in ("In an hour", "Tomorrow", "In a week"):
        await ben.press("⏳")
        await ben.press("⏳ Opens…")
        await ben.press(label)
        await ben.sees("⏳ Opens on")
        assert "⏳ From" in labels(ben)
        assert re.search(r"⏳ Opens on \d+ \w+( \d{4})?, \d\d:\d\d", said(ben))
        await ben.press("⏳ From")
        await ben.press("⏳ Opens…")
        await ben.press("At once")
        await ben.sees_button("⏳ Time: any")


async def test_moments_are_written_in_words_and_shown_as_they_were_understood(platform: Platform, anna: Person):
    await opens_settings(anna)
    await anna.press("⏳ Срок: нет")
    await anna.press("⏳ Начало…")
    await anna.sees("UTC+3")
    shown = await answered(anna, "завтра в 18:30", "⏳ Откроется")
    tomorrow = platform.clock() + timedelta(hours=3, days=1)
    assert f"⏳ Откроется {tomorrow.day} " in shown
    assert "18:30 (UTC+3)" in shown
    await anna.press("⏳ С")
    await anna.press("⏹ Конец…")
    await answered(anna, "через месяц в 9 утра", "09:00")
    await anna.press("⏳")
    await anna.sees("Когда работает")
    assert "18:30" in said(anna)
    assert "09:00" in said(anna)


@pytest.mark.parametrize(
    ("part", "text", "words"),
    [
        ("⏹ Ends…", "yesterday", "is over already"),
        ("⏹ Ends…", "01.01.2020", "is over already"),
        ("⏹ Ends…", "now", "is over already"),
        ("⏳ Opens…", "yesterday at 18:00", "is over already"),
        ("⏹ Ends…", "some day", "I don't see when"),
        ("⏹ Ends…", "31.02", "I don't see when"),
        ("⏹ Ends…", "5", "I don't see when"),
        ("⏹ Ends…", "in 20 years", "more than 10 years ahead"),
    ],
)
async def test_moments_that_make_no_sense_are_refused_and_may_be_sent_again(
    ben: Person, part: str, text: str, words: str
):
    await opens_settings(ben)
    await ben.press("⏳")
    await ben.press(part)
    await refused(ben, text, words)
    await answered(ben, "in 2 hours", "⏳ ")


async def test_a_link_cannot_end_before_it_opens(ben: Person):
    await opens_settings(ben)
    await ben.press("⏳")
    await ben.press("⏳ Opens…")
    await answered(ben, "in 3 days", "⏳ Opens on")
    await ben.press("⏳ From")
    await ben.press("⏹ Ends…")
    await refused(ben, "in 2 days", "would end before it opens")
    answer = await ben.press("In an hour")
    assert answer.show_alert
    assert "would end before it opens" in answer.text
    await answered(ben, "in 4 days", "⏳ Works until")


async def test_an_hour_that_clocks_skip_or_repeat_is_said(platform: Platform, ben: Person):
    await ben.send("/settings")
    await ben.press("🕒 Time zone")
    await ben.send("Berlin")
    await opens_settings(ben)
    for words, note in [("at 2:30 on 28.03.2027", "Clocks skip that hour, so I took 03:30"),
                        ("at 2:30 on 31.10.2027", "Clocks show that hour twice")]:  # fmt: skip
        await ben.press("⏳")
        await ben.press("⏹ Ends…")
        await answered(ben, words, note)


async def test_the_card_says_when_a_link_does_not_plainly_lead_on(platform: Platform, anna: Person):
    await opens_settings(anna)
    now = platform.clock()
    await change(
        platform, valid_from=now + timedelta(days=1), valid_until=now + timedelta(days=2), click_limit=10, passed=4,
        fallback_url="https://example.com/over", name="Акция",
    )  # fmt: skip
    await anna.press("◀️ К ссылке")
    await anna.sees("⏳ Откроется")
    card = said(anna)
    assert "📝 Акция" in card
    assert "⏳ Работает до" in card
    assert "🎯 Осталось кликов: 6 из 10" in card
    assert "example.com/over" not in card, "it is not over yet"
    platform.clock.passes(days=3)
    await anna.press("⚙️ Настройки")
    await anna.press("◀️ К ссылке")
    await anna.sees("⌛️ Закончилась")
    assert "🛟 После конца → example.com/over" in said(anna)
    assert len(said(anna).splitlines()) <= 12


async def test_a_photo_instead_of_an_answer_asks_once_more(anna: Person, png: bytes):
    await opens_settings(anna)
    await anna.press("📝 Имя")
    await anna.sees("Как назвать")
    await anna.send_photo(png)
    assert "только текст" in said(anna)
    assert "Как назвать" in said(anna)
    await answered(anna, "Имя", "📝 Имя")


async def test_a_pasted_address_is_shortened_whatever_was_asked(anna: Person):
    await opens_settings(anna)
    await anna.press("📝 Имя")
    await anna.send("https://example.com/quite-another")
    assert "example.com/quite-another" in said(anna)
    assert "🔳 Сделать QR" in anna.last.buttons


async def test_an_answer_about_a_link_that_is_gone_says_so_and_ends_the_question(platform: Platform, anna: Person):
    await opens_settings(anna)
    await anna.press("📝 Имя")
    await anna.sees("Как назвать")
    await change(platform, deleted_at=platform.clock())
    await anna.send("Имя")
    await anna.sees("Такой ссылки у вас нет")
    await anna.no_longer_sees("Как назвать")
    await anna.send("Имя")
    assert "Я читаю адреса и команды" in said(anna)


async def test_nobody_sets_up_a_foreign_link(platform: Platform, anna: Person, ben: Person):
    await opens_settings(anna)
    before = said(anna)
    await ben.send("/start")
    for part in "sntadlvpeof":
        for value in ("", "0", "off", "h"):
            # As fast as no finger, and as slow as nobody is told off for.
            platform.clock.passes(seconds=1)
            answer = await ben.press_data(f"lo:{part}:1:0:{value}", on=ben.last)
            assert "no such link" in answer.text or "does not work any more" in answer.text
    await anna.press("📝 Имя")
    await anna.press("◀️ Назад")
    await anna.sees("✅ Работает")
    assert said(anna) == before
    await nothing_was_reported(platform)


@pytest.mark.parametrize(
    "data",
    ["lo:l:1:0:abc", "lo:l:1:0:-5", "lo:p:1:0:zz", "lo:e:1:0:hh", "lo:t:1:0:rffff", "lo:t:1:0:affff", "lo:a:1:0:ffff",
     "lo:d:1:0:x", "lo:o:1:0:", "lo:o:1:0:maybe", "lo:z:1:0:", "lo:s:1:-1:", "lo:l:1:0:99999999999999999999999"],
)  # fmt: skip
async def test_made_up_choices_change_nothing_and_get_an_answer(platform: Platform, ben: Person, data: str):
    await opens_settings(ben)
    before = await platform.container.services.links.get(ben.id, 1)
    await ben.press_data(data, on=ben.last)
    await answers(ben)
    assert await platform.container.services.links.get(ben.id, 1) == before
    await nothing_was_reported(platform)


async def test_a_question_survives_a_restart(platform: Platform, anna: Person):
    await opens_settings(anna)
    await anna.press("🎯 Лимит: нет")
    await anna.sees("Сколько всего")
    await platform.restart()
    await answered(anna, "5", "🎯 Осталось кликов: 5 из 5")
    assert len(await answers(anna)) == 1
