"""What runs each minute, at each key or through all of a large table has an index to go by, on both databases."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event, insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import tiktok, tiktok_top, tiktok_upkeep, tiktok_watches
from db.tables import TikTokAccount, TikTokPost, TikTokSnapshot

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
Query = Callable[[AsyncSession], Awaitable[object]]

FETCHED, LOOKED = "ix_tiktok_accounts_fetched_at", "ix_tiktok_accounts_looked_at"
# The first statement of each, and by what it goes: on SQLite, a name's own index has no name.
QUERIES: dict[str, tuple[Query, str, str]] = {
    "names while one is typed": (
        lambda session: tiktok_watches.named_like(session, "name12", 10, without=["missing"]),
        "(username>? AND username<?)",
        "ix_tiktok_accounts_username_pattern",
    ),
    "news of what was fetched": (
        lambda session: tiktok_watches.unseen(session, NOW - HOUR, after=0, limit=10), FETCHED, FETCHED,
    ),
    "watches of refused accounts": (
        lambda session: tiktok_watches.refused(session, ["missing"], NOW - HOUR), LOOKED, LOOKED,
    ),
    "candidates for the top": (
        lambda session: tiktok_top.candidates(session, 100_000, NOW - HOUR, after=0, limit=10), FETCHED, FETCHED,
    ),
    "refreshes": (
        lambda session: tiktok.is_refresh_due(session, NOW, NOW + DAY),
        "ix_tiktok_accounts_refresh_at",
        "ix_tiktok_accounts_refresh_at",
    ),
    "snapshots to thin out": (
        lambda session: tiktok_upkeep.thin_snapshots(session, NOW - HOUR, NOW, 10),
        "ix_tiktok_snapshots_at",
        "ix_tiktok_snapshots_at",
    ),
    "accounts with too many posts": (
        lambda session: tiktok_upkeep.overfull(session, NOW - HOUR, 500), FETCHED, FETCHED,
    ),
    "posts that are too many": (
        lambda session: tiktok_upkeep.forget_oldest_posts(session, 1, 500, 10),
        "tiktok_posts_account_id",
        "tiktok_posts_account_id",
    ),
    "accounts that nobody wants": (
        lambda session: tiktok_upkeep.forget_accounts_before(session, NOW - 54 * DAY, 10), LOOKED, LOOKED,
    ),
}  # fmt: skip


async def test_they_go_by_an_index(database: Database):
    await fill(database)
    for name, (query, on_sqlite, on_postgresql) in QUERIES.items():
        plan = await plan_of_first(database, query)
        index = on_sqlite if database.dialect == "sqlite" else on_postgresql
        assert [line for line in plan if index in line], (name, plan)
        whole = "SCAN tiktok_accounts" if database.dialect == "sqlite" else "Seq Scan on tiktok_accounts"
        assert not [line for line in plan if whole in line], (name, plan)


async def fill(database: Database) -> None:
    """So many accounts that PostgreSQL finds an index worth its while, and what stands beside them."""
    numbers = range(1, 4_001)
    accounts = [
        {
            "id": number,
            "username": f"name{number}",
            "state": "known",
            "created_at": NOW - 50 * DAY,
            "looked_at": NOW - number * 20 * MINUTE,
            "fetched_at": NOW - number * 20 * MINUTE,
            "refresh_at": NOW + number % 1_000 * MINUTE,
        }
        for number in numbers
    ]
    figures = {"followers": 1, "following": 1, "likes": 1, "videos": 1, "posts": 1, "source": "embed"}
    snapshots = [{"account_id": each["id"], "at": each["fetched_at"], **figures} for each in accounts]
    post = {
        "seen_at": NOW, "counted": False, "description": "", "pinned": False, "duration": 1, "views": 1, "comments": 1,
        "shares": 1, "saves": 1, "hashtags": [], "sound_id": "", "sound_title": "", "sound_original": True,
        "language": "",
    }  # fmt: skip
    posts = [{"account_id": number, "post_id": "1", "published_at": NOW, **post} for number in numbers]
    async with database.write() as session:
        for table, rows in ((TikTokAccount, accounts), (TikTokSnapshot, snapshots), (TikTokPost, posts)):
            await session.execute(insert(table), rows)
        if database.dialect == "postgresql":
            await session.execute(text("ANALYZE"))


async def plan_of_first(database: Database, query: Query, begins: str = "") -> list[str]:
    """How the first statement of a query is done, or the first that ``begins`` so."""
    said: list[tuple[str, Any]] = []

    def hear(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        said.append((statement, parameters))

    async with database.write() as session:
        connection = await session.connection()
        event.listen(connection.sync_connection, "before_cursor_execute", hear)
        await query(session)
        event.remove(connection.sync_connection, "before_cursor_execute", hear)
        statement, parameters = next(each for each in said if each[0].startswith(begins))
        explain = "EXPLAIN" if database.dialect == "postgresql" else "EXPLAIN QUERY PLAN"
        rows = await connection.exec_driver_sql(f"{explain} {statement}", parameters)
        return [str(row[-1]) for row in rows]
