"""How the platform fares: who runs, what waits, what failed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db import tables
from db.engine import Database
from db.queries import health as queries
from db.queries import heartbeats as heartbeat_queries
from services.deliveries import Deliveries
from services.deliveries.deliveries import DeliveryHealth
from services.operations.alerts import Alerts, StandingAlert
from services.tiktok.sources import SourceHealth
from services.works import Works
from services.works.works import WorksHealth

# Three heartbeats that did not come.
UNSEEN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class RoleHealth:
    """``name``: bot, web, scheduler. ``processes`` with it were seen lately, any of them ``seen_at`` last.

    ``leads``: of the bot, whether one of them leads; the others stand by.
    """

    name: str
    processes: int
    seen_at: datetime
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and the oldest for how long."""

    count: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Beat:
    """A process as it was last seen."""

    process: str
    roles: Sequence[str]
    seen_at: datetime
    leads: bool
    clicks: Waiting
    sources: Sequence[SourceHealth] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """``updates``: not handled yet, ``aside``: set aside within the last two days. ``clicks``: not counted yet.

    ``sources``: ways to TikTok, as the bot that leads tells.
    """

    roles: Sequence[RoleHealth]
    updates: Waiting
    aside: int
    deliveries: DeliveryHealth
    works: WorksHealth
    clicks: Waiting
    alerts: Sequence[StandingAlert]
    beats: Sequence[Beat]
    sources: Sequence[SourceHealth]


async def read_beats(database: Database) -> Sequence[Beat]:
    async with database.read() as session:
        return [_beat(row) for row in await heartbeat_queries.all_of_them(session)]


async def read_sources(database: Database, now: datetime) -> Sequence[SourceHealth]:
    """How the ways to TikTok fare."""
    return source_healths(await read_beats(database), now)


async def read_inbox(database: Database, now: datetime) -> tuple[Waiting, int]:
    """What waits, and how many updates are set aside."""
    async with database.read() as session:
        state = await queries.inbox(session)
    return Waiting(state.waiting, max(timedelta(), now - state.oldest) if state.oldest else timedelta()), state.aside


async def read_health(
    database: Database, deliveries: Deliveries, works: Works, alerts: Alerts, now: datetime
) -> Health:
    beats = await read_beats(database)
    updates, aside = await read_inbox(database, now)
    return Health(
        roles=role_healths(beats, now),
        updates=updates,
        aside=aside,
        deliveries=await deliveries.health(now),
        works=await works.health(now),
        clicks=waiting_clicks(beats, now),
        alerts=await alerts.standing(now),
        beats=beats,
        sources=source_healths(beats, now),
    )


def role_healths(beats: Iterable[Beat], now: datetime) -> list[RoleHealth]:
    """By role, in the order of their names."""
    by_role: dict[str, list[Beat]] = {}
    for beat in beats:
        for role in beat.roles:
            by_role.setdefault(role, []).append(beat)
    return [
        RoleHealth(
            name=name,
            processes=sum(_is_alive(beat, now) for beat in found),
            seen_at=max(beat.seen_at for beat in found),
            leads=name == "bot" and any(beat.leads and _is_alive(beat, now) for beat in found),
        )
        for name, found in sorted(by_role.items())
    ]


def waiting_clicks(beats: Iterable[Beat], now: datetime) -> Waiting:
    """In the journals of all web processes that run; of a dead one's, who took it over tells."""
    alive = [beat.clicks for beat in beats if _is_alive(beat, now)]
    return Waiting(sum(each.count for each in alive), max((each.oldest for each in alive), default=timedelta()))


def source_healths(beats: Iterable[Beat], now: datetime) -> Sequence[SourceHealth]:
    """Ways to TikTok, as the process tells that asks there; nothing where none runs."""
    return next((beat.sources for beat in beats if beat.leads and _is_alive(beat, now)), ())


def _is_alive(beat: Beat, now: datetime) -> bool:
    return now - beat.seen_at < UNSEEN


def _beat(row: tables.Heartbeat) -> Beat:
    web, bot = row.facts.get("web", {}), row.facts.get("bot", {})
    return Beat(
        process=row.process,
        roles=row.roles.split(),
        seen_at=row.seen_at,
        leads=bool(bot.get("leads")),
        clicks=Waiting(int(web.get("clicks", 0)), timedelta(seconds=float(web.get("seconds", 0)))),
        sources=[SourceHealth(**each) for each in bot.get("sources", ())],
    )
