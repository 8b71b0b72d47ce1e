"""TikTok does not answer."""

from datetime import timedelta

from db.queries import privacy
from services.deliveries import Outgoing
from services.tiktok.errors import AccountMissing, TikTokSilent
from services.tiktok.stored import Look
from tests.services.tiktok.accounts.room import ANNA, BORIS, DAY, HOUR, MINUTE, NOW, Room

SILENT = TikTokSilent({"browser": "timeout", "embed": "limited", "page": "timeout"})


async def test_who_asks_hears_of_the_silence_and_is_written_to_when_it_ends(room: Room):
    room.tiktok.answers["anna"] = SILENT
    await room.ask(message_id=10)
    await room.works_through()
    assert room.messages == {10: "silence"}
    assert await room.owed() == []
    room.passes(MINUTE)
    room.tiktok.shows()
    await room.works_through()
    assert room.messages == {10: "silence"}
    assert await room.owed() == [(ANNA, "12000 followers")]
    assert await room.waiting() == 0
    assert await room.due() == {}


async def test_a_refusal_after_the_silence_is_an_answer_too(room: Room):
    room.tiktok.answers["anna"] = SILENT
    await room.ask()
    await room.works_through()
    room.passes(MINUTE)
    room.tiktok.answers["anna"] = AccountMissing("anna")
    await room.works_through()
    assert await room.owed() == [(ANNA, "missing")]


async def test_the_last_numbers_are_told_with_their_age(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.passes(3 * DAY)
    room.tiktok.answers["anna"] = SILENT
    outcome = await room.fetched()
    assert outcome.silence is SILENT
    assert outcome.account is not None
    assert (outcome.account.profile.followers, outcome.account.age(room.now)) == (12_000, 3 * DAY)
    assert (outcome.account.failures, outcome.account.failure) == (1, "limited, timeout")


async def test_an_account_without_numbers_has_none_to_tell(room: Room):
    room.tiktok.answers["anna"] = SILENT
    assert (await room.fetched()).account is None


async def test_it_is_tried_again_after_growing_pauses_until_a_day_is_over(room: Room):
    room.tiktok.answers["anna"] = SILENT
    await room.ask(message_id=10)
    await room.works_through()
    pauses = []
    while due := await room.due():
        pauses.append(due["anna"] - room.now)
        room.now = due["anna"]
        await room.works_through()
        assert len(pauses) < 100
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 300)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == HOUR
    assert DAY < room.now - NOW < DAY + 2 * HOUR
    assert room.messages == {10: "silence"}
    assert await room.owed() == [(ANNA, "in vain")]
    assert await room.waiting() == 0
    assert room.tiktok.asked["anna"] == len(pauses) + 1


async def test_who_asks_during_the_silence_makes_one_more_try_and_is_told_at_once(room: Room):
    room.tiktok.answers["anna"] = SILENT
    await room.ask(message_id=10)
    for _ in range(5):
        await room.works_through()
        room.now = (await room.due())["anna"]
    await room.works_through()
    assert (await room.due())["anna"] - room.now > 5 * MINUTE
    assert await room.ask(person_id=BORIS, message_id=11) == Look(None)
    await room.works_through()
    assert room.messages == {10: "silence", 11: "silence"}
    room.passes(HOUR)
    room.tiktok.shows()
    await room.works_through()
    assert sorted(await room.owed()) == [(ANNA, "12000 followers"), (BORIS, "12000 followers")]


async def test_a_silent_refresh_leaves_what_is_stored_and_notes_why(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.passes(DAY)
    room.tiktok.answers["anna"] = SILENT
    for failures in (1, 2):
        outcome = await room.fetched()
        assert outcome.pause is None, "nobody waits"
        stored = await room.accounts.stored("anna")
        assert stored is not None
        assert (stored.failures, stored.failure, stored.fetched_at) == (failures, "limited, timeout", NOW)
    room.tiktok.shows()
    await room.fetched()
    stored = await room.accounts.stored("anna")
    assert stored is not None
    assert (stored.failures, stored.failure) == (0, "")
    assert await room.snapshots() == [12_000, 12_000]


async def test_an_error_of_ours_is_silence_for_people_and_a_report_for_operators(room: Room):
    room.tiktok.answers["anna"] = KeyError("userInfo")
    await room.ask(message_id=10)
    await room.works_through()
    assert room.messages == {10: "silence"}
    assert [type(error) for error in room.errors] == [KeyError]
    room.passes(MINUTE)
    room.tiktok.shows()
    await room.works_through()
    assert await room.owed() == [(ANNA, "12000 followers")]


async def test_an_error_of_the_network_that_a_way_lets_out_is_silence_too(room: Room):
    room.tiktok.answers["anna"] = ConnectionResetError("by the proxy")
    await room.ask(message_id=10)
    await room.works_through()
    assert room.messages == {10: "silence"}
    assert [type(error) for error in room.errors] == [ConnectionResetError]


async def test_who_knows_of_the_silence_and_asks_again_by_the_same_message_sees_an_end_there(room: Room):
    room.tiktok.answers["anna"] = SILENT
    await room.ask(message_id=10)
    await room.works_through()
    room.passes(MINUTE / 6)
    # What the press of "Refresh" makes of it.
    room.messages[10] = "asking anew"
    await room.ask(message_id=10)
    await room.works_through()
    assert room.messages == {10: "silence"}
    room.passes(HOUR)
    room.tiktok.shows()
    await room.works_through()
    assert await room.owed() == [(ANNA, "12000 followers")]
    assert await room.waiting() == 0


async def test_asking_again_does_not_make_the_day_of_waiting_longer(room: Room):
    room.tiktok.answers["anna"] = SILENT
    await room.ask(message_id=10)
    room.passes(HOUR)
    await room.ask(message_id=10)
    assert [asker.asked_at for asker in (await room.fetched()).askers] == [NOW]


async def test_one_who_is_owed_an_answer_gets_one(room: Room):
    """Two processes that both believe that it is theirs to answer."""
    room.tiktok.shows()
    await room.ask()
    asker = (await room.fetched()).askers[0]
    for text in ("first", "second"):
        await room.accounts.owe(asker, Outgoing(text), NOW)
    assert await room.owed() == [(ANNA, "first")]


async def test_who_erased_what_is_known_of_them_is_owed_nothing(room: Room):
    room.tiktok.shows()
    await room.ask()
    asker = (await room.fetched()).askers[0]
    async with room.database.write() as session:
        await privacy.forget_interests(session, ANNA)
    await room.accounts.owe(asker, Outgoing("a card"), NOW)
    assert await room.owed() == []


async def test_who_asks_again_while_they_are_told_is_not_left_with_asking_anew(room: Room):
    room.tiktok.answers["anna"] = SILENT
    await room.ask(message_id=10)
    asker = (await room.fetched()).askers[0]
    # Between the edit of their message and the word that they were told, they press once more.
    await room.ask(message_id=10)
    await room.accounts.told(asker, room.now)
    again = (await room.fetched()).askers
    assert [each.told_at for each in again] == [None], "their message is edited by the next fetch, too"
    await room.accounts.answered(asker)
    await room.accounts.owe(asker, Outgoing("a card of before"), room.now)
    assert (await room.waiting(), await room.owed()) == (1, [])
    await room.accounts.told(again[0], room.now)
    assert (await room.fetched()).askers == ()
    await room.accounts.answered(again[0])
    assert await room.waiting() == 0


async def test_each_silence_ends_with_a_message_of_its_own(room: Room):
    for number in range(3):
        room.tiktok.answers["anna"] = SILENT
        await room.ask(message_id=10)
        await room.works_through()
        room.passes(MINUTE)
        room.tiktok.shows(followers=number)
        await room.works_through()
        room.passes(2 * DAY)
    assert [text for _chat, text in await room.owed()] == ["0 followers", "1 followers", "2 followers"]
