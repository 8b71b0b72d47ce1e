"""A short link as every part of the product sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.queries import hosts as host_queries
from db.queries import links as queries
from db.queries import webhooks as webhook_queries
from services.links.hosts import block_of, covering, host_of


@dataclass(frozen=True, slots=True)
class Link:
    """A short link of a person. ``clicks`` = ``visitors`` (first visits) + repeats; ``bots`` are apart.

    ``disabled``: why it leads nowhere, in the words of the operator who switched it off or blocked where it leads.
    What its owner chose stands as in the columns of ``db.tables.Link``; ``muted`` are names of notices.
    """

    id: int
    slug: str
    short_url: str
    target: str
    created_at: datetime
    clicks: int
    visitors: int
    bots: int
    disabled: str | None
    name: str
    # In the order of the alphabet.
    tags: tuple[str, ...]
    paused_at: datetime | None
    click_limit: int | None
    passed: int
    valid_from: datetime | None
    valid_until: datetime | None
    fallback_url: str | None
    utm: Mapping[str, str]
    rules: Sequence[Mapping[str, Any]]
    variants: Sequence[Mapping[str, Any]]
    opens_app: bool
    qr_style: Mapping[str, Any]
    has_webhook: bool
    # There is one, and it is switched off.
    webhook_is_off: bool
    muted: frozenset[str]


async def links_of(session: AsyncSession, rows: Sequence[tables.Link], public_url: str) -> list[Link]:
    """The links of rows, in their order, with tags and webhooks, and whether where they lead is blocked by now.

    ``public_url`` is without a slash at its end.
    """
    if not rows:
        return []
    tags = await queries.tags_of(session, [row.id for row in rows])
    blocked = await host_queries.reasons(session, covering(row.target for row in rows))
    off_webhooks = await webhook_queries.switched_off(session, [row.id for row in rows if not row.has_webhook])
    return [_link(row, public_url, tags.get(row.id, ()), blocked, off_webhooks) for row in rows]


def _link(
    row: tables.Link, public_url: str, tags: Sequence[str], blocked: Mapping[str, str], off_webhooks: frozenset[int]
) -> Link:
    off = block_of(host_of(row.target), blocked) if row.disabled_at is None else row.disabled_reason or ""
    return Link(
        id=row.id,
        slug=row.slug,
        short_url=f"{public_url}/{row.slug}",
        target=row.target,
        created_at=row.created_at,
        clicks=row.clicks,
        visitors=row.visitors,
        bots=row.bots,
        disabled=off,
        name=row.name,
        tags=tuple(tags),
        paused_at=row.paused_at,
        click_limit=row.click_limit,
        passed=row.passed,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        fallback_url=row.fallback_url,
        utm=row.utm,
        rules=row.rules,
        variants=row.variants,
        opens_app=row.opens_app,
        qr_style=row.qr_style,
        has_webhook=row.has_webhook,
        webhook_is_off=row.id in off_webhooks,
        muted=frozenset(row.muted.split()),
    )
