"""Operators choose whom the top lists; what is proposed to them is decided once."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from db import tables
from db.engine import Database
from services.people import NotAllowed, Person
from services.tiktok.curating import writes_cyrillic
from services.tiktok.placing import Order
from services.tiktok.watches import UnknownAccount
from tests.services.tiktok.desk import ANNA, BEN, DAY, NOON, OLYA, Desk

GROUP = -100


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "top.toml"
    path.write_text('accounts = ["ada"]')
    return path


@pytest.fixture
def desk(database: Database, file: Path) -> Desk:
    return Desk(database, file, admin_chat_id=GROUP)


@pytest.fixture
async def olya(desk: Desk) -> Person:
    return await desk.person(OLYA)


async def acts(desk: Desk) -> list[tuple[str, str]]:
    async with desk.database.read() as session:
        rows = await session.execute(select(tables.Act.name, tables.Act.subject).order_by(tables.Act.id))
        return [(name, subject) for name, subject in rows]


async def names(desk: Desk, olya: Person) -> list[str]:
    return [each.username for each in (await desk.list.page(olya, 1)).members]


def posts(*texts: str) -> dict[str, dict[str, object]]:
    return {f"p{number}": {"views": 1, "description": text} for number, text in enumerate(texts)}


async def test_an_account_is_added_once_and_fetched_at_once(desk: Desk, olya: Person):
    await desk.top.refresh(NOON)
    assert await desk.list.add(olya, "bob", NOON)
    assert not await desk.list.add(olya, "bob", NOON)
    assert await names(desk, olya) == ["ada", "bob"]
    assert ("bob", NOON) in await desk.asked()
    assert await acts(desk) == [("add-to-top", "tiktok:bob")]
    await desk.top.refresh(NOON + DAY)
    assert await names(desk, olya) == ["ada", "bob"]


async def test_what_an_operator_took_off_the_file_does_not_bring_back(desk: Desk, olya: Person):
    account_id = await desk.fetched("ada", NOON, income=5)
    await desk.top.refresh(NOON)
    assert (await desk.top.page(Order.INCOME, 1)).total == 1
    for _ in range(2):
        await desk.list.take_off(olya, account_id, NOON)
    assert (await desk.top.page(Order.INCOME, 1)).total == 0
    assert account_id not in await desk.kept()
    for moment in (NOON, NOON + DAY):
        await desk.top.refresh(moment)
    assert await names(desk, olya) == []
    assert await acts(desk) == [("remove-from-top", "tiktok:ada")]
    with pytest.raises(UnknownAccount):
        await desk.list.member(olya, account_id)
    # But who took it off may put it on again.
    assert await desk.list.add(olya, "ada", NOON)
    await desk.top.refresh(NOON + DAY)
    assert await names(desk, olya) == ["ada"]


async def test_who_is_watched_stays_fresh_when_off_the_list(desk: Desk, olya: Person):
    account_id = await desk.fetched("ada", NOON)
    await desk.top.refresh(NOON)
    await desk.watches.begin(await desk.person(), "ada", NOON)
    await desk.list.take_off(olya, account_id, NOON)
    assert account_id in await desk.kept()
    await desk.watches.end(ANNA, account_id)
    assert account_id not in await desk.kept()


async def test_nobody_else_touches_the_list(desk: Desk):
    account_id = await desk.fetched("ada", NOON)
    anna = await desk.person()
    support = await desk.person(BEN, role="support")
    for nobody in (anna, support):
        for forbidden in (
            desk.list.page(nobody, 1),
            desk.list.member(nobody, account_id),
            desk.list.add(nobody, "bob", NOON),
            desk.list.take_off(nobody, account_id, NOON),
            desk.list.proposals(nobody),
            desk.list.decide(nobody, account_id, NOON, accept=True),
        ):
            with pytest.raises(NotAllowed):
                await forbidden
    assert await acts(desk) == []


async def test_great_accounts_that_write_in_cyrillic_are_proposed_once(desk: Desk, olya: Person):
    great = await desk.fetched("great", NOON, followers=100_001, posts=posts("Привет!", "Hello", "", "Ёлка 🎄"))
    await desk.fetched("small", NOON, followers=100_000, posts=posts("Привет"))
    await desk.fetched("english", NOON, followers=900_000, posts=posts("Hello", "Привет", "World", "!!!"))
    await desk.fetched("silent", NOON, followers=900_000, posts=posts("", "🎄 123"))
    await desk.fetched("ada", NOON, followers=900_000, posts=posts("Привет"))
    await desk.top.refresh(NOON)
    await desk.fetched("longago", NOON - DAY, followers=900_000, posts=posts("Привет"))
    assert await desk.list.propose(NOON) == 1
    assert await desk.list.propose(NOON) == 0
    assert await desk.owed() == [(f"tiktok-proposal:{great}:{GROUP}", GROUP)]
    assert [(language, each.username) for language, each in desk.proposed] == [(olya.language, "great")]
    assert [each.username for each in await desk.list.proposals(olya)] == ["great"]
    assert (await desk.list.page(olya, 1)).proposed == 1


async def test_a_proposal_is_decided_once_by_whoever_is_first(desk: Desk, olya: Person):
    account_id = await desk.fetched("great", NOON, followers=200_000, posts=posts("Привет"))
    await desk.list.propose(NOON)
    decided = await asyncio.gather(*(desk.list.decide(olya, account_id, NOON, accept=yes) for yes in (True, False)))
    assert len({each.accepted for each in decided}) == 1
    again = await desk.list.decide(olya, account_id, NOON, accept=not decided[0].accepted)
    assert again.accepted is decided[0].accepted
    assert len(await acts(desk)) == 1
    assert await desk.list.proposals(olya) == ()
    assert await desk.list.propose(NOON) == 0
    with pytest.raises(UnknownAccount):
        await desk.list.decide(olya, 999, NOON, accept=True)


async def test_accepted_is_on_the_list_and_refused_is_not(desk: Desk, olya: Person):
    for name in ("one", "two"):
        await desk.fetched(name, NOON, followers=200_000, posts=posts("Привет"))
    await desk.list.propose(NOON)
    one, two = await desk.list.proposals(olya)
    await desk.list.decide(olya, one.account_id, NOON, accept=True)
    await desk.list.decide(olya, two.account_id, NOON, accept=False)
    assert await names(desk, olya) == ["one"]
    assert await acts(desk) == [("add-to-top", "tiktok:one"), ("keep-out-of-top", "tiktok:two")]


async def test_without_a_group_each_owner_gets_proposals(database: Database, file: Path):
    desk = Desk(database, file)
    account_id = await desk.fetched("great", NOON, followers=200_000, posts=posts("Привет"))
    await desk.person(OLYA)
    assert await desk.list.propose(NOON) == 1
    assert await desk.owed() == [(f"tiktok-proposal:{account_id}:{OLYA}", OLYA)]


@pytest.mark.parametrize(
    ("texts", "cyrillic"),
    [(["Да"], True), ([], False), (["🎄"], False), (["Да", "yes"], True), (["Да", "yes", "no"], False)],
)
def test_which_posts_are_cyrillic(texts: list[str], cyrillic: bool):
    assert writes_cyrillic(texts) is cyrillic
