"""A person's list of links: found by words and tags, sorted."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize
from urllib.parse import unquote

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import listing as queries
from services.links.link import Link, links_of
from services.links.targets import readable_url

# Longer than any words that find something, and short enough to be kept.
MOST_WORDS = 100
SCHEME = re.compile(r"^https?://", re.IGNORECASE)


class Sort(StrEnum):
    """In which order: the newest first, or the most clicked. A value stands in buttons and never changes."""

    DATE = "d"
    CLICKS = "c"


@dataclass(frozen=True, slots=True)
class ListView:
    """Which links are looked at. ``words`` as they were typed; ``tag``: those that have it; empty: all."""

    words: str = ""
    tag: str = ""
    sort: Sort = Sort.DATE

    @property
    def is_all(self) -> bool:
        return not self.words and not self.tag


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """Page ``number`` (from 1) of ``pages`` of the ``found`` links of a view; the person has ``total`` in all.

    ``has_tags``: any of all has one.
    """

    view: ListView
    links: tuple[Link, ...]
    number: int
    pages: int
    found: int
    total: int
    has_tags: bool


@dataclass(frozen=True, slots=True)
class TagCount:
    """``number``: from 1, by the names of all of the person's tags; ``links``: how many have it."""

    tag: str
    number: int
    links: int


class Listing:
    """Reads a person's list. ``owner_id`` is checked in every method: what is another's is not there.

    Targets are looked through as they are stored and as people read them: no database reads punycode and percent
    signs, or knows capital letters of all scripts, and nobody has more links than are read at once.
    """

    def __init__(self, database: Database, *, public_url: str) -> None:
        """``public_url`` without a slash at its end."""
        self._database = database
        self._public_url = public_url

    async def page(self, owner_id: int, view: ListView, number: int, size: int) -> FoundLinks:
        """Page ``number``, or the nearest that there is; where nothing is found, one empty page."""
        async with self._database.read() as session:
            all_of_them = await queries.listed(session, owner_id)
            tags = _by_link(await queries.tags(session, owner_id))
            found = await self._found(session, owner_id, view, all_of_them, tags)
            pages = max(1, -(-len(found) // size))
            number = min(max(number, 1), pages)
            shown = found[(number - 1) * size : number * size]
            rows = {row.id: row for row in await queries.by_ids(session, owner_id, shown)}
            links = await links_of(session, [rows[link_id] for link_id in shown if link_id in rows], self._public_url)
        return FoundLinks(view, tuple(links), number, pages, len(found), len(all_of_them), bool(tags))

    async def found(self, owner_id: int, view: ListView) -> tuple[int, ...]:
        """The ids of all links of the view, in its order."""
        async with self._database.read() as session:
            all_of_them = await queries.listed(session, owner_id)
            tags = _by_link(await queries.tags(session, owner_id))
            return tuple(await self._found(session, owner_id, view, all_of_them, tags))

    async def tags(self, owner_id: int) -> tuple[TagCount, ...]:
        """All tags of the person's links, in the order of the alphabet."""
        async with self._database.read() as session:
            rows = await queries.tags(session, owner_id)
        counts: dict[str, int] = {}
        for _, tag in rows:
            counts[tag] = counts.get(tag, 0) + 1
        return tuple(TagCount(tag, number, counts[tag]) for number, tag in enumerate(sorted(counts), 1))

    async def tags_among(self, owner_id: int, link_ids: Collection[int]) -> Mapping[str, int]:
        """How many of these links have each tag that any of them has."""
        chosen = set(link_ids)
        async with self._database.read() as session:
            rows = await queries.tags(session, owner_id)
        counts: dict[str, int] = {}
        for link_id, tag in rows:
            if link_id in chosen:
                counts[tag] = counts.get(tag, 0) + 1
        return counts

    async def standing(self, owner_id: int, link_ids: Collection[int]) -> frozenset[int]:
        """Those of these links that are the person's and still there."""
        async with self._database.read() as session:
            return frozenset(row.id for row in await queries.by_ids(session, owner_id, link_ids))

    async def _found(
        self,
        session: AsyncSession,
        owner_id: int,
        view: ListView,
        all_of_them: Sequence[queries.Listed],
        tags: Mapping[int, Sequence[str]],
    ) -> list[int]:
        wanted = words_of(view.words)
        former = await queries.former_slugs(session, owner_id) if wanted else {}
        fitting = [
            link
            for link in all_of_them
            if (not view.tag or view.tag in tags.get(link.id, ()))
            and (not wanted or self._has(link, tags.get(link.id, ()), former.get(link.id, ()), wanted))
        ]
        if view.sort is Sort.CLICKS:
            fitting.sort(key=lambda link: (-link.clicks, -link.id))
        return [link.id for link in fitting]

    def _has(
        self, link: queries.Listed, tags: Sequence[str], former: Sequence[str], wanted: Iterable[frozenset[str]]
    ) -> bool:
        addresses = (f"{self._public_url}/{slug}" for slug in (link.slug, *former))
        texts = [
            *map(folded, (link.name, link.target, readable_url(link.target), *addresses)),
            *(f"#{folded(tag)}" for tag in tags),
        ]
        return all(any(word in text for word in either for text in texts) for either in wanted)


def words_of(text: str) -> list[frozenset[str]]:
    """What must be found, all of it: each word of the text in the spellings of which one is enough.

    An address may be typed with its scheme or without, with percent signs or letters; a tag with # in front.
    """
    words = []
    for word in text[:MOST_WORDS].split():
        bare = SCHEME.sub("", word).rstrip("/")
        if bare:
            words.append(frozenset({folded(bare), folded(unquote(bare))}))
    return words


def folded(text: str) -> str:
    """Small letters, and ё as people type it."""
    return normalize("NFC", text).casefold().replace("ё", "е")


def _by_link(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    tags: dict[int, list[str]] = {}
    for link_id, tag in rows:
        tags.setdefault(link_id, []).append(tag)
    return tags
