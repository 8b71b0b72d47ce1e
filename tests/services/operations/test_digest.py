"""The daily digest: a day's figures against the day before, told once, on both kinds of database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from db import tables
from db.engine import Database
from db.queries import heartbeats
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import ANSWER
from services.operations import audit
from services.operations.alerts import AlertKind, Alerts
from services.operations.audit import Audit
from services.operations.digest import Digest, Digests, Figures
from services.operations.errors import ErrorLog
from services.operations.tallies import ACTIVE_PEOPLE, TIKTOK_FAILED, TIKTOK_FETCHED, TIKTOK_REFUSED, Tallies
from services.people import People
from services.security import Cipher
from services.tiktok.counting import Counted
from services.tiktok.errors import AccountMissing, TikTokSilent
from services.tiktok.profiles import Fetched
from services.works import Works

MOSCOW = ZoneInfo("Europe/Moscow")
OLYA, OLEG, GROUP = 1900, 1901, -100
DAY = date(2026, 3, 1)
# The day's first and last moments in Moscow, whose clocks are three hours ahead.
FIRST, LAST = datetime(2026, 2, 28, 21, tzinfo=UTC), datetime(2026, 3, 1, 20, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NINE = datetime(2026, 3, 2, 6, tzinfo=UTC)


class Office:
    """Digests, and what happens at a platform."""

    def __init__(self, database: Database, *, admin_chat_id: int | None = GROUP) -> None:
        self.database = database
        self.people = People(database, default_time_zone="Europe/Moscow", owner_ids=frozenset({OLYA, OLEG}))
        self.deliveries = Deliveries(database, Cipher("k" * 32, "deliveries"), default_time_zone="UTC")
        self.alerts = Alerts(database, Audit(database))
        self.errors = ErrorLog(database, self.alerts, str)
        self.tallies = Tallies(database, MOSCOW)
        self.said: list[tuple[str, Digest]] = []
        self.digests = Digests(
            database,
            self.people,
            self.deliveries,
            Works(database, self.deliveries),
            self.alerts,
            self._words,
            zone=MOSCOW,
            admin_chat_id=admin_chat_id,
            owner_ids=frozenset({OLYA, OLEG}),
        )

    async def _words(self, language: str, digest: Digest) -> Outgoing:
        self.said.append((language, digest))
        return Outgoing(f"{language} {digest.day}")

    async def meet(self, person_id: int, now: datetime, language: str = "ru") -> None:
        await self.people.meet(person_id, language, now, first_name="Имя")

    async def add(self, *rows: tables.Base) -> None:
        async with self.database.write() as session:
            session.add_all(rows)

    async def told(self) -> list[tuple[int, str]]:
        """(chat, key) of the messages that are owed."""
        async with self.database.read() as session:
            rows = await session.execute(select(tables.Delivery.chat_id, tables.Delivery.key))
        return sorted((chat_id, key) for chat_id, key in rows)

    async def settle(self, chat_id: int, state: str, when: datetime, reason: str | None = None) -> None:
        """What became of what is owed to the chat."""
        async with self.database.write() as session:
            await session.execute(
                update(tables.Delivery)
                .where(tables.Delivery.chat_id == chat_id)
                .values(state=state, reason=reason, finished_at=when)
            )


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def link(number: int, made_at: datetime, **values: object) -> tables.Link:
    return tables.Link(
        slug=f"link{number}", target="https://a.example", created_at=made_at, **{"owner_id": 1001} | values
    )


async def test_a_day_is_what_happened_between_its_midnights_in_the_default_time_zone(office: Office):
    for person_id, at in ((1001, FIRST - SECOND), (1002, FIRST), (1003, LAST), (1004, LAST + SECOND)):
        await office.meet(person_id, at)
    moments = (FIRST - SECOND, FIRST, LAST, LAST + SECOND)
    await office.add(*(link(number, at) for number, at in enumerate(moments)))
    # What was offered and not chosen is no link, nor is what is nobody's any more.
    await office.add(link(10, FIRST, draft_since=FIRST), link(11, FIRST, owner_id=None))
    quarter = int(FIRST.timestamp()) // 900
    await office.add(
        *(
            tables.ClickCount(link_id=1, bucket=bucket, clicks=clicks, visitors=1, bots=2)
            for bucket, clicks in ((quarter - 1, 1), (quarter, 10), (quarter + 95, 20), (quarter + 96, 100))
        )
    )
    digest = await office.digests.read(DAY, NINE)
    assert digest.figures == Figures(new_people=2, active_people=2, new_links=2, clicks=30, visitors=2, bots=4)
    assert digest.before == Figures(new_people=1, active_people=1, new_links=1, clicks=1, visitors=1, bots=2)
    assert digest.is_over
    assert not digest.figures.is_quiet
    early = await office.digests.read(DAY, LAST)
    assert not early.is_over


async def test_people_are_active_once_a_day_and_the_banned_are_not(office: Office):
    for hours in (0, 1, 2):
        await office.meet(1001, FIRST + timedelta(hours=hours))
    await office.meet(1001, LAST + SECOND)
    # The clock went back: that day has counted them.
    await office.meet(1001, LAST)
    async with office.database.write() as session:
        session.add(tables.Person(id=1002, created_at=FIRST - SECOND, banned_at=FIRST - SECOND, muted=""))
    await office.meet(1002, FIRST)
    assert (await office.tallies.of_day(DAY)).get(ACTIVE_PEOPLE) == 1
    assert (await office.tallies.of_day(DAY + timedelta(days=1))).get(ACTIVE_PEOPLE) == 1


async def test_it_tells_what_went_wrong_and_what_operators_did(office: Office):
    for error in (ValueError("a"), ValueError("b"), KeyError("c")):
        await office.errors.report("job", error, FIRST)
    await office.errors.report("job", OSError("d"), FIRST - SECOND)
    await office.add(
        tables.Act(at=FIRST, actor_id=OLYA, name=audit.BAN, subject="person:1001", facts={}),
        tables.Act(at=FIRST, actor_id=OLYA, name=audit.DISABLE_LINK, subject="link:1", facts={}),
        tables.Act(at=LAST, actor_id=OLYA, name=audit.DISABLE_LINKS, subject="person:1001", facts={"count": 7}),
        tables.Act(at=LAST, actor_id=OLYA, name=audit.LOOK_UP, subject="person:1001", facts={}),
    )
    states = (("sent", None), ("sent", None), ("failed", "blocked"), ("failed", "too long"), ("unknown", "cut"))
    for chat_id, (state, reason) in enumerate(states, 1001):
        await office.deliveries.enqueue(ANSWER, f"answer:{chat_id}", chat_id, Outgoing("…"), FIRST)
        await office.settle(chat_id, state, LAST, reason)
    await office.deliveries.enqueue(ANSWER, "answer:late", 1099, Outgoing("…"), LAST)
    work = {"kind": "x", "facts": {}, "due_at": FIRST, "reckoned_at": FIRST, "attempts": 8, "created_at": FIRST}
    await office.add(
        tables.Work(key="1", state="failed", finished_at=FIRST, **work),
        tables.Work(key="2", state="done", finished_at=FIRST, **work),
        tables.Work(key="3", state="due", **work),
    )
    await office.alerts.raise_alert("x", AlertKind.ERROR, {}, NINE)
    digest = await office.digests.read(DAY, NINE)
    assert digest.figures == Figures(sent=2, undelivered=1, unknown=1, works_failed=1, errors=3, banned=1, disabled=8)
    assert [(each.name, each.times) for each in digest.errors] == [("ValueError", 2), ("KeyError", 1)]
    assert await office.errors.find(digest.errors[0].id) is not None
    assert digest.before == Figures(errors=1)
    assert (digest.owed, digest.works) == (1, 1)
    assert digest.alerts >= 1
    assert digest.figures.is_quiet


class SomeWays:
    """TikTok knows one account, refuses another, and is silent of all others."""

    async def fetch(self, username: str, posts: int) -> Fetched:
        if username == "anna":
            return Fetched(None, (), "embed", "", True)  # type: ignore[arg-type]
        if username == "ghost":
            raise AccountMissing(username)
        raise TikTokSilent({"embed": "cut"})

    async def resolve(self, url: str) -> str:
        return "anna"


async def test_what_became_of_fetches_is_counted(office: Office):
    ways = Counted(SomeWays(), office.tallies, lambda: FIRST)
    await ways.fetch("anna", 30)
    for _ in range(2):
        with pytest.raises(AccountMissing):
            await ways.fetch("ghost", 30)
    for _ in range(3):
        with pytest.raises(TikTokSilent):
            await ways.fetch("boris", 30)
    assert await ways.resolve("https://vm.tiktok.com/x") == "anna"
    assert await office.tallies.of_day(DAY) == {TIKTOK_FETCHED: 1, TIKTOK_REFUSED: 2, TIKTOK_FAILED: 3}
    figures = (await office.digests.read(DAY, NINE)).figures
    assert (figures.fetched, figures.refused, figures.failed) == (1, 2, 3)


async def test_it_tells_of_the_newest_top_and_of_proposals(office: Office):
    assert (await office.digests.read(DAY, NINE)).top is None
    at = datetime(2026, 3, 2, 3, 14, tzinfo=UTC)
    rows: list[tables.Base] = []
    for number, (fresh, taken_at) in enumerate(((True, at - SECOND), (False, at), (False, FIRST)), 1):
        # The second answered without its posts.
        rows.append(tables.TikTokAccount(id=number, username=f"a{number}", state="known", created_at=FIRST))
        rows.append(
            tables.TikTokTopPlace(day=date(2026, 3, 2), account_id=number, followers=1, taken_at=taken_at, fresh=fresh)
        )
        rows.append(tables.TikTokTopMember(account_id=number, added_at=FIRST, from_file=True))
    rows.append(tables.TikTokProposal(account_id=1, proposed_at=FIRST))
    rows.append(tables.TikTokProposal(account_id=2, proposed_at=FIRST, decided_at=FIRST, accepted=True))
    await office.add(*(row for row in rows if isinstance(row, tables.TikTokAccount)))
    await office.add(*(row for row in rows if not isinstance(row, tables.TikTokAccount)))
    digest = await office.digests.read(DAY, NINE)
    assert digest.top is not None
    assert (digest.top.day, digest.top.answered, digest.top.asked) == (date(2026, 3, 2), 2, 3)
    assert digest.top.refreshed_at == at
    assert f"{digest.top.refreshed_at:%H:%M}" == "06:14"
    assert digest.proposals == 1


async def test_how_ways_to_tiktok_fare_is_told_by_the_bot_that_leads_or_not_at_all(office: Office):
    assert (await office.digests.read(DAY, NINE)).sources == ()
    way = {"name": "embed", "state": "ready", "failures": 0, "last_reason": "", "answers": 5, "errors": 1}
    facts = {"bot": {"leads": True, "sources": [way | {"seconds_median": 0.5}]}}
    async with office.database.write() as session:
        await heartbeats.beat(
            session, "there", roles="bot", host="h", started_at=FIRST, seen_at=NINE - SECOND, facts=facts
        )
    (source,) = (await office.digests.read(DAY, NINE)).sources
    assert (source.name, source.answers, source.seconds_median) == ("embed", 5, 0.5)
    assert (await office.digests.read(DAY, NINE + timedelta(minutes=5))).sources == ()


async def test_it_is_due_from_nine_on_once_a_day(office: Office):
    await office.meet(OLYA, FIRST)
    assert await office.digests.send_due(NINE - SECOND) is None
    assert await office.digests.send_due(NINE) == DAY
    for later in (0, 15, 14 * 60, 23 * 60):
        assert await office.digests.send_due(NINE + timedelta(minutes=later)) is None
    assert await office.told() == [(GROUP, "digest:2026-03-01:-100")]
    assert await office.digests.send_due(NINE + timedelta(days=1)) == DAY + timedelta(days=1)


async def test_a_platform_that_was_down_at_nine_sends_it_later_and_the_next_morning_too(office: Office):
    await office.meet(OLYA, FIRST)
    assert await office.digests.send_due(NINE + timedelta(hours=23)) == DAY


async def test_nothing_is_owed_of_days_before_anybody_ever_wrote(office: Office):
    assert await office.digests.send_due(NINE) is None
    await office.meet(OLYA, LAST + SECOND)
    assert await office.digests.send_due(NINE) is None
    assert await office.told() == []


async def test_a_day_that_is_not_over_is_told_apart_and_its_own_digest_still_comes(office: Office):
    await office.meet(OLYA, FIRST)
    assert await office.digests.send(DAY, LAST)
    assert not await office.digests.send(DAY, LAST)
    assert await office.digests.send_due(NINE) == DAY
    assert [digest.is_over for _, digest in office.said] == [False, True]


async def test_a_group_reads_the_language_of_the_first_owner_who_wrote(office: Office):
    await office.meet(OLEG, FIRST, "en")
    await office.digests.send(DAY, NINE)
    assert [language for language, _ in office.said] == ["en"]


async def test_without_a_group_each_owner_who_ever_wrote_gets_it(database: Database):
    office = Office(database, admin_chat_id=None)
    await office.meet(OLYA, FIRST)
    await office.digests.send_due(NINE)
    assert [chat_id for chat_id, _ in await office.told()] == [OLYA]


async def test_a_group_that_does_not_take_it_leaves_it_to_the_owners(office: Office):
    await office.meet(OLYA, FIRST)
    await office.digests.send_due(NINE)
    await office.settle(GROUP, "failed", NINE, "kicked")
    assert await office.digests.send_due(NINE + timedelta(minutes=15)) == DAY
    assert await office.digests.send_due(NINE + timedelta(minutes=30)) is None
    assert [chat_id for chat_id, _ in await office.told()] == [GROUP, OLYA]
