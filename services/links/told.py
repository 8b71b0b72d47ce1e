"""What owners of links know: nobody tells them a thing twice, or what they chose themselves a minute ago."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.queries import news as queries

# Kinds of what is told once for each value; they are stored and never change.
NEAR: Final = "near"  # value: the limit, of which most is used up
USED: Final = "used"  # value: the limit, which is used up
ENDS: Final = "ends"  # value: the moment at which the link ends, in seconds since 1970
BURST: Final = "burst"  # value: the owner's day, as datetime.date numbers days

# "Nearly used up" is so many hundredths of a limit, and "ends soon" so long before.
NEAR_HUNDREDTHS: Final = 90
ENDS_WITHIN: Final = timedelta(days=1)


async def known_in(session: AsyncSession, row: tables.Link, now: datetime) -> None:
    """The link's owner just chose its limit or its end: what follows from that already is no news to them."""
    if row.click_limit is not None and row.passed * 100 >= row.click_limit * NEAR_HUNDREDTHS:
        await queries.tell(session, row.id, NEAR, row.click_limit, now)
        if row.passed >= row.click_limit:
            await queries.tell(session, row.id, USED, row.click_limit, now)
    if row.valid_until is not None and row.valid_until <= now + ENDS_WITHIN:
        await queries.tell(session, row.id, ENDS, seconds_of(row.valid_until), now)


def seconds_of(moment: datetime) -> int:
    return int(moment.timestamp())
