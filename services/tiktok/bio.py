"""Which of a person's links stands in the bio of which account, and what their clicks say of its posts."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import links as link_queries
from db.queries import people as people_queries
from db.queries import statistics as counters
from db.queries import tiktok as account_queries
from db.queries import tiktok_bio as queries
from services.errors import UserError
from services.links.errors import LinkNotFound
from services.links.link import Link, links_of
from services.statistics.periods import at, bucket_of
from services.tiktok.brought import WEEK, WEEKS_BEFORE, Brought, Published, brought
from services.tiktok.keeping import Keeper
from services.tiktok.watches import UnknownAccount

# Links of one bio: more than one serves those who change it now and then.
MOST_LINKS = 5
# Accounts of one person: each of them is fetched daily.
MOST_ACCOUNTS = 20
# Posts whose clicks are estimated: those of the last 90 days, and of so many accounts with the same link together.
POSTS_OF, MOST_POSTS = timedelta(days=90), 200
# What may stand in a bio's text as an address, its scheme left out as people do there.
LONGEST_BIO, LONGEST_SLUG = 500, 64
ADDRESS = re.compile(r"(?:https?://)?[^\s/]+/[^\s]+", re.IGNORECASE)


class TooManyBioLinks(UserError):
    """``most`` links of the person stand in the account's bio already."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class TooManyBios(UserError):
    """The person's links stand in the bios of ``most`` accounts already."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """Page ``number`` (from 1) of ``pages`` of a person's links, newest first; ``chosen``: ids of those in the bio."""

    links: tuple[Link, ...]
    number: int
    pages: int
    chosen: frozenset[int]


@dataclass(frozen=True, slots=True)
class BroughtBy:
    """A post, and the clicks that it seems to have brought; ``estimate`` None: nobody knows yet what is usual."""

    post_id: str
    published_at: datetime
    views: int
    estimate: Brought | None


class BioLinks:
    """Each method checks that links are the person's; the accounts are everybody's."""

    def __init__(self, database: Database, keeper: Keeper, *, public_url: str, own_hosts: frozenset[str]) -> None:
        """``public_url`` without a slash at its end; ``own_hosts`` in small letters, as in ``parse_target``."""
        self._database = database
        self._keeper = keeper
        self._public_url = public_url
        self._own_hosts = own_hosts

    async def of(self, person_id: int, account_id: int) -> tuple[Link, ...]:
        """Those that stand in the account's bio, oldest first."""
        async with self._database.read() as session:
            rows = await queries.of_account(session, person_id, account_id)
            return tuple(await links_of(session, rows, self._public_url))

    async def offered(self, person_id: int, account_id: int) -> Link | None:
        """A link of theirs whose address the bio shows, and that they have not named yet."""
        async with self._database.read() as session:
            account = await account_queries.find_by_id(session, account_id)
            if account is None:
                return None
            named = {row.id for row in await queries.of_account(session, person_id, account_id)}
            for slug in self._slugs(account[0].bio_url, account[0].bio):
                row = await link_queries.by_slug(session, slug)
                if row is not None and _is_theirs(row, person_id) and row.id not in named:
                    return (await links_of(session, [row], self._public_url))[0]
        return None

    async def choice(self, person_id: int, account_id: int, number: int, size: int) -> LinkChoice:
        """A page to choose from, or the nearest that there is."""
        async with self._database.read() as session:
            pages = max(1, -(-await queries.count_choosable(session, person_id) // size))
            number = min(max(number, 1), pages)
            rows = await queries.choosable(session, person_id, limit=size, offset=(number - 1) * size)
            chosen = frozenset(row.id for row in await queries.of_account(session, person_id, account_id))
            return LinkChoice(tuple(await links_of(session, rows, self._public_url)), number, pages, chosen)

    async def name(self, person_id: int, account_id: int, link_id: int, now: datetime) -> None:
        """The link stands in the account's bio, which is fetched daily from now on. Said twice, it is said once.

        Raises LinkNotFound, UnknownAccount (of one that was never fetched, too), TooManyBioLinks and TooManyBios.
        """
        async with self._database.write() as session:
            # Two presses at once must not make one too many. Always the person first, and then the account.
            await people_queries.hold(session, person_id)
            row = await link_queries.of_owner(session, link_id, person_id)
            if row is None or not _is_theirs(row, person_id):
                raise LinkNotFound
            # Held, as by whoever lets go of it: both see whether somebody still wants it.
            account = await account_queries.hold_by_id(session, account_id)
            if account is None or account.fetched_at is None:
                raise UnknownAccount
            named = {each.id for each in await queries.of_account(session, person_id, account_id)}
            if link_id not in named and len(named) >= MOST_LINKS:
                raise TooManyBioLinks(MOST_LINKS)
            if len(await queries.accounts_named(session, person_id) - {account_id}) >= MOST_ACCOUNTS:
                raise TooManyBios(MOST_ACCOUNTS)
            await queries.add(session, person_id, account_id, link_id, now)
            await self._keeper.keep_fresh_in(session, account_id, now)

    async def unname(self, person_id: int, account_id: int, link_id: int) -> None:
        """It stands there no longer; of one that never did, nothing changes."""
        async with self._database.write() as session:
            await people_queries.hold(session, person_id)
            await account_queries.hold_by_id(session, account_id)
            if await queries.remove(session, person_id, account_id, link_id):
                await self._keeper.let_go_in(session, account_id)

    async def clicks_by_day(
        self, person_id: int, account_id: int, first: date, last: date, zone: tzinfo
    ) -> tuple[int, ...] | None:
        """Clicks of each day of the person's calendar on all links of the bio; None: they have named none."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 2)]
        edges = [bucket_of(at(day, time(), zone)) for day in days]
        async with self._database.read() as session:
            links = await queries.of_account(session, person_id, account_id)
            if not links:
                return None
            ranges = list(pairwise(edges))
            sums = await counters.sums(session, [link.id for link in links], ranges)
        return tuple(each.clicks for each in sums)

    async def brought(self, person_id: int, account_id: int, now: datetime) -> tuple[BroughtBy, ...] | None:
        """The account's posts of the last 90 days, newest first; None: the person has named no link of the bio.

        Where a link stands in several bios, posts of all these accounts share its clicks. What several links brought is
        added up. See services.tiktok.brought for the method.
        """
        async with self._database.read() as session:
            links = await queries.of_account(session, person_id, account_id)
            if not links:
                return None
            beside = await queries.accounts_of(session, [link.id for link in links])
            accounts = {beside_id for _, beside_id in beside} | {account_id}
            posts = await queries.posts(session, accounts, now - POSTS_OF, MOST_POSTS)
            clicks = await _clicks(session, links, posts, now)
        estimates = [_of_link(link, posts, beside, clicks.get(link.id, Counter()), now) for link in links]
        return tuple(
            BroughtBy(post.post_id, post.published_at, post.views, _sum(each.get(post.post_id) for each in estimates))
            for post in posts
            if post.account_id == account_id
        )

    def _slugs(self, bio_url: str, bio: str) -> Iterable[str]:
        """Slugs of our own short addresses, as they stand in the bio; the bio's link first."""
        for text in [bio_url, *ADDRESS.findall(bio[:LONGEST_BIO])]:
            try:
                parts = urlsplit(text if "://" in text else f"https://{text}")
                host = parts.netloc.lower()
            except ValueError:
                continue
            slug = unquote(parts.path).strip("/").removesuffix("+").rstrip(".,;!?)»\"'")
            is_slug = 0 < len(slug) <= LONGEST_SLUG and slug.isprintable() and "/" not in slug
            if is_slug and {host, parts.hostname} & self._own_hosts:
                yield slug


def _is_theirs(row: tables.Link, person_id: int) -> bool:
    return row.owner_id == person_id and row.deleted_at is None and row.draft_since is None


async def _clicks(
    session: AsyncSession, links: Sequence[tables.Link], posts: Sequence[queries.PostFacts], now: datetime
) -> dict[int, Counter[int]]:
    """Clicks of each link by quarter of an hour, from four weeks before the first of the posts until now."""
    if not posts:
        return {}
    first = min(bucket_of(post.published_at) for post in posts) - WEEKS_BEFORE * WEEK
    counted: dict[int, Counter[int]] = {}
    for link_id, bucket, number in await queries.clicks(
        session, [link.id for link in links], first, bucket_of(now) + 1
    ):
        counted.setdefault(link_id, Counter())[bucket] = number
    return counted


def _of_link(
    link: tables.Link,
    posts: Sequence[queries.PostFacts],
    beside: Sequence[tuple[int, int]],
    clicks: Counter[int],
    now: datetime,
) -> dict[str, Brought | None]:
    """What posts of all accounts in whose bios the link stands brought it."""
    accounts = {account_id for link_id, account_id in beside if link_id == link.id}
    published = [
        Published(post.post_id, bucket_of(post.published_at), post.views)
        for post in posts
        if post.account_id in accounts
    ]
    if not published:
        return {}
    first = min(post.bucket for post in published) - WEEKS_BEFORE * WEEK
    # Its first quarter may lie before it: what was clicked in it is no whole quarter.
    since = max(first, bucket_of(link.created_at) + 1)
    return brought(published, clicks, since=since, until=max(since, bucket_of(now) + 1))


def _sum(estimates: Iterable[Brought | None]) -> Brought | None:
    """What is known, added up; None: of no link anything is known."""
    known = [each for each in estimates if each is not None]
    total = known[0] if known else None
    for each in known[1:]:
        assert total is not None
        total = total + each
    return total
