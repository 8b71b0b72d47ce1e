"""The directory: where each slug leads, from memory while it may, from the database when it must."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import structlog

from db.engine import Database
from db.queries import directory as queries
from db.queries import hosts as host_queries
from db.queries.links import changes_since, newest_change
from services.links.hosts import HOSTS_CHANGED, block_of
from services.links.ways import LinkSettings, Stored, own_way, settings_of

SECONDS_TO_LIVE = 300.0
# A slug that leads nowhere may be given out any moment; the change tells us, and this bounds what is remembered.
UNKNOWN_SECONDS_TO_LIVE = 10.0
MOST_KNOWN = 50_000
# Apart from the known ones: who tries out slugs must not push real links out.
MOST_UNKNOWN = 10_000
POLL_SECONDS = 0.5
ANSWER_SECONDS = 2.0
# After the database failed to answer: so long nobody asks it for a link again.
PAUSE_SECONDS = 1.0
CHANGES_AT_ONCE = 1_000

# Whatever else a slug is, it is a row of letters, digits, _ and -. The database need not be asked for other things.
_PLAUSIBLE = re.compile(r"[\w-]{1,64}")

log = structlog.get_logger(__name__)


class DirectoryUnavailable(Exception):
    """The database does not answer, and the slug is not in memory."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a slug leads. ``target`` is ASCII, ready to be sent as a header; empty when ``deleted``.

    ``slug`` is the one that the link has now, whichever of its slugs was asked for. ``disabled``: why operators
    switched the link off, or blocked its ``host``; None while it leads on. ``settings``: what else decides where it
    leads; None for most links, which lead everybody to their target.
    """

    link_id: int
    slug: str
    target: str
    deleted: bool
    host: str
    disabled: str | None
    settings: LinkSettings | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    destination: Destination | None
    since: float


class _Blocks:
    """Blocked hosts. What a host falls under is looked up once: some hosts are clicked a thousand times a second."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.any = bool(reasons)
        self.reason_of = lru_cache(maxsize=MOST_KNOWN)(partial(block_of, blocked=reasons))


class LinkDirectory:
    """One process's memory of links, least recently used ones leaving first.

    Changes reach it through the table of changes, polled every half second. While the database is away, links in
    memory go on leading where they led.
    """

    def __init__(
        self,
        database: Database,
        *,
        seconds_to_live: float = SECONDS_TO_LIVE,
        most_known: int = MOST_KNOWN,
        most_unknown: int = MOST_UNKNOWN,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        # May be changed at any time, and holds at once.
        self.seconds_to_live = seconds_to_live
        # Answers from memory, and answers that needed the database.
        self.hits = 0
        self.misses = 0
        self._most_known = most_known
        self._most_unknown = most_unknown
        self._monotonic = monotonic
        self._known: OrderedDict[str, _Entry] = OrderedDict()
        self._unknown: OrderedDict[str, _Entry] = OrderedDict()
        # Answers that the question under way will give, answers for the next one, and who asks.
        self._asked: dict[str, asyncio.Future[Destination | None]] = {}
        self._wanted: dict[str, asyncio.Future[Destination | None]] = {}
        self._asking: asyncio.Task[None] | None = None
        self._pause_ends = 0.0
        # Few hosts are blocked: each process knows them all. None until the database was asked.
        self._blocks: _Blocks | None = None
        # The newest change that is seen here; None until the database was asked.
        self._seen: int | None = None
        self._polling: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to follow changes, in the running event loop. The database may be away."""
        self._polling = asyncio.create_task(self._poll(), name="link changes")

    async def close(self) -> None:
        """Stop following changes, and give up what is being asked."""
        tasks = [task for task in (self._asking, self._polling) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for answer in self._wanted.values():
            answer.cancel()

    def at_hand(self, slug: str) -> Destination | None:
        """Where ``slug`` leads if that is in memory and may be trusted; else :meth:`find` is to be asked."""
        entry = self._known.get(slug)
        if entry is None or self._monotonic() >= entry.since + self.seconds_to_live:
            return None
        self._known.move_to_end(slug)
        self.hits += 1
        return self._unless_blocked(entry.destination)

    async def find(self, slug: str) -> Destination | None:
        """Where ``slug`` leads, or None when there is no such link; raises DirectoryUnavailable."""
        now = self._monotonic()
        entry = self._known.get(slug)
        if entry is not None:
            if now < entry.since + self.seconds_to_live or now < self._pause_ends:
                self._known.move_to_end(slug)
                self.hits += 1
                return self._unless_blocked(entry.destination)
        elif (entry := self._unknown.get(slug)) is not None and now < entry.since + UNKNOWN_SECONDS_TO_LIVE:
            self.hits += 1
            return None
        elif _PLAUSIBLE.fullmatch(slug) is None:
            return None
        elif now < self._pause_ends:
            raise DirectoryUnavailable
        self.misses += 1
        return self._unless_blocked(await asyncio.shield(self._answer_to(slug)))

    def block_of(self, host: str) -> str | None:
        """Why no link may lead to the host; None: it may, as far as is known here."""
        return None if self._blocks is None or not self._blocks.any else self._blocks.reason_of(host)

    @property
    def links(self) -> int:
        """How many slugs are in memory, those that lead nowhere not among them."""
        return len(self._known)

    def _unless_blocked(self, destination: Destination | None) -> Destination | None:
        """The destination with the reason why its host is blocked, if it is."""
        if self._blocks is None or not self._blocks.any or destination is None or destination.disabled is not None:
            return destination
        reason = self._blocks.reason_of(destination.host)
        return destination if reason is None else replace(destination, disabled=reason)

    def _answer_to(self, slug: str) -> asyncio.Future[Destination | None]:
        """What the database will say: to the question under way if the slug is in it, else to the next one."""
        answer = self._asked.get(slug) or self._wanted.get(slug)
        if answer is None:
            answer = self._wanted[slug] = asyncio.get_running_loop().create_future()
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask(), name="links wanted")
        return answer

    async def _ask(self) -> None:
        """One question after the other, each for all slugs that are wanted by then: a cold start asks few times."""
        while self._wanted:
            self._asked, self._wanted = self._wanted, {}
            answers = dict(self._asked)
            asked_at = self._monotonic()
            try:
                async with asyncio.timeout(ANSWER_SECONDS), self._database.read() as session:
                    found = {link.asked: _destination(link) for link in await queries.leading(session, list(answers))}
                    reasons = await host_queries.reasons(session) if self._blocks is None else {}
                if self._blocks is None:
                    # Else who follows the changes asked meanwhile, and may know more.
                    self._blocks = _Blocks(reasons)
            except Exception as error:
                self._go_without(answers, error)
            else:
                # What changed meanwhile is not among the asked any more: its answer may be older than the change.
                for slug in self._asked:
                    self._keep(slug, _Entry(found.get(slug), asked_at))
                for slug, answer in answers.items():
                    answer.set_result(found.get(slug))
            finally:
                self._asked = {}
                for answer in answers.values():
                    answer.cancel()  # only when this directory is being closed: the others are given

    def _go_without(self, answers: dict[str, asyncio.Future[Destination | None]], error: Exception) -> None:
        """What was known before serves while the database does not answer."""
        log.warning("the database does not answer; links lead where they led", reason=repr(error))
        self._pause_ends = self._monotonic() + PAUSE_SECONDS
        for slug, answer in answers.items():
            stale = self._known.get(slug)
            if stale is not None:
                answer.set_result(stale.destination)
            else:
                answer.set_exception(DirectoryUnavailable())
                answer.exception()  # looked at, even when nobody waits any more

    def _keep(self, slug: str, entry: _Entry) -> None:
        self.forget(slug)
        if entry.destination is None:
            _put(self._unknown, slug, entry, self._most_unknown)
        else:
            _put(self._known, slug, entry, self._most_known)

    def forget(self, slug: str) -> None:
        """Ask the database for ``slug`` the next time."""
        self._known.pop(slug, None)
        self._unknown.pop(slug, None)

    def _forget_changed(self, slug: str) -> None:
        self.forget(slug)
        self._asked.pop(slug, None)

    def _forget_all(self) -> None:
        self._known.clear()
        self._unknown.clear()
        self._asked.clear()

    async def _poll(self) -> None:
        failing = False
        while True:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._follow()
                failing = False
            except Exception as error:
                if not failing:
                    log.warning("changes of links cannot be read now", reason=repr(error))
                failing = True
            await asyncio.sleep(POLL_SECONDS)

    async def _follow(self) -> None:
        """Forget what changed since the last time."""
        async with self._database.read() as session:
            newest = await newest_change(session)
            if newest == self._seen:
                return
            changes = [] if self._seen is None else await changes_since(session, self._seen, CHANGES_AT_ONCE)
            # Numbers have no gaps: one that is missing was removed while this process slept, and nobody knows its slug.
            missed = self._seen is None or not changes or changes[0][0] != self._seen + 1
            if missed or any(slug == HOSTS_CHANGED for _, slug in changes):
                self._blocks = _Blocks(await host_queries.reasons(session))
        if missed:
            self._forget_all()
            self._seen = newest
            return
        for number, slug in changes:
            self._forget_changed(slug)
            self._seen = number


def _put(entries: OrderedDict[str, _Entry], slug: str, entry: _Entry, most: int) -> None:
    entries[slug] = entry
    if len(entries) > most:
        entries.popitem(last=False)


def _destination(link: queries.Leading) -> Destination:
    if link.deleted:
        return Destination(link.id, link.slug, "", deleted=True, host="", disabled=link.disabled)
    stored = Stored(
        target=link.target,
        paused=link.paused,
        click_limit=link.click_limit,
        passed=link.passed,
        valid_from=link.valid_from,
        valid_until=link.valid_until,
        fallback_url=link.fallback_url,
        utm=link.utm,
        rules=link.rules,
        variants=link.variants,
        opens_app=link.opens_app,
    )
    own = own_way(stored)
    return Destination(
        link.id,
        link.slug,
        own.target,
        deleted=False,
        host=own.host,
        disabled=link.disabled,
        settings=settings_of(stored),
    )
