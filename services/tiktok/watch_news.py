"""What watchers are told: each day how an account grew, and at once that a post flies or a milestone is passed."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, takewhile
from statistics import median

from db import tables
from db.engine import Database
from db.queries import tiktok_watches as queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import WATCHED_DAILY, WATCHED_FLIES, WATCHED_MILESTONE
from services.deliveries.outgoing import DeliveryKind
from services.people import People, Person
from services.people.preferences import DEFAULT_HOUR
from services.tiktok.analytics import outliers, settled
from services.tiktok.constants import CONSTANTS, Constants
from services.tiktok.profiles import Post
from services.tiktok.stored import post_of
from services.tiktok.trouble import Report, Trouble
from services.tiktok.watches import NOT_KNOWN, WatchedAccount, watched
from services.time_zones import zone

# A post that begins to fly later does so by itself hardly ever; and whoever began to watch meanwhile has seen it.
YOUNG = timedelta(days=7)
# Of one fetch, so many at most; the ones with the most views.
MOST_FLYING = 3
# Compared with are an account's newest posts.
POSTS = 60
# "A day" of growth: refreshes are spread over the day, and one may come a little early.
ABOUT_A_DAY, MORE_THAN_A_DAY = timedelta(hours=20), timedelta(hours=36)
ACCOUNTS_AT_ONCE, WATCHERS_AT_ONCE = 100, 200
# A fetch bears the time of its beginning, and is stored by then.
STORED_WITHIN = timedelta(hours=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Flies:
    """``post`` has far more views than the ``usual`` ones of its account, which is the median of the others."""

    account: WatchedAccount
    post: Post
    usual: int


@dataclass(frozen=True, slots=True)
class Passed:
    """The account has ``milestone`` followers or more."""

    account: WatchedAccount
    milestone: int


@dataclass(frozen=True, slots=True)
class Growth:
    """What an account won since ``since``, about a day before its last fetch or the last time before that.

    None: there is nothing to compare with yet. ``videos``: how many more there are; deleted ones make it negative.
    ``is_stale``: it could not be fetched for more than a day.
    """

    account: WatchedAccount
    since: datetime | None
    followers: int
    likes: int
    videos: int
    is_stale: bool = False

    @property
    def is_of_a_day(self) -> bool:
        """It is the growth of about one day."""
        fetched_at = self.account.fetched_at
        return self.since is not None and fetched_at is not None and fetched_at - self.since <= MORE_THAN_A_DAY


@dataclass(frozen=True, slots=True)
class DailyNote:
    """All that a person watches, on ``day`` of theirs; who won the most followers first."""

    day: date
    accounts: tuple[Growth, ...]


WatchNews = Flies | Passed | DailyNote
# The news in the person's words.
Words = Callable[[Person, WatchNews], Awaitable[Outgoing]]


@dataclass(frozen=True, slots=True)
class _Told:
    """One message: its kind, its key without the person, and what it says."""

    kind: DeliveryKind
    key: str
    news: WatchNews


class WatchesNews:
    """Owes what watchers are to hear. Run as often as one likes, by as many as one likes: each thing is told once."""

    def __init__(
        self,
        database: Database,
        people: People,
        deliveries: Deliveries,
        words: Words,
        *,
        report: Report,
        default_time_zone: str,
        constants: Constants = CONSTANTS,
    ) -> None:
        self._database = database
        self._people = people
        self._deliveries = deliveries
        self._words = words
        self._default_time_zone = default_time_zone
        self._constants = constants
        self._report = report
        # Of all that was fetched before, whoever was to hear of it has; None: nobody looked yet.
        self._all_told_until: datetime | None = None

    async def tell_fetched(self, now: datetime) -> int:
        """Owe word of posts that fly and milestones, of all accounts that were fetched since; how many messages."""
        trouble = Trouble(self._report, now)
        owed, after, since = 0, 0, self._all_told_until
        if since is None or now < since:
            since = LONG_AGO
        while True:
            async with self._database.read() as session:
                accounts = await queries.unseen(session, since, after=after, limit=ACCOUNTS_AT_ONCE)
            for account_id, _fetched_at in accounts:
                owed += await self._tell_of(account_id, trouble, now)
            if len(accounts) < ACCOUNTS_AT_ONCE:
                break
            after, since = accounts[-1]
        # What is being stored in this moment was begun shortly before it.
        self._all_told_until = now - STORED_WITHIN
        return owed

    async def send_notes(self, now: datetime) -> int:
        """Owe the daily note to all whose hour has come; how many messages."""
        trouble = Trouble(self._report, now)
        owed, after = 0, 0
        while True:
            async with self._database.read() as session:
                watchers = await queries.watchers(session, after=after, limit=WATCHERS_AT_ONCE)
            for watcher in watchers:
                local = now.astimezone(zone(watcher.time_zone or self._default_time_zone))
                is_time = local.hour >= (DEFAULT_HOUR if watcher.hour is None else watcher.hour)
                if is_time and (watcher.noted_on is None or watcher.noted_on < local.date()):
                    owed += await self._note_surely(watcher.person_id, local.date(), trouble, now)
            if len(watchers) < WATCHERS_AT_ONCE:
                return owed
            after = watchers[-1].person_id

    # Posts that fly, milestones

    async def _tell_of(self, account_id: int, trouble: Trouble, now: datetime) -> int:
        async with self._database.read() as session:
            row = await queries.account(session, account_id)
            rows = await queries.newest_posts(session, account_id, POSTS)
        if row is None or row.fetched_at is None:
            return 0
        flying: list[_Told] = []
        try:
            flying = self._flying(watched(row), [post_of(each) for each in rows], row.fetched_at, now)
        except Exception as error:
            # Milestones need no posts.
            await trouble.heed(error)
        owed, after = 0, 0
        while True:
            async with self._database.read() as session:
                watches = await queries.watchers_unaware(
                    session, account_id, row.fetched_at, after=after, limit=WATCHERS_AT_ONCE
                )
            for watch in watches:
                try:
                    owed += await self._tell_one(watch, row, flying, row.fetched_at, now)
                except Exception as error:
                    await trouble.heed(error)
                    await self._pass_over(watch, row.fetched_at)
            if len(watches) < WATCHERS_AT_ONCE:
                return owed
            after = watches[-1].person_id

    async def _pass_over(self, watch: tables.TikTokWatch, fetched_at: datetime) -> None:
        """They hear nothing of this fetch, which would fail each minute; of its milestones, after the next one."""
        async with self._database.write() as session:
            await queries.take(session, watch.person_id, watch.account_id, fetched_at, watch.milestone)

    async def _tell_one(
        self,
        watch: tables.TikTokWatch,
        row: tables.TikTokAccount,
        flying: Sequence[_Told],
        fetched_at: datetime,
        now: datetime,
    ) -> int:
        # Who watched before anything was known hears of what comes from now on.
        passed = None if watch.milestone == NOT_KNOWN else passed_milestone(watch.milestone, row.followers)
        is_first = watch.seen_at is None
        told = [] if is_first else [*flying]
        if passed is not None:
            news = Passed(watched(row), passed)
            told.append(_Told(WATCHED_MILESTONE, f"tiktok-milestone:{row.id}:{passed}", news))
        person = await self._people.find(watch.person_id) if told else None
        messages = [(each, await self._words(person, each.news)) for each in told] if person is not None else []
        milestone = passed or (row.followers if watch.milestone == NOT_KNOWN else watch.milestone)
        owed = 0
        async with self._database.write() as session:
            if await queries.take(session, watch.person_id, row.id, fetched_at, milestone):
                for each, outgoing in messages:
                    key = f"{each.key}:{watch.person_id}"
                    owed += await self._deliveries.notify_in(session, watch.person_id, each.kind, key, outgoing, now)
        return owed

    def _flying(
        self, account: WatchedAccount, posts: Sequence[Post], fetched_at: datetime, now: datetime
    ) -> list[_Told]:
        # A watcher hears of a post once: its key stays for longer than it is young.
        young = [post for post in outliers(posts, fetched_at, self._constants) if now - post.published_at <= YOUNG]
        young.sort(key=lambda post: post.views, reverse=True)
        told = []
        for post in young[:MOST_FLYING]:
            others = [each.views for each in settled(posts, fetched_at, self._constants) if each != post]
            news = Flies(account, post, round(median(others)))
            told.append(_Told(WATCHED_FLIES, f"tiktok-flies:{account.id}:{post.post_id}", news))
        return told

    # The daily note

    async def _note_surely(self, person_id: int, day: date, trouble: Trouble, now: datetime) -> bool:
        try:
            return await self._note(person_id, day, now)
        except Exception as error:
            await trouble.heed(error)
        # Tomorrow's may be written.
        async with self._database.write() as session:
            await queries.note(session, person_id, day)
        return False

    async def _note(self, person_id: int, day: date, now: datetime) -> bool:
        person = await self._people.find(person_id)
        note = DailyNote(day, await self._growths(person_id, now))
        outgoing = await self._words(person, note) if person is not None and note.accounts else None
        async with self._database.write() as session:
            if not await queries.note(session, person_id, day) or outgoing is None:
                return False
            key = f"tiktok-daily:{person_id}:{day}"
            return await self._deliveries.notify_in(session, person_id, WATCHED_DAILY, key, outgoing, now)

    async def _growths(self, person_id: int, now: datetime) -> tuple[Growth, ...]:
        """Of all that the person watches and whose numbers are known."""
        found = []
        async with self._database.read() as session:
            for _watch, account in await queries.of_person(session, person_id):
                if account.fetched_at is None:
                    continue
                before = await queries.last_until(session, account.id, account.fetched_at - ABOUT_A_DAY)
                is_stale = now - account.fetched_at > MORE_THAN_A_DAY
                found.append(_growth(account, before, is_stale=is_stale))
        return tuple(sorted(found, key=lambda each: (each.since is None, -each.followers, each.account.username)))


def passed_milestone(last: int, followers: int) -> int | None:
    """The greatest milestone above ``last`` that ``followers`` have reached; None: there is none.

    1,000, 5,000, 10,000, 50,000 and so on.
    """
    reached = list(takewhile(lambda milestone: milestone <= followers, _milestones()))
    return reached[-1] if reached and reached[-1] > last else None


def _milestones() -> Iterator[int]:
    return ((5 if step % 2 else 1) * 10 ** (3 + step // 2) for step in count())


def _growth(account: tables.TikTokAccount, before: tables.TikTokSnapshot | None, *, is_stale: bool) -> Growth:
    if before is None:
        return Growth(watched(account), None, 0, 0, 0, is_stale)
    return Growth(
        watched(account),
        before.at,
        account.followers - before.followers,
        account.likes - before.likes,
        account.videos - before.videos,
        is_stale,
    )
