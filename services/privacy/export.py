"""My data: everything that is kept about a person, as JSON and CSV."""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from datetime import UTC, datetime, timedelta
from typing import Any

from db.engine import Database
from db.queries import privacy as queries
from db.queries.personal import PERSONAL
from services.clicks.dimensions import DIMENSIONS
from services.privacy.archive import Archive, as_json
from services.privacy.dialogues import Dialogues

# What each table is called for people.
NAMES: Mapping[str, str] = {
    "people": "profile",
    "links": "links",
    "link_slugs": "addresses",
    "link_tags": "tags",
    "link_logos": "logos",
    "link_health": "checks",
    "link_notices": "notices",
    "link_webhooks": "webhooks",
    "utm_templates": "templates",
    "click_counts": "hours",
    "click_details": "days",
    "clicks": "clicks",
    "link_events": "events",
    "webhook_clicks": "webhook_clicks",
    "tiktok_watches": "watches",
    "tiktok_askers": "questions",
    "tiktok_bio_links": "bio_links",
    "orders": "orders",
    "order_events": "order_steps",
    "charges": "payments",
    "promo_uses": "promo_codes",
    "guides": "guides",
    "guide_credits": "free_guides",
    "referral_codes": "referral_codes",
    "referrals": "referrals",
    "tickets": "payment_questions",
    "ticket_messages": "payment_answers",
    "dialogues": "dialogues",
    "inbox": "updates",
    "effects": "changes",
    "deliveries": "messages",
    "works": "works",
    "error_reports": "errors",
    "acts": "acts",
}
HOUR_SECONDS = 3600
# Raw clicks of everybody are looked through, so many at a time.
CLICKS_AT_ONCE = 50_000

# What an operator wrote or chose in an act; the rest is about whom it concerned.
OPERATOR_FACTS = frozenset({"reason", "role", "count"})

# Told how many hundredths are done.
Tell = Callable[[int], Awaitable[None]]


class Export:
    """Collects it."""

    def __init__(self, database: Database, dialogues: Dialogues, public_url: str) -> None:
        self._database = database
        self._dialogues = dialogues
        self._public_url = public_url

    async def collect(self, person_id: int, readme: str, tell: Tell, *, most_bytes: int | None = None) -> list[bytes]:
        """ZIP files, usually one: README.txt, data.json with all but clicks and guides, and each table as CSV.

        A ZIP is finished when it has ``most_bytes``. Times are in UTC.
        """
        archive = Archive() if most_bytes is None else Archive(most_bytes=most_bytes)
        tables = await self._tables(person_id)
        links = {link["id"]: link["short_url"] for link in tables["links"]}
        await asyncio.to_thread(archive.add, "README.txt", readme.encode())
        await asyncio.to_thread(archive.add, "data.json", as_json(tables))
        for name, rows in tables.items():
            if rows:
                await asyncio.to_thread(archive.add_rows, f"{name}.csv", list(rows[0]), rows)
        await self._add_guides(archive, person_id)
        await self._add_hours(archive, person_id, links)
        await self._add_days(archive, person_id, links)
        await self._add_clicks(archive, links, tell)
        return await asyncio.to_thread(archive.finish)

    async def _tables(self, person_id: int) -> dict[str, list[dict[str, Any]]]:
        tables: dict[str, list[dict[str, Any]]] = {}
        async with self._database.read() as session:
            for name, personal in PERSONAL.items():
                if not personal.bulky:
                    parts = queries.rows_of(session, personal, person_id)
                    tables[NAMES[name]] = [dict(row) async for part in parts for row in part]
        tables["dialogues"] += await self._dialogues.of(person_id)
        links = {f"link:{link['id']}" for link in tables["links"]}
        tables["acts"] = [_act(act, {f"person:{person_id}"} | links) for act in tables["acts"]]
        for link in tables["links"]:
            link["short_url"] = f"{self._public_url}/{link['slug']}"
        return tables

    async def _add_guides(self, archive: Archive, person_id: int) -> None:
        """What stands in each guide, as the JSON that it is made of."""
        async with self._database.read() as session:
            async for guide_id, username, content in queries.guides_of(session, person_id):
                await asyncio.to_thread(archive.add, f"guides/{guide_id}-{username}.json", zlib.decompress(content))

    async def _add_hours(self, archive: Archive, person_id: int, links: Mapping[int, str]) -> None:
        columns = ["short_url", "hour", "clicks", "visitors", "bots"]
        async with self._database.read() as session:
            async for part in queries.hours_of(session, person_id):
                rows = [{**row, "short_url": links.get(row["link_id"]), "hour": _hour(row["hour"])} for row in part]
                await asyncio.to_thread(archive.add_rows, "hours.csv", columns, rows)

    async def _add_days(self, archive: Archive, person_id: int, links: Mapping[int, str]) -> None:
        columns = ["short_url", "day", "what", "value", "clicks"]
        async with self._database.read() as session:
            async for part in queries.details_of(session, person_id):
                rows = [row for day in part for row in _details(day, links)]
                await asyncio.to_thread(archive.add_rows, "days.csv", columns, rows)

    async def _add_clicks(self, archive: Archive, links: Mapping[int, str], tell: Tell) -> None:
        columns = ["short_url", "at", "bot", "first_visit", *DIMENSIONS]
        async with self._database.read() as session:
            first, end = await queries.click_ids(session)
        for begin in range(first, end, CLICKS_AT_ONCE) if links else ():
            await tell(100 * (begin - first) // (end - first))
            rows = await self._clicks(list(links), begin, min(begin + CLICKS_AT_ONCE, end))
            named = [{**row, "short_url": links[row["link_id"]]} for row in rows]
            if named:
                await asyncio.to_thread(archive.add_rows, "clicks.csv", columns, named)

    async def _clicks(self, link_ids: Sequence[int], first: int, end: int) -> Sequence[Mapping[Any, Any]]:
        async with self._database.read() as session:
            return await queries.clicks_of(session, link_ids, first, end)


def _act(act: dict[str, Any], theirs: Set[str]) -> dict[str, Any]:
    """An act about the person as it is; one of an operator about others, without whom it was about."""
    if act["subject"] in theirs:
        return act
    facts = {name: value for name, value in act["facts"].items() if name in OPERATOR_FACTS}
    return act | {"subject": act["subject"].partition(":")[0], "facts": facts}


def _details(day: Mapping[Any, Any], links: Mapping[int, str]) -> list[dict[str, Any]]:
    """A row for each value that clicks of the day had; ``what`` is a dimension of services.clicks.dimensions."""
    date = (datetime.fromtimestamp(0, UTC) + timedelta(days=day["start"])).date()
    named = {"short_url": links.get(day["link_id"]), "day": date}
    return [
        {**named, "what": dimension, "value": value, "clicks": clicks}
        for dimension, values in json.loads(day["values"]).items()
        for value, clicks in values.items()
    ]


def _hour(since_1970: int) -> datetime:
    return datetime.fromtimestamp(since_1970 * HOUR_SECONDS, UTC)
