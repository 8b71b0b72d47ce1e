"""What a person wants to be told unasked, and when: kinds of notices, the hour of daily notes, quiet hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from db import tables
from db.engine import Database
from db.queries import people as queries
from services.errors import UserError

HOURS = range(24)
DEFAULT_HOUR = 9
# All zones of today begin and change on such a boundary.
QUARTER = timedelta(minutes=15)


class Notice(StrEnum):
    """Kinds of notices that can be switched off. A name is stored and never changes."""

    # What the person's links did yesterday.
    DAILY = "daily"
    # How the TikTok accounts that they watch grew, each day.
    WATCHED = "watched"
    # A post of such an account flies.
    FLYING = "flying"
    # Such an account has passed a round number of followers.
    FOLLOWERS = "followers"
    # One of their links was switched off or on by somebody else.
    LINKS = "links"
    # A link's first click, and round numbers of clicks.
    CLICKS = "clicks"
    # Far more clicks in an hour than a link has otherwise.
    BURSTS = "bursts"
    # A link's clicks are nearly used up, or all are; its time ends within a day.
    ENDING = "ending"
    # A link leads to something that does not answer any more, or does again.
    BROKEN = "broken"


# What can be switched off for one link as well.
OF_A_LINK = (Notice.CLICKS, Notice.BURSTS, Notice.ENDING, Notice.BROKEN)


class NotAnHour(UserError):
    """Only a forged press asks for an hour that no day has."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From hour ``start`` until hour ``end`` of the person's own day (0 to 23, never equal), over midnight as well."""

    start: int
    end: int

    def hold(self, local_hour: int) -> bool:
        if self.start < self.end:
            return self.start <= local_hour < self.end
        return local_hour >= self.start or local_hour < self.end


DEFAULT_QUIET = QuietHours(23, 8)


@dataclass(frozen=True, slots=True)
class Preferences:
    """``hour``: of daily notes, in the person's own day. ``quiet`` None: they may be told at any time."""

    hour: int = DEFAULT_HOUR
    quiet: QuietHours | None = DEFAULT_QUIET
    muted: frozenset[str] = frozenset()

    def when(self, notice: str, zone: tzinfo, now: datetime) -> datetime | None:
        """The first moment from ``now`` on at which a notice of this kind may be sent; None: it is switched off."""
        if notice in self.muted:
            return None
        return first_free(self.quiet, zone, now)


def first_free(quiet: QuietHours | None, zone: tzinfo, now: datetime) -> datetime:
    """``now``, or the end of the quiet hours that it is in, as the clocks of ``zone`` really go."""
    moment = now
    # Step by step: daylight saving may skip the hour at which quiet hours end, or have it twice.
    while quiet is not None and quiet.hold(moment.astimezone(zone).hour):
        moment = _next_step(moment, zone)
    return moment


def _next_step(moment: datetime, zone: tzinfo) -> datetime:
    """The next full hour of the zone or the next quarter of an hour on earth, whichever comes first."""
    local = moment.astimezone(zone)
    to_hour = timedelta(hours=1) - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    into_quarter = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment + min(to_hour, QUARTER - into_quarter)


def preferences_of(row: tables.Person) -> Preferences:
    """What the row says; where it says nothing, the default."""
    quiet: QuietHours | None = DEFAULT_QUIET
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = None if row.quiet_from == row.quiet_until else QuietHours(row.quiet_from, row.quiet_until)
    hour = DEFAULT_HOUR if row.notice_hour is None else row.notice_hour
    return Preferences(hour, quiet, frozenset(row.muted.split()))


class Notices:
    """Reads and changes what people want to be told. Each change is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person_id: int) -> Preferences:
        async with self._database.read() as session:
            row = await queries.find(session, person_id)
        return Preferences() if row is None else preferences_of(row)

    async def choose_hour(self, person_id: int, hour: int) -> Preferences:
        """Daily notes come at ``hour`` from now on. Raises NotAnHour."""
        return await self._change(person_id, {"notice_hour": _checked(hour)})

    async def choose_quiet(self, person_id: int, start: int, end: int) -> Preferences:
        """Quiet from hour ``start`` until hour ``end``; equal ones are no quiet hours. Raises NotAnHour."""
        return await self._change(person_id, {"quiet_from": _checked(start), "quiet_until": _checked(end)})

    async def switch(self, person_id: int, notice: Notice, *, on: bool) -> Preferences:
        """Tell the person of this, or no longer."""
        async with self._database.write() as session:
            await queries.hold(session, person_id)
            row = await queries.find(session, person_id)
            if row is None:
                return Preferences()
            muted = set(row.muted.split())
            row.muted = " ".join(sorted(muted - {notice.value} if on else muted | {notice.value}))
            return preferences_of(row)

    async def _change(self, person_id: int, values: Mapping[str, int]) -> Preferences:
        async with self._database.write() as session:
            row = await queries.find(session, person_id)
            if row is None:
                return Preferences()
            for name, value in values.items():
                setattr(row, name, value)
            return preferences_of(row)


def _checked(hour: int) -> int:
    if hour not in HOURS:
        raise NotAnHour(hour)
    return hour
