"""Accounts of TikTok as many fetches leave them, for tests of what is looked at later."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from db.tables import TikTokAccount, TikTokPost, TikTokSnapshot
from tests.platform import Platform

INCOME = {"income_low": 10_000, "income_mid": 20_000, "income_high": 50_000}


async def known(
    platform: Platform,
    username: str,
    looks: Sequence[tuple[float, int]] = ((0, 1_000),),
    posts: Sequence[tuple[float, int]] = (),
    **values: Any,
) -> int:
    """``looks``: (days ago, followers), the last one now; ``posts``: (days ago, views). The account's id."""
    now = platform.clock()
    figures: Mapping[str, Any] = {"engagement": 0.05, "rating": 70, **INCOME}
    newest = looks[-1][1]
    facts = {"nickname": username.title(), "likes": 5_000, "videos": len(posts), "following": 1, **figures, **values}
    async with platform.container.database.write() as session:
        account = TikTokAccount(
            username=username, state="known", created_at=now, looked_at=now, fetched_at=now, source="browser",
            posts_source="browser", followers=newest, **facts,
        )  # fmt: skip
        session.add(account)
        await session.flush()
        for days, followers in looks:
            session.add(
                TikTokSnapshot(
                    account_id=account.id, at=now - timedelta(days=days), followers=followers, following=1, likes=5_000,
                    videos=len(posts), views=followers * 100, posts=len(posts), source="browser", **figures,
                )
            )  # fmt: skip
        for number, (days, views) in enumerate(posts):
            session.add(
                TikTokPost(
                    account_id=account.id, post_id=str(7_000_000 + number), published_at=now - timedelta(days=days),
                    seen_at=now, description="Видео", pinned=False, counted=True, duration=15, views=views,
                    likes=views // 25, comments=views // 100, shares=views // 100, saves=0, hashtags=[], sound_id="",
                    sound_title="", sound_original=True, language="ru",
                )
            )  # fmt: skip
        return account.id
