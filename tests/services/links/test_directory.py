"""The directory remembers where links lead, hears of changes, and does without the database for a while."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from db.engine import Database
from db.queries import directory as directory_queries
from db.queries import links as queries
from services.links.directory import UNKNOWN_SECONDS_TO_LIVE, DirectoryUnavailable, LinkDirectory
from tests.redirect_server.network import network_to
from tests.redirect_server.web import delete_link, make_link
from tests.waiting import until


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def following(directory: LinkDirectory) -> AsyncIterator[LinkDirectory]:
    """A directory that follows changes, and has read how far they are."""
    directory.start()
    try:

        async def has_looked() -> bool:
            return directory._seen is not None

        await until(has_looked, True)
        yield directory
    finally:
        await directory.close()


@contextmanager
def questions(database: Database) -> Iterator[list[str]]:
    """Statements that ask for links."""
    asked: list[str] = []

    def watch(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM links" in statement:
            asked.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", watch)
    yield asked
    event.remove(database.engine.sync_engine, "before_cursor_execute", watch)


async def target_of(directory: LinkDirectory, slug: str) -> str | None:
    destination = await directory.find(slug)
    return None if destination is None else destination.target


async def test_a_link_is_asked_for_once_and_then_remembered(database: Database):
    await make_link(database, "abc1234", "https://example.com/")
    directory = LinkDirectory(database)
    with questions(database) as asked:
        assert [await target_of(directory, "abc1234") for _ in range(5)] == ["https://example.com/"] * 5
        assert [await target_of(directory, "nothere") for _ in range(5)] == [None] * 5
    assert len(asked) == 2
    assert (directory.hits, directory.misses) == (8, 2)


async def test_many_who_want_the_same_link_at_once_ask_once(database: Database):
    await make_link(database, "abc1234", "https://example.com/")
    directory = LinkDirectory(database)
    with questions(database) as asked:
        targets = await asyncio.gather(*(target_of(directory, "abc1234") for _ in range(50)))
    assert set(targets) == {"https://example.com/"}
    assert len(asked) == 1


async def test_a_cold_start_with_many_links_asks_few_questions(database: Database):
    slugs = [f"link{number:03}" for number in range(100)]
    for slug in slugs:
        await make_link(database, slug, f"https://example.com/{slug}")
    directory = LinkDirectory(database)
    with questions(database) as asked:
        targets = await asyncio.gather(*(target_of(directory, slug) for slug in [*slugs, "nothere"]))
    assert targets == [*(f"https://example.com/{slug}" for slug in slugs), None]
    assert len(asked) <= 2


async def test_who_gives_up_waiting_takes_nobody_along(database: Database):
    await make_link(database, "abc1234", "https://example.com/")
    directory = LinkDirectory(database)
    impatient, patient = (asyncio.create_task(target_of(directory, "abc1234")) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == "https://example.com/"


@pytest.mark.parametrize("odd", ["", "a b", "a/b", "a" * 65, "\0", "a\n", "😀", "%41"])
async def test_the_database_is_not_asked_for_what_cannot_be_a_slug(database: Database, odd: str):
    with questions(database) as asked:
        assert await LinkDirectory(database).find(odd) is None
    assert asked == []


async def test_memory_is_bounded_and_the_least_wanted_leaves_first(database: Database):
    for slug in ("first", "second", "third"):
        await make_link(database, slug)
    directory = LinkDirectory(database, most_known=2)
    for slug in ("first", "second", "first", "third"):
        await directory.find(slug)
    with questions(database) as asked:
        await directory.find("first")
        await directory.find("third")
        assert asked == []
        await directory.find("second")
        assert len(asked) == 1


async def test_tried_out_slugs_do_not_push_links_out(database: Database):
    await make_link(database, "abc1234")
    directory = LinkDirectory(database, most_known=2, most_unknown=2)
    await directory.find("abc1234")
    for number in range(10):
        await directory.find(f"guess{number}")
    with questions(database) as asked:
        await directory.find("abc1234")
    assert asked == []
    assert len(directory._unknown) == 2


async def test_after_its_time_a_link_is_asked_for_again(database: Database):
    await make_link(database, "abc1234")
    clock = Clock()
    directory = LinkDirectory(database, seconds_to_live=60, monotonic=clock)
    await directory.find("abc1234")
    with questions(database) as asked:
        clock.now += 59
        await directory.find("abc1234")
        assert asked == []
        directory.seconds_to_live = 30
        await directory.find("abc1234")
        assert len(asked) == 1


async def test_a_deletion_is_heard_of_within_a_second(database: Database):
    link_id = await make_link(database, "abc1234")
    async with following(LinkDirectory(database)) as directory:
        before = await directory.find("abc1234")
        assert before is not None
        assert not before.deleted
        await delete_link(database, link_id)

        async def is_deleted() -> bool:
            destination = await directory.find("abc1234")
            return destination is not None and destination.deleted and destination.target == ""

        await until(is_deleted, True)


async def test_a_new_link_is_heard_of_though_somebody_tried_its_slug_before(database: Database):
    async with following(LinkDirectory(database)) as directory:
        assert await directory.find("abc1234") is None
        await make_link(database, "abc1234")

        async def is_there() -> bool:
            return await directory.find("abc1234") is not None

        # Sooner than one forgets by oneself that there was none.
        await until(is_there, True, within=UNKNOWN_SECONDS_TO_LIVE - 2)


async def test_a_change_that_comes_while_the_database_is_being_asked_is_not_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    link_id = await make_link(database, "abc1234")
    answered, go_on = asyncio.Event(), asyncio.Event()
    ask = directory_queries.leading

    async def ask_slowly(*args: Any) -> Any:
        found = await ask(*args)
        answered.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(directory_queries, "leading", ask_slowly)
    async with following(LinkDirectory(database)) as directory:
        asking = asyncio.create_task(directory.find("abc1234"))
        await answered.wait()
        seen = directory._seen
        await delete_link(database, link_id)

        async def has_heard() -> bool:
            return directory._seen != seen

        await until(has_heard, True)
        go_on.set()
        old = await asking
        assert old is not None
        assert not old.deleted
        new = await directory.find("abc1234")
        assert new is not None
        assert new.deleted


async def test_who_slept_longer_than_changes_are_kept_starts_over(database: Database):
    link_id = await make_link(database, "abc1234")
    await make_link(database, "other12")
    directory = LinkDirectory(database)
    await directory._follow()
    await directory.find("abc1234")
    await delete_link(database, link_id)
    async with database.write() as session:
        await queries.forget_changes_before(session, datetime.now(UTC) + timedelta(days=1), 100)
    await make_link(database, "third12")
    await directory._follow()
    destination = await directory.find("abc1234")
    assert destination is not None
    assert destination.deleted


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_without_the_database_links_in_memory_lead_on_however_old_they_are(database: Database, database_url: str):
    await make_link(database, "abc1234", "https://example.com/")
    async with network_to(database_url) as (network, address):
        far = Database.open(address)
        clock = Clock()
        directory = LinkDirectory(far, seconds_to_live=10, monotonic=clock)
        await directory.find("abc1234")
        await network.cut()
        clock.now += 3600
        assert await target_of(directory, "abc1234") == "https://example.com/"
        with pytest.raises(DirectoryUnavailable):
            await directory.find("other12")
        await network.mend()
        clock.now += 3600
        assert await directory.find("other12") is None
        await far.close()
