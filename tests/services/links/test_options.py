"""What owners set on their links holds at once, is theirs alone to set, and refuses what makes no sense."""

import asyncio
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from db import tables
from db.engine import Database
from db.queries import directory, people
from db.queries import links as queries
from services.links.errors import (
    AddressNotUnderstood,
    LinkNotFound,
    OwnAddress,
    PrivateAddress,
    TargetBlocked,
    TooManyLinks,
)
from services.links.link import Link
from services.links.links import Links
from services.links.option_errors import (
    AliasLooksLikeAnother,
    AliasTaken,
    EndBeforeStart,
    InThePast,
    LimitNotUnderstood,
    LimitOutOfBounds,
    LimitUsedUp,
    NameTooLong,
    TagNotUnderstood,
    TagTooLong,
    TooManyAliases,
    TooManyTags,
)
from services.links.options import LinkOptions, parse_limit
from services.links.tags import split_tags
from tests.services.links.conftest import ANNA, BEN, NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def options(database: Database) -> LinkOptions:
    return LinkOptions(
        database, public_url="https://tok.example", own_hosts=frozenset({"tok.example"}), allow_private=False
    )


@pytest.fixture
async def link(links: Links) -> Link:
    made, _target = await links.create(ANNA, "https://example.com/a", NOW)
    return made


async def leading(database: Database, *slugs: str) -> dict[str, int]:
    """The link that each of the slugs leads to, as a web process asks."""
    async with database.read() as session:
        return {each.asked: each.id for each in await directory.leading(session, slugs)}


async def told(database: Database, since: int = 0) -> list[str]:
    """The slugs that web processes were told of."""
    async with database.read() as session:
        return [slug for _, slug in await queries.changes_since(session, since, 1_000)]


async def newest(database: Database) -> int:
    async with database.read() as session:
        return await queries.newest_change(session)


async def has(database: Database, link_id: int, **values: object) -> None:
    async with database.write() as session:
        await session.execute(update(tables.Link).where(tables.Link.id == link_id).values(**values))


async def test_a_name_is_kept_on_one_line_and_taken_away(options: LinkOptions, link: Link, links: Links):
    assert (await options.rename(ANNA, link.id, "  Летняя\nраспродажа ", NOW)).name == "Летняя распродажа"
    assert (await links.get(ANNA, link.id)).name == "Летняя распродажа"
    with pytest.raises(NameTooLong):
        await options.rename(ANNA, link.id, "я" * 31, NOW)
    assert (await links.get(ANNA, link.id)).name == "Летняя распродажа"
    assert (await options.rename(ANNA, link.id, "", NOW)).name == ""


async def test_tags_are_kept_in_small_letters_each_once(options: LinkOptions, link: Link, links: Links):
    changed = await options.set_tags(ANNA, link.id, split_tags("#Лето, ЛЕТО реклама;tik_tok\n2026"), NOW)
    assert changed.tags == ("2026", "tik_tok", "лето", "реклама")
    assert (await options.add_tags(ANNA, link.id, ["Осень"], NOW)).tags[-1] == "реклама"
    assert (await options.remove_tag(ANNA, link.id, "лето", NOW)).tags == ("2026", "tik_tok", "осень", "реклама")
    assert (await options.set_tags(ANNA, link.id, [], NOW)).tags == ()
    for wrong, error in [(["a!"], TagNotUnderstood), (["#"], TagNotUnderstood), (["я" * 33], TagTooLong)]:
        with pytest.raises(error):
            await options.set_tags(ANNA, link.id, wrong, NOW)
    await options.set_tags(ANNA, link.id, [f"t{number}" for number in range(10)], NOW)
    with pytest.raises(TooManyTags):
        await options.add_tags(ANNA, link.id, ["one-more"], NOW)
    assert len((await links.get(ANNA, link.id)).tags) == 10


async def test_the_tags_of_most_links_are_offered_first(options: LinkOptions, links: Links):
    for number, tags in enumerate((["лето"], ["лето", "осень"], ["зима", "лето", "осень"])):
        made, _ = await links.create(ANNA, f"https://example.com/{number}", NOW)
        await options.set_tags(ANNA, made.id, tags, NOW)
    await options.set_tags(BEN, (await links.create(BEN, "https://example.com/", NOW))[0].id, ["чужое"], NOW)
    assert await options.favourite_tags(ANNA, 2) == ["лето", "осень"]


async def test_an_alias_is_shown_and_what_was_printed_leads_on(options: LinkOptions, link: Link, database: Database):
    before = await newest(database)
    changed = await options.set_alias(ANNA, link.id, "скидки", NOW)
    assert changed.short_url == "https://tok.example/скидки"
    assert await options.former_slugs(ANNA, link.id) == [link.slug]
    assert await leading(database, "скидки", link.slug, "nowhere") == {"скидки": link.id, link.slug: link.id}
    assert set(await told(database, before)) == {"скидки", link.slug}
    before = await newest(database)
    await options.pause(ANNA, link.id, NOW)
    assert set(await told(database, before)) == {"скидки", link.slug}, "a change is told under all of its slugs"


async def test_an_alias_of_before_is_shown_again(options: LinkOptions, link: Link, database: Database):
    for alias in ("first-one", "second-one", link.slug, "first-one"):
        assert (await options.set_alias(ANNA, link.id, alias, NOW)).slug == alias
    assert set(await options.former_slugs(ANNA, link.id)) == {link.slug, "second-one"}
    assert set(await leading(database, "first-one", "second-one", link.slug)) == {"first-one", "second-one", link.slug}


async def test_the_same_alias_twice_changes_nothing(options: LinkOptions, link: Link, database: Database):
    await options.set_alias(ANNA, link.id, "sale", NOW)
    before = await newest(database)
    await options.set_alias(ANNA, link.id, "sale", NOW)
    assert await newest(database) == before
    assert await options.former_slugs(ANNA, link.id) == [link.slug]


async def test_a_link_has_six_addresses_at_most(options: LinkOptions, link: Link):
    for number in range(5):
        await options.set_alias(ANNA, link.id, f"alias-{number}a", NOW)
    with pytest.raises(TooManyAliases):
        await options.set_alias(ANNA, link.id, "one-more", NOW)
    await options.set_alias(ANNA, link.id, link.slug, NOW)
    assert len(await options.former_slugs(ANNA, link.id)) == 5


async def test_an_address_is_never_given_out_again(options: LinkOptions, link: Link, links: Links):
    other, _ = await links.create(BEN, "https://example.com/b", NOW)
    await options.set_alias(ANNA, link.id, "sale", NOW)
    await options.set_alias(ANNA, link.id, "winter", NOW)
    for taken in ("sale", "winter", link.slug):
        with pytest.raises(AliasTaken):
            await options.set_alias(BEN, other.id, taken, NOW)
    await links.delete(ANNA, link.id, NOW)
    for taken in ("sale", "winter", link.slug):
        with pytest.raises(AliasTaken):
            await options.set_alias(BEN, other.id, taken, NOW)
    assert (await links.get(BEN, other.id)).slug == other.slug


@pytest.mark.parametrize("alike", ["Cocoa-1", "COCOA_1", "c0coa-l", "сосоа-1"])
async def test_what_looks_like_another_s_address_is_refused(options: LinkOptions, link: Link, links: Links, alike: str):
    other, _ = await links.create(BEN, "https://example.com/b", NOW)
    await options.set_alias(ANNA, link.id, "cocoa-1", NOW)
    await options.set_alias(ANNA, link.id, "shown-now", NOW)
    with pytest.raises(AliasLooksLikeAnother):
        await options.set_alias(BEN, other.id, alike, NOW)
    # The link's own owner may have both: they lead to the same place.
    assert (await options.set_alias(ANNA, link.id, alike, NOW)).slug == alike


async def test_what_looks_like_another_s_random_slug_is_refused(options: LinkOptions, link: Link, links: Links):
    other, _ = await links.create(BEN, "https://example.com/b", NOW)
    with pytest.raises(AliasLooksLikeAnother):
        await options.set_alias(BEN, other.id, link.slug.swapcase(), NOW)


async def test_a_random_slug_is_never_one_that_a_link_had_before(database: Database, options: LinkOptions, link: Link):
    await options.set_alias(ANNA, link.id, "sale", NOW)
    async with database.write() as session:
        for taken in (link.slug, "sale"):
            target = "https://example.com/"
            assert await queries.add(session, slug=taken, owner_id=BEN, target=target, now=NOW) is None
    assert (await leading(database, link.slug)) == {link.slug: link.id}


async def test_of_many_who_want_an_alias_at_once_one_gets_it(database: Database, options: LinkOptions):
    wanted = []
    async with database.write() as session:
        for number in range(8):
            await people.add_if_new(session, 2000 + number, NOW)
            row = await queries.add(
                session, slug=f"slug{number}", owner_id=2000 + number, target="https://example.com/", now=NOW
            )
            assert row is not None
            wanted.append((2000 + number, row.id))
    aliases = ["sale", "Sale", "sa1e", "ѕаІе"]
    results = await asyncio.gather(
        *(options.set_alias(owner, link_id, aliases[owner % 3], NOW) for owner, link_id in wanted),
        return_exceptions=True,
    )
    got = [result for result in results if isinstance(result, Link)]
    assert len(got) == 1
    assert {type(result) for result in results} <= {Link, AliasTaken, AliasLooksLikeAnother}


async def test_a_target_changes_and_the_counters_stay(options: LinkOptions, link: Link, database: Database):
    await has(database, link.id, clicks=7, visitors=3)
    changed, target = await options.set_target(ANNA, link.id, "example.org/new", NOW)
    assert (changed.target, changed.clicks, changed.visitors) == ("https://example.org/new", 7, 3)
    assert target.https_assumed
    for wrong, error in [
        ("", AddressNotUnderstood),
        ("https://tok.example/x", OwnAddress),
        ("http://127.0.0.1/", PrivateAddress),
    ]:
        with pytest.raises(error):
            await options.set_target(ANNA, link.id, wrong, NOW)
        with pytest.raises(error):
            await options.set_fallback(ANNA, link.id, wrong, NOW)


async def test_neither_target_nor_fallback_may_be_a_blocked_host(options: LinkOptions, link: Link, database: Database):
    async with database.write() as session:
        session.add(tables.BlockedHost(host="bad.example", reason="fraud", blocked_at=NOW))
    for change in (options.set_target, options.set_fallback):
        with pytest.raises(TargetBlocked):
            await change(ANNA, link.id, "https://x.bad.example/", NOW)


async def test_a_fallback_is_set_and_taken_away(options: LinkOptions, link: Link):
    changed, _ = await options.set_fallback(ANNA, link.id, "example.com/over", NOW)
    assert changed.fallback_url == "https://example.com/over"
    changed, _ = await options.set_fallback(ANNA, link.id, None, NOW)
    assert changed.fallback_url is None


async def test_a_link_is_switched_off_and_on(options: LinkOptions, link: Link, database: Database):
    assert (await options.pause(ANNA, link.id, NOW)).paused_at == NOW
    assert (await options.pause(ANNA, link.id, NOW + HOUR)).paused_at == NOW, "since when it is off, stays"
    before = await newest(database)
    assert (await options.resume(ANNA, link.id, NOW)).paused_at is None
    assert await told(database, before) == [link.slug]


async def test_a_limit_is_of_the_link_s_whole_life(options: LinkOptions, link: Link, database: Database):
    await has(database, link.id, clicks=5)
    with pytest.raises(LimitUsedUp) as raised:
        await options.set_limit(ANNA, link.id, 5, NOW)
    assert raised.value.passed == 5
    changed = await options.set_limit(ANNA, link.id, 6, NOW)
    assert (changed.click_limit, changed.passed) == (6, 5)
    await has(database, link.id, passed=6, clicks=5)
    assert (await options.set_limit(ANNA, link.id, 6, NOW)).passed == 6, "the same limit again is no new one"
    with pytest.raises(LimitUsedUp):
        await options.set_limit(ANNA, link.id, 3, NOW)
    changed = await options.set_limit(ANNA, link.id, 10, NOW)
    assert (changed.click_limit, changed.passed) == (10, 6), "slots that were taken stay taken"
    assert (await options.set_limit(ANNA, link.id, None, NOW)).click_limit is None


@pytest.mark.parametrize("limit", [0, -1, 1_000_000, 10**9])
async def test_limits_are_one_to_a_million_less_one(options: LinkOptions, link: Link, limit: int):
    with pytest.raises(LimitOutOfBounds):
        await options.set_limit(ANNA, link.id, limit, NOW)


@pytest.mark.parametrize("text", ["", "ten", "десять", "1e9", "10⁹", "1.5", "１０", "--5", "1 000 clicks", "12,34"])
def test_what_is_no_number_is_no_limit(text: str):
    with pytest.raises(LimitNotUnderstood):
        parse_limit(text)


@given(st.integers(-(10**30), 10**30))
def test_numbers_are_read_as_people_write_them(number: int):
    for text in (f"{number}", f" {number:,} ", f"{number:,}".replace(",", " "), f"{number:,}".replace(",", "\u00a0")):
        read = parse_limit(text)
        assert (read == number) if abs(number) < 10**15 else not 1 <= read <= 999_999


async def test_a_link_opens_and_ends_to_the_minute(options: LinkOptions, link: Link):
    changed = await options.open_at(ANNA, link.id, NOW + HOUR, NOW)
    changed = await options.end_at(ANNA, link.id, NOW + 2 * HOUR, NOW)
    assert (changed.valid_from, changed.valid_until) == (NOW + HOUR, NOW + 2 * HOUR)
    for moment in (NOW, NOW - HOUR):
        with pytest.raises(InThePast):
            await options.open_at(ANNA, link.id, moment, NOW)
        with pytest.raises(InThePast):
            await options.end_at(ANNA, link.id, moment, NOW)
    for moment in (NOW + 2 * HOUR, NOW + 3 * HOUR):
        with pytest.raises(EndBeforeStart):
            await options.open_at(ANNA, link.id, moment, NOW)
    with pytest.raises(EndBeforeStart):
        await options.end_at(ANNA, link.id, NOW + HOUR, NOW)
    changed = await options.open_at(ANNA, link.id, None, NOW)
    assert (changed.valid_from, changed.valid_until) == (None, NOW + 2 * HOUR)


async def test_whatever_is_tried_a_link_ends_after_it_opens_and_neither_is_over(options: LinkOptions, link: Link):
    tries = random.Random(11)
    stands, refused = link, 0
    for _ in range(150):
        moment = tries.choice([None, *(NOW + hours * HOUR for hours in range(-3, 8))])
        change = tries.choice([options.open_at, options.end_at])
        try:
            stands = await change(ANNA, link.id, moment, NOW)
        except (InThePast, EndBeforeStart):
            refused += 1
        opens, ends = stands.valid_from, stands.valid_until
        assert opens is None or opens > NOW
        assert ends is None or ends > max(NOW, opens or NOW)
    assert 10 < refused < 140


async def test_what_is_another_s_or_deleted_is_not_found(options: LinkOptions, link: Link, links: Links):
    async def each(owner_id: int) -> None:
        for change in (
            options.rename(owner_id, link.id, "x", NOW),
            options.set_tags(owner_id, link.id, ["x"], NOW),
            options.add_tags(owner_id, link.id, ["x"], NOW),
            options.remove_tag(owner_id, link.id, "x", NOW),
            options.former_slugs(owner_id, link.id),
            options.set_alias(owner_id, link.id, "alias", NOW),
            options.set_target(owner_id, link.id, "https://example.com/", NOW),
            options.set_fallback(owner_id, link.id, None, NOW),
            options.pause(owner_id, link.id, NOW),
            options.resume(owner_id, link.id, NOW),
            options.set_limit(owner_id, link.id, 5, NOW),
            options.open_at(owner_id, link.id, None, NOW),
            options.end_at(owner_id, link.id, None, NOW),
        ):
            with pytest.raises(LinkNotFound):
                await change

    await each(BEN)
    assert await links.get(ANNA, link.id) == link
    await links.delete(ANNA, link.id, NOW)
    await each(ANNA)


async def test_who_sets_up_what_was_only_offered_has_chosen_it(options: LinkOptions, links: Links):
    drafted, _ = await links.draft(ANNA, "https://example.com/d", NOW)
    assert (await links.page(ANNA, 1, 5)).total == 0
    await options.set_tags(ANNA, drafted.id, ["x"], NOW)
    assert (await links.page(ANNA, 1, 5)).total == 1


async def test_who_has_a_role_may_have_more_links(database: Database):
    async with database.write() as session:
        for person_id, role in ((ANNA, None), (BEN, "support"), (3003, "operator"), (4004, None)):
            await people.add_if_new(session, person_id, NOW)
            await people.set_role(session, person_id, role)
    links = Links(
        database,
        public_url="https://tok.example",
        own_hosts=frozenset(),
        allow_private=False,
        most_per_person=1,
        choose=random.Random(7).choice,
        owner_ids=frozenset({4004}),
    )
    for person_id, most in ((ANNA, 1), (BEN, 2), (3003, 4), (4004, 10)):
        for number in range(most):
            await links.create(person_id, f"https://example.com/{number}", NOW)
        with pytest.raises(TooManyLinks) as refused:
            await links.create(person_id, "https://example.com/more", NOW)
        assert refused.value.most == most
