"""What operators do to links, on both kinds of database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from db import tables
from db.engine import Database
from db.queries import people as queries
from services.links.errors import HostNotUnderstood, LinkNotFound, TargetBlocked
from services.links.links import Links
from services.links.moderation import Moderation
from services.operations.above import NotAbove
from services.operations.audit import Audit
from services.people import NotAllowed, People, Person, Role
from services.people.roles import GIVEN
from tests.services.links.conftest import ANNA, BEN, NOW

OPERATOR, SUPPORT, NOBODY = (Person(9, "ru", "UTC", role=role) for role in (Role.OPERATOR, Role.SUPPORT, Role.PERSON))
LATER = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def moderation(database: Database) -> Moderation:
    people = People(database, default_time_zone="UTC", owner_ids=frozenset())
    return Moderation(database, people, Audit(database), public_url="https://tok.example")


async def acts(database: Database) -> list[tuple[str, str]]:
    """(name, subject), the oldest first."""
    page = await Audit(database).page(1, 100)
    return [(act.name, act.subject) for act in reversed(page.acts)]


async def test_a_link_is_switched_off_with_its_reason_and_on_again(links: Links, moderation: Moderation):
    made, _ = await links.create(ANNA, "https://example.com", NOW)
    switched = await moderation.disable(OPERATOR, made.id, "Фишинг", NOW)
    assert switched is not None
    assert (switched.owner_id, switched.short_url) == (ANNA, made.short_url)
    assert (await links.get(ANNA, made.id)).disabled == "Фишинг"
    assert (await moderation.link(OPERATOR, made.id, NOW)).disabled == "Фишинг"
    assert await moderation.disable(OPERATOR, made.id, "Фишинг", NOW) is None
    assert await moderation.enable(OPERATOR, made.id, NOW) is not None
    assert (await links.get(ANNA, made.id)).disabled is None
    assert await moderation.enable(OPERATOR, made.id, NOW) is None


async def test_the_same_update_acts_once_and_gives_the_same_answer(
    links: Links, moderation: Moderation, database: Database
):
    made, _ = await links.create(ANNA, "https://example.com", NOW)
    first = await moderation.disable(OPERATOR, made.id, "x", NOW, cause=1)
    await moderation.enable(OPERATOR, made.id, NOW, cause=2)
    assert await moderation.disable(OPERATOR, made.id, "x", NOW, cause=1) == first
    assert (await links.get(ANNA, made.id)).disabled is None
    for _ in range(2):
        await moderation.block(OPERATOR, "bad.com", "x", NOW, cause=3)
        await moderation.unblock(OPERATOR, "bad.com", NOW, cause=4)
    assert await acts(database) == [
        ("disable-link", f"link:{made.id}"),
        ("enable-link", f"link:{made.id}"),
        ("block-host", "host:bad.com"),
        ("unblock-host", "host:bad.com"),
    ]


async def test_what_an_update_did_is_remembered_without_whose_link_it_was(
    links: Links, moderation: Moderation, database: Database
):
    made, _ = await links.create(ANNA, "https://example.com", NOW)
    one = await moderation.disable(OPERATOR, made.id, "x", NOW, cause=1)
    await moderation.enable(OPERATOR, made.id, NOW)
    every = await moderation.disable_all(OPERATOR, ANNA, "x", NOW, cause=2)
    async with database.read() as session:
        effects = (await session.scalars(select(tables.Effect))).all()
    for kept in (effect.result for effect in effects):
        assert str(ANNA) not in str(kept)
        assert made.slug not in str(kept)
    assert await moderation.disable(OPERATOR, made.id, "x", NOW, cause=1) == one
    assert await moderation.disable_all(OPERATOR, ANNA, "x", NOW, cause=2) == every


async def test_all_links_of_a_person_go_and_nobody_else_s(links: Links, moderation: Moderation, database: Database):
    for _ in range(2):
        await links.create(ANNA, "https://example.com", NOW)
    await links.draft(ANNA, "https://example.com/draft", NOW)
    bens, _ = await links.create(BEN, "https://example.com", NOW)
    switched = await moderation.disable_all(OPERATOR, ANNA, "Спам", NOW)
    assert switched is not None
    assert switched.count == 3
    assert [link.disabled for link in (await links.page(ANNA, 1, 5)).links] == ["Спам", "Спам"]
    assert (await links.get(BEN, bens.id)).disabled is None
    assert await moderation.disable_all(OPERATOR, ANNA, "Спам", NOW) is None
    assert await acts(database) == [("disable-links", f"person:{ANNA}")]


async def test_what_is_switched_off_is_not_offered_while_typing(links: Links, moderation: Moderation):
    made, _ = await links.create(ANNA, "https://example.com/a", NOW)
    await moderation.disable(OPERATOR, made.id, "x", NOW)
    assert await links.search(ANNA, "example", 10) == []
    assert (await links.draft(ANNA, "https://example.com/a", NOW))[0].id != made.id


async def test_a_blocked_host_takes_no_new_links_and_its_old_ones_say_why(links: Links, moderation: Moderation):
    below, _ = await links.create(ANNA, "https://www.bad.com/x", NOW)
    beside, _ = await links.create(ANNA, "https://notbad.com/x", NOW)
    assert await moderation.block(OPERATOR, "https://BAD.com/login", "Фишинг", NOW) == "bad.com"
    for address in ("https://bad.com", "http://a.b.bad.com:81/", "bad.com."):
        with pytest.raises(TargetBlocked) as refused:
            await links.create(ANNA, address, NOW)
        assert refused.value.reason == "Фишинг"
        with pytest.raises(TargetBlocked):
            await links.draft(ANNA, address, NOW)
    assert (await links.get(ANNA, below.id)).disabled == "Фишинг"
    assert [link.disabled for link in (await links.page(ANNA, 1, 5)).links] == [None, "Фишинг"]
    assert (await moderation.link(SUPPORT, below.id, NOW)).blocked == "Фишинг"
    assert (await moderation.link(SUPPORT, beside.id, NOW)).blocked is None
    assert [each.id for each in await links.search(ANNA, "bad", 10)] == [beside.id]
    await moderation.unblock(OPERATOR, "bad.com", NOW)
    await links.create(ANNA, "https://bad.com", NOW)


async def test_what_is_off_already_gets_the_new_reason_and_each_is_noted(
    links: Links, moderation: Moderation, database: Database
):
    made, _ = await links.create(ANNA, "https://example.com", NOW)
    for cause, reason in enumerate(("Спам", "Фишинг", "Фишинг")):
        switched = await moderation.disable(OPERATOR, made.id, reason, NOW, cause=cause)
        assert (switched is None) is (cause == 2)
        await moderation.block(OPERATOR, "bad.com", reason, NOW, cause=10 + cause)
    assert (await links.get(ANNA, made.id)).disabled == "Фишинг"
    acts = [(act.name, act.facts["reason"]) for act in reversed((await Audit(database).page(1, 100)).acts)]
    assert acts == [
        ("disable-link", "Спам"),
        ("block-host", "Спам"),
        ("disable-link", "Фишинг"),
        ("block-host", "Фишинг"),
    ]


@pytest.mark.parametrize(
    ("actor", "of", "may"),
    [
        (Role.OPERATOR, Role.PERSON, True),
        (Role.OPERATOR, Role.SUPPORT, True),
        (Role.OPERATOR, Role.OPERATOR, False),
        (Role.OPERATOR, Role.OWNER, False),
        (Role.OWNER, Role.OPERATOR, True),
        (Role.OWNER, Role.OWNER, True),
    ],
)
async def test_links_are_switched_by_those_above_their_owners(
    links: Links, database: Database, actor: Role, of: Role, may: bool
):
    people = People(database, default_time_zone="UTC", owner_ids=frozenset({ANNA} if of is Role.OWNER else ()))
    moderation = Moderation(database, people, Audit(database), public_url="https://tok.example")
    made, _ = await links.create(ANNA, "https://example.com", NOW)
    async with database.write() as session:
        await queries.set_role(session, ANNA, GIVEN.get(of))
    who = Person(9, "ru", "UTC", role=actor)
    acts = [
        lambda: moderation.disable(who, made.id, "x", NOW),
        lambda: moderation.enable(who, made.id, NOW),
        lambda: moderation.disable_all(who, ANNA, "x", NOW),
    ]
    for act in acts:
        if may:
            assert await act() is not None
        else:
            with pytest.raises(NotAbove):
                await act()
    assert (await links.get(ANNA, made.id)).disabled == ("x" if may else None)


async def test_blocking_again_changes_the_reason_and_the_newest_stands_first(moderation: Moderation):
    await moderation.block(OPERATOR, "bad.com", "Первая", NOW)
    await moderation.block(OPERATOR, "bad.com", "Вторая", NOW + timedelta(minutes=1))
    await moderation.block(OPERATOR, "worse.com", "Хуже", NOW + timedelta(minutes=2))
    assert [(each.host, each.reason) for each in await moderation.hosts(OPERATOR)] == [
        ("worse.com", "Хуже"),
        ("bad.com", "Вторая"),
    ]
    with pytest.raises(HostNotUnderstood):
        await moderation.block(OPERATOR, "com", "x", NOW)


async def test_each_act_asks_for_its_right(links: Links, moderation: Moderation, database: Database):
    made, _ = await links.create(ANNA, "https://example.com", NOW)
    for actor in (SUPPORT, NOBODY):
        for act in (
            moderation.disable(actor, made.id, "x", NOW),
            moderation.enable(actor, made.id, NOW),
            moderation.disable_all(actor, ANNA, "x", NOW),
            moderation.block(actor, "bad.com", "x", NOW),
            moderation.unblock(actor, "bad.com", NOW),
            moderation.hosts(actor),
        ):
            with pytest.raises(NotAllowed):
                await act
    with pytest.raises(NotAllowed):
        await moderation.link(NOBODY, made.id, NOW)
    assert await acts(database) == []


async def test_looking_is_noted_once_in_ten_minutes(links: Links, moderation: Moderation, database: Database):
    made, _ = await links.create(ANNA, "https://example.com", NOW)
    for minutes in (0, 3, 9, 11):
        await moderation.link(SUPPORT, made.id, NOW + timedelta(minutes=minutes))
    assert await acts(database) == [("look-up", f"link:{made.id}")] * 2
    with pytest.raises(LinkNotFound):
        await moderation.link(SUPPORT, made.id + 1, NOW)
