"""What is kept of accounts no longer than it is needed for."""

from datetime import timedelta

from sqlalchemy import func, select

from db.engine import Database
from db.queries import people
from db.tables import (
    Base,
    Link,
    TikTokAccount,
    TikTokAsker,
    TikTokBioLink,
    TikTokPost,
    TikTokProposal,
    TikTokSnapshot,
    TikTokTopMember,
    TikTokTopPlace,
    TikTokWatch,
)
from services.operations.upkeep import POSTS_KEPT, CleanUp, Upkeep
from tests.services.tiktok.accounts.room import ANNA, DAY, HOUR, NOW, Room, posts


def account(username: str, looked: timedelta | None = timedelta()) -> TikTokAccount:
    looked_at = None if looked is None else NOW - looked
    return TikTokAccount(username=username, state="known", looked_at=looked_at, created_at=NOW - 200 * DAY)


def snapshot(account_id: int, at) -> TikTokSnapshot:
    return TikTokSnapshot(
        account_id=account_id, at=at, followers=1, following=1, likes=1, videos=1, posts=1, source="browser"
    )


async def test_of_snapshots_older_than_ninety_days_the_last_one_of_each_day_stays(database: Database):
    day = (NOW - 100 * DAY).replace(hour=0)
    old = [day + hours * HOUR for hours in (1, 8, 23, 24, 25)]
    fresh = [NOW - 89 * DAY + hours * HOUR for hours in range(3)]
    async with database.write() as session:
        for username in ("anna", "boris"):
            row = account(username)
            session.add(row)
            await session.flush()
            session.add_all(snapshot(row.id, at) for at in old + fresh)
    assert await Upkeep(database).clean_up(NOW) == CleanUp(tiktok_snapshots=6)
    async with database.read() as session:
        kept = (await session.execute(select(TikTokSnapshot.account_id, TikTokSnapshot.at))).all()
    assert sorted(kept) == [(account_id, at) for account_id in (1, 2) for at in [old[2], old[4], *fresh]]
    assert await Upkeep(database).clean_up(NOW) == CleanUp()


async def test_of_a_day_whose_last_snapshot_lacks_the_posts_the_last_that_has_them_stays_too(database: Database):
    day = (NOW - 100 * DAY).replace(hour=0)
    async with database.write() as session:
        session.add(account("anna"))
        await session.flush()
        for hour, posts_of_it in enumerate((0, 1, 1, 0, 0)):
            row = snapshot(1, day + hour * HOUR)
            row.posts = posts_of_it
            session.add(row)
    assert await Upkeep(database).clean_up(NOW) == CleanUp(tiktok_snapshots=3)
    async with database.read() as session:
        kept = await session.scalars(select(TikTokSnapshot.at).order_by(TikTokSnapshot.at))
        assert list(kept) == [day + 2 * HOUR, day + 4 * HOUR]


async def test_the_newest_posts_of_an_account_stay_and_those_that_count(room: Room):
    room.tiktok.shows("boris", listed=posts(range(5)))
    await room.fetched("boris")
    room.tiktok.shows(listed=posts(range(POSTS_KEPT + 150)), videos=900)
    await room.fetched()
    assert await Upkeep(room.database).clean_up(NOW) == CleanUp(tiktok_posts=30)
    async with room.database.read() as session:
        kept = (await session.scalars(select(TikTokPost.post_id).where(TikTokPost.account_id == 2))).all()
        others = await session.scalar(select(func.count()).select_from(TikTokPost).where(TikTokPost.account_id == 1))
    assert sorted(kept) == sorted(each.post_id for each in posts(range(POSTS_KEPT + 120)))
    assert others == 5
    assert await Upkeep(room.database).clean_up(NOW) == CleanUp()


async def test_who_asked_two_days_ago_waits_no_longer(room: Room):
    await room.ask(message_id=10)
    room.passes(2 * DAY + HOUR)
    await room.ask(message_id=11)
    assert (await Upkeep(room.database).clean_up(room.now)).tiktok_askers == 1
    async with room.database.read() as session:
        assert list(await session.scalars(select(TikTokAsker.message_id))) == [11]


async def test_accounts_that_nobody_looked_at_for_ninety_days_go_unless_somebody_wants_them(database: Database):
    old = 91 * DAY
    async with database.write() as session:
        await people.add_if_new(session, ANNA, NOW)
        link = Link(slug="a", owner_id=ANNA, target="https://a.example/", created_at=NOW, skeleton="a")
        names = ("old", "never", "fresh", "watched", "topped", "removed", "placed", "linked", "asked")
        rows = {
            name: account(name, None if name == "never" else 89 * DAY if name == "fresh" else old) for name in names
        }
        session.add_all([link, *rows.values()])
        await session.flush()
        ids = {name: row.id for name, row in rows.items()}
        beside: list[Base] = [snapshot(ids[name], NOW - 95 * DAY) for name in names]
        beside += [
            TikTokProposal(account_id=ids["old"], proposed_at=NOW),
            TikTokWatch(person_id=ANNA, account_id=ids["watched"], created_at=NOW, milestone=0),
            TikTokTopMember(account_id=ids["topped"], added_at=NOW, from_file=True),
            TikTokTopMember(account_id=ids["removed"], added_at=NOW, from_file=True, removed_at=NOW),
            TikTokTopPlace(day=NOW.date(), account_id=ids["placed"], followers=1, taken_at=NOW, fresh=True),
            TikTokBioLink(link_id=link.id, account_id=ids["linked"], person_id=ANNA, created_at=NOW),
            TikTokAsker(username="asked", person_id=ANNA, chat_id=ANNA, message_id=1, asked_at=NOW),
        ]
        session.add_all(beside)
    assert await Upkeep(database).clean_up(NOW) == CleanUp(tiktok_accounts=2)
    async with database.read() as session:
        assert set(await session.scalars(select(TikTokAccount.username))) == set(names) - {"old", "never"}
        assert await session.scalar(select(func.count()).select_from(TikTokSnapshot)) == len(names) - 2
        assert await session.scalar(select(func.count()).select_from(TikTokProposal)) == 0
