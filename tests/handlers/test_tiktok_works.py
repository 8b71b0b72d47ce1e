"""What becomes of who waits for an account, where answering goes wrong."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from handlers.tiktok.compare_works import ComparisonWorks
from sandbox import Fault, Message, Person
from sandbox.tiktok.creators import usernames
from tests.handlers.growth import known
from tests.handlers.reading import UNSEEN
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.waiting import until


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform


async def comes(platform: Platform, person: Person, words: str) -> Message:
    """The message with these words, after as many pauses between tries as it takes."""

    async def is_there() -> bool:
        platform.clock.passes(seconds=30)
        return any(words in read(message) for message in person.messages())

    await until(is_there, True)
    return await sees(person, words)


async def test_where_the_message_about_a_short_address_cannot_be_edited_the_answer_is_a_new_one(
    platform: Platform, anna: Person
):
    platform.server.faults.add(Fault("server_error", method="editMessageText", times=20))
    await anna.send("https://vm.tiktok.com/ZMnowhere1/")
    assert "🔎 Другое имя" in (await sees(anna, "не на аккаунт")).buttons


async def test_where_a_short_address_leads_is_written_once_tiktok_answers(platform: Platform, anna: Person):
    name = usernames()[3]
    platform.tiktok.fault("*", "reset", ["short"])
    await anna.send(platform.tiktok.short(name))
    told = await sees(anna, "Напишу вам, когда увижу, куда ведёт этот адрес")
    platform.tiktok.fault("*", "")
    card = await comes(platform, anna, "Подписчики")
    assert name in read(card)
    assert [message.message_id for message in anna.messages() if message.from_bot] == [card.message_id]
    assert card.message_id > told.message_id, "an edited message tells nobody that it is there"


def standing(person: Person) -> list[int]:
    """The bot's messages."""
    return [message.message_id for message in person.messages() if message.from_bot]


async def test_of_a_late_short_address_whose_account_is_silent_they_hear_by_a_message_that_stays(
    platform: Platform, anna: Person
):
    name = usernames()[3]
    platform.tiktok.fault("*", "reset", ["short"])
    await anna.send(platform.tiktok.short(name))
    before = await sees(anna, "Напишу вам, когда увижу, куда ведёт этот адрес")
    platform.tiktok.fault("*", "reset", ["detail", "item_list", "creator", "embed", "page"])
    # The old message goes late, while the account's fetch could answer already.
    platform.server.faults.add(Fault("slow", method="deleteMessage", seconds=0.5))
    told = await comes(platform, anna, f"Напишу вам про @{name}")
    assert told.message_id > before.message_id
    assert standing(anna) == [told.message_id]
    platform.tiktok.fault("*", "")
    card = await comes(platform, anna, "Подписчики")
    assert standing(anna)[-1] == card.message_id > told.message_id


async def test_who_cannot_be_told_that_tiktok_is_silent_is_told_by_a_message_of_its_own(
    platform: Platform, anna: Person
):
    platform.tiktok.fault("*", "reset")
    platform.server.faults.add(Fault("server_error", method="editMessageText", times=20))
    await anna.send(f"/stats {usernames()[3]}")
    told = await sees(anna, "Напишу вам про")
    assert standing(anna) == [told.message_id], "nothing says any more that it is being looked up"


async def test_a_short_address_that_tiktok_is_silent_about_for_a_day_is_given_up(platform: Platform, ben: Person):
    platform.tiktok.fault("*", "reset", ["short"])
    await ben.send(platform.tiktok.short(usernames()[3]))
    told = await sees(ben, "I will write to you when I see where this address leads")
    platform.clock.passes(days=1)
    over = await comes(platform, ben, "has not said for a whole day where this address leads")
    assert over.message_id > told.message_id
    assert "🔎 Another name" in over.buttons


async def test_one_who_cannot_be_answered_hears_of_it_and_stops_nobody_else(
    platform: Platform, anna: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
):
    name = usernames()[3]
    cards = platform.container.services.cards
    make, made = cards.of, []

    async def of(*args: Any, **more: Any) -> Any:
        made.append(args)
        if len(made) == 1:
            raise ZeroDivisionError("a figure that nobody foresaw")
        return await make(*args, **more)

    platform.tiktok.fault("*", "empty")
    for person, words in ((anna, "Напишу вам про"), (ben, "I will write to you about")):
        await person.send(f"/stats {name}")
        await sees(person, words)
    monkeypatch.setattr(cards, "of", of)
    platform.tiktok.fault("*", "")
    assert "🔎 Другое имя" in (await comes(platform, anna, "У нас что-то сломалось")).buttons
    assert name in read(await sees(ben, "Followers"))
    assert len(made) == 2, "nobody is answered twice"


async def test_who_looks_on_while_their_card_cannot_be_made_hears_of_it_too(
    platform: Platform, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    async def of(*_args: Any, **_more: Any) -> Any:
        raise ZeroDivisionError("a figure that nobody foresaw")

    monkeypatch.setattr(platform.container.services.cards, "of", of)
    await anna.send(f"/stats {usernames()[3]}")
    sorry = await sees(anna, "У нас что-то сломалось")

    async def shown() -> list[int]:
        return [message.message_id for message in anna.messages() if message.from_bot]

    await until(shown, [sorry.message_id])


async def test_who_compares_hears_when_it_fails_for_good(
    platform: Platform, ben: Person, monkeypatch: pytest.MonkeyPatch
):
    async def fail(*_args: Any, **_more: Any) -> Any:
        raise ZeroDivisionError("a figure that nobody foresaw")

    monkeypatch.setattr(ComparisonWorks, "_screen", fail)
    await known(platform, "katya")
    await ben.send(f"/compare katya {usernames()[0]}")

    async def is_over() -> bool:
        # The pauses between its tries.
        platform.clock.passes(minutes=11)
        return any("did not work just now" in message.text.translate(UNSEEN) for message in ben.messages())

    await until(is_over, True)
    assert "⚖️ Compare others" in ben.last.buttons
