"""Where a link leads whom: its UTM fields, rules, variants, and whether it opens the app of its target."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase
from typing import Any, Final

from db import tables
from db.engine import Database
from db.queries import effects
from services.clicks.dimensions import VARIANT
from services.links.apps import APPS, app_of
from services.links.audiences import is_known
from services.links.changing import Changing, changing, require_open
from services.links.link import Link
from services.links.routing_errors import (
    FieldEmpty,
    FieldTooLong,
    LettersUsedUp,
    NoAppForHost,
    NobodyMeant,
    NoSuchPart,
    SameRule,
    SameVariant,
    TooManyRules,
    TooManyVariants,
    WeightOutOfRange,
)
from services.links.targets import Target, parse_target
from services.links.utm import FIELDS
from services.statistics.details import details_of

MOST_RULES: Final = 10
MOST_VARIANTS: Final = 5
LEAST_WEIGHT, MOST_WEIGHT = 1, 100
# Of the first two variants each.
FIRST_WEIGHT: Final = 50
MOST_FIELD: Final = 100
# What updates added, as it is remembered of them.
RULE_ADDED, VARIANT_ADDED = "link rule added", "link variant added"


@dataclass(frozen=True, slots=True)
class Part:
    """What was changed: the link as it is now, and the rule's or the variant's key."""

    link: Link
    key: str


class Routing:
    """Changes where links lead. Each method is one transaction, checks ``owner_id`` and raises LinkNotFound."""

    def __init__(self, database: Database, *, public_url: str, own_hosts: frozenset[str], allow_private: bool) -> None:
        """As in ``Links``."""
        self._database = database
        self._public_url = public_url
        self._own_hosts = own_hosts
        self._allow_private = allow_private

    def _changing(self, owner_id: int, link_id: int, now: datetime) -> AbstractAsyncContextManager[Changing]:
        return changing(self._database, owner_id, link_id, now, self._public_url)

    def _target(self, address: str) -> Target:
        return parse_target(address, own_hosts=self._own_hosts, allow_private=self._allow_private)

    # UTM fields

    async def set_field(self, owner_id: int, link_id: int, field: str, text: str, now: datetime) -> Link:
        """One of FIELDS, as a person typed it. Raises NoSuchPart, FieldEmpty and FieldTooLong."""
        if field not in FIELDS:
            raise NoSuchPart
        value = parse_field(text, MOST_FIELD)
        async with self._changing(owner_id, link_id, now) as it:
            it.row.utm = _in_order({**it.row.utm, field: value})
        return it.link

    async def clear_fields(self, owner_id: int, link_id: int, now: datetime, field: str | None = None) -> Link:
        """Without this field; None: without any."""
        async with self._changing(owner_id, link_id, now) as it:
            it.row.utm = {} if field is None else {name: it.row.utm[name] for name in it.row.utm if name != field}
        return it.link

    # Rules

    async def add_rule(
        self,
        owner_id: int,
        link_id: int,
        kind: str,
        values: Sequence[str],
        address: str,
        now: datetime,
        *,
        cause: int | None = None,
    ) -> Link:
        """Who is one of ``values`` is led to ``address``, unless a rule before says otherwise.

        Raises NobodyMeant, TooManyRules, SameRule, TargetBlocked, and what ``parse_target`` raises. ``cause``: the
        update that asks for it adds one rule, however often it is handled.
        """
        unknown = next((value for value in values if not is_known(kind, value)), None)
        if unknown is not None or not values:
            raise NobodyMeant(kind, unknown or "")
        target = self._target(address)
        rule = {"kind": kind, "values": list(dict.fromkeys(values)), "target": target.url}
        async with self._changing(owner_id, link_id, now) as it:
            if cause is None or await effects.find(it.session, cause, RULE_ADDED) is None:
                await require_open(it.session, target)
                if rule_key(rule) in map(rule_key, it.row.rules):
                    raise SameRule
                if len(it.row.rules) >= MOST_RULES:
                    raise TooManyRules(MOST_RULES)
                it.row.rules = [*it.row.rules, rule]
                if cause is not None:
                    await effects.keep(it.session, cause, RULE_ADDED, {"link": link_id}, now)
        return it.link

    async def move_rule(self, owner_id: int, link_id: int, key: str, place: int, now: datetime) -> Link:
        """The rule stands at ``place`` (from 0), or at the end. Raises NoSuchPart where it is gone."""
        async with self._changing(owner_id, link_id, now) as it:
            rule = next((rule for rule in it.row.rules if rule_key(rule) == key), None)
            if rule is None:
                raise NoSuchPart
            others = [each for each in it.row.rules if each is not rule]
            it.row.rules = [*others[: max(place, 0)], rule, *others[max(place, 0) :]]
        return it.link

    async def remove_rule(self, owner_id: int, link_id: int, key: str, now: datetime) -> Link:
        """Of a rule that is gone already, nothing."""
        async with self._changing(owner_id, link_id, now) as it:
            it.row.rules = [rule for rule in it.row.rules if rule_key(rule) != key]
        return it.link

    # Variants

    async def add_variant(
        self, owner_id: int, link_id: int, address: str, now: datetime, *, cause: int | None = None
    ) -> Part:
        """Some visitors are led to ``address`` from now on; the first one makes a variant of the link's own target.

        Raises TooManyVariants, SameVariant, LettersUsedUp, TargetBlocked, and what ``parse_target`` raises.
        ``cause``: as in ``add_rule``.
        """
        target = self._target(address)
        async with self._changing(owner_id, link_id, now) as it:
            done = None if cause is None else await effects.find(it.session, cause, VARIANT_ADDED)
            if done is None:
                await require_open(it.session, target)
                key = await _add_variant(it, target.url)
                if cause is not None:
                    await effects.keep(it.session, cause, VARIANT_ADDED, {"key": key}, now)
            else:
                key = str(done["key"])
        return Part(it.link, key)

    async def set_weight(self, owner_id: int, link_id: int, key: str, weight: int, now: datetime) -> Link:
        """Raises WeightOutOfRange, and NoSuchPart where the variant is gone."""
        if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
            raise WeightOutOfRange(str(weight), LEAST_WEIGHT, MOST_WEIGHT)
        async with self._changing(owner_id, link_id, now) as it:
            if key not in _keys(it.row):
                raise NoSuchPart
            it.row.variants = [
                {**variant, "weight": weight} if variant["key"] == key else variant for variant in it.row.variants
            ]
        return it.link

    async def remove_variant(self, owner_id: int, link_id: int, key: str, now: datetime) -> Link:
        """Of one that is gone already, nothing. What is left alone is no variant: all are led to the link's target."""
        async with self._changing(owner_id, link_id, now) as it:
            left = [variant for variant in it.row.variants if variant["key"] != key]
            it.row.variants = left if len(left) > 1 else []
        return it.link

    # Apps

    async def open_app(self, owner_id: int, link_id: int, now: datetime, *, on: bool) -> Link:
        """Whether phones are led to the app of where the link leads. Raises NoAppForHost where there is none."""
        async with self._changing(owner_id, link_id, now) as it:
            if on and not any(map(app_of, targets_of(it.row))):
                raise NoAppForHost([app.name for app in APPS])
            it.row.opens_app = on
        return it.link


async def _add_variant(it: Changing, url: str) -> str:
    """The letter of the new one."""
    row = it.row
    variants: list[dict[str, Any]] = list(row.variants)
    if not variants:
        key = await _free_letter(it, ())
        variants = [{"key": key, "weight": FIRST_WEIGHT, "target": None}]
    if url in [variant["target"] or row.target for variant in variants]:
        raise SameVariant
    if len(variants) >= MOST_VARIANTS:
        raise TooManyVariants(MOST_VARIANTS)
    key = await _free_letter(it, [variant["key"] for variant in variants])
    # As many visitors as the others have on average.
    weight = round(sum(variant["weight"] for variant in variants) / len(variants))
    row.variants = [*variants, {"key": key, "weight": weight, "target": url}]
    return key


async def _free_letter(it: Changing, taken: Sequence[str]) -> str:
    """The first letter after all that are taken and all that clicks are counted under: those were other variants."""
    details = (await details_of(it.session, [it.row.id], None, None, (VARIANT,))).get(it.row.id, {})
    used = {*taken, *(key for key in details.get(VARIANT, {}) if key in ascii_uppercase)} - {""}
    rest = ascii_uppercase[ascii_uppercase.index(max(used)) + 1 :] if used else ascii_uppercase
    if not rest:
        raise LettersUsedUp
    return rest[0]


def _keys(row: tables.Link) -> list[str]:
    return [variant["key"] for variant in row.variants]


def targets_of(link: Link | tables.Link) -> list[str]:
    """All addresses that the link leads to while it leads on: its own, those of its rules and of its variants."""
    others = [part["target"] for part in (*link.rules, *link.variants)]
    return [link.target, *(target for target in others if target)]


def rule_key(rule: Mapping[str, Any]) -> str:
    """What stands for a rule in a button: the same for the same rule, wherever it stands."""
    said = json.dumps([rule["kind"], rule["values"], rule["target"]])
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def parse_field(text: str, most: int) -> str:
    """A value on one line. Raises FieldEmpty and FieldTooLong."""
    value = " ".join("".join(character for character in text if character.isprintable() or character.isspace()).split())
    if not value:
        raise FieldEmpty
    if len(value) > most:
        raise FieldTooLong(len(value), most)
    return value


def parse_weight(text: str) -> int:
    """Raises WeightOutOfRange."""
    text = text.strip().removesuffix("%").strip()
    if not re.fullmatch(r"[0-9]{1,9}", text) or not LEAST_WEIGHT <= int(text) <= MOST_WEIGHT:
        raise WeightOutOfRange(text, LEAST_WEIGHT, MOST_WEIGHT)
    return int(text)


def _in_order(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in FIELDS if name in fields}
