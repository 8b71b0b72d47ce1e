import asyncio
import random
from datetime import timedelta

import pytest

from db import tables
from db.engine import Database
from db.queries import links as queries
from services.links.errors import LinkNotFound, TooManyDrafts, TooManyLinks, UndoTooLate
from services.links.links import SPARE_DRAFTS, UNDO_LIMIT, Links
from services.links.slugs import ALPHABET
from tests.services.links.conftest import ANNA, BEN, NOW

SECOND = timedelta(seconds=1)


async def test_a_link_is_made_and_found_again(links: Links):
    link, target = await links.create(ANNA, "example.com/x", NOW)
    assert link.short_url == f"https://tok.example/{link.slug}"
    assert link.target == target.url == "https://example.com/x"
    assert (link.clicks, link.visitors, link.bots) == (0, 0, 0)
    assert await links.get(ANNA, link.id) == link


async def test_a_stranger_can_neither_see_nor_delete_nor_restore_a_link(links: Links):
    link, _ = await links.create(ANNA, "https://example.com", NOW)
    with pytest.raises(LinkNotFound):
        await links.get(BEN, link.id)
    with pytest.raises(LinkNotFound):
        await links.delete(BEN, link.id, NOW)
    await links.delete(ANNA, link.id, NOW)
    with pytest.raises(LinkNotFound):
        await links.restore(BEN, link.id, NOW)


async def test_pages_show_the_newest_first_and_stay_within_what_there_is(links: Links):
    made = [(await links.create(ANNA, f"https://example.com/{number}", NOW))[0] for number in range(3)]
    first = await links.page(ANNA, 1, size=2)
    assert [link.id for link in first.links] == [made[2].id, made[1].id]
    assert (first.number, first.pages, first.total) == (1, 2, 3)
    assert [link.id for link in (await links.page(ANNA, 99, size=2)).links] == [made[0].id]
    assert (await links.page(ANNA, -5, size=2)).number == 1
    nobody = await links.page(BEN, 1, size=2)
    assert (nobody.links, nobody.number, nobody.pages, nobody.total) == ((), 1, 1, 0)


async def test_a_deleted_link_comes_back_within_a_minute(links: Links):
    link, _ = await links.create(ANNA, "https://example.com", NOW)
    assert await links.delete(ANNA, link.id, NOW) == link.short_url
    with pytest.raises(LinkNotFound):
        await links.get(ANNA, link.id)
    assert await links.restore(ANNA, link.id, NOW + UNDO_LIMIT) == link
    assert await links.restore(ANNA, link.id, NOW + UNDO_LIMIT) == link, "a second press changes nothing"
    assert await links.get(ANNA, link.id) == link


async def test_after_a_minute_it_is_too_late(links: Links):
    link, _ = await links.create(ANNA, "https://example.com", NOW)
    await links.delete(ANNA, link.id, NOW)
    with pytest.raises(UndoTooLate):
        await links.restore(ANNA, link.id, NOW + UNDO_LIMIT + SECOND)


@pytest.mark.parametrize("link_id", [2**63 - 1, 2**31, -1, 0])
async def test_a_number_that_no_link_has_finds_none(links: Links, link_id: int):
    for call in (links.get(ANNA, link_id), links.delete(ANNA, link_id, NOW), links.restore(ANNA, link_id, NOW)):
        with pytest.raises(LinkNotFound):
            await call


async def test_two_deletions_at_once_delete_once(links: Links):
    link, _ = await links.create(ANNA, "https://example.com", NOW)
    results = await asyncio.gather(*(links.delete(ANNA, link.id, NOW) for _ in range(2)), return_exceptions=True)
    assert [type(result) for result in results if not isinstance(result, str)] == [LinkNotFound]


async def test_a_person_has_at_most_so_many_links(links: Links):
    for number in range(3):
        link, _ = await links.create(ANNA, f"https://example.com/{number}", NOW)
    with pytest.raises(TooManyLinks) as refused:
        await links.create(ANNA, "https://example.com/4", NOW)
    assert refused.value.most == 3
    await links.delete(ANNA, link.id, NOW)
    await links.create(ANNA, "https://example.com/4", NOW)


async def test_undo_does_not_lead_past_the_limit(links: Links):
    made = [(await links.create(ANNA, f"https://example.com/{number}", NOW))[0] for number in range(3)]
    await links.delete(ANNA, made[0].id, NOW)
    await links.create(ANNA, "https://example.com/4", NOW)
    with pytest.raises(TooManyLinks) as refused:
        await links.restore(ANNA, made[0].id, NOW)
    assert refused.value.most == 3
    assert (await links.page(ANNA, 1, size=9)).total == 3
    assert await links.restore(ANNA, made[1].id, NOW) == made[1], "a link that stands takes no room"
    await links.delete(ANNA, made[2].id, NOW)
    assert await links.restore(ANNA, made[0].id, NOW) == made[0]


async def test_what_is_too_late_is_too_late_also_at_the_limit(links: Links):
    made = [(await links.create(ANNA, f"https://example.com/{number}", NOW))[0] for number in range(3)]
    await links.delete(ANNA, made[0].id, NOW)
    await links.create(ANNA, "https://example.com/4", NOW)
    with pytest.raises(UndoTooLate):
        await links.restore(ANNA, made[0].id, NOW + UNDO_LIMIT + SECOND)


async def test_undo_and_a_new_link_at_once_do_not_pass_the_limit_together(links: Links):
    made = [(await links.create(ANNA, f"https://example.com/{number}", NOW))[0] for number in range(3)]
    await links.delete(ANNA, made[0].id, NOW)
    results = await asyncio.gather(
        *(links.create(ANNA, f"https://example.com/new{number}", NOW) for number in range(4)),
        *(links.restore(ANNA, made[0].id, NOW) for _ in range(4)),
        return_exceptions=True,
    )
    assert {type(result) for result in results if isinstance(result, Exception)} == {TooManyLinks}
    assert (await links.page(ANNA, 1, size=9)).total == 3


async def test_two_links_at_once_do_not_pass_the_limit_together(links: Links):
    addresses = [f"https://example.com/{number}" for number in range(8)]
    made = await asyncio.gather(*(links.create(ANNA, address, NOW) for address in addresses), return_exceptions=True)
    assert sum(not isinstance(result, Exception) for result in made) == 3


async def test_the_same_update_makes_one_link_and_deletes_it_once(links: Links):
    first, _ = await links.create(ANNA, "https://example.com", NOW, cause=7)
    again, target = await links.create(ANNA, "https://example.com", NOW, cause=7)
    assert (again, target.url) == (first, first.target)
    other, _ = await links.create(ANNA, "https://example.com", NOW, cause=8)
    assert other.id != first.id
    assert (await links.page(ANNA, 1, size=9)).total == 2
    for _ in range(2):
        assert await links.delete(ANNA, first.id, NOW, cause=9) == first.short_url
    with pytest.raises(LinkNotFound):
        await links.delete(ANNA, first.id, NOW, cause=10)


async def test_a_slug_is_never_given_out_again(links: Links, database: Database):
    first, _ = await links.create(ANNA, "https://example.com", NOW)
    await links.delete(ANNA, first.id, NOW)
    # The same dice once more, and then others.
    again = iter([*first.slug, *random.Random(8).choices(ALPHABET, k=7)])
    links._choose = lambda _alphabet: next(again)
    second, _ = await links.create(ANNA, "https://example.com", NOW)
    assert second.slug != first.slug


async def test_every_change_is_told_to_web_processes_in_order(links: Links, database: Database):
    link, _ = await links.create(ANNA, "https://example.com", NOW)
    await links.delete(ANNA, link.id, NOW)
    await links.restore(ANNA, link.id, NOW)
    async with database.read() as session:
        assert await queries.newest_change(session) == 3
        assert await queries.changes_since(session, 0, 10) == [(1, link.slug), (2, link.slug), (3, link.slug)]
        assert await queries.changes_since(session, 2, 10) == [(3, link.slug)]


async def test_changes_at_once_get_numbers_without_gaps(links: Links, database: Database):
    link, _ = await links.create(ANNA, "https://example.com", NOW)

    async def change() -> None:
        async with database.write() as session:
            await queries.record_change(session, link.slug, NOW)

    await asyncio.gather(*(change() for _ in range(20)))
    async with database.read() as session:
        assert [number for number, _ in await queries.changes_since(session, 0, 100)] == list(range(1, 22))


async def test_drafts_and_links_together_are_never_more_than_the_limit_and_a_few(links: Links, database: Database):
    drafts = [(await links.draft(ANNA, f"https://example.com/{number}", NOW))[0] for number in range(3 + SPARE_DRAFTS)]
    with pytest.raises(TooManyDrafts):
        await links.draft(ANNA, "https://example.com/more", NOW)
    for number in range(3):
        await links.create(ANNA, f"https://example.org/{number}", NOW)
    for draft in drafts:
        await links.choose(ANNA, draft.id)
    assert (await links.page(ANNA, 1, 5)).total == 3 + SPARE_DRAFTS
    ended = drafts[:3]
    async with database.read() as session:
        rows = [await session.get_one(tables.Link, draft.id) for draft in ended]
    assert [(row.deleted_at, row.owner_id, row.target) for row in rows] == [(NOW, None, "")] * 3
