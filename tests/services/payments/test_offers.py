"""What is offered before anybody pays: accounts are looked through once, and codes are heard at their word."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import Database
from db.queries import promo
from services.guides.materials import Materials, TooFewPosts
from services.payments.model import CodeRefused, MaterialGone
from services.payments.offers import Offers, Terms
from services.pictures.studio import PictureStudio
from services.tiktok.errors import AccountMissing, TikTokSilent
from tests.services.payments.till import ANNA, BORIS, NOW, PRICE, Till
from tests.services.tiktok.accounts.room import Room, post, posts

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Counter:
    """Where offers are made."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.room = Room(database)
        self.offers = Offers(
            database, self.room.accounts, Materials(database), PictureStudio(), price=PRICE, invented=False
        )


@pytest.fixture
async def counter(database: Database) -> Counter:
    return Counter(database)


async def code(database: Database, name: str, percent: int = 30, **values: object) -> None:
    terms = {"most_uses": None, "most_each": None, "uses": 0, "created_at": NOW, "created_by": 1, **values}
    async with database.write() as session:
        await promo.add_code(session, name, percent=percent, **terms)


async def test_an_account_is_looked_through_once_an_hour_and_stored_as_any_other(counter: Counter):
    counter.room.tiktok.shows(listed=posts(range(12)), complete=True)
    frozen = await counter.offers.prepare("anna", NOW)
    assert [each.post_id for each in frozen.material.posts] == [each.post_id for each in posts(range(12))]
    assert (frozen.material.complete, frozen.material.posts_source) == (True, "videos")
    account = await counter.room.accounts.stored("anna")
    assert account is not None
    assert (account.id, account.fetched_at) == (frozen.account_id, NOW)
    assert len(await counter.room.accounts.posts(account.id)) == 12
    again = await counter.offers.prepare("anna", NOW + 59 * MINUTE)
    assert again.id == frozen.id
    assert counter.room.tiktok.asked["anna"] == 1
    later = await counter.offers.prepare("anna", NOW + HOUR + MINUTE)
    assert later.id != frozen.id
    assert counter.room.tiktok.asked["anna"] == 2
    assert (await counter.offers.find(frozen.id)).material == frozen.material
    with pytest.raises(MaterialGone):
        await counter.offers.find(999)


async def test_those_who_ask_at_once_wait_for_one_look(counter: Counter):
    counter.room.tiktok.shows(listed=posts(range(12)))
    counter.room.tiktok.gate = asyncio.Event()
    asking = [asyncio.create_task(counter.offers.prepare("anna", NOW)) for _ in range(3)]
    counter.room.tiktok.gate.set()
    frozen = await asyncio.gather(*asking)
    assert len({each.id for each in frozen}) == 1
    assert counter.room.tiktok.asked["anna"] == 1


async def test_what_was_known_of_a_post_before_stands_in_the_material(counter: Counter):
    counter.room.tiktok.shows(listed=posts(range(12)))
    await counter.offers.prepare("anna", NOW)
    bare = [post(number, hashtags=(), description="") for number in range(12)]
    counter.room.tiktok.shows(listed=bare)
    frozen = await counter.offers.prepare("anna", NOW + 2 * HOUR)
    assert {each.hashtags for each in frozen.material.posts} == {("сказки",)}


async def test_what_cannot_be_looked_through_is_refused_and_stored_so(counter: Counter):
    counter.room.tiktok.answers["ghost"] = AccountMissing("ghost")
    for _ in range(2):
        with pytest.raises(AccountMissing):
            await counter.offers.prepare("ghost", NOW)
    assert counter.room.tiktok.asked["ghost"] == 1, "TikTok has just said so"
    counter.room.tiktok.shows(listed=[*posts(range(8)), post(9, pinned=True)])
    with pytest.raises(TooFewPosts) as refused:
        await counter.offers.prepare("anna", NOW)
    assert (refused.value.username, refused.value.usable, refused.value.needed) == ("anna", 8, 10)


@pytest.mark.parametrize("posts_source", ["", "embed-posts"])
async def test_videos_that_tiktok_shows_in_part_only_are_waited_for(counter: Counter, posts_source: str):
    listed = posts(range(12)) if posts_source else ()
    counter.room.tiktok.shows(listed=listed, posts_source=posts_source)
    with pytest.raises(TikTokSilent):
        await counter.offers.prepare("anna", NOW)
    counter.room.tiktok.answers["anna"] = TikTokSilent({"browser": "timeout"})
    with pytest.raises(TikTokSilent):
        await counter.offers.prepare("anna", NOW)
    account = await counter.room.accounts.stored("anna")
    assert account is not None
    assert account.failure == "timeout"


async def test_an_error_of_ours_is_a_silence_that_operators_hear_of(counter: Counter):
    counter.room.tiktok.answers["anna"] = ZeroDivisionError("a figure that nobody foresaw")
    with pytest.raises(TikTokSilent):
        await counter.offers.prepare("anna", NOW)
    assert [type(error) for error in counter.room.errors] == [ZeroDivisionError]


async def test_a_code_changes_the_price_for_who_may_use_it(database: Database):
    till, counter = Till(database), Counter(database)
    await till.person(ANNA)
    await till.person(BORIS)
    material = await till.material()
    await code(database, "SPRING", most_uses=1)
    terms = counter.offers.terms
    assert await terms(ANNA, material, "", NOW) == Terms(PRICE, PRICE, 0)
    assert await terms(ANNA, material, " spring ", NOW) == Terms(35, PRICE, 0, "SPRING")
    await till.buy(ANNA, material, code="SPRING")
    assert (await terms(ANNA, material, "SPRING", NOW)).price == 35, "their own order holds it"
    with pytest.raises(CodeRefused, match="used-up"):
        await terms(BORIS, material, "SPRING", NOW)
    other = await till.material("other")
    with pytest.raises(CodeRefused, match="used-up"):
        await terms(ANNA, other, "SPRING", NOW)
    for wrong in ("NOTHING", "два слова", "x" * 99, "'; --"):
        with pytest.raises(CodeRefused, match="unknown"):
            await terms(ANNA, material, wrong, NOW)


async def test_an_update_brings_one_invoice(database: Database):
    till, counter = Till(database), Counter(database)
    await till.person(ANNA)
    order = await till.buy(ANNA, await till.material())
    assert not await counter.offers.is_sent(7)
    await counter.offers.sent(order, 7, NOW)
    assert await counter.offers.is_sent(7)
    assert not await counter.offers.is_sent(8)
