"""What the owner of a link sets on it."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from db.engine import Database
from db.queries import link_health
from db.queries import link_options as queries
from db.queries import links as link_queries
from db.tables import LinkSlug
from services.links.aliases import parse_alias, skeleton
from services.links.apps import app_of
from services.links.changing import Changing, changing, require_open
from services.links.errors import LinkNotFound
from services.links.link import Link
from services.links.option_errors import (
    AliasLooksLikeAnother,
    AliasTaken,
    EndBeforeStart,
    InThePast,
    LimitNotUnderstood,
    LimitOutOfBounds,
    LimitUsedUp,
    NameTooLong,
    TooManyAliases,
)
from services.links.tags import parse_tags
from services.links.targets import Target, parse_target
from services.links.told import known_in

MOST_NAME_CHARACTERS = 30
# The slug that a link began with, and five that its owner chose.
MOST_SLUGS = 6
MOST_CLICKS = 999_999


class LinkOptions:
    """Changes one setting of one link. Each method is one transaction, checks ``owner_id`` and raises LinkNotFound."""

    def __init__(self, database: Database, *, public_url: str, own_hosts: frozenset[str], allow_private: bool) -> None:
        """As in ``Links``."""
        self._database = database
        self._public_url = public_url
        self._own_hosts = own_hosts
        self._allow_private = allow_private

    def _changing(self, owner_id: int, link_id: int, now: datetime) -> AbstractAsyncContextManager[Changing]:
        return changing(self._database, owner_id, link_id, now, self._public_url)

    # What it is called

    async def rename(self, owner_id: int, link_id: int, name: str, now: datetime) -> Link:
        """On one line; an empty name takes it away. Raises NameTooLong."""
        name = " ".join(name.split())
        if len(name) > MOST_NAME_CHARACTERS:
            raise NameTooLong(len(name), MOST_NAME_CHARACTERS)
        async with self._changing(owner_id, link_id, now) as it:
            it.row.name = name
        return it.link

    async def set_tags(self, owner_id: int, link_id: int, tags: Iterable[str], now: datetime) -> Link:
        """These and no others. Raises as ``parse_tags``."""
        chosen = parse_tags(tags)
        async with self._changing(owner_id, link_id, now) as it:
            await queries.set_tags(it.session, link_id, chosen)
        return it.link

    async def add_tags(self, owner_id: int, link_id: int, tags: Iterable[str], now: datetime) -> Link:
        """These and those that it has. Raises as ``parse_tags``."""
        chosen = parse_tags(tags)
        async with self._changing(owner_id, link_id, now) as it:
            before = (await link_queries.tags_of(it.session, [link_id])).get(link_id, [])
            await queries.set_tags(it.session, link_id, parse_tags([*before, *chosen]))
        return it.link

    async def remove_tag(self, owner_id: int, link_id: int, tag: str, now: datetime) -> Link:
        """A tag as it is kept; one that the link does not have changes nothing."""
        async with self._changing(owner_id, link_id, now) as it:
            before = (await link_queries.tags_of(it.session, [link_id])).get(link_id, [])
            await queries.set_tags(it.session, link_id, [each for each in before if each != tag])
        return it.link

    async def favourite_tags(self, owner_id: int, limit: int) -> Sequence[str]:
        """At most ``limit`` tags of the person's links, those that most of them have."""
        async with self._database.read() as session:
            return await queries.favourite_tags(session, owner_id, limit)

    # Its addresses

    async def former_slugs(self, owner_id: int, link_id: int) -> Sequence[str]:
        """Slugs that lead where the one leads that is shown."""
        async with self._database.read() as session:
            row = await link_queries.of_owner(session, link_id, owner_id)
            if row is None or row.deleted_at is not None:
                raise LinkNotFound
            return [former.slug for former in await queries.former_slugs(session, link_id)]

    async def set_alias(self, owner_id: int, link_id: int, text: str, now: datetime) -> Link:
        """The link is shown under this slug from now on; those that it had go on leading.

        One that it had before may be shown again. Raises as ``parse_alias``, AliasTaken, AliasLooksLikeAnother and
        TooManyAliases.
        """
        text = text.strip()
        async with self._changing(owner_id, link_id, now) as it:
            if text != it.row.slug:
                await self._show_under(it, text)
        return it.link

    async def _show_under(self, it: Changing, text: str) -> None:
        row, session = it.row, it.session
        await queries.hold_changes(session)
        former = {each.slug: each for each in await queries.former_slugs(session, row.id)}
        if text in former:
            await session.delete(former[text])
        else:
            text = parse_alias(text)
            if await link_queries.by_slug(session, text) is not None:
                raise AliasTaken(text)
            if await queries.looks_like_another(session, row.id, skeleton(text)):
                raise AliasLooksLikeAnother(text)
            if len(former) + 1 >= MOST_SLUGS:
                raise TooManyAliases(MOST_SLUGS)
        session.add(LinkSlug(slug=row.slug, link_id=row.id, skeleton=row.skeleton))
        row.slug, row.skeleton = text, skeleton(text)

    # Where it leads

    async def set_target(self, owner_id: int, link_id: int, address: str, now: datetime) -> tuple[Link, Target]:
        """What was counted stays. Raises as ``parse_target``, and TargetBlocked."""
        target = self._target(address)
        async with self._changing(owner_id, link_id, now) as it:
            await require_open(it.session, target)
            if it.row.target != target.url:
                it.row.target = target.url
                it.row.opens_app = it.row.opens_app and app_of(target.url) is not None
                # What was found of the old target says nothing of this one.
                await link_health.forget(it.session, link_id)
        return it.link, target

    async def set_fallback(
        self, owner_id: int, link_id: int, address: str | None, now: datetime
    ) -> tuple[Link, Target | None]:
        """Where people go once the link has ended; None: they read that it has. Raises as set_target()."""
        target = None if address is None else self._target(address)
        async with self._changing(owner_id, link_id, now) as it:
            if target is not None:
                await require_open(it.session, target)
            it.row.fallback_url = None if target is None else target.url
        return it.link, target

    def _target(self, address: str) -> Target:
        return parse_target(address, own_hosts=self._own_hosts, allow_private=self._allow_private)

    # Whether it leads

    async def pause(self, owner_id: int, link_id: int, now: datetime) -> Link:
        """It leads nowhere until resume(); of a link that is off, nothing changes."""
        async with self._changing(owner_id, link_id, now) as it:
            if it.row.paused_at is None:
                it.row.paused_at = now
        return it.link

    async def resume(self, owner_id: int, link_id: int, now: datetime) -> Link:
        async with self._changing(owner_id, link_id, now) as it:
            it.row.paused_at = None
        return it.link

    async def set_limit(self, owner_id: int, link_id: int, limit: int | None, now: datetime) -> Link:
        """At most so many clicks of people in the link's whole life; None: as many as come.

        Raises LimitOutOfBounds, and LimitUsedUp for a limit that is reached already.
        """
        if limit is not None and not 1 <= limit <= MOST_CLICKS:
            raise LimitOutOfBounds(MOST_CLICKS)
        async with self._changing(owner_id, link_id, now) as it:
            row = it.row
            if limit is not None and limit != row.click_limit:
                # While there was no limit, nobody took slots: those who were counted have passed. Under an earlier
                # limit more may have than are counted yet.
                passed = max(row.clicks, row.passed)
                if limit <= passed:
                    raise LimitUsedUp(passed)
                row.passed = passed
            row.click_limit = limit
            await known_in(it.session, row, now)
        return it.link

    async def open_at(self, owner_id: int, link_id: int, moment: datetime | None, now: datetime) -> Link:
        """It leads from ``moment`` on; None: at once. Raises InThePast and EndBeforeStart."""
        async with self._changing(owner_id, link_id, now) as it:
            if moment is not None:
                _require_ahead(moment, now)
                _require_order(moment, it.row.valid_until)
            it.row.valid_from = moment
        return it.link

    async def end_at(self, owner_id: int, link_id: int, moment: datetime | None, now: datetime) -> Link:
        """It leads until ``moment``, and no longer then; None: for ever. Raises InThePast and EndBeforeStart."""
        async with self._changing(owner_id, link_id, now) as it:
            if moment is not None:
                _require_ahead(moment, now)
                _require_order(it.row.valid_from, moment)
            it.row.valid_until = moment
            await known_in(it.session, it.row, now)
        return it.link


def parse_limit(text: str) -> int:
    """A limit as people write it: ``1000``, ``1 000``, ``1,000``. Raises LimitNotUnderstood.

    Numbers out of bounds are numbers: ``set_limit`` refuses them in better words.
    """
    digits = "".join(text.split())
    for separator in (",", ".", "'", "’"):
        groups = digits.lstrip("-−").split(separator)
        if len(groups) > 1 and all(len(group) == 3 for group in groups[1:]) and 1 <= len(groups[0]) <= 3:
            digits = digits.replace(separator, "")
    number = digits.replace("−", "-")
    unsigned = number.removeprefix("-")
    if not unsigned.isascii() or not unsigned.isdecimal():
        raise LimitNotUnderstood(text.strip())
    # Python reads no number of more than 4,300 digits; all of those are too many clicks.
    return int(number[:20])


def _require_ahead(moment: datetime, now: datetime) -> None:
    if moment <= now:
        raise InThePast(moment)


def _require_order(start: datetime | None, end: datetime | None) -> None:
    if start is not None and end is not None and start >= end:
        raise EndBeforeStart(start, end)
