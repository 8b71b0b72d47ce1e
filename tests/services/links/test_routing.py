"""Where a link leads whom: what its owner may set, and what is refused with nothing changed."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import tables
from db.engine import Database
from db.queries import hosts as host_queries
from db.queries.links import newest_change
from services.errors import UserError
from services.links import errors, routing_errors
from services.links.link import Link
from services.links.links import Links
from services.links.routing import MOST_RULES, Routing, parse_field, parse_weight, rule_key, targets_of
from services.links.utm_templates import MOST_TEMPLATES, UtmTemplates
from tests.services.links.conftest import ANNA, BEN, NOW

OWN_HOSTS = frozenset({"tok.example"})


@pytest.fixture
def routing(database: Database) -> Routing:
    return Routing(database, public_url="https://tok.example", own_hosts=OWN_HOSTS, allow_private=False)


@pytest.fixture
def templates(database: Database) -> UtmTemplates:
    return UtmTemplates(database, public_url="https://tok.example")


@pytest.fixture
async def link(links: Links) -> Link:
    made, _ = await links.create(ANNA, "https://example.com/own", NOW)
    return made


async def counted(database: Database, link: Link, **variants: int) -> None:
    """Clicks of variants, as the drain would count them."""
    async with database.write() as session:
        values = json.dumps({"variant": variants})
        session.add(tables.ClickDetail(link_id=link.id, level=2, start=0, values=values))


# UTM fields


async def test_fields_are_set_one_by_one_and_kept_in_their_usual_order(routing: Routing, links: Links, link: Link):
    await routing.set_field(ANNA, link.id, "campaign", "  весна \n 2026 ", NOW)
    changed = await routing.set_field(ANNA, link.id, "source", "tiktok", NOW)
    assert list(changed.utm.items()) == [("source", "tiktok"), ("campaign", "весна 2026")]
    assert await links.get(ANNA, link.id) == changed
    assert (await routing.clear_fields(ANNA, link.id, NOW, "source")).utm == {"campaign": "весна 2026"}
    assert (await routing.clear_fields(ANNA, link.id, NOW)).utm == {}


@pytest.mark.parametrize(
    ("field", "text", "refused"),
    [
        ("source", " \n ", routing_errors.FieldEmpty),
        ("source", "\u200b", routing_errors.FieldEmpty),
        ("source", "x" * 101, routing_errors.FieldTooLong),
        ("id", "x", routing_errors.NoSuchPart),
    ],
)
async def test_fields_that_say_nothing_or_too_much_are_refused(
    routing: Routing, links: Links, link: Link, field: str, text: str, refused: type[UserError]
):
    with pytest.raises(refused):
        await routing.set_field(ANNA, link.id, field, text, NOW)
    assert await links.get(ANNA, link.id) == link


async def test_a_template_gives_its_fields_to_other_links(routing: Routing, templates: UtmTemplates, links: Links):
    one, _ = await links.create(ANNA, "https://example.com/1", NOW)
    other, _ = await links.create(ANNA, "https://example.com/2", NOW)
    await routing.set_field(ANNA, one.id, "source", "tiktok", NOW)
    await routing.set_field(ANNA, other.id, "term", "old", NOW)
    await templates.keep(ANNA, one.id, "Мой TikTok", NOW)
    [template] = await templates.of(ANNA)
    assert (template.name, template.fields) == ("Мой TikTok", {"source": "tiktok"})
    assert (await templates.give(ANNA, other.id, template.id, NOW)).utm == {"source": "tiktok"}
    await templates.remove(ANNA, template.id)
    await templates.remove(ANNA, template.id)
    assert await templates.of(ANNA) == []
    assert (await links.get(ANNA, other.id)).utm == {"source": "tiktok"}, "what it gave stays"


async def test_a_template_of_the_same_name_is_replaced(routing: Routing, templates: UtmTemplates, link: Link):
    await routing.set_field(ANNA, link.id, "source", "tiktok", NOW)
    await templates.keep(ANNA, link.id, "мой", NOW)
    await routing.set_field(ANNA, link.id, "source", "vk", NOW)
    await templates.keep(ANNA, link.id, "мой", NOW)
    assert [template.fields for template in await templates.of(ANNA)] == [{"source": "vk"}]


async def test_nobody_reaches_the_templates_of_another(
    routing: Routing, templates: UtmTemplates, links: Links, link: Link
):
    await routing.set_field(ANNA, link.id, "source", "tiktok", NOW)
    await templates.keep(ANNA, link.id, "мой", NOW)
    [template] = await templates.of(ANNA)
    bens, _ = await links.create(BEN, "https://example.com/ben", NOW)
    with pytest.raises(routing_errors.NoSuchPart):
        await templates.give(BEN, bens.id, template.id, NOW)
    with pytest.raises(errors.LinkNotFound):
        await templates.give(BEN, link.id, template.id, NOW)
    await templates.remove(BEN, template.id)
    assert await templates.of(BEN) == []
    assert await templates.of(ANNA) == [template]


async def test_there_is_an_end_of_templates_and_an_empty_one_is_none(
    routing: Routing, templates: UtmTemplates, link: Link
):
    with pytest.raises(routing_errors.NothingToKeep):
        await templates.keep(ANNA, link.id, "пустой", NOW)
    await routing.set_field(ANNA, link.id, "source", "tiktok", NOW)
    for number in range(MOST_TEMPLATES):
        await templates.keep(ANNA, link.id, f"№ {number}", NOW)
    with pytest.raises(routing_errors.TooManyTemplates):
        await templates.keep(ANNA, link.id, "ещё один", NOW)
    await templates.keep(ANNA, link.id, "№ 3", NOW)
    assert len(await templates.of(ANNA)) == MOST_TEMPLATES


# Rules


async def test_rules_stand_in_the_order_that_their_owner_gives_them(routing: Routing, link: Link):
    await routing.add_rule(ANNA, link.id, "country", ["RU", "BY"], "example.com/ru", NOW)
    await routing.add_rule(ANNA, link.id, "device", ["phones"], "https://example.com/phone", NOW)
    changed = await routing.add_rule(ANNA, link.id, "language", ["kk"], "https://example.com/kk", NOW)
    assert changed.rules[0] == {"kind": "country", "values": ["RU", "BY"], "target": "https://example.com/ru"}
    first, second, third = map(rule_key, changed.rules)
    moved = await routing.move_rule(ANNA, link.id, third, 0, NOW)
    assert [rule_key(rule) for rule in moved.rules] == [third, first, second]
    again = await routing.move_rule(ANNA, link.id, third, 0, NOW)
    assert again.rules == moved.rules, "a press that is handled again moves it no further"
    assert [rule_key(rule) for rule in (await routing.move_rule(ANNA, link.id, first, 9, NOW)).rules][-1] == first
    left = await routing.remove_rule(ANNA, link.id, second, NOW)
    assert [rule_key(rule) for rule in left.rules] == [third, first]
    assert await routing.remove_rule(ANNA, link.id, second, NOW) == left
    with pytest.raises(routing_errors.NoSuchPart):
        await routing.move_rule(ANNA, link.id, second, 0, NOW)


@pytest.mark.parametrize(
    ("kind", "values", "address", "refused"),
    [
        ("country", ["XX"], "https://example.com", routing_errors.NobodyMeant),
        ("country", ["EU"], "https://example.com", routing_errors.NobodyMeant),
        ("country", [], "https://example.com", routing_errors.NobodyMeant),
        ("device", ["toaster"], "https://example.com", routing_errors.NobodyMeant),
        ("language", ["zz"], "https://example.com", routing_errors.NobodyMeant),
        ("planet", ["RU"], "https://example.com", routing_errors.NobodyMeant),
        ("country", ["RU"], "привет", errors.AddressNotUnderstood),
        ("country", ["RU"], "https://tok.example/x", errors.OwnAddress),
        ("country", ["RU"], "http://192.168.0.1/", errors.PrivateAddress),
        ("country", ["RU"], "javascript:alert(1)", errors.SchemeRefused),
    ],
)
async def test_a_rule_for_nobody_or_to_nowhere_changes_nothing(
    routing: Routing, links: Links, link: Link, kind: str, values: list[str], address: str, refused: type[UserError]
):
    with pytest.raises(refused):
        await routing.add_rule(ANNA, link.id, kind, values, address, NOW)
    assert await links.get(ANNA, link.id) == link


async def test_neither_a_rule_nor_a_variant_leads_to_a_blocked_host(
    database: Database, routing: Routing, links: Links, link: Link
):
    async with database.write() as session:
        await host_queries.block(session, "bad.example", "phishing", NOW)
    with pytest.raises(errors.TargetBlocked):
        await routing.add_rule(ANNA, link.id, "country", ["RU"], "https://www.bad.example", NOW)
    with pytest.raises(errors.TargetBlocked):
        await routing.add_variant(ANNA, link.id, "https://bad.example", NOW)
    assert await links.get(ANNA, link.id) == link


async def test_the_same_rule_twice_is_refused_and_so_is_the_eleventh(routing: Routing, links: Links, link: Link):
    for number in range(MOST_RULES):
        await routing.add_rule(ANNA, link.id, "country", ["RU"], f"https://example.com/{number}", NOW)
    with pytest.raises(routing_errors.SameRule):
        await routing.add_rule(ANNA, link.id, "country", ["RU"], "https://example.com/3", NOW)
    with pytest.raises(routing_errors.TooManyRules):
        await routing.add_rule(ANNA, link.id, "country", ["RU"], "https://example.com/new", NOW)
    assert len((await links.get(ANNA, link.id)).rules) == MOST_RULES


async def test_an_update_that_is_handled_again_adds_nothing_twice(routing: Routing, link: Link):
    for _ in range(2):
        rules = (await routing.add_rule(ANNA, link.id, "country", ["RU"], "example.com/ru", NOW, cause=5)).rules
        part = await routing.add_variant(ANNA, link.id, "https://example.com/b", NOW, cause=6)
    assert len(rules) == 1
    assert part.key == "B"
    assert [variant["key"] for variant in part.link.variants] == ["A", "B"]


# Variants


async def test_the_first_variant_stands_beside_the_links_own_target(routing: Routing, link: Link):
    part = await routing.add_variant(ANNA, link.id, "https://example.com/b", NOW)
    assert part.key == "B"
    assert part.link.variants == [
        {"key": "A", "weight": 50, "target": None},
        {"key": "B", "weight": 50, "target": "https://example.com/b"},
    ]
    assert targets_of(part.link) == ["https://example.com/own", "https://example.com/b"]
    await routing.set_weight(ANNA, link.id, "A", 100, NOW)
    third = await routing.add_variant(ANNA, link.id, "https://example.com/c", NOW)
    assert third.link.variants[2] == {"key": "C", "weight": 75, "target": "https://example.com/c"}


@pytest.mark.parametrize("weight", [0, -1, 101, 10**9])
async def test_a_weight_of_nothing_or_too_much_is_refused(routing: Routing, links: Links, link: Link, weight: int):
    part = await routing.add_variant(ANNA, link.id, "https://example.com/b", NOW)
    with pytest.raises(routing_errors.WeightOutOfRange):
        await routing.set_weight(ANNA, link.id, "B", weight, NOW)
    assert await links.get(ANNA, link.id) == part.link


async def test_of_two_variants_none_stands_alone(routing: Routing, link: Link):
    await routing.add_variant(ANNA, link.id, "https://example.com/b", NOW)
    await routing.add_variant(ANNA, link.id, "https://example.com/c", NOW)
    assert [each["key"] for each in (await routing.remove_variant(ANNA, link.id, "B", NOW)).variants] == ["A", "C"]
    assert (await routing.remove_variant(ANNA, link.id, "A", NOW)).variants == []
    assert (await routing.remove_variant(ANNA, link.id, "A", NOW)).variants == []
    with pytest.raises(routing_errors.NoSuchPart):
        await routing.set_weight(ANNA, link.id, "A", 10, NOW)


async def test_a_letter_with_clicks_never_means_another_target(database: Database, routing: Routing, link: Link):
    await routing.add_variant(ANNA, link.id, "https://example.com/b", NOW)
    await routing.add_variant(ANNA, link.id, "https://example.com/c", NOW)
    await counted(database, link, A=5, C=3)
    await routing.remove_variant(ANNA, link.id, "C", NOW)
    assert (await routing.add_variant(ANNA, link.id, "https://example.com/d", NOW)).key == "D"
    for key in "BD":
        await routing.remove_variant(ANNA, link.id, key, NOW)
    again = await routing.add_variant(ANNA, link.id, "https://example.com/e", NOW)
    assert [variant["key"] for variant in again.link.variants] == ["D", "E"]


async def test_when_all_letters_are_counted_there_is_no_further_variant(
    database: Database, routing: Routing, links: Links, link: Link
):
    await counted(database, link, Z=1)
    with pytest.raises(routing_errors.LettersUsedUp):
        await routing.add_variant(ANNA, link.id, "https://example.com/b", NOW)
    assert await links.get(ANNA, link.id) == link


async def test_a_second_variant_to_the_same_place_is_refused_and_so_is_the_sixth(routing: Routing, link: Link):
    with pytest.raises(routing_errors.SameVariant):
        await routing.add_variant(ANNA, link.id, "example.com/own", NOW)
    for letter in "bcde":
        await routing.add_variant(ANNA, link.id, f"https://example.com/{letter}", NOW)
    with pytest.raises(routing_errors.SameVariant):
        await routing.add_variant(ANNA, link.id, "https://example.com/b", NOW)
    with pytest.raises(routing_errors.TooManyVariants):
        await routing.add_variant(ANNA, link.id, "https://example.com/f", NOW)


# Apps


async def test_a_link_opens_an_app_where_one_of_its_targets_has_one(routing: Routing, link: Link):
    with pytest.raises(routing_errors.NoAppForHost) as refused:
        await routing.open_app(ANNA, link.id, NOW, on=True)
    assert "Wildberries" in refused.value.apps
    await routing.add_rule(ANNA, link.id, "device", ["phones"], "https://t.me/durov", NOW)
    assert (await routing.open_app(ANNA, link.id, NOW, on=True)).opens_app
    assert not (await routing.open_app(ANNA, link.id, NOW, on=False)).opens_app


# Of all of them

Act = Callable[[Routing, int, int], Awaitable[Any]]
ACTS: list[Act] = [
    lambda routing, owner, link: routing.set_field(owner, link, "source", "x", NOW),
    lambda routing, owner, link: routing.clear_fields(owner, link, NOW),
    lambda routing, owner, link: routing.add_rule(owner, link, "country", ["RU"], "https://example.com", NOW),
    lambda routing, owner, link: routing.move_rule(owner, link, "x", 0, NOW),
    lambda routing, owner, link: routing.remove_rule(owner, link, "x", NOW),
    lambda routing, owner, link: routing.add_variant(owner, link, "https://example.com", NOW),
    lambda routing, owner, link: routing.set_weight(owner, link, "A", 1, NOW),
    lambda routing, owner, link: routing.remove_variant(owner, link, "A", NOW),
    lambda routing, owner, link: routing.open_app(owner, link, NOW, on=False),
]


@pytest.mark.parametrize("act", ACTS)
async def test_only_the_owner_changes_a_link_and_only_one_that_stands(
    routing: Routing, links: Links, link: Link, act: Act
):
    with pytest.raises(errors.LinkNotFound):
        await act(routing, BEN, link.id)
    with pytest.raises(errors.LinkNotFound):
        await act(routing, ANNA, link.id + 1)
    assert await links.get(ANNA, link.id) == link
    await links.delete(ANNA, link.id, NOW)
    with pytest.raises(errors.LinkNotFound):
        await act(routing, ANNA, link.id)


async def test_web_processes_are_told_of_what_changed_and_of_nothing_else(
    database: Database, routing: Routing, link: Link
):
    async def changes() -> int:
        async with database.read() as session:
            return await newest_change(session)

    before = await changes()
    await routing.set_field(ANNA, link.id, "source", "x", NOW)
    assert await changes() == before + 1
    await routing.set_field(ANNA, link.id, "source", "x", NOW)
    await routing.remove_rule(ANNA, link.id, "x", NOW)
    assert await changes() == before + 1


@given(st.text())
def test_whatever_is_typed_as_a_field_stands_on_one_line_or_is_refused(text: str):
    try:
        value = parse_field(text, 100)
    except (routing_errors.FieldEmpty, routing_errors.FieldTooLong):
        return
    assert value == value.strip()
    assert value.isprintable()
    assert 0 < len(value) <= 100


@given(st.text())
def test_whatever_is_typed_as_a_weight_is_one_or_is_refused(text: str):
    try:
        assert 1 <= parse_weight(text) <= 100
    except routing_errors.WeightOutOfRange:
        assert text.strip() not in {str(weight) for weight in range(1, 101)}


@pytest.mark.parametrize(("text", "weight"), [("1", 1), (" 30 ", 30), ("100", 100), ("30%", 30), ("30 %", 30)])
def test_a_weight_may_be_typed_with_its_sign(text: str, weight: int):
    assert parse_weight(text) == weight
