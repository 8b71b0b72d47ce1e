"""All that is kept of a person is given and erased, whatever table it is in and whatever happens on the way."""

import asyncio
import base64
import csv
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import StorageKey
from redis.asyncio import Redis
from sqlalchemy import func, select, text

from bot.container import open_services
from bot.dialogues import DatabaseStorage, open_dialogues
from bot.settings import Settings
from db import tables
from db.engine import Database
from db.queries import links, people, works
from db.queries import privacy as queries
from db.queries.clicks import Count, add_counts
from db.queries.personal import IMPERSONAL, PERSONAL
from db.tables import Base
from services.clicks.counting import Batch, count
from services.clicks.records import RecordedClick
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ANSWER
from services.operations.alerts import Alerts
from services.operations.audit import Audit
from services.operations.errors import ErrorLog
from services.privacy import DATA, ERASE, TRACES, UNDO_TIME, ErasureBegan, Privacy
from services.privacy import export as export_module
from services.privacy.dialogues import DialoguesInDatabase, DialoguesInRedis
from services.privacy.export import NAMES, Export
from services.security import Cipher
from services.throttles import TooFast
from services.works import Later, Work, Works
from tests.waiting import somebody_waits

ANNA, BEN = 1001, 1002
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FAREWELL = Outgoing("All is erased")


class House:
    """Anna and Ben, with something of each in every table that keeps something of people."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.deliveries = Deliveries(database, Cipher("a secret for tests", "deliveries"), default_time_zone="UTC")
        self.works = Works(database, self.deliveries)
        self.privacy = Privacy(
            database, self.works, self.deliveries, DialoguesInDatabase(), public_url="https://tok.example"
        )

    async def furnish(self) -> None:
        for person_id in (ANNA, BEN):
            async with self.database.write() as session:
                await people.add_if_new(session, person_id, NOW)
                person = await session.get_one(tables.Person, person_id)
                person.first_name, person.username, person.muted = f"name of {person_id}", f"user{person_id}", "daily"
                link = await links.add(
                    session,
                    slug=f"slug{person_id}",
                    owner_id=person_id,
                    target=f"https://{person_id}.example/",
                    now=NOW,
                )
                assert link is not None
                link.name, link.fallback_url = f"link of {person_id}", f"https://{person_id}.example/over"
                link.utm, link.has_webhook = {"campaign": f"of {person_id}"}, True
                link.rules = [{"kind": "country", "values": ["RU"], "target": f"https://{person_id}.example/ru"}]
                await add_counts(session, [Count(link.id, bucket, 3, 2, 1) for bucket in range(1_968_000, 1_968_008)])
                session.add_all(tables.Click(link_id=link.id, at=NOW, bot=False, first_visit=True) for _ in range(3))
                session.add_all(self._rows(person_id, link.id))
                # In their order: each refers to those before it.
                for row in self._bought(person_id, link.id):
                    session.add(row)
                    await session.flush()
            await self.deliveries.enqueue(
                ANSWER, f"owed:{person_id}", person_id, Outgoing(f"secret of {person_id}"), NOW
            )
            await self.works.enqueue("do", str(person_id), person_id=person_id, facts={"choice": 1}, now=NOW)
            storage = DatabaseStorage(self.database, lambda: NOW)
            await storage.set_state(StorageKey(42, person_id, person_id), State("asks", "group"))
            await storage.set_state(StorageKey(42, person_id, person_id, destiny="lists"), State("shown", "lists"))

    def _rows(self, person_id: int, link_id: int) -> list[Base]:
        update: dict[str, Any] = {"kind": "message", "payload": None, "state": "done", "attempts": 0}
        error: dict[str, Any] = {
            "source": "update",
            "name": "X",
            "fingerprint": "fingerprint",
            "traceback": "traceback",
        }
        why, of_link = {"reason": f"why {person_id}"}, {"slug": f"slug{person_id}"}
        return [
            *self._beside_link(person_id, link_id),
            *self._interests(person_id, link_id),
            tables.InboxUpdate(update_id=person_id, lane=person_id, received_at=NOW, **update),
            tables.Effect(update_id=person_id, name="link created", result={"link": link_id}, done_at=NOW),
            tables.ErrorReport(id=f"error {link_id}", at=NOW, person_id=person_id, **error),
            tables.Act(at=NOW, actor_id=1900, name="ban", subject=f"person:{person_id}", facts=why),
            tables.Act(at=NOW, actor_id=person_id, name="look-up", subject="person:7", facts={}),
            tables.Act(at=NOW, actor_id=1900, name="disable-link", subject=f"link:{link_id}", facts=of_link),
        ]

    def _beside_link(self, person_id: int, link_id: int) -> list[Base]:
        return [
            tables.LinkSlug(link_id=link_id, slug=f"before{person_id}", skeleton="before"),
            tables.LinkTag(link_id=link_id, tag=f"tag of {person_id}"),
            tables.LinkLogo(link_id=link_id, picture=f"logo of {person_id}".encode()),
            tables.LinkHealth(link_id=link_id, checked_at=NOW, failures=0, reason=""),
            tables.LinkNotice(link_id=link_id, kind="limit", value=100, at=NOW),
            tables.LinkWebhook(
                link_id=link_id, url=f"https://{person_id}.example/told", secret=b"signed under", created_at=NOW
            ),
            tables.UtmTemplate(owner_id=person_id, name=f"template of {person_id}", fields={"source": "bio"}),
            *(
                tables.ClickDetail(link_id=link_id, level=level, start=start, values='{"country": {"RU": 3, "": 1}}')
                for level, start in ((0, 1_968_000), (1, 20_500), (2, 0))
            ),
            tables.LinkEvent(link_id=link_id, kind="milestone", number=1, at=NOW),
            tables.WebhookClick(link_id=link_id, click="{}"),
        ]

    def _interests(self, person_id: int, link_id: int) -> list[Base]:
        account = tables.TikTokAccount(id=link_id, username=f"account{link_id}", state="known", created_at=NOW)
        return [
            account,
            tables.TikTokWatch(person_id=person_id, account_id=account.id, created_at=NOW, milestone=1_000),
            tables.TikTokAsker(
                username="asked", person_id=person_id, chat_id=person_id, message_id=5, asked_at=NOW, told_at=None
            ),
            tables.TikTokBioLink(link_id=link_id, account_id=account.id, person_id=person_id, created_at=NOW),
        ]

    def _bought(self, person_id: int, number: int) -> list[Base]:
        order = {"username": "star", "list_price": 50, "amount": 50, "by_credit": False, "expires_at": NOW}
        code = {"percent": 30, "created_at": NOW, "created_by": 1900}
        return [
            tables.GuideMaterial(
                id=number, account_id=number, username="star", usable=10, frozen_at=NOW, content=b"frozen"
            ),
            tables.PromoCode(id=number, code=f"CODE{number}", **code),
            tables.Order(
                id=number, person_id=person_id, chat_id=person_id, material_id=number, code_id=number,
                state="fulfilled", created_at=NOW, charge_id=f"charge {number}", **order,
            ),
            tables.OrderEvent(order_id=number, at=NOW, old="", new="pending", cause="buy"),
            tables.Charge(
                id=f"charge {number}", order_id=number, person_id=person_id, amount=50, at=NOW, state="kept",
                source="update",
            ),
            tables.PromoUse(order_id=number, code_id=number, person_id=person_id, at=NOW),
            tables.Guide(
                order_id=number, person_id=person_id, username="star", language="ru", made_at=NOW,
                content=zlib.compress(f'{{"about": "guide of {person_id}"}}'.encode()),
            ),
            tables.GuideCredit(key=f"referral:{number}", person_id=person_id, amount=1, at=NOW),
            tables.ReferralCode(person_id=person_id, code=f"code{person_id}"),
            tables.Referral(person_id=person_id, referrer_id=1900, at=NOW),
            tables.Ticket(
                id=number, person_id=person_id, question=f"question of {person_id}", state="open", opened_at=NOW
            ),
            tables.TicketMessage(ticket_id=number, at=NOW, operator_id=1900, text=f"answer to {person_id}"),
        ]  # fmt: skip

    async def about(self, person_id: int) -> dict[str, int]:
        """How many rows of each table are about the person; only tables with any."""
        found = {}
        async with self.database.read() as session:
            for name, personal in PERSONAL.items():
                rows = select(func.count()).select_from(personal.table).where(personal.whose(person_id))
                if count := await session.scalar(rows):
                    found[name] = count
        return found

    async def erasing(self) -> Work:
        """Anna's erasure, as whoever does it has it."""
        await self.privacy.ask_to_erase(ANNA, NOW)
        async with self.database.read() as session:
            row = await works.find_due(session, ERASE, str(ANNA))
        assert row is not None
        return Work(row.id, row.kind, row.key, row.person_id, row.facts)

    async def traces(self) -> Work:
        async with self.database.read() as session:
            row = await session.scalar(select(tables.Work).where(tables.Work.kind == TRACES))
        assert row is not None
        return Work(row.id, row.kind, row.key, row.person_id, row.facts)


@pytest.fixture
async def house(database: Database) -> House:
    house = House(database)
    await house.furnish()
    return house


async def nothing(_hundredths: int) -> None:
    pass


def files_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_every_table_says_what_it_keeps_of_people():
    everything = set(Base.metadata.tables)
    assert set(PERSONAL) | set(IMPERSONAL) == everything, "name the new table in db/queries/personal.py"
    assert set(PERSONAL) & set(IMPERSONAL) == set()
    assert set(NAMES) == set(PERSONAL)


def test_what_is_hidden_is_named_as_it_is():
    for name, personal in PERSONAL.items():
        assert personal.hidden <= set(Base.metadata.tables[name].columns.keys()), name


async def test_the_furnished_house_has_something_in_every_table(house: House):
    assert set(await house.about(ANNA)) == set(PERSONAL), "else the tests below prove nothing"


async def test_all_of_it_is_in_the_file_and_nothing_of_others(house: House):
    (archive,) = await house.privacy.collect(ANNA, "what is what", nothing)
    files = files_of(archive)
    data = json.loads(files["data.json"])
    (guide,) = data["guides"]
    written_out = f"guides/{guide['id']}-star.json"
    assert set(files) == {"README.txt", "data.json", written_out, *(f"{name}.csv" for name in NAMES.values())}
    assert json.loads(files[written_out]) == {"about": f"guide of {ANNA}"}
    assert data["orders"][0]["amount"] == data["payments"][0]["amount"] == 50
    assert data["profile"][0]["first_name"] == f"name of {ANNA}"
    assert data["links"][0]["short_url"] == f"https://tok.example/slug{ANNA}"
    assert data["links"][0]["created_at"] == "2026-03-01T12:00:00Z"
    assert data["acts"][0]["facts"] == {"reason": f"why {ANNA}"}
    assert {row["state"] for row in data["dialogues"]} == {"group:asks", "lists:shown"}
    assert [set(row) for row in data["messages"]] == [set(data["messages"][0])]
    assert not {"payload", "file"} & set(data["messages"][0])
    hours = list(csv.DictReader(io.StringIO(files["hours.csv"].decode())))
    assert [(row["clicks"], row["visitors"], row["bots"]) for row in hours] == [("12", "8", "4")] * 2
    assert len(list(csv.DictReader(io.StringIO(files["clicks.csv"].decode())))) == 3
    days = list(csv.DictReader(io.StringIO(files["days.csv"].decode())))
    assert [(row["day"], row["what"], row["value"], row["clicks"]) for row in days] == [
        ("2026-02-16", "country", "RU", "3"),
        ("2026-02-16", "country", "", "1"),
    ]
    assert data["logos"][0]["picture"] == base64.b64encode(f"logo of {ANNA}".encode()).decode()
    assert "secret" not in data["webhooks"][0]
    everything = b"".join(files.values()).decode()
    for secret in (str(BEN), "1900", "secret of", "name of 1002", "fingerprint", "traceback"):
        assert secret not in everything, secret


async def test_what_is_too_large_for_one_file_comes_in_several(house: House, monkeypatch):
    async with house.database.write() as session:
        link_id = await session.scalar(select(tables.Link.id).where(tables.Link.owner_id == ANNA)) or 0
        # Times that do not compress well.
        moments = [NOW + timedelta(microseconds=number * number * 7919) for number in range(20_000)]
        session.add_all(tables.Click(link_id=link_id, at=at, bot=False, first_visit=False) for at in moments)
    export = Export(house.database, DialoguesInDatabase(), "https://tok.example")
    told: list[int] = []

    async def tell(hundredths: int) -> None:
        told.append(hundredths)

    monkeypatch.setattr(export_module, "CLICKS_AT_ONCE", 1_000)
    parts = await export.collect(ANNA, "", tell, most_bytes=40_000)
    assert len(parts) > 2
    assert told == sorted(told)
    assert told[-1] > 90
    rows = 0
    for part in parts:
        for name, content in files_of(part).items():
            if name.startswith("clicks"):
                rows += len(list(csv.DictReader(io.StringIO(content.decode()))))
    assert rows == 20_003


async def test_everything_is_erased_and_others_lose_nothing(house: House):
    ben = await house.about(BEN)
    work = await house.erasing()
    await house.privacy.erase(work, FAREWELL, NOW)
    assert await house.about(ANNA) == {"deliveries": 1}
    assert await house.about(BEN) == ben
    with pytest.raises(Later):
        await house.privacy.forget_traces(await house.traces(), NOW)
    async with house.database.write() as session:
        message = (await session.scalars(select(tables.Delivery).where(tables.Delivery.chat_id == ANNA))).one()
        message.state = "sent"
    await house.privacy.forget_traces(await house.traces(), NOW)
    assert await house.about(ANNA) == {}
    await nothing_names(house.database, ANNA)


async def nothing_names(database: Database, person_id: int) -> None:
    """Look through every column of every table."""
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in (await session.execute(select(table))).mappings():
                for column, value in row.items():
                    if table.name == "link_changes" or column in {"slug", "update_id"}:
                        continue  # a slug stays taken
                    assert str(person_id) not in str(value), f"{table.name}.{column} still says {value}"


async def test_a_slug_stays_taken_and_leads_nowhere_and_web_processes_are_told(house: House):
    work = await house.erasing()
    await house.privacy.erase(work, FAREWELL, NOW)
    async with house.database.read() as session:
        link = await links.by_slug(session, f"slug{ANNA}")
        changes = await links.changes_since(session, 0, 100)
        clicked = await session.scalar(select(func.count()).select_from(tables.Click))
    assert link is not None
    assert (link.owner_id, link.target, link.deleted_at, link.clicks) == (None, "", NOW, 0)
    assert f"slug{ANNA}" in [slug for _, slug in changes]
    assert clicked == 3, "Ben's clicks are Ben's"


async def late_clicks(house: House) -> Batch:
    """A click on Anna's link and one on Ben's, recorded and not counted yet."""
    async with house.database.write() as session:
        owned = {row.owner_id: row.id for row in await session.scalars(select(tables.Link))}
        session.add(tables.JournalPosition(uuid="late", position=0, moved_at=NOW))
    at = int(NOW.timestamp() * 1000)
    clicks = [RecordedClick(owned[person], at, False, True, person.to_bytes(16), "RU") for person in (ANNA, BEN)]
    return Batch("late", 0, 2, clicks, [1, 2])


async def kept_of_clicks(database: Database, link_id: int) -> dict[str, int]:
    """How many rows each table of clicks has of a link, if any, and what is counted beside it."""
    names = ("clicks", "click_counts", "click_details", "daily_visitors", "link_events", "webhook_clicks")
    async with database.read() as session:
        link = await session.get_one(tables.Link, link_id)
        found = {"sum": link.clicks}
        for name in names:
            rows = select(func.count()).select_from(Base.metadata.tables[name]).where(text(f"link_id = {link_id}"))
            found[name] = await session.scalar(rows) or 0
    return {name: number for name, number in found.items() if number}


async def test_clicks_that_are_counted_after_the_erasure_are_on_no_link(house: House):
    batch = await late_clicks(house)
    await house.privacy.erase(await house.erasing(), FAREWELL, NOW)
    assert await count(house.database, batch, NOW)
    annas, bens = (click.link_id for click in batch.clicks)
    assert await kept_of_clicks(house.database, annas) == {}
    assert (await kept_of_clicks(house.database, bens))["sum"] == 25


async def test_clicks_that_are_being_counted_while_the_link_ends_are_on_no_link(house: House):
    batch = await late_clicks(house)
    annas, bens = (click.link_id for click in batch.clicks)
    async with house.database.write() as session:
        # The link has ended, and nobody sees that yet: on PostgreSQL its clicks are copied meanwhile.
        assert await queries.end_links(session, ANNA, NOW, 50) == 1
        counting = asyncio.create_task(count(house.database, batch, NOW))
        await somebody_waits(house.database)
    assert await counting
    async with house.database.read() as session:
        assert (await session.get_one(tables.JournalPosition, "late")).position == 2
    before = {"sum": 24, "clicks": 3, "click_counts": 8, "click_details": 3, "link_events": 1, "webhook_clicks": 1}
    assert await kept_of_clicks(house.database, annas) == before
    assert (await kept_of_clicks(house.database, bens))["sum"] == 25


async def test_acts_stay_and_say_nothing_of_whom(house: House):
    work = await house.erasing()
    await house.privacy.erase(work, FAREWELL, NOW)
    async with house.database.read() as session:
        acts = (await session.scalars(select(tables.Act).order_by(tables.Act.id))).all()
    assert len(acts) == 6
    assert [(act.name, act.subject, act.facts, act.actor_id) for act in acts[:2]] == [
        ("ban", "person:erased", {}, 1900),
        ("look-up", "person:7", {}, 0),
    ]
    assert acts[2].facts == {}
    assert acts[3].facts == {"reason": f"why {BEN}"}


async def test_a_ban_survives_as_its_reason_alone(house: House):
    async with house.database.write() as session:
        person = await session.get_one(tables.Person, ANNA)
        person.banned_at, person.ban_reason = NOW - timedelta(days=1), "spam"
        person.role, person.notice_hour, person.telegram_language = "support", 5, "ru"
    work = await house.erasing()
    await house.privacy.erase(work, FAREWELL, NOW)
    async with house.database.read() as session:
        row = (await session.execute(select(tables.Person.__table__).where(tables.Person.id == ANNA))).mappings().one()
    kept = {name: value for name, value in row.items() if value not in (None, "")}
    assert kept == {
        "id": ANNA,
        "created_at": NOW - timedelta(days=1),
        "banned_at": NOW - timedelta(days=1),
        "ban_reason": "spam",
    }


STEPS = [
    "end_links",
    "forget_counts",
    "forget_clicks",
    "forget_updates",
    "forget_deliveries",
    "anonymise_acts",
    "leave_links",
    "forget_person",
    "forget_work",
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_erasure_that_is_interrupted_anywhere_is_finished_by_the_next_try(
    house: House, monkeypatch, step: str, when: str
):
    original = getattr(queries, step)

    async def interrupted(*args: Any, **kwargs: Any) -> Any:
        result = None if when == "before" else await original(*args, **kwargs)
        monkeypatch.setattr(queries, step, original)
        raise ConnectionError(f"{when} {step}: {result}")

    work = await house.erasing()
    monkeypatch.setattr(queries, step, interrupted)
    with pytest.raises(ConnectionError):
        await house.privacy.erase(work, FAREWELL, NOW)
    await house.privacy.erase(work, FAREWELL, NOW)
    assert await house.about(ANNA) == {"deliveries": 1}
    async with house.database.read() as session:
        keys = (await session.scalars(select(tables.Delivery.key).where(tables.Delivery.chat_id == ANNA))).all()
    assert keys == [f"erased:{work.id}"]


async def test_a_link_that_is_made_in_the_last_moment_goes_too(house: House, monkeypatch):
    leave = queries.leave_links

    async def leave_and_return(session: Any, person_id: int) -> None:
        await leave(session, person_id)
        monkeypatch.setattr(queries, "leave_links", leave)
        await links.add(session, slug="late", owner_id=ANNA, target="https://late.example/", now=NOW)

    monkeypatch.setattr(queries, "leave_links", leave_and_return)
    await house.privacy.erase(await house.erasing(), FAREWELL, NOW)
    async with house.database.read() as session:
        late = await links.by_slug(session, "late")
    assert late is not None
    assert (late.owner_id, late.target) == (None, "")


async def test_who_changes_their_mind_in_time_keeps_everything(house: House):
    before = await house.about(ANNA)
    at = await house.privacy.ask_to_erase(ANNA, NOW)
    assert at == NOW + timedelta(hours=1)
    assert await house.privacy.ask_to_erase(ANNA, NOW + timedelta(minutes=30)) == at, "asked twice, it is the same"
    await house.privacy.keep(ANNA, NOW + timedelta(minutes=59))
    assert await house.privacy.erasure_at(ANNA) is None
    assert await house.about(ANNA) == before
    await house.privacy.keep(ANNA, NOW)


async def test_what_is_being_erased_cannot_be_kept(house: House):
    await house.privacy.ask_to_erase(ANNA, NOW)
    with pytest.raises(ErasureBegan):
        await house.privacy.keep(ANNA, NOW + timedelta(hours=1))


async def test_what_is_being_erased_is_not_asked_for_any_more(house: House):
    at = await house.privacy.ask_to_erase(ANNA, NOW)
    assert await house.privacy.begins_collecting(ANNA, at - timedelta(minutes=1), cause=1)
    with pytest.raises(ErasureBegan):
        await house.privacy.begins_collecting(ANNA, at, cause=1)
    with pytest.raises(ErasureBegan):
        await house.privacy.ask_for_data(ANNA, at, chat_id=ANNA, message_id=1, cause=1)
    assert await house.privacy.begins_collecting(BEN, at, cause=2)


async def collecting(house: House, now: datetime = NOW, cause: int = 1) -> Work:
    """The collection of Anna's data, as whoever does it has it."""
    await house.privacy.ask_for_data(ANNA, now, chat_id=ANNA, message_id=1, cause=cause)
    async with house.database.read() as session:
        row = await works.find_due(session, DATA, str(ANNA))
    assert row is not None
    return Work(row.id, row.kind, row.key, row.person_id, row.facts)


async def owed(house: House) -> list[str]:
    async with house.database.read() as session:
        keys = select(tables.Delivery.key).where(tables.Delivery.key.like("my-data%"))
        return list(await session.scalars(keys))


async def test_a_file_is_owed_once_whoever_delivers_it_again(house: House):
    work = await collecting(house)
    for _ in range(2):
        assert await house.privacy.deliver(work, [Outgoing("your data")], NOW)
    assert await owed(house) == [f"my-data:{work.id}:1"]


async def test_a_file_that_is_ready_when_all_is_erased_is_not_sent(house: House):
    work = await collecting(house)
    await house.privacy.erase(await house.erasing(), FAREWELL, NOW)
    assert not await house.privacy.deliver(work, [Outgoing("your data")], NOW)
    assert await owed(house) == []


async def test_a_file_that_is_ready_while_all_is_being_erased_is_not_sent(house: House):
    at = NOW + UNDO_TIME
    await house.erasing()
    work = await collecting(house, at - timedelta(seconds=1))
    assert not await house.privacy.deliver(work, [Outgoing("your data")], at)
    assert await owed(house) == []


async def test_data_can_be_had_once_an_hour_and_what_failed_costs_nothing(house: House):
    assert await house.privacy.begins_collecting(ANNA, NOW, cause=1)
    await collecting(house)
    assert not await house.privacy.begins_collecting(ANNA, NOW, cause=1), "the same update, replayed"
    with pytest.raises(TooFast) as refused:
        await house.privacy.begins_collecting(ANNA, NOW + timedelta(minutes=10), cause=2)
    assert refused.value.wait == timedelta(minutes=50)
    await settled(house, works.DONE)
    with pytest.raises(TooFast):
        await house.privacy.begins_collecting(ANNA, NOW + timedelta(minutes=10), cause=2)
    assert await house.privacy.begins_collecting(ANNA, NOW + timedelta(hours=1), cause=2)
    assert await house.privacy.begins_collecting(ANNA, NOW - timedelta(days=1), cause=2), "the clock was set"
    await settled(house, works.FAILED)
    assert await house.privacy.begins_collecting(ANNA, NOW + timedelta(minutes=10), cause=2)


async def settled(house: House, state: str) -> None:
    async with house.database.write() as session:
        row = (await session.scalars(select(tables.Work).where(tables.Work.kind == DATA))).one()
        row.state, row.finished_at = state, NOW


async def test_an_error_s_traceback_goes_with_its_person_and_so_does_what_operators_were_shown(house: House):
    errors = ErrorLog(house.database, Alerts(house.database, Audit(house.database)), str)
    for person_id in (ANNA, BEN):
        # Each of a kind of its own, so that each is an alert of its own.
        kind = type(f"Trouble{person_id}", (Exception,), {})
        await errors.report("update", kind(f"name of {person_id}"), NOW, person_id=person_id)
    await house.privacy.erase(await house.erasing(), FAREWELL, NOW)
    async with house.database.read() as session:
        reports = (await session.scalars(select(tables.ErrorReport).order_by(tables.ErrorReport.at))).all()
        alerts = (await session.scalars(select(tables.Alert).order_by(tables.Alert.id))).all()
    assert {(report.person_id, bool(report.traceback)) for report in reports} == {(None, False), (BEN, True)}
    assert [bool(alert.facts["traceback"]) for alert in alerts] == [False, True]


async def test_an_operator_s_question_about_who_was_erased_goes_too(house: House):
    storage = DatabaseStorage(house.database, lambda: NOW)
    for operator, subject in ((1900, ANNA), (1901, BEN)):
        key = StorageKey(42, operator, operator)
        await storage.set_state(key, State("reason", "Ban"))
        await storage.set_data(key, {"subject": subject, "question": 5})
    await house.privacy.erase(await house.erasing(), FAREWELL, NOW)
    assert await storage.get_state(StorageKey(42, 1900, 1900)) is None
    assert await storage.get_data(StorageKey(42, 1901, 1901)) == {"subject": BEN, "question": 5}


async def test_operators_get_what_they_did_and_not_to_whom(house: House):
    async with house.database.write() as session:
        bens = await session.scalar(select(tables.Link.id).where(tables.Link.owner_id == BEN))
        for name, subject, facts in (
            ("ban", f"person:{BEN}", {"reason": "my words"}),
            ("disable-link", f"link:{bens}", {"reason": "phishing", "slug": f"slug{BEN}"}),
            ("look-up", f"person:{ANNA}", {}),
        ):
            session.add(tables.Act(at=NOW, actor_id=ANNA, name=name, subject=subject, facts=facts))
    (archive,) = await house.privacy.collect(ANNA, "", nothing)
    content = files_of(archive)["acts.csv"].decode()
    acts = [(row["name"], row["subject"], json.loads(row["facts"])) for row in csv.DictReader(io.StringIO(content))]
    assert ("ban", f"person:{ANNA}", {"reason": f"why {ANNA}"}) in acts, "what was done about her"
    assert ("look-up", f"person:{ANNA}", {}) in acts
    assert ("ban", "person", {"reason": "my words"}) in acts
    assert ("disable-link", "link", {"reason": "phishing"}) in acts
    assert ("look-up", "person", {}) in acts
    assert str(BEN) not in content


async def test_a_last_message_that_never_arrives_leaves_no_trace_either(house: House):
    await house.privacy.erase(await house.erasing(), FAREWELL, NOW)
    await house.privacy.forget_traces(await house.traces(), NOW + timedelta(hours=13))
    assert await house.about(ANNA) == {}


async def test_what_the_new_person_gets_is_no_trace_of_the_old_one(house: House):
    await house.privacy.erase(await house.erasing(), FAREWELL, NOW)
    async with house.database.write() as session:
        await people.add_if_new(session, ANNA, NOW)
    await house.deliveries.enqueue(ANSWER, "new", ANNA, Outgoing("hello"), NOW)
    await house.privacy.forget_traces(await house.traces(), NOW + timedelta(hours=13))
    assert await house.about(ANNA) == {"people": 1, "deliveries": 1}


async def test_dialogues_in_redis_are_given_and_erased(valkey: str, tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path, redis_url=f"{valkey}/5", bot_token="42:" + "a" * 35)
    async with open_services(settings) as container, open_dialogues(container) as (storage, _isolation):
        for person_id in (ANNA, BEN):
            for storage_name, data in (("default", {"question": person_id}), ("lists", {"list": person_id})):
                key = StorageKey(42, person_id, person_id, destiny=storage_name)
                await storage.set_state(key, State("asks", "group"))
                await storage.set_data(key, data)
    redis = Redis.from_url(f"{valkey}/5")
    dialogues = DialoguesInRedis(redis)
    kept = await dialogues.of(ANNA)
    assert {row["value"] for row in kept} == {"group:asks", json.dumps({"question": ANNA}), json.dumps({"list": ANNA})}
    await dialogues.forget(ANNA)
    assert await dialogues.of(ANNA) == []
    assert len(await dialogues.of(BEN)) == 4
    await storage_with_subject(settings, BEN)
    await dialogues.forget(ANNA)
    assert len(await dialogues.of(1900)) == 2
    await dialogues.forget(BEN)
    assert await dialogues.of(1900) == [], "an operator's question about who was erased"
    await redis.aclose()


async def storage_with_subject(settings: Settings, subject: int) -> None:
    """An operator is asked something about a person."""
    async with open_services(settings) as container, open_dialogues(container) as (storage, _isolation):
        key = StorageKey(42, 1900, 1900)
        await storage.set_state(key, State("reason", "Ban"))
        await storage.set_data(key, {"subject": subject, "question": 5})


def test_tables_that_keep_nothing_of_people_have_no_column_that_could():
    suspicious = {"person_id", "owner_id", "chat_id", "username", "first_name", "lane", "actor_id"}
    found: Mapping[str, set[str]] = {
        name: suspicious & set(Base.metadata.tables[name].columns.keys()) for name in IMPERSONAL
    }
    # TikTok's accounts are nobody's here: what TikTok shows everybody.
    shown = {"tiktok_accounts": {"username"}, "guide_materials": {"username"}}
    assert {name: columns for name, columns in found.items() if columns} == shown
