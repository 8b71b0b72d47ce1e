"""Counting a batch of clicks: one transaction, after which each of them is in all counters, or none is in any."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import clicks as queries
from db.queries import details as detail_queries
from db.queries import milestones as milestone_queries
from db.queries import visitors as visitor_queries
from db.queries import webhooks as webhook_queries
from services.clicks.details import grown, places
from services.clicks.dimensions import DIMENSIONS
from services.clicks.records import RecordedClick
from services.clicks.tally import BUCKET_SECONDS, Tally, dimensions, moment, raw, settled, visitors

# In such parts, so that redirects are answered in between.
CLICKS_AT_ONCE: Final = 1_000
LINKS_AT_ONCE: Final = 100
# The first click, and powers of ten from here on.
FIRST_MILESTONE: Final = 100

T = TypeVar("T")
# A click and its number in the journal.
_Numbered = tuple[RecordedClick, int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Clicks of the journal ``uuid`` after the number ``old``, up to ``new``; ``numbers``: each one's own."""

    uuid: str
    old: int
    new: int
    clicks: Sequence[RecordedClick]
    numbers: Sequence[int]


class _LinksEnded(Exception):
    """A link that stood when the batch began has gone for good meanwhile."""


async def count(database: Database, batch: Batch, now: datetime) -> bool:
    """Count the clicks and move the journal on, both or neither; False when it does not stand where they begin.

    Clicks on links that are gone for good are counted nowhere.
    """
    while True:
        try:
            async with database.write() as session:
                return await _count_in(session, batch, now)
        except _LinksEnded:
            # What was kept of its clicks until then is taken back with the rest, which is counted anew without them.
            continue


async def _count_in(session: AsyncSession, batch: Batch, now: datetime) -> bool:
    """As count(), in a transaction. Raises _LinksEnded.

    What takes long comes before the links are locked: who takes a slot of a limit waits for that lock.
    """
    # First, so that a second one that counts the same journal waits here and then counts nothing.
    if not await queries.move_journal(session, batch.uuid, batch.old, batch.new, now):
        return False
    counted, hooked = Tally(), list[_Numbered]()
    standing = await queries.standing(session, sorted({click.link_id for click in batch.clicks}))
    numbered = [pair for pair in zip(batch.clicks, batch.numbers, strict=True) if pair[0].link_id in standing]
    new = await visitor_queries.remember(session, visitors(click for click, _ in numbered))
    for part in _parts(numbered, CLICKS_AT_ONCE):
        clicks = list(settled((click for click, _ in part), new))
        counted.add(clicks)
        hooked += [
            (click, number)
            for click, (_, number) in zip(clicks, part, strict=True)
            if standing[click.link_id] and not click.bot
        ]
        await queries.add_clicks(session, list(map(raw, clicks)))
    links = await queries.lock_links(session, counted.links())
    if len(links) < len(counted.links()):
        raise _LinksEnded
    await _add_details(session, counted)
    counts = counted.counts()
    await queries.add_counts(session, counts)
    await queries.set_first_clicks(session, _first_clicks(links, counts, batch.clicks))
    await milestone_queries.note(session, list(_milestones(links, counts)), now)
    await webhook_queries.add_clicks(session, list(_told(batch.uuid, hooked, links)), now)
    return True


async def _add_details(session: AsyncSession, counted: Tally) -> None:
    for part in _parts(counted.clicked(), LINKS_AT_ONCE):
        values = {link_id: counted.values(link_id) for link_id in part}
        spans = [(link_id, *place) for link_id, quarters in values.items() for place in places(quarters)]
        known = await detail_queries.read(session, spans)
        rows = []
        for link_id, quarters in values.items():
            theirs = {place: known[span] for place in places(quarters) if (span := (link_id, *place)) in known}
            rows += [((link_id, *place), text) for place, text in grown(quarters, theirs)]
        await detail_queries.keep(session, rows)


def _first_clicks(
    links: Iterable[queries.Counted], counts: Iterable[queries.Count], clicks: Iterable[RecordedClick]
) -> dict[int, datetime]:
    """When links were clicked first, where that is new: a journal may be counted long after a younger one."""
    known = {link.id: link.first_click_at for link in links}
    early = set[int]()
    for count in counts:
        before = known[count.link_id]
        if count.clicks and (before is None or count.bucket <= before.timestamp() // BUCKET_SECONDS):
            early.add(count.link_id)
    earliest: dict[int, int] = {}
    for click in clicks if early else ():
        if click.link_id in early and not click.bot:
            earliest[click.link_id] = min(click.at, earliest.get(click.link_id, click.at))
    firsts = {link_id: moment(at) for link_id, at in earliest.items()}
    return {link_id: first for link_id, first in firsts.items() if (before := known[link_id]) is None or first < before}


def _milestones(links: Iterable[queries.Counted], counts: Iterable[queries.Count]) -> Iterator[tuple[int, int]]:
    """What each link has reached: its first click, and the highest of the powers of ten."""
    added: dict[int, int] = {}
    for count in counts:
        added[count.link_id] = added.get(count.link_id, 0) + count.clicks
    for link in links:
        after = link.clicks + added[link.id]
        if link.owner_id is None or after == link.clicks:
            continue
        if link.clicks == 0:
            yield link.id, 1
        highest = 10 ** (len(str(after)) - 1)
        if highest >= FIRST_MILESTONE and highest > link.clicks:
            yield link.id, highest


def _told(
    uuid: str, clicks: Iterable[_Numbered], links: Iterable[queries.Counted]
) -> Iterator[webhook_queries.WaitingClick]:
    """What the webhooks of these links are to be told of the clicks."""
    hooked = {link.id: link for link in links if link.has_webhook}
    for click, number in clicks:
        link = hooked.get(click.link_id)
        if link is not None and link.owner_id is not None:
            yield link.id, link.owner_id, _written(f"{uuid}-{number}", link.slug, click)


def _written(name: str, slug: str, click: RecordedClick) -> str:
    """A click as a webhook is told of it: never an address, nor what visitors are told apart by."""
    return json.dumps(
        {
            "id": name,
            "at": moment(click.at).isoformat(timespec="milliseconds"),
            "slug": slug,
            **dict(zip(DIMENSIONS, dimensions(click), strict=True)),
            "qr": bool(click.qr),
            "first_visit": bool(click.first_visit),
        },
        ensure_ascii=False,
    )


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[first : first + size] for first in range(0, len(items), size))
