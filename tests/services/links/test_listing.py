"""A person's list: what is found in it, and what is done to many of its links at once."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, func, select, update

from db import tables
from db.engine import Database
from db.queries import links, people
from services.links.errors import LinkNotFound, TooManyLinks, UndoTooLate
from services.links.limits import LinkLimits
from services.links.listing import Listing, ListView, Sort, TagCount, folded, words_of
from services.links.many import ManyLinks, Tagged
from services.links.tags import MOST_TAGS
from tests.services.links.conftest import ANNA, BEN, NOW

SECOND = timedelta(seconds=1)


class House:
    """Links of Anna and Ben, who may have five each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.listing = Listing(database, public_url="https://tok.example")
        self.many = ManyLinks(database, LinkLimits(5))

    async def link(self, slug: str, owner_id: int = ANNA, **values: object) -> int:
        async with self.database.write() as session:
            await people.add_if_new(session, owner_id, NOW)
            link = await links.add(session, slug=slug, owner_id=owner_id, target=f"https://{slug}.example/", now=NOW)
            assert link is not None
            for name, value in values.items():
                setattr(link, name, value)
            return link.id

    async def several(self, *slugs: str, owner_id: int = ANNA) -> list[int]:
        return [await self.link(slug, owner_id) for slug in slugs]

    async def tagged(self, link_id: int, *tags: str) -> None:
        async with self.database.write() as session:
            session.add_all(tables.LinkTag(link_id=link_id, tag=tag) for tag in tags)

    async def found(self, words: str = "", tag: str = "", sort: Sort = Sort.DATE) -> list[str]:
        page = await self.listing.page(ANNA, ListView(words, tag, sort), 1, 100)
        return [link.slug for link in page.links]

    async def changed(self) -> list[str]:
        """Slugs that web processes are told of, in their order."""
        async with self.database.read() as session:
            return [slug for _, slug in await links.changes_since(session, 0, 1_000)]

    async def rows(self, *conditions: ColumnElement[bool]) -> set[int]:
        async with self.database.read() as session:
            return set(await session.scalars(select(tables.Link.id).where(*conditions)))


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


standing = tables.Link.deleted_at.is_(None)
leading = tables.Link.paused_at.is_(None)


async def test_only_what_is_the_person_s_and_stands_is_listed(house: House):
    await house.several("a", "b")
    await house.link("bens", BEN)
    await house.link("gone", deleted_at=NOW)
    await house.link("draft", draft_since=NOW)
    assert await house.found() == ["b", "a"]
    assert await house.found("example") == ["b", "a"]
    page = await house.listing.page(ANNA, ListView("nothing"), 7, 5)
    assert (page.links, page.number, page.pages, page.found, page.total) == ((), 1, 1, 0, 2)


async def test_a_link_is_found_by_the_address_that_it_had_before(house: House):
    await house.link("now", name="")
    link_id = await house.link("other")
    async with house.database.write() as session:
        session.add(tables.LinkSlug(slug="before", link_id=link_id, skeleton="before"))
    assert await house.found("https://tok.example/before") == ["other"]


async def test_pages_and_orders(house: House):
    for number in range(12):
        await house.link(f"slug{number:02}", clicks=number % 3)
    second = await house.listing.page(ANNA, ListView(sort=Sort.CLICKS), 2, 5)
    assert (second.number, second.pages, second.found) == (2, 3, 12)
    assert [link.clicks for link in second.links] == [1, 1, 1, 0, 0]
    all_of_them = await house.found(sort=Sort.CLICKS)
    assert all_of_them == sorted(all_of_them, key=lambda slug: (-(int(slug[4:]) % 3), -int(slug[4:])))
    last = await house.listing.page(ANNA, ListView(), 99, 5)
    assert [link.slug for link in last.links] == ["slug01", "slug00"]


async def test_tags_are_counted_and_filtered_by(house: House):
    a, b, c = await house.several("a", "b", "c")
    await house.tagged(a, "лето", "x")
    await house.tagged(b, "лето")
    await house.tagged(await house.link("bens", BEN), "чужой")
    assert await house.listing.tags(ANNA) == (TagCount("x", 1, 1), TagCount("лето", 2, 2))
    assert await house.listing.tags_among(ANNA, [a, c]) == {"x": 1, "лето": 1}
    assert await house.found(tag="лето") == ["b", "a"]
    assert await house.found("a", tag="лето") == ["b", "a"], "all of them have an a in their addresses"
    assert await house.found("x", tag="лето") == ["b", "a"]
    assert await house.found("#x") == ["a"]
    assert await house.listing.found(ANNA, ListView(tag="лето")) == (b, a)


@given(st.text(max_size=200))
def test_any_words_can_be_looked_for(text: str):
    for either in words_of(text):
        assert either
        assert all(word == folded(word) for word in either)


# Many at once


async def test_a_deletion_of_many_can_be_undone_as_one(house: House):
    ids = await house.several("a", "b", "c")
    assert await house.many.delete(ANNA, ids[:2], NOW, cause=1) == 2
    assert await house.rows(standing) == {ids[2]}
    assert await house.changed() == ["a", "b"]
    assert await house.many.restore(ANNA, 1, NOW + 59 * SECOND) == 2
    assert await house.rows(standing) == set(ids)
    assert sorted((await house.changed())[2:]) == ["a", "b"]


async def test_the_same_update_changes_nothing_twice(house: House):
    ids = await house.several("a", "b", "c")
    assert [await house.many.switch(ANNA, ids, NOW, on=False, cause=1) for _ in range(2)] == [3, 3]
    assert await house.many.switch(ANNA, ids, NOW, on=True, cause=2) == 3
    assert await house.many.switch(ANNA, ids, NOW, on=False, cause=1) == 3
    assert await house.rows(leading) == set(ids), "an old press, handled again, switches nothing off"
    assert [await house.many.delete(ANNA, ids[:2], NOW, cause=3) for _ in range(2)] == [2, 2]
    assert [await house.many.restore(ANNA, 3, NOW) for _ in range(2)] == [2, 2]
    assert [await house.many.tag(ANNA, ids, "#Лето", NOW, cause=4) for _ in range(2)] == [Tagged("лето", 3)] * 2
    assert [await house.many.untag(ANNA, ids, "лето", NOW, cause=5) for _ in range(2)] == [Tagged("лето", 3)] * 2
    assert await house.many.tag(ANNA, ids, "лето", NOW, cause=4) == Tagged("лето", 3)
    assert await house.listing.tags(ANNA) == ()
    assert await house.changed() == ["a", "b", "c"] * 2 + ["a", "b"] * 2


async def test_links_of_others_are_left_alone(house: House):
    a, b = await house.link("a"), await house.link("b", BEN)
    assert await house.many.switch(ANNA, [a, b], NOW, on=False, cause=1) == 1
    assert await house.many.tag(ANNA, [a, b], "mine", NOW, cause=2) == Tagged("mine", 1)
    assert await house.many.delete(ANNA, [a, b], NOW, cause=3) == 1
    assert await house.rows(standing, leading) == {b}
    for act in (
        house.many.delete(ANNA, [b], NOW, cause=4),
        house.many.switch(ANNA, [b], NOW, on=False, cause=5),
        house.many.tag(ANNA, [b], "mine", NOW, cause=6),
        house.many.untag(ANNA, [b], "mine", NOW, cause=7),
        house.many.delete(ANNA, [], NOW, cause=8),
        house.many.delete(ANNA, [a], NOW, cause=9),
    ):
        with pytest.raises(LinkNotFound):
            await act
    assert await house.many.delete(BEN, [b], NOW, cause=10) == 1
    for deletion in (10, 11, 0):
        with pytest.raises(UndoTooLate):
            await house.many.restore(ANNA, deletion, NOW)
    assert await house.rows(standing) == set()


async def test_a_deletion_cannot_be_undone_late_or_past_the_limit(house: House):
    ids = await house.several("a", "b")
    await house.many.delete(ANNA, ids, NOW, cause=1)
    with pytest.raises(UndoTooLate):
        await house.many.restore(ANNA, 1, NOW + 61 * SECOND)
    for slug in "cdef":
        await house.link(slug)
    with pytest.raises(TooManyLinks) as refused:
        await house.many.restore(ANNA, 1, NOW + SECOND)
    assert refused.value.most == 5
    assert len(await house.rows(standing)) == 4, "none of them came back"
    assert (await house.changed())[2:] == []


async def test_full_links_take_no_more_tags(house: House):
    full, room = await house.several("full", "room")
    await house.tagged(full, *(f"tag{number}" for number in range(MOST_TAGS)))
    assert await house.many.tag(ANNA, [full, room], "more", NOW, cause=1) == Tagged("more", 1, full=1)
    assert await house.many.tag(ANNA, [full, room], "tag1", NOW, cause=2) == Tagged("tag1", 2)


async def test_two_presses_at_once_on_the_same_links_do_their_work_in_turn(house: House):
    ids = await house.several("a", "b", "c", "d", "e")
    await asyncio.gather(
        *(house.many.switch(ANNA, ids[::way], NOW, on=on, cause=cause)
          for cause, (way, on) in enumerate([(1, False), (-1, True), (1, False), (-1, False)], 1)),
        *(house.many.tag(ANNA, ids[::way], f"tag{way}", NOW, cause=10 + way) for way in (1, -1)),
    )  # fmt: skip
    async with house.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(tables.LinkTag)) == 10


async def test_what_was_counted_stays(house: House):
    (link_id,) = await house.several("a")
    async with house.database.write() as session:
        await session.execute(update(tables.Link).values(clicks=7, visitors=3))
    await house.many.switch(ANNA, [link_id], NOW, on=False, cause=1)
    await house.many.switch(ANNA, [link_id], NOW, on=True, cause=2)
    page = await house.listing.page(ANNA, ListView(), 1, 5)
    assert (page.links[0].clicks, page.links[0].visitors, page.links[0].paused_at) == (7, 3, None)
