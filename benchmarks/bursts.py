"""Many clicks at once, as a journal that a dead process left, and whether they were counted exactly."""

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from multidict import CIMultiDict
from sqlalchemy import select

from benchmarks.people import clicks as requests_of
from db.engine import Database
from db.tables import Link
from services.clicks.countries import Countries
from services.clicks.folder import JournalFolder
from services.clicks.records import INSERT, RecordedClick, rows
from services.clicks.visits import Visit, Visits
from services.statistics.details import details_of

# Different requests that clicks are made of.
REQUESTS = 20_000
# Of the visitors, those who have the link's cookie; of the clicks, those by a scan.
KNOWN, SCANS = 0.3, 0.1


def burst(link_ids: Sequence[int], number: int) -> list[RecordedClick]:
    """As the redirect server records them, the n-th link with weight 1/n."""
    rng, visits = random.Random(2), Visits(Countries())
    chosen = rng.choices(link_ids, [1 / place for place in range(1, len(link_ids) + 1)], k=number)
    seen = [_visit(visits, request) for request in requests_of(["x"], REQUESTS, seed=3)]
    began = int(time.time() * 1000) - number
    return [_click(rng, link_id, began + place, rng.choice(seen)) for place, link_id in enumerate(chosen)]


def _visit(visits: Visits, request: str) -> Visit:
    lines = [line.partition(": ") for line in request.split("\r\n")[1:]]
    headers = CIMultiDict((name, value) for name, _, value in lines if value)
    return visits.read(headers, headers.get("X-Forwarded-For", ""))


def _click(rng: random.Random, link_id: int, at: int, visit: Visit) -> RecordedClick:
    if visit.bot:
        return RecordedClick(link_id, at, True, False)
    known = rng.random() < KNOWN
    visitor = None if known else rng.randbytes(16)
    return RecordedClick(link_id, at, False, not known, visitor, *visit[1:], rng.random() < SCANS)


async def left_journal(folder: Path, clicks: Sequence[RecordedClick]) -> Path:
    """The journal of a process that died with these clicks in it."""
    journals = JournalFolder(folder)
    journal = journals.own()
    first, path = journal.last_id + 1, journal.path
    journals.release(journal)
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(INSERT, rows(list(clicks), first))
        connection.commit()
    return path


async def wrong(database: Database, clicks: Sequence[RecordedClick]) -> list[str]:
    """What of the links and of their devices does not equal the truth."""
    people = [click for click in clicks if not click.bot]
    truth = Counter(click.link_id for click in people), Counter(click.link_id for click in clicks if click.bot)
    devices = Counter((click.link_id, click.device) for click in people)
    complaints = []
    link_ids = sorted({click.link_id for click in clicks})
    async with database.read() as session:
        rows = await session.execute(select(Link.id, Link.clicks, Link.bots).where(Link.id.in_(link_ids)))
        found = {row.id: (row.clicks, row.bots) for row in rows}
        details = await details_of(session, link_ids, None, None)
    for link_id in link_ids:
        if found[link_id] != (truth[0][link_id], truth[1][link_id]):
            complaints.append(f"link {link_id} has {found[link_id]}")
        told = details.get(link_id, {}).get("device", {})
        if dict(told) != {device: number for (clicked, device), number in devices.items() if clicked == link_id}:
            complaints.append(f"link {link_id} was clicked by {dict(told)}")
    return complaints
