"""The daily top: whose figures are asked for at the day's hour, what they were, and who stands where."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import tiktok as account_queries
from db.queries import tiktok_top as queries
from db.tables import TikTokTopPlace
from services.tiktok.accounts import Accounts
from services.tiktok.placing import Figures, Order, Placed, placed
from services.tiktok.top_file import SHIPPED, read_top_file
from services.time_zones import zone

# From this hour of DEFAULT_TIMEZONE on, the day has its top.
HOUR = 6
ON_A_PAGE = 10
# Between two accounts that are asked for: TikTok looks askance at who asks for hundreds at once.
PACE = timedelta(seconds=0.25)
# An account that did not answer for so long is in the day's top no more.
MOST_STALE = timedelta(days=7)
GROWTH_DAYS = 7
# Growth is of seven days, or of up to so many more where nothing was fetched on the seventh.
GROWTH_SLACK_DAYS = 2
KEPT = timedelta(days=120)
# Of a row of a day's top, what is figures.
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the top."""

    placed: Placed
    username: str
    nickname: str
    verified: bool


@dataclass(frozen=True, slots=True)
class TopPage:
    """Page ``number`` (from 1) of ``pages``. ``day`` None: there is no top yet, and nothing else says anything.

    ``refreshed_at``: when the last account answered that day. ``answered`` of the ``asked`` accounts of the list did,
    with their posts or without; the figures of the others are their last ones, or missing. ``compared_with``: the day
    that places are compared with.
    ``invented``: the accounts are a sandbox's.
    """

    order: Order
    day: date | None
    refreshed_at: datetime | None
    answered: int
    asked: int
    compared_with: date | None
    entries: tuple[Entry, ...]
    number: int
    pages: int
    total: int
    invented: bool


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a run of the job did: how many accounts it asked for, and how many figures of the day it stored."""

    asked: int
    stored: int


class Top:
    """Refreshes and shows the top. A refresh run twice changes nothing."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        *,
        default_time_zone: str,
        file: Path | None = None,
        pace: timedelta = PACE,
        invented: bool = False,
    ) -> None:
        """``file``: TOP_FILE; None: the list that comes along. ``pace``: between two accounts that are asked for.

        ``invented``: what stands for TikTok is a stand-in, and the top says so.
        """
        self._database = database
        self._accounts = accounts
        self._zone = zone(default_time_zone)
        self._file = file or SHIPPED
        self._pace = pace
        self._invented = invented

    async def refresh(self, now: datetime) -> Refreshed:
        """Bring the list to what the file says; ask for all accounts once a day; store the figures that came since.

        Raises TopFileWrong.
        """
        names = await asyncio.to_thread(read_top_file, self._file)
        day = now.astimezone(self._zone).date()
        async with self._database.read() as session:
            # Most runs find nothing: they keep nobody from writing.
            if not await self._is_work(session, names, day, now):
                return Refreshed(0, 0)
        async with self._database.write() as session:
            wanted = await self._sync(session, names, now)
            latest = await queries.latest_day(session)
            stored = await self._store(session, day, now) if latest == day or self._is_time(latest, now) else 0
            if stored and (latest is None or latest < day):
                # The day has begun, as its first figures say from now on.
                wanted = await self._late(session, day, now)
            await queries.forget_before(session, day - KEPT)
            # In the transaction that begins the day: begun, and nobody asked, it would stay without answers.
            asked = await self._accounts.refresh_in(session, wanted, now, self._pace) if wanted else 0
        return Refreshed(asked, stored)

    async def page(self, order: Order, number: int) -> TopPage:
        """Page ``number``, or the nearest that there is, of the last day's top on which anybody answered."""
        async with self._database.read() as session:
            on_list = {each.account_id for each in await queries.members(session) if each.removed_at is None}
            day, rows = await self._answered_day(session, on_list)
            before, earlier = (None, []) if day is None else await _day_of(session, day, None)
        names = {row.place.account_id: (row.username, row.nickname, row.verified) for row in rows}
        today = [self._figures(row.place) for row in rows]
        top = placed(today, [self._figures(row.place) for row in earlier], order)
        pages = max(1, -(-len(top) // ON_A_PAGE))
        number = min(max(number, 1), pages)
        shown = top[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
        answered = [each.taken_at for each in today if each.has_answered]
        return TopPage(
            order=order,
            day=day,
            refreshed_at=max(answered, default=None),
            answered=len(answered),
            asked=len(on_list),
            compared_with=before,
            entries=tuple(Entry(each, *names[each.figures.account_id]) for each in shown),
            number=number,
            pages=pages,
            total=len(top),
            invented=self._invented,
        )

    async def _answered_day(
        self, session: AsyncSession, on_list: Collection[int]
    ) -> tuple[date | None, Sequence[queries.Named]]:
        """The last day on which any of these answered, and their rows; the last day that has a top where none did."""
        latest = day, rows = await _day_of(session, None, on_list)
        while day is not None and latest[0] is not None and latest[0] - day <= MOST_STALE:
            if any(self._figures(row.place).has_answered for row in rows):
                return day, rows
            # It has only just begun, or TikTok is silent: figures older than that are in no day's top any more.
            day, rows = await _day_of(session, day, on_list)
        return latest

    async def _sync(self, session: AsyncSession, names: Sequence[str], now: datetime) -> list[str]:
        """Put the file's new names on the list, and take off those it no longer has; the new ones."""
        known = {member.username: member for member in await queries.members(session)}
        new = [name for name in names if name not in known]
        # Everybody holds accounts in one order: two processes at once must not wait for each other.
        for name in sorted(new):
            account_id = await self._accounts.add_in(session, name, now)
            await queries.add_member(session, account_id, now, from_file=True)
            await self._accounts.keep_fresh_in(session, account_id, now)
        # What an operator took off stays noted while the file has it: it does not come back.
        gone = sorted(each.account_id for each in _gone(known.values(), names))
        for account_id in gone:
            await account_queries.hold_by_id(session, account_id)
        await queries.drop_members(session, gone)
        for account_id in gone:
            await self._accounts.let_go_in(session, account_id)
        return new

    async def _is_work(self, session: AsyncSession, names: Sequence[str], day: date, now: datetime) -> bool:
        members = await queries.members(session)
        if set(names) - {member.username for member in members} or _gone(members, names):
            return True
        latest = await queries.latest_day(session)
        if latest != day:
            return self._is_time(latest, now)
        off_list, rows = await self._news(session, day, now)
        return bool(off_list or rows)

    def _is_time(self, latest: date | None, now: datetime) -> bool:
        """Whether the day begins, if it has not begun; the very first one does at once."""
        return latest is None or now.astimezone(self._zone).hour >= HOUR

    async def _late(self, session: AsyncSession, day: date, now: datetime) -> list[str]:
        """Who is on the list and did not answer on this day already; who did without their posts is asked again."""
        on_list = [member for member in await queries.members(session) if member.removed_at is None]
        taken = await queries.newest(session, [member.account_id for member in on_list], now - MOST_STALE, now)
        return [member.username for member in on_list if not self._is_fresh(day, taken.get(member.account_id))]

    async def _store(self, session: AsyncSession, day: date, now: datetime) -> int:
        """Store the figures of the day as far as they are known; how many are new."""
        off_list, rows = await self._news(session, day, now)
        await queries.drop_places(session, day, off_list)
        # In one order: two processes at once must not wait for each other.
        for account_id, row in sorted(rows.items()):
            await queries.set_place(session, day, account_id, row)
        return len(rows)

    async def _news(self, session: AsyncSession, day: date, now: datetime) -> tuple[list[int], dict[int, Row]]:
        """Accounts of the day's top that are on the list no more, and the figures that the day does not have yet."""
        on_list = [member.account_id for member in await queries.members(session) if member.removed_at is None]
        standing = {row.place.account_id: row.place for row in await queries.places(session, day)}
        off_list = sorted(standing.keys() - set(on_list))
        wanted = [each for each in on_list if each not in standing or not standing[each].fresh]
        if not wanted:
            return off_list, {}
        taken = await queries.newest(session, wanted, now - MOST_STALE, now)
        bases = await queries.newest_between(
            session,
            wanted,
            self._start_of(day - timedelta(days=GROWTH_DAYS + GROWTH_SLACK_DAYS)),
            self._start_of(day - timedelta(days=GROWTH_DAYS - 1)),
        )
        return off_list, {
            account_id: self._row(day, figures, bases.get(account_id))
            for account_id, figures in taken.items()
            if account_id not in standing or standing[account_id].taken_at != figures.at
        }

    def _row(self, day: date, figures: queries.Taken, base: queries.Taken | None) -> Row:
        return {
            "followers": figures.followers,
            "income": figures.income,
            "rating": figures.rating,
            "growth": None if base is None else figures.followers - base.followers,
            "taken_at": figures.at,
            "fresh": self._is_fresh(day, figures),
        }

    def _figures(self, row: TikTokTopPlace) -> Figures:
        lacks_posts = not row.fresh and self._is_on(row.day, row.taken_at)
        return Figures(
            row.account_id, row.followers, row.income, row.rating, row.growth, row.taken_at, row.fresh, lacks_posts
        )

    def _is_fresh(self, day: date, figures: queries.Taken | None) -> bool:
        """Whether all of them are of that day."""
        return figures is not None and self._is_on(day, figures.whole_at)

    def _is_on(self, day: date, moment: datetime | None) -> bool:
        return moment is not None and moment.astimezone(self._zone).date() == day

    def _start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)


def _gone(members: Iterable[queries.Member], names: Sequence[str]) -> list[queries.Member]:
    """Those that the file brought and has no more."""
    return [each for each in members if each.from_file and each.username not in names]


async def _day_of(
    session: AsyncSession, before: date | None, on_list: Collection[int] | None
) -> tuple[date | None, Sequence[queries.Named]]:
    """The last day (before that one) that has a top, and its rows: of the list, where one is named."""
    day = await queries.latest_day(session, before)
    rows = [] if day is None else await queries.places(session, day)
    return day, [row for row in rows if on_list is None or row.place.account_id in on_list]
