"""Clicks that a link's limit lets through."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Link


async def take(session: AsyncSession, link_id: int, wanted: int) -> int:
    """How many of ``wanted`` clicks the link's limit lets through; they have passed from this transaction on.

    All of them where there is no limit any more; none where there is no link.
    """
    fits = Link.passed + wanted <= Link.click_limit
    grown = update(Link).where(Link.id == link_id, fits).values(passed=Link.passed + wanted).returning(Link.id)
    if await session.scalar(grown) is not None:
        return wanted
    # As it stands now: what another transaction did meanwhile is in it, and none can do more before this one ends.
    found = await session.execute(
        select(Link.click_limit, Link.passed).where(Link.id == link_id).with_for_update(key_share=True)
    )
    link = found.one_or_none()
    if link is None:
        return 0
    if link.click_limit is None:
        return wanted
    left: int = min(wanted, max(0, link.click_limit - link.passed))
    if left:
        await session.execute(update(Link).where(Link.id == link_id).values(passed=Link.passed + left))
    return left
