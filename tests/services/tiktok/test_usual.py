"""What is usual at a size: the benchmark's, and from fifty accounts on that of those that are known."""

from datetime import timedelta

from sqlalchemy import update

from db.engine import Database
from db.tables import TikTokAccount, TikTokSnapshot
from services.tiktok.cards import Cards
from services.tiktok.constants import CONSTANTS
from services.tiktok.usual import Usual
from tests.services.tiktok.desk import DAY, NOON, Desk


async def store(database: Database, first: int, last: int, followers: int, **changes: object) -> None:
    """Accounts of so many followers; the views of a video of each are its number in hundredths of them."""
    figures = {"following": 0, "likes": 0, "videos": 10, "posts": 10, "source": "embed", "followers": followers}
    async with database.write() as session:
        for number in range(first, last + 1):
            session.add(
                TikTokAccount(
                    id=number,
                    username=f"name{number}",
                    state="known",
                    followers=followers,
                    created_at=NOON,
                    fetched_at=NOON,
                )
            )
            await session.flush()
            views = number * followers // 100 * 10
            session.add(TikTokSnapshot(**{"account_id": number, "at": NOON, "views": views, **figures, **changes}))


async def test_from_fifty_accounts_on_their_median_is_what_is_usual(database: Database):
    now = NOON
    usual = Usual(database, CONSTANTS, lambda: now)
    # Those that tell nothing: without posts, of too few, without followers, long ago.
    await store(database, 1, 5, 20_000, views=None, posts=0)
    await store(database, 6, 10, 20_000, posts=4)
    await store(database, 11, 15, 0)
    await store(database, 101, 149, 20_000)
    await store(database, 201, 230, 700_000)
    assert await usual.constants() == CONSTANTS
    await store(database, 150, 150, 20_000)
    assert await usual.constants() == CONSTANTS, "it is reckoned once a day"
    now += DAY
    reckoned = await usual.constants()
    assert [each.reach for each in reckoned.tiers] == [0.5, 1.255, 0.2, 0.15, 0.1]
    assert [each.engagement for each in reckoned.tiers] == [each.engagement for each in CONSTANTS.tiers]
    desk = Desk(database)
    account = await desk.accounts.by_id(101)
    assert account is not None
    assert (await Cards(desk.accounts, usual).of(account)).tier.reach == 1.255
    # What was fetched long ago tells nothing of today.
    async with database.write() as session:
        await session.execute(update(TikTokAccount).values(fetched_at=NOON - timedelta(days=40)))
    now += DAY
    assert await usual.constants() == CONSTANTS
