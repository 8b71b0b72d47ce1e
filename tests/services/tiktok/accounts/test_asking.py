"""People ask for accounts: what they are shown, and what TikTok is asked."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import Database
from db.tables import TikTokTopMember
from services.deliveries import Outgoing
from services.tiktok.accounts import ADDRESS, AT_ONCE
from services.tiktok.errors import (
    AccountBanned,
    AccountMissing,
    AccountOfRegion,
    AccountPrivate,
    AccountRefused,
    AccountUnshown,
    TikTokSilent,
)
from services.tiktok.stored import Asker, Look
from tests.services.tiktok.accounts.room import ANNA, BORIS, DAY, HOUR, MINUTE, NOW, Room, TikTok, posts
from tests.waiting import until


async def test_who_asks_first_waits_for_the_fetch_and_who_asks_later_sees_it_at_once(room: Room):
    room.tiktok.shows(listed=posts(range(10)), complete=True)
    assert await room.ask(message_id=10) == Look(None)
    await room.works_through()
    assert room.messages == {10: "12000 followers"}
    look = await room.ask(person_id=BORIS, message_id=11)
    assert look.account is not None
    assert (look.account.profile.followers, look.account.fetched_at, look.account.source) == (12_000, NOW, "browser")
    assert room.tiktok.asked == {"anna": 1}
    assert await room.waiting() == 0


async def test_what_is_at_hand_is_shown_without_asking_for_anything(room: Room):
    assert await room.accounts.at_hand("anna", NOW) is None
    assert await room.due() == {}
    room.tiktok.shows()
    await room.fetched()
    at_hand = await room.accounts.at_hand("anna", NOW)
    assert at_hand == await room.accounts.stored("anna") is not None
    assert await room.accounts.at_hand("anna", NOW + 2 * DAY) is None
    assert await room.due() == {}
    room.tiktok.answers["ghost"] = AccountMissing("ghost")
    await room.fetched("ghost")
    with pytest.raises(AccountMissing):
        await room.accounts.at_hand("ghost", NOW)


async def test_what_is_stored_is_shown_for_a_day_and_then_it_is_fetched_anew(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.passes(DAY - MINUTE)
    assert (await room.ask()).account is not None
    room.passes(2 * MINUTE)
    assert await room.ask() == Look(None)
    room.tiktok.shows(followers=13_000)
    await room.works_through()
    assert room.messages == {10: "13000 followers"}


async def test_an_account_of_the_top_is_shown_from_the_top_s_data_for_a_week(room: Room):
    room.tiktok.shows()
    outcome = await room.fetched()
    assert outcome.account is not None
    async with room.database.write() as session:
        session.add(TikTokTopMember(account_id=outcome.account.id, added_at=NOW, from_file=True))
    room.passes(5 * DAY)
    look = await room.ask()
    assert look.account is not None
    assert look.account.in_top
    assert look.account.age(room.now) == 5 * DAY
    room.passes(2 * DAY)
    assert await room.ask() == Look(None)


async def test_an_account_of_the_top_that_was_never_fetched_is_fetched_for_who_asks(room: Room):
    async with room.database.write() as session:
        account_id = await room.accounts.add_in(session, "anna", NOW)
        session.add(TikTokTopMember(account_id=account_id, added_at=NOW, from_file=True))
    room.tiktok.shows()
    assert await room.ask() == Look(None)
    await room.works_through()
    assert room.messages == {10: "12000 followers"}


async def test_it_is_fetched_anew_by_force_once_an_hour_at_most(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.passes(HOUR - MINUTE)
    look = await room.ask(force=True)
    assert look.account is not None
    room.passes(2 * MINUTE)
    room.tiktok.shows(followers=12_500)
    assert await room.ask(force=True) == Look(None)
    # Pressed again while it is being fetched.
    assert await room.ask(force=True) == Look(None)
    await room.works_through()
    assert room.messages == {10: "12500 followers"}
    assert (await room.ask(force=True)).account is not None
    assert room.tiktok.asked == {"anna": 2}


@pytest.mark.parametrize("refusal", [AccountMissing, AccountPrivate, AccountBanned, AccountOfRegion])
async def test_a_refusal_is_remembered_for_an_hour(room: Room, refusal: type[AccountRefused]):
    room.tiktok.answers["ghost"] = refusal("ghost")
    await room.ask("ghost")
    await room.works_through()
    assert room.messages == {10: refusal.state}
    room.passes(HOUR - MINUTE)
    with pytest.raises(refusal):
        await room.ask("ghost", BORIS)
    with pytest.raises(refusal):
        await room.ask("ghost", BORIS, force=True)
    assert room.tiktok.asked == {"ghost": 1}
    room.passes(2 * MINUTE)
    assert await room.ask("ghost", BORIS) == Look(None)


async def test_that_an_account_is_not_shown_nobody_says_why_is_remembered_for_ten_minutes(room: Room):
    room.tiktok.answers["ghost"] = AccountUnshown("ghost")
    await room.ask("ghost")
    await room.works_through()
    assert room.messages == {10: "unshown"}
    room.passes(9 * MINUTE)
    with pytest.raises(AccountUnshown):
        await room.ask("ghost", BORIS)
    room.passes(2 * MINUTE)
    room.tiktok.shows("ghost")
    assert await room.ask("ghost", BORIS, 11) == Look(None)
    await room.works_through()
    assert room.messages == {10: "unshown", 11: "12000 followers"}


async def test_an_account_that_goes_private_keeps_its_numbers_and_comes_back(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.passes(2 * DAY)
    room.tiktok.answers["anna"] = AccountPrivate("anna")
    assert (await room.fetched()).refusal is not None
    stored = await room.accounts.stored("anna")
    assert stored is not None
    assert (stored.state, stored.profile.followers, stored.fetched_at) == ("private", 12_000, NOW)
    room.passes(2 * HOUR)
    room.tiktok.shows(followers=1)
    outcome = await room.fetched()
    assert outcome.account is not None
    assert (outcome.account.state, outcome.account.profile.followers) == ("known", 1)
    assert await room.snapshots() == [12_000, 1]


@pytest.mark.parametrize("name", ["anna", "ghost"])
async def test_fifty_people_in_two_processes_make_one_request(database_url: str, name: str):
    tiktok = TikTok(gate=asyncio.Event())
    tiktok.shows("anna")
    tiktok.answers["ghost"] = AccountMissing("ghost")
    rooms = [Room(Database.open(database_url), tiktok) for _ in range(2)]
    await rooms[0].people(*range(1, 51))

    async def in_hand() -> int:
        return tiktok.asked[name]

    async with rooms[0].working(), rooms[1].working():
        first = [rooms[number % 2].ask(name, number, message_id=number) for number in range(1, 26)]
        assert set(await asyncio.gather(*first)) == {Look(None)}
        await until(in_hand, 1)
        # TikTok has been asked, and has not answered yet.
        late = [rooms[number % 2].ask(name, number, message_id=number) for number in range(26, 51)]
        assert set(await asyncio.gather(*late)) == {Look(None)}
        assert tiktok.gate is not None
        tiktok.gate.set()

        async def answered() -> int:
            return sum(len(room.messages) for room in rooms)

        await until(answered, 50)
        await until(rooms[0].waiting, 0)
    said = rooms[0].messages | rooms[1].messages
    assert said == dict.fromkeys(range(1, 51), "12000 followers" if name == "anna" else "missing")
    assert tiktok.asked == {name: 1}
    for room in rooms:
        await room.database.close()


async def test_who_asks_while_the_answer_is_being_stored_is_answered(room: Room):
    """However the two fall: they either see what was stored, or are seen by who stores."""
    for round_ in range(10):
        name = f"anna{round_}"
        room.tiktok.shows(name)
        await room.ask(name, message_id=100 + round_)
        async with room.working():

            async def asked(name: str = name) -> int:
                return room.tiktok.asked[name]

            await until(asked, 1)
            look = await room.ask(name, BORIS, message_id=200 + round_)

            async def answered(message_id: int = 200 + round_, look: Look = look) -> bool:
                return look.account is not None or message_id in room.messages

            await until(answered, True)
    assert set(room.tiktok.asked.values()) == {1}


async def test_asked_again_for_the_same_message_it_is_one_asker(room: Room):
    room.tiktok.shows()
    await room.ask(message_id=10)
    await room.ask(message_id=10)
    assert await room.waiting() == 1
    await room.works_through()
    assert room.edits == 1


async def test_who_asks_does_not_stand_behind_what_is_refreshed_later(room: Room):
    for name in ("anna", "boris"):
        room.tiktok.shows(name)
    assert await room.accounts.refresh(["boris", "anna"], NOW, pace=HOUR) == 2
    assert await room.due() == {"boris": NOW, "anna": NOW + HOUR}
    await room.ask("anna")
    assert await room.due() == {"boris": NOW, "anna": NOW}
    await room.works_through()
    assert room.messages == {10: "12000 followers"}


async def test_who_asks_goes_before_what_nobody_waits_for(room: Room):
    """All of the top is due, and so much of it is being fetched as is fetched at once."""
    members = [f"member{number}" for number in range(20)]
    for name in (*members, "anna"):
        room.tiktok.shows(name)
    room.tiktok.gate = asyncio.Event()
    await room.accounts.refresh(members, NOW, pace=timedelta())

    async def in_hand() -> int:
        return room.tiktok.asked.total()

    async with room.working():
        await until(in_hand, AT_ONCE)
        await room.ask("anna")
        room.tiktok.gate.set()
        await until(in_hand, 21)
    # Among the next ones that are begun together.
    assert AT_ONCE <= list(room.tiktok.asked).index("anna") < 2 * AT_ONCE


async def test_nobody_waits_for_an_account_that_is_only_wanted(room: Room):
    room.tiktok.shows()
    assert await room.accounts.look("anna", asker=None, now=NOW) == Look(None)
    await room.works_through()
    assert await room.snapshots() == [12_000]
    assert room.messages == {}


async def test_a_short_address_is_followed_by_a_work_of_its_own(room: Room):
    url = "https://vm.tiktok.com/ZMabc"
    room.tiktok.addresses[url] = "anna"
    await room.accounts.ask_address(url, Asker(ANNA, ANNA, 10, address="vm.tiktok.com/ZMabc"), NOW)
    found = await room.works.find_due(ADDRESS, f"{ANNA}:10")
    assert found is not None
    work, due_at = found
    assert (due_at, work.chat_id, work.message_id) == (NOW, ANNA, 10)
    assert work.facts["address"] == "vm.tiktok.com/ZMabc"
    assert await room.accounts.resolve(work.facts["url"]) == "anna"


async def test_who_cannot_be_told_by_their_message_is_owed_it_once(room: Room):
    room.tiktok.answers["anna"] = TikTokSilent({"browser": "reset"})
    await room.ask()
    [asker] = (await room.fetched()).askers
    for _ in range(2):
        await room.accounts.told(asker, NOW, Outgoing("I will write to you"))
    assert await room.owed() == [(ANNA, "I will write to you")]
    assert await room.waiting() == 1
