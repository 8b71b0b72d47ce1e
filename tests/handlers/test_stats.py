"""/stats: an account's card and what stands behind it, from an invented TikTok."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db.tables import TikTokAccount, TikTokAsker, Work
from handlers.tiktok.callbacks import CardPress
from sandbox import Person
from sandbox.deeds import send
from sandbox.people import Account
from sandbox.tiktok.creators import usernames
from sandbox.world import Chat
from services.tiktok.stored import Look
from tests.browser import chromium_or_skip
from tests.handlers.growth import known
from tests.handlers.reading import UNSEEN, said
from tests.handlers.seeing import read, sees
from tests.handlers.test_labels import wrapping
from tests.platform import Platform, running_platform
from tests.services.tiktok.reckoning import reckon
from tests.waiting import until

LOOKING = "Смотрю"
BUTTONS = [
    "🖼 Картинка", "🎬 Видео", "📈 История", "⚖️ Сравнить", "👁 Следить", "⭐️ Рейтинг", "ℹ️ Что точно", "📘 Гайд",
    "🔄 Обновить", "◀️ Меню",
]  # fmt: skip


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform


def grouped(number: float) -> str:
    return f"{round(number):,}".replace(",", " ")


def near(text: str, line: str, expected: float) -> bool:
    """The line says the number, or one that differs by a rounding."""
    shown = re.search(rf"{line}:? (?:≈ )?([\d ]*\d)", text)
    assert shown is not None, text
    return abs(int(shown[1].replace(" ", "")) - expected) <= 1


def ten_of_all_tiers() -> list[str]:
    ranked = usernames()
    return [ranked[round(place * (len(ranked) - 1) / 9)] for place in range(10)]


async def fetches(platform: Platform, username: str) -> int:
    """How often the stand-in was asked for the account's own page."""
    asked = platform.tiktok.requests
    return sum(asked[kind, username] for kind in ("detail", "embed"))


# The card


async def test_a_name_brings_a_progress_line_and_then_the_card(platform: Platform, anna: Person):
    name = ten_of_all_tiers()[3]
    await anna.send(f"/stats @{name.upper()}")
    looking = next(message for message in anna.messages() if message.from_bot)
    card = await sees(anna, "Подписчики")
    assert card.message_id == looking.message_id, "one message a thing"
    assert card.edited
    text, creator = read(card), platform.tiktok.creator(name)
    assert len(text.splitlines()) <= 12
    assert creator.nickname in text.splitlines()[0]
    assert f"@{name}" in text.splitlines()[1]
    assert f"Подписчики: {grouped(creator.followers)}" in text
    assert f"Лайки: {grouped(creator.likes)}" in text
    assert text.splitlines()[-1] == "🧪 вымышлено: виджет · только что"
    assert " из 100 · 30 видео" in text
    assert ", оценка" in text
    assert card.buttons == BUTTONS
    assert card.links[0].startswith("https://www.tiktok.com/@")


async def test_the_same_in_english(platform: Platform, ben: Person):
    name = usernames()[0]
    await ben.send(f"/stats {name}")
    text = read(await sees(ben, "Followers"))
    creator = platform.tiktok.creator(name)
    assert f"Followers: {creator.followers:,}" in text
    assert "Income from a video, estimate:" in text
    assert "🧪 invented: widget · just now" in text
    assert " of 100 · 30 videos" in text


@pytest.mark.parametrize("name", ten_of_all_tiers())
async def test_numbers_equal_those_reckoned_by_hand_from_what_tiktok_serves(
    platform: Platform, anna: Person, name: str
):
    creator = platform.tiktok.creator(name)
    await anna.send(f"/stats {name}")
    text = read(await sees(anna, "Подписчики"))
    hand = reckon(creator.followers, creator.videos, creator.posts[:45], platform.clock())
    assert near(text, "Подписчики", creator.followers)
    assert near(text, "Видео", creator.videos)
    assert near(text, "Просмотры", hand.views)
    assert near(text, "💬", hand.comments)
    assert near(text, "🔁", hand.shares)
    percent = re.search(r"Вовлечённость: ([\d,]+) %", text)
    assert percent is not None
    assert float(percent[1].replace(",", ".")) == pytest.approx(100 * hand.engagement, abs=0.051)
    assert f"Рейтинг: {hand.rating} из 100" in text
    income = re.search(r"≈ ([\d ]+)–([\d ]+)–([\d ]+) ₽", text)
    assert income is not None
    assert [int(each.replace(" ", "")) for each in income.groups()] == pytest.approx(hand.income, abs=1)
    await anna.press("⭐️ Рейтинг")
    explained = read(await sees(anna, "Охват:"))
    reach, audience, engaged = hand.parts
    assert f"{reach} + 2 × {audience} + 2 × {engaged} = {hand.rating}" in explained


@pytest.mark.browser
async def test_with_a_browser_the_card_tells_more(tmp_path):
    chromium = chromium_or_skip()
    async with running_platform(tmp_path, {"tiktok_chromium": chromium}, tiktok=True) as platform:
        anna = platform.world.person("Анна")
        found = [platform.tiktok.creator(name) for name in usernames()]
        creator = next(one for one in found if one.liked and one.region == "RU" and one.videos > 60)
        await anna.send(f"/stats {creator.username}")

        async def has_card() -> bool:
            return "Подписчики" in said(anna)

        await until(has_card, True, within=60)
        text = said(anna)
        assert text.splitlines()[1] == f"@{creator.username} · Россия"
        assert f" · лайкнул: {grouped(creator.liked)}" in text
        hand = reckon(creator.followers, creator.videos, creator.posts[:45], platform.clock())
        assert f"Рейтинг: {hand.rating} из 100" in text
        await anna.press("ℹ️ Что точно")
        await sees(anna, "Источник: TikTok, браузер; видео: TikTok, браузер")


async def test_what_tiktok_did_not_tell_is_unknown_and_not_hidden(platform: Platform, anna: Person):
    await anna.send(f"/stats {usernames()[0]}")
    assert " · лайкнул: неизвестно" in read(await sees(anna, "Подписчики"))


async def test_what_is_stored_comes_at_once_and_asks_tiktok_nothing(platform: Platform, anna: Person, ben: Person):
    name = usernames()[5]
    await anna.send(f"/stats {name}")
    await sees(anna, "Подписчики")
    asked = platform.tiktok.requests.total()
    platform.clock.passes(hours=23)
    await ben.send(f"/stats {name}")
    assert "23 hr ago" in said(ben)
    assert platform.tiktok.requests.total() == asked
    platform.clock.passes(hours=2)
    await ben.send(f"/stats {name}")
    await sees(ben, "just now")
    assert platform.tiktok.requests.total() > asked


# Ways to ask


async def test_the_menu_asks_for_a_name_and_takes_an_address_for_one(platform: Platform, anna: Person):
    name = usernames()[7]
    await anna.send("/start")
    await anna.press("📊 Аккаунт TikTok")
    await sees(anna, "Чью статистику")
    await anna.send(f"https://www.tiktok.com/@{name}?lang=ru")
    await sees(anna, f"@{name}")
    await anna.no_longer_sees("Чью статистику")
    await sees(anna, "Подписчики")


async def test_a_pasted_address_is_looked_up_and_can_be_shortened_instead(platform: Platform, anna: Person):
    name = usernames()[8]
    post = platform.tiktok.creator(name).posts[0]
    await anna.send(f"https://www.tiktok.com/@{name}/video/{post.post_id}?is_from_webapp=1")
    card = await sees(anna, "Подписчики")
    assert "🔗 Лучше сократить" in card.buttons
    await anna.press("🔗 Лучше сократить")
    link = await sees(anna, "→")
    assert f"tiktok.com/@{name}/video/{post.post_id}" in link.links[-1]
    assert "is_from_webapp" not in link.links[-1]
    assert link.message_id != card.message_id
    await anna.send(f"https://www.tiktok.com/@{name}")
    assert "🔗 Лучше сократить" in anna.last.buttons, "a card at hand has it, too"


async def test_a_short_address_leads_to_its_account(platform: Platform, anna: Person):
    name = usernames()[9]
    await anna.send(platform.tiktok.short(name))
    card = await sees(anna, "Подписчики")
    assert f"@{name}" in read(card)
    assert "🔗 Лучше сократить" in card.buttons
    assert len([message for message in anna.messages() if message.from_bot]) == 1


async def test_a_short_address_that_leads_nowhere_is_said_to(platform: Platform, anna: Person):
    await anna.send("https://vm.tiktok.com/ZMnowhere1/")
    await sees(anna, "не на аккаунт")


async def test_an_address_of_tiktok_that_is_no_account_is_shortened_like_any_other(anna: Person):
    await anna.send("https://www.tiktok.com/legal/page/terms")
    assert "📎 Копировать" in anna.last.buttons


async def test_where_an_address_is_asked_for_one_of_tiktok_is_just_that(anna: Person):
    await anna.send("/link")
    await anna.send("https://www.tiktok.com/@somebody")
    await anna.sees_button("📎 Копировать")


async def test_a_deep_link_opens_the_card_with_a_dot_written_as_a_dash(platform: Platform, anna: Person):
    name = next(name for name in usernames() if "." in name)
    await anna.start(f"stats_{name.replace('.', '-')}")
    assert f"@{name}" in read(await sees(anna, "Подписчики"))


async def test_a_group_gets_the_card_without_buttons(platform: Platform, anna: Person):
    group = anna.in_group(platform.world.group("Друзья"))
    await group.send("/stats")
    assert "/stats username" in said(group)
    await group.send(f"/stats {usernames()[2]}")
    card = await sees(group, "Подписчики")
    assert card.buttons == []
    # It stays as it is, and nobody can bring it up to date.
    assert re.fullmatch(r"🧪 вымышлено: виджет · \d+ [а-я]+, \d\d:\d\d", read(card).splitlines()[-1])


# What is wrong


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ("a", "слишком коротко"),
        ("a" * 25, "слишком длинно"),
        ("anna maria", "нет пробелов"),
        ("анна", "пишутся латиницей"),
        ("anna🔥", "нет эмодзи"),
        ("an!na", "только латинские буквы"),
        ("anna.", "с точкой на конце"),
        ("https://instagram.com/anna", "instagram.com — не TikTok"),
        ("@", "нет имени"),
    ],
)
async def test_a_bad_name_says_what_to_mend_and_asks_again(platform: Platform, anna: Person, sent: str, sentence: str):
    await anna.send(f"/stats {sent}")
    asked = await sees(anna, sentence)
    assert "Чью статистику" in read(asked)
    assert platform.tiktok.requests.total() == 0
    name = usernames()[1]
    await anna.send(name)
    await sees(anna, "Подписчики")


async def test_bad_names_in_english(ben: Person):
    await ben.send("/stats анна")
    assert "Latin letters" in said(ben)
    await ben.send("https://instagram.com/anna")
    assert "instagram.com is not TikTok" in said(ben)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ghost", "Не нашёл в TikTok аккаунт @ghost"),
        ("gone", "Не нашёл в TikTok аккаунт @gone"),
        ("private_person", "@private_person закрытый"),
        ("banned_person", "заблокировал аккаунт @banned_person"),
        ("region_person", "не во всех странах"),
    ],
)
async def test_an_account_that_tiktok_refuses_has_its_own_sentence(
    platform: Platform, anna: Person, name: str, sentence: str
):
    await anna.send(f"/stats {name}")
    message = await sees(anna, sentence)
    assert "🔎 Другое имя" in message.buttons
    asked = platform.tiktok.requests.total()
    await anna.send(f"/stats {name}")
    again = await sees(anna, "Чью статистику")
    assert sentence in read(again)
    assert platform.tiktok.requests.total() == asked, "it is remembered for an hour"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("no_videos", ["Видео: 0", "Просмотры: 0", "Рейтинг: — (нет видео)", "Доход с видео: — (нет видео)"]),
        ("one_post", ["Видео: 1", " % · 1 видео", "Рейтинг: — (меньше 5 видео)", "Доход с видео: — (меньше 5 видео)"]),
        ("hidden_likes", ["Лайки: скрыто", "Вовлечённость: — (лайки скрыты)", "Рейтинг: — (лайки скрыты)"]),
        ("all_pinned", ["Доход с видео: — (мало видео старше 3 дней)"]),
        ("zero_views", ["Просмотры: 0", "Вовлечённость: — (просмотров нет)", "≈ 0–0–0 ₽"]),
        ("zero_followers", ["Подписчики: 0", "Рейтинг: "]),
    ],
)
async def test_odd_accounts_have_an_answer(platform: Platform, anna: Person, name: str, lines: list[str]):
    await anna.send(f"/stats {name}")
    text = read(await sees(anna, "Подписчики"))
    assert [line for line in lines if line not in text] == [], text
    for button, word in [("⭐️ Рейтинг", "Рейтинг @"), ("ℹ️ Что точно", "Цифры @")]:
        await anna.press(button)
        await sees(anna, word)


# TikTok is silent


async def test_a_silent_tiktok_is_said_and_the_card_comes_when_it_answers(platform: Platform, anna: Person):
    name = usernames()[11]
    platform.tiktok.fault("*", "empty")
    await anna.send(f"/stats {name}")
    told = await sees(anna, "Напишу вам про")
    await until(lambda: in_hand(platform), 0)
    platform.tiktok.fault("*", "")
    platform.clock.passes(hours=2)
    card = await sees(anna, "Подписчики")
    assert card.message_id != told.message_id, "a message of its own"
    await until(lambda: waiting(platform), 0)


async def test_the_last_numbers_are_shown_with_their_age_while_tiktok_is_silent(platform: Platform, ben: Person):
    name = usernames()[12]
    await ben.send(f"/stats {name}")
    await sees(ben, "Followers")
    platform.clock.passes(days=2)
    platform.tiktok.fault("*", "empty")
    await ben.send(f"/stats {name}")
    note = await sees(ben, "TikTok does not answer just now. The last known numbers, from ")
    text = read(note)
    assert "Followers" in text
    assert text.splitlines()[-1] == "🧪 invented: widget", "the age stands above"


async def test_a_whole_day_of_silence_has_an_end(platform: Platform, anna: Person):
    platform.tiktok.fault("*", "empty")
    await anna.send(f"/stats {usernames()[13]}")
    await sees(anna, "Напишу вам про")
    await until(lambda: in_hand(platform), 0)
    platform.clock.passes(hours=26)
    await sees(anna, "целые сутки не отвечал")
    await until(lambda: waiting(platform), 0)


async def in_hand(platform: Platform) -> int:
    """How many works are being done just now."""
    async with platform.container.database.read() as session:
        return len((await session.scalars(select(Work.id).where(Work.lease.is_not(None)))).all())


async def waiting(platform: Platform) -> int:
    """How many wait for an account."""
    async with platform.container.database.read() as session:
        return len((await session.scalars(select(TikTokAsker.id))).all())


# Buttons


async def test_a_refresh_too_soon_says_when_and_a_later_one_brings_new_numbers(platform: Platform, anna: Person):
    name = usernames()[14]
    await anna.send(f"/stats {name}")
    card = await sees(anna, "Подписчики")
    platform.clock.passes(minutes=20)
    answer = await anna.press("🔄 Обновить")
    assert re.search(r"Обновить можно через (39|40|41) минут", answer.text.translate(UNSEEN))
    platform.clock.passes(hours=20)
    before = platform.tiktok.requests.total()
    await anna.press("🔄 Обновить")
    await until(lambda: refreshed(platform, anna, name), True)
    assert anna.last.message_id == card.message_id
    assert platform.tiktok.requests.total() > before


async def test_an_account_that_went_away_is_said_to_have_and_its_old_card_stays(platform: Platform, anna: Person):
    name = usernames()[15]
    await anna.send(f"/stats {name}")
    card = await sees(anna, "Подписчики")
    platform.clock.passes(hours=2)
    await anna.send(f"/stats {name}")
    other = anna.last
    platform.tiktok.fault(name, "private")
    await anna.press("🔄 Обновить", on=card)
    assert (await sees(anna, "закрытый")).message_id == card.message_id
    answer = await anna.press("🔄 Обновить", on=other)
    assert "закрытый" in answer.text
    assert "Подписчики" in read(anna.last)


async def test_a_refusal_that_comes_while_a_refresh_is_asked_for_leaves_the_card_its_buttons(
    platform: Platform, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    name = usernames()[16]
    await anna.send(f"/stats {name}")
    card = await sees(anna, "Подписчики")
    platform.clock.passes(hours=2)
    accounts = platform.container.services.accounts
    look = accounts.look

    async def look_after_another(*args: Any, **more: Any) -> Look:
        """Somebody else's fetch ends first."""
        async with platform.container.database.write() as session:
            row = (await session.scalars(select(TikTokAccount).where(TikTokAccount.username == name))).one()
            row.state, row.looked_at = "private", platform.clock()
        return await look(*args, **more)

    monkeypatch.setattr(accounts, "look", look_after_another)
    await anna.press("🔄 Обновить", on=card)
    await sees(anna, "закрытый")
    [kept] = [message for message in anna.messages() if message.message_id == card.message_id]
    assert "Подписчики" in read(kept)
    assert kept.buttons == BUTTONS


async def refreshed(platform: Platform, person: Person, name: str) -> bool:
    return "только что" in said(person) and grouped(platform.tiktok.creator(name).followers) in said(person)


async def test_the_card_says_whether_it_is_watched_and_a_press_changes_that(platform: Platform, anna: Person):
    name = usernames()[17]
    await anna.send(f"/stats {name}")
    card = await sees(anna, "Подписчики")
    assert wrapping(card) == []
    answer = await anna.press("👁 Следить", on=card)
    assert f"Слежу за @{name}" in answer.text
    assert answer.show_alert, "it has several lines"
    await anna.sees_button("✖️ Не следить")
    assert (anna.last.message_id, "Подписчики" in said(anna)) == (card.message_id, True)
    await anna.send("/watch")
    await sees(anna, "за 1 из 20")
    await anna.send(f"/stats {name}")
    answer = await anna.press("✖️ Не следить")
    assert f"не слежу за @{name}" in answer.text
    await anna.sees_button("👁 Следить")


@pytest.mark.parametrize(
    ("state", "words"),
    [("private", "🔒 закрыт (на "), ("banned", "⛔️ заблокирован (на "), ("missing", "🔎 не найден (на ")],
)
async def test_a_stored_card_says_that_the_account_went_away_meanwhile(
    platform: Platform, anna: Person, state: str, words: str
):
    account_id = await known(platform, "katya", posts=[(days, 100) for days in range(4, 20)], region="RU")
    async with platform.container.database.write() as session:
        row = await session.get_one(TikTokAccount, account_id)
        row.state = state
        row.fetched_at = platform.clock() - timedelta(days=3)
    await anna.start()
    await anna.press_data(CardPress(id=account_id).pack(), on=anna.last)
    text = read(await sees(anna, "Подписчики"))
    assert f"@katya · {words}" in text
    assert len(text.splitlines()) <= 12
    then = (platform.clock() - timedelta(days=3)).astimezone(ZoneInfo("Europe/Moscow"))
    assert f"· {then.day} " in text.splitlines()[-1], "the numbers' own day"


async def test_posts_stand_by_date_and_by_views_with_their_links(platform: Platform, anna: Person):
    name = usernames()[20]
    await anna.send(f"/stats {name}")
    card = await sees(anna, "Подписчики")
    newest = platform.tiktok.creator(name).posts[:10]
    await anna.press("🎬 Видео", on=card)
    listed = await sees(anna, "Последние видео")
    assert listed.message_id == card.message_id
    assert [link for link in listed.links if "/video/" in link] == [
        f"https://www.tiktok.com/@{name}/video/{post.post_id}" for post in newest
    ]
    assert f"👁 {grouped(newest[0].views)} · ❤️ {grouped(newest[0].likes)}" in read(listed)
    await anna.press("Популярные")
    await anna.sees_button("✓ Популярные")
    by_views = sorted(newest, key=lambda post: post.views, reverse=True)
    assert by_views[0].post_id in next(link for link in anna.last.links if "/video/" in link)
    await anna.press("◀️ К карточке")
    await sees(anna, "Подписчики")


async def test_explanations_say_what_is_exact_what_is_estimated_and_where_it_is_from(platform: Platform, ben: Person):
    many = next(name for name in usernames() if platform.tiktok.creator(name).videos > 200)
    await ben.send(f"/stats {many}")
    await sees(ben, "Followers")
    await ben.press("ℹ️ How exact")
    text = read(await sees(ben, "The numbers of"))
    assert "are the average of the last 30 videos, times all" in text
    assert "From: TikTok's" in text
    assert "invented" in text
    await ben.press("◀️ To the card")
    await ben.press("📘 Guide")
    assert f"Guide about @{many}" in read(await sees(ben, "Price: 50 Stars"))


async def test_forged_presses_change_nothing(platform: Platform, anna: Person):
    await anna.send("/start")
    menu = anna.last
    for data in ("ta:c:999999", "ta:f:999999", "ta:g:999999", "tr:r:999999", "tp:d:999999", "ts:evil.example/x"):
        answer = await anna.press_data(data, on=menu)
        assert "больше не работает" in answer.text, data
    for data in ("ta:c:0", "ta:x:1", "tp:d:9999999999999999999999", "tr:r:x"):
        answer = await anna.press_data(data, on=menu)
        assert "больше не работает" in answer.text, data


# Many at once


def guests(platform: Platform, number: int, text: str) -> list[int]:
    """So many people of whom nobody knew, who all write this at once; their ids."""
    world = platform.server.world
    ids = list(range(5_000, 5_000 + number))
    for person_id in ids:
        world.people[person_id] = Account(person_id, f"Гость {person_id}")
        world.chats[person_id] = Chat(person_id, "private", None, frozenset({person_id}))
    for person_id in ids:
        send(world, person_id, person_id, text)
    return ids


async def each_of_them_sees(platform: Platform, ids: list[int], words: str) -> None:
    """Each has one message of the bot's, and it says this."""
    chats = platform.server.world.chats

    async def answers() -> list[list[bool]]:
        return [
            [words in message["text"] for message in chats[person_id].messages.values() if message["from"]["is_bot"]]
            for person_id in ids
        ]

    await until(answers, [[True]] * len(ids), within=60)


async def test_fifty_people_who_ask_for_one_account_cost_one_fetch(platform: Platform):
    name = usernames()[30]
    await each_of_them_sees(platform, guests(platform, 50, f"/stats {name}"), "👥")
    assert await fetches(platform, name) == 1
    await until(lambda: waiting(platform), 0)
    async with platform.container.database.read() as session:
        works = (await session.scalars(select(Work.key).where(Work.kind == "tiktok-account"))).all()
    assert list(works) == [name]


async def test_fifty_people_who_ask_for_a_missing_account_cost_one_request(platform: Platform):
    await each_of_them_sees(platform, guests(platform, 50, "/stats ghost"), "Не нашёл в TikTok аккаунт")
    assert await fetches(platform, "ghost") == 1
    await until(lambda: waiting(platform), 0)
