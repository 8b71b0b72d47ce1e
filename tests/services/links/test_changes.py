"""Changes of many links at once are told as changes of each."""

from db import tables
from db.engine import Database
from db.queries import links, people
from tests.services.links.conftest import ANNA, NOW


async def test_all_slugs_of_many_links_are_told_without_gaps(database: Database):
    async with database.write() as session:
        await people.add_if_new(session, ANNA, NOW)
        for slug in ("a", "b", "c"):
            row = await links.add(session, slug=slug, owner_id=ANNA, target="https://example.com/", now=NOW)
            assert row is not None
            session.add(tables.LinkSlug(slug=f"{slug}-before", link_id=row.id, skeleton=slug))
        await session.flush()
        await links.record_change(session, "a", NOW)
        await links.record_changes(session, ["b", "c-before", "b", "@hosts"], NOW)
        await links.record_changes(session, [], NOW)
    async with database.read() as session:
        told = await links.changes_since(session, 0, 100)
        assert await links.newest_change(session) == len(told)
    assert [sequence for sequence, _ in told] == list(range(1, len(told) + 1))
    assert [slug for _, slug in told][:2] == ["a", "a-before"]
    assert [slug for _, slug in told][2:5] == ["b", "c-before", "@hosts"]
    assert sorted(slug for _, slug in told[5:]) == ["b-before", "c"]
