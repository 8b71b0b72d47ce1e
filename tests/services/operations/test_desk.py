"""What operators decide of people, on both kinds of database."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from db.engine import Database
from db.tables import Delivery, ErrorReport
from services.deliveries import Deliveries, Outgoing, kinds
from services.links.links import Links
from services.operations.above import NotAbove
from services.operations.audit import Audit
from services.operations.desk import Desk, ErrorFound, LinkFound, NothingFound, PersonFound
from services.operations.tallies import REFUSED_PRESSES, Tallies, Tally
from services.people import NotAllowed, People, Person, Role
from services.security import Cipher

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANNA, BEN, OLYA, SECOND_OWNER = 1001, 1002, 1900, 1901
NOTICE = Outgoing("…")


class Office:
    """A desk with what it works on."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people = People(database, default_time_zone="UTC", owner_ids=frozenset({OLYA, SECOND_OWNER}))
        deliveries = self.deliveries = Deliveries(database, Cipher("k" * 32, "deliveries"), default_time_zone="UTC")
        self.audit = Audit(database)
        self.desk = Desk(database, self.people, self.audit, deliveries, admin_chat_id=-100)
        self.links = Links(
            database,
            public_url="https://tok.example",
            own_hosts=frozenset(),
            allow_private=False,
            most_per_person=3,
            choose=random.Random(7).choice,
        )

    async def meet(self, person_id: int, username: str | None = None) -> Person:
        return await self.people.meet(person_id, "ru", NOW, username=username, first_name="Имя")

    async def acts(self, person_id: int | None = None) -> list[tuple[int, str, str]]:
        page = await self.audit.page(1, 100, person_id=person_id)
        return [(act.actor_id, act.name, act.subject) for act in page.acts]

    async def told(self) -> list[int]:
        """Whom messages are owed to."""
        async with self.database.read() as session:
            return list(await session.scalars(select(Delivery.chat_id).order_by(Delivery.id)))


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def test_a_ban_has_its_reason_its_act_and_one_notice(office: Office):
    olya, _ = await office.meet(OLYA), await office.meet(ANNA)
    for cause in (1, 1, 2):
        await office.desk.ban(olya, ANNA, "Спам", NOTICE, NOW, cause=cause)
    anna = await office.meet(ANNA)
    assert anna.banned is not None
    assert (anna.banned.reason, anna.banned.since) == ("Спам", NOW)
    assert await office.told() == [ANNA]
    await office.desk.unban(olya, ANNA, NOTICE, NOW, cause=3)
    await office.desk.ban(olya, ANNA, "Спам", NOTICE, NOW, cause=1)
    assert (await office.meet(ANNA)).banned is None, "the update that banned bans no second time"
    assert await office.told() == [ANNA, ANNA]
    assert await office.acts() == [(OLYA, "unban", "person:1001"), (OLYA, "ban", "person:1001")]


async def test_what_waits_for_a_morning_is_not_sent_to_who_is_banned_meanwhile(office: Office):
    olya, _, _ = await office.meet(OLYA), await office.meet(ANNA), await office.meet(BEN)
    for kind in (kinds.LINK_NEWS, kinds.DAILY_LINKS, kinds.ANSWER, kinds.ACCOUNT):
        for person_id in (ANNA, BEN):
            key = f"{kind.name}:{person_id}"
            await office.deliveries.enqueue(kind, key, person_id, NOTICE, NOW, due_at=NOW + timedelta(hours=9))
    await office.desk.ban(olya, ANNA, "Спам", NOTICE, NOW)
    async with office.database.read() as session:
        rows = (await session.scalars(select(Delivery).order_by(Delivery.id))).all()
    failed = [(row.key, row.reason, row.payload) for row in rows if row.state == "failed"]
    assert failed == [(f"{name}:{ANNA}", "banned", None) for name in ("link-news", "daily-links")]
    assert [row.key for row in rows if row.state == "due" and row.chat_id == ANNA] == [
        f"answer:{ANNA}",
        f"account:{ANNA}",
        "act:1",
    ]


async def test_only_who_is_above_decides(office: Office):
    olya, anna, ben = await office.meet(OLYA), await office.meet(ANNA), await office.meet(BEN)
    await office.meet(SECOND_OWNER)
    for person_id in (ANNA, BEN):
        await office.desk.give_role(olya, person_id, Role.OPERATOR, NOTICE, NOW)
    anna, ben = await office.meet(ANNA), await office.meet(BEN)
    assert (anna.role, ben.is_operator) == (Role.OPERATOR, True)
    for actor, subject in ((anna, BEN), (anna, OLYA), (anna, ANNA), (olya, SECOND_OWNER), (olya, OLYA)):
        with pytest.raises(NotAbove):
            await office.desk.ban(actor, subject, "x", NOTICE, NOW)
    with pytest.raises(NotAbove):
        await office.desk.give_role(olya, SECOND_OWNER, Role.PERSON, NOTICE, NOW)
    with pytest.raises(NotAllowed):
        await office.desk.give_role(anna, BEN, Role.PERSON, NOTICE, NOW)
    await office.desk.ban(olya, ANNA, "x", NOTICE, NOW)
    assert (await office.meet(ANNA)).banned is not None
    await office.desk.give_role(olya, BEN, Role.PERSON, NOTICE, NOW)
    assert (await office.meet(BEN)).role is Role.PERSON


async def test_support_looks_and_does_nothing_else(office: Office):
    olya, anna, _ = await office.meet(OLYA), await office.meet(ANNA), await office.meet(BEN)
    with pytest.raises(NotAllowed):
        await office.desk.card(anna, BEN, NOW)
    await office.desk.give_role(olya, ANNA, Role.SUPPORT, NOTICE, NOW)
    anna = await office.meet(ANNA)
    assert (await office.desk.card(anna, BEN, NOW)).person.id == BEN
    for act in (
        office.desk.ban(anna, BEN, "x", NOTICE, NOW),
        office.desk.unban(anna, BEN, NOTICE, NOW),
        office.desk.give_role(anna, BEN, Role.SUPPORT, NOTICE, NOW),
    ):
        with pytest.raises(NotAllowed):
            await act


async def test_an_owner_is_never_banned_whatever_was_before(office: Office):
    olya, _ = await office.meet(OLYA), await office.meet(ANNA)
    await office.desk.ban(olya, ANNA, "x", NOTICE, NOW)
    raised = People(office.database, default_time_zone="UTC", owner_ids=frozenset({ANNA}))
    assert (await raised.meet(ANNA, "ru", NOW)).banned is None


async def test_what_an_operator_types_is_found(office: Office):
    olya = await office.meet(OLYA)
    await office.meet(ANNA, "Anna_Demo")
    link, _ = await office.links.create(ANNA, "https://example.com", NOW)
    async with office.database.write() as session:
        session.add(
            ErrorReport(
                id="0a1b2c3d", at=NOW, source="update", name="X", fingerprint="x", traceback="x", person_id=ANNA
            )
        )
    for text, found in {
        "1001": PersonFound(ANNA),
        " @anna_demo ": PersonFound(ANNA),
        "anna_demo": PersonFound(ANNA),
        "https://t.me/anna_demo": PersonFound(ANNA),
        link.slug: LinkFound(link.id),
        link.short_url: LinkFound(link.id),
        f"tok.example/{link.slug}+": LinkFound(link.id),
        f"{link.short_url}?x=1": LinkFound(link.id),
        "№ 0A1B2C3D": ErrorFound("0a1b2c3d"),
        "0a1b2c3d": ErrorFound("0a1b2c3d"),
    }.items():
        assert await office.desk.search(olya, text) == found, text
    for text in ("", "@", "@nobody", "999", "9" * 30, "№ 1", "/", "https://", "\u0000", "https://example.com/"):
        with pytest.raises(NothingFound):
            await office.desk.search(olya, text)


async def test_a_card_counts_what_stands_and_looking_is_noted(office: Office):
    olya, _ = await office.meet(OLYA), await office.meet(ANNA)
    for _ in range(2):
        await office.links.create(ANNA, "https://example.com", NOW)
    card = await office.desk.card(olya, ANNA, NOW)
    assert (card.links, card.disabled, card.clicks, card.visitors) == (2, 0, 0, 0)
    assert await office.acts() == [(OLYA, "look-up", "person:1001")]
    with pytest.raises(NothingFound):
        await office.desk.card(olya, 5, NOW)


async def test_the_log_of_one_person_has_what_was_done_to_their_links(office: Office):
    await office.meet(OLYA)
    await office.meet(ANNA)
    link, _ = await office.links.create(ANNA, "https://example.com", NOW)
    async with office.database.write() as session:
        for subject in (f"link:{link.id}", "person:1001", "person:1002", f"link:{link.id + 1}", "host:bad.com"):
            await office.audit.note_in(session, OLYA, "look-up", subject, {}, NOW)
    assert [subject for _, _, subject in await office.acts(ANNA)] == ["person:1001", f"link:{link.id}"]
    page = await office.audit.page(2, 2)
    assert (page.number, page.pages, page.total) == (2, 3, 5)
    assert [act.actor for act in page.acts] == ["Имя", "Имя"]
    assert (await office.audit.page(99, 2)).number == 3


async def test_tallies_count_by_day(database: Database):
    tallies = Tallies(database)
    for day in (1, 2, 8, 9, 9):
        await tallies.count(REFUSED_PRESSES, NOW.replace(day=day))
    assert await tallies.read(REFUSED_PRESSES, NOW.replace(day=9)) == Tally(today=2, week=3)
    assert await tallies.read(REFUSED_PRESSES, NOW.replace(day=30)) == Tally(0, 0)
