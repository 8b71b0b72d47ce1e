"""/compare: a table and a chart of two to four accounts; what is not stored yet is fetched first."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from db.tables import TikTokAccount, TikTokTopMember
from handlers.tiktok.compare_views import chart
from handlers.tiktok.presses import CompareAct, ComparePress
from sandbox import Message, Person
from sandbox.tiktok.creators import usernames
from services.language.formats import units
from tests.handlers.growth import known
from tests.handlers.reading import UNSEEN, nothing_waits, nothing_was_reported, said
from tests.handlers.seeing import read, sees
from tests.handlers.test_labels import wrapping
from tests.platform import Platform, running_platform
from tests.waiting import until

POSTS = [(float(days), 10_000 * days) for days in range(4, 12)]


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform
        await nothing_was_reported(platform)


async def compared(platform: Platform, person: Person) -> Message:
    """The comparison, once it has come; its progress message is gone by then."""

    async def is_there() -> bool:
        await nothing_waits(platform)
        asked = max(message.message_id for message in person.messages() if not message.from_bot)
        answers = [each for each in person.messages() if each.from_bot and each.message_id > asked]
        return bool(answers) and "…" not in answers[-1].text.splitlines()[0]

    await until(is_there, True, within=60)
    return person.last


def lines(person: Person) -> list[str]:
    return person.last.text.translate(UNSEEN).splitlines()


async def test_two_known_accounts_stand_side_by_side_at_once(platform: Platform, anna: Person):
    await known(platform, "katya", [(0, 1_234_567)], POSTS, nickname="Катя")
    await known(platform, "dima", [(0, 50)], nickname="Дима <b>")
    await anna.send("/compare katya @dima")
    assert anna.last.photo
    assert lines(anna)[:3] == ["⚖️ Сравнение", "1. Катя · @katya", "2. Дима <b> · @dima"]
    table = [line for line in lines(anna) if line[:1] in " 12" and "·" not in line]
    assert table[0].split() == ["Подписчики", "На", "видео"]
    assert table[1].split() == ["1", "1", "234", "567", "75", "000"]
    assert table[2].split() == ["2", "50", "—"]
    assert max(map(len, table)) <= 34
    assert wrapping(anna.last) == []
    assert units(anna.last.text) < 1_024
    assert platform.tiktok.requests.total() == 0


async def test_accounts_that_nobody_asked_for_are_fetched_first(platform: Platform, ben: Person):
    names = usernames()[:3]
    await known(platform, "katya", [(0, 77)], POSTS)
    await ben.send(f"/compare {names[0]}, https://www.tiktok.com/@{names[1]}?lang=ru vs @{names[2].upper()} katya")
    shown = await compared(platform, ben)
    assert shown.photo
    found = lines(ben)
    for place, name in enumerate([*names, "katya"], 1):
        assert found[place].startswith(f"{place}. ")
        assert found[place].endswith(f"@{name}")
    followers = f"{platform.tiktok.creator(names[0]).followers:,}"
    assert any(line.startswith(f"1 {followers.rjust(14)}") for line in found)
    assert not any("Comparing" in message.text for message in ben.messages())
    assert units(ben.last.text) < 1_024


async def test_a_short_address_is_followed(platform: Platform, ben: Person):
    first, second = usernames()[:2]
    await ben.send(f"/compare {platform.tiktok.short(first)} {second}")
    await compared(platform, ben)
    assert lines(ben)[1].endswith(f"@{first}")
    assert lines(ben)[2].endswith(f"@{second}")


async def test_one_that_does_not_exist_is_named(platform: Platform, ben: Person):
    await known(platform, "katya")
    await ben.send("/compare katya ghost")
    await compared(platform, ben)
    assert "no account @ghost" in said(ben)
    await ben.send("/compare ghost katya")
    await compared(platform, ben)
    assert "no account @ghost" in said(ben)


async def test_where_tiktok_is_silent_old_numbers_are_shown_with_their_date(platform: Platform, ben: Person):
    old = await known(platform, "old_friend", [(0, 500)])
    await known(platform, "katya")
    async with platform.container.database.write() as session:
        (await session.get_one(TikTokAccount, old)).fetched_at = platform.clock() - timedelta(days=3)
    platform.tiktok.fault("*", "reset")
    await ben.send("/compare old_friend katya")
    await compared(platform, ben)
    assert ben.last.photo
    assert "TikTok does not answer" in said(ben)
    assert "@old_friend · " in lines(ben)[1]


async def refreshed(platform: Platform, person: Person) -> None:
    """Presses Refresh, and waits for the comparison that comes as a message of its own."""
    before = person.last.message_id
    await person.press("🔄 Refresh")

    async def has_come() -> bool:
        await nothing_waits(platform)
        # For a moment the chat has neither: the message that said that it comes goes first.
        return any(message.message_id > before and message.photo for message in person.messages())

    await until(has_come, True, within=60)


async def test_refresh_asks_tiktok_anew_for_what_is_an_hour_old_and_says_when_it_will_be(
    platform: Platform, ben: Person
):
    first, second = usernames()[:2]
    await ben.send(f"/compare {first} {second}")
    await compared(platform, ben)
    asked = platform.tiktok.requests.total()
    platform.clock.passes(minutes=20)
    answer = await ben.press("🔄 Refresh")
    assert re.search("asked anew in (39|40) minutes", answer.text.translate(UNSEEN))
    assert platform.tiktok.requests.total() == asked
    platform.clock.passes(hours=2)
    await refreshed(platform, ben)
    assert platform.tiktok.requests.total() > asked
    assert ben.last.photo
    assert lines(ben)[1].endswith(f"@{first}")
    followers = f"{platform.tiktok.creator(first).followers:,}"
    assert any(line.startswith(f"1 {followers.rjust(14)}") for line in lines(ben))


async def test_refreshed_while_tiktok_is_silent_the_old_numbers_have_their_date(platform: Platform, ben: Person):
    first, second = usernames()[:2]
    await ben.send(f"/compare {first} {second}")
    await compared(platform, ben)
    platform.tiktok.fault("*", "reset")
    platform.clock.passes(hours=2)
    await refreshed(platform, ben)
    assert "TikTok does not answer just now: the last known numbers" in said(ben)
    platform.clock.passes(days=40)
    await refreshed(platform, ben)
    assert "TikTok does not answer" in said(ben)
    assert all(f"@{name} · " in line for name, line in zip((first, second), lines(ben)[1:3], strict=True))


async def test_an_account_of_the_top_has_its_date_too_once_it_is_over_a_day_old(platform: Platform, ben: Person):
    starring = await known(platform, "star")
    await known(platform, "katya")
    async with platform.container.database.write() as session:
        (await session.get_one(TikTokAccount, starring)).fetched_at = platform.clock() - timedelta(days=3)
        session.add(TikTokTopMember(account_id=starring, added_at=platform.clock(), from_file=True))
    await ben.send("/compare star katya")
    await compared(platform, ben)
    assert "@star · " in lines(ben)[1]
    assert lines(ben)[2].endswith("@katya")
    assert "What has a date is from then" in said(ben)
    assert platform.tiktok.requests.total() == 0


async def test_the_picture_has_the_day_of_the_oldest_numbers(platform: Platform):
    cards = []
    for name, days in (("katya", 0), ("old_friend", 3)):
        account_id = await known(platform, name)
        async with platform.container.database.write() as session:
            row = await session.get_one(TikTokAccount, account_id)
            row.fetched_at = datetime(2026, 11, 22 - days, 12, tzinfo=UTC)
        account = await platform.container.services.accounts.by_id(account_id)
        assert account is not None
        cards.append(await platform.container.services.cards.of(account))
    assert "19" in chart(cards, "@bot", UTC).subtitle


async def comes(platform: Platform, person: Person, words: str) -> Message:
    """The message with these words, after as many pauses between tries as it takes."""

    async def is_there() -> bool:
        platform.clock.passes(minutes=1)
        return any(words in read(message) for message in person.messages())

    await until(is_there, True, within=60)
    return await sees(person, words)


async def test_of_a_stranger_that_tiktok_is_silent_about_the_comparison_comes_once_it_answers(
    platform: Platform, ben: Person
):
    await known(platform, "katya")
    platform.tiktok.fault("*", "reset")
    await ben.send(f"/compare katya {usernames()[0]}")
    told = await sees(ben, f"I will write to you about @{usernames()[0]}")
    assert "⚖️ Compare others" in told.buttons
    platform.tiktok.fault("*", "")
    shown = await comes(platform, ben, "Side by side")
    assert shown.message_id > told.message_id
    assert [message.message_id for message in ben.messages() if message.from_bot] == [shown.message_id]


async def test_a_short_address_that_tiktok_is_silent_about_is_compared_once_it_answers(platform: Platform, ben: Person):
    first, second = usernames()[:2]
    platform.tiktok.fault("*", "reset")
    await ben.send(f"/compare {platform.tiktok.short(first)} {second}")
    told = await sees(ben, "I will write to you when I see where this address leads")
    assert "⚖️ Compare others" in told.buttons
    platform.tiktok.fault("*", "")
    shown = await comes(platform, ben, "Side by side")
    assert [line.split("· ")[-1] for line in lines(ben)[1:3]] == [f"@{first}", f"@{second}"]
    assert [message.message_id for message in ben.messages() if message.from_bot] == [shown.message_id]


async def test_a_comparison_that_a_silent_tiktok_holds_up_for_a_day_is_given_up(platform: Platform, ben: Person):
    platform.tiktok.fault("*", "reset")
    await ben.send(f"/compare {platform.tiktok.short(usernames()[0])} katya")
    await ben.send("/compare katya somebody_new")
    await sees(ben, "I will write to you when I see")
    await sees(ben, "I will write to you about @katya, @somebody_new")
    platform.clock.passes(days=1)
    for words in ("where a short address leads. Compare by names", "has not answered about @katya, @somebody_new for"):
        assert "⚖️ Compare others" in (await comes(platform, ben, words)).buttons


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("one", "1 account"),
        ("one one @ONE", "1 account"),
        ("aa bb cc dd ee", "5 accounts"),
        ("катя dima", "Latin"),
        ("one https://example.com/@two", "not TikTok"),
        ("vs и", "0 accounts"),
    ],
)
async def test_other_words_are_refused_with_what_is_wrong(platform: Platform, ben: Person, words: str, answer: str):
    await ben.send(f"/compare {words}")
    assert answer in said(ben)
    assert platform.tiktok.requests.total() == 0


async def test_without_names_they_are_asked_for_and_a_wrong_answer_leaves_the_question_open(
    platform: Platform, ben: Person
):
    await known(platform, "katya")
    await known(platform, "dima")
    await ben.send("/compare")
    assert "2 to 4" in said(ben)
    await ben.send("katya")
    assert "1 account" in said(ben)
    await ben.send("katya dima")
    assert (await compared(platform, ben)).photo


async def test_from_a_card_only_the_others_are_asked_for(platform: Platform, ben: Person):
    katya = await known(platform, "katya")
    await known(platform, "dima")
    await ben.start()
    await ben.press_data(ComparePress(act=CompareAct.ASK, ids=str(katya)).pack(), on=ben.last)
    await nothing_waits(platform)
    assert "@katya" in said(ben)
    await ben.send("dima")
    assert (await compared(platform, ben)).photo
    assert [line.split(" · ")[1] for line in lines(ben)[1:3]] == ["@katya", "@dima"]
    await ben.press("🔄 Refresh")
    await nothing_waits(platform)
    assert ben.last.photo


async def test_a_forged_comparison_is_refused(platform: Platform, ben: Person):
    katya = await known(platform, "katya")
    await ben.start()
    for ids in (f"{katya}.999999", "999999999999999999"):
        answer = await ben.press_data(ComparePress(act=CompareAct.SHOW, ids=ids).pack(), on=ben.last)
        assert "does not work any more" in answer.text
    answer = await ben.press_data(ComparePress(act=CompareAct.SHOW, ids=f"{katya}.{katya}").pack(), on=ben.last)
    assert "1 account" in answer.text
    await ben.press_data("tc:s:1.2.3.4.5", on=ben.last)
    await nothing_waits(platform)


async def test_in_a_group_the_comparison_has_no_buttons(platform: Platform, ben: Person):
    await known(platform, "katya")
    there = ben.in_group(platform.world.group("Друзья"))
    await there.send("/compare")
    assert "/compare one two" in said(there)
    await there.send(f"/compare katya {usernames()[0]}")
    shown = await compared(platform, there)
    assert shown.photo
    assert shown.buttons == []
    assert lines(there)[1].endswith("@katya")
