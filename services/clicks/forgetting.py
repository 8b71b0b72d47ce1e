"""Removing all that is kept of clicks on links that are gone for good."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import privacy as queries

# Small transactions: nobody who writes meanwhile waits long.
ROWS_AT_ONCE: Final = 1_000
CLICKS_AT_ONCE: Final = 10_000


async def forget_clicks_of(database: Database, link_ids: Sequence[int]) -> None:
    """Counters, clicks, and what webhooks were to be told. The links have ended, so that nothing new is counted."""
    if not link_ids:
        return
    async with database.read() as session:
        first, end = await queries.click_ids(session)
    for link_id in link_ids:
        for forget in (queries.forget_counts, queries.forget_details, queries.forget_told_clicks):
            await repeated(database, partial(forget, link_id=link_id, limit=ROWS_AT_ONCE))
    for begin in range(first, end, CLICKS_AT_ONCE):
        async with database.write() as session:
            await queries.forget_clicks(session, link_ids, begin, begin + CLICKS_AT_ONCE)


async def repeated(database: Database, forget: Callable[[AsyncSession], Awaitable[int]]) -> None:
    """A transaction for each part, until there is nothing left."""
    while True:
        async with database.write() as session:
            if not await forget(session):
                return
