"""Where a link with settings leads whom, and whether it does: pure, and read from what is stored without ever failing.

What is stored was checked when it was set. A row that is damaged all the same loses the damaged part, and its link
leads to its own target: a redirect is worth more than a rule.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final, TypeGuard
from urllib.parse import quote, urlsplit

from services.clicks.dimensions import COMPUTERS, COUNTRY, DEVICE, LANGUAGE, PHONES
from services.links.apps import App, app_of
from services.links.hosts import host_of
from services.links.utm import with_utm

# What an address may consist of when it is sent as a header.
ADDRESS_CHARACTERS: Final = "!#$%&'()*+,/:;=?@[]~"
# Names that a rule may have among its devices, for several of them.
GROUPS: Final[Mapping[str, frozenset[str]]] = {"phones": PHONES, "computers": COMPUTERS}
# Bytes of a visitor's hash that choose a variant.
SEED_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Way:
    """An address that a link may lead to. ``target`` is ASCII, ready to be sent as a header, with its UTM fields.

    ``host`` as blocked hosts are written; ``app``: the one that opens the address, None where we know of none.
    """

    target: str
    host: str
    app: App | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Whose ``kind`` of thing (a dimension) is among ``values`` is led ``way``."""

    kind: str
    values: frozenset[str]
    way: Way


@dataclass(frozen=True, slots=True)
class Variant:
    """``weight`` of all weights together are led ``way``; ``way`` None: the link's own."""

    key: str
    weight: int
    way: Way | None


class State(Enum):
    """Whether a link leads on, and why not; a link that is in several of them is in the first."""

    PAUSED = auto()
    NOT_OPEN = auto()
    ENDED = auto()
    USED_UP = auto()
    OPEN = auto()


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """What an owner chose for a link, as far as it decides where a click leads. Times in seconds since 1970."""

    own: Way
    paused: bool = False
    opens_at: float | None = None
    ends_at: float | None = None
    limit: int | None = None
    # Of its limit nothing was left when this was read.
    used_up: bool = False
    fallback: Way | None = None
    rules: tuple[Rule, ...] = ()
    variants: tuple[Variant, ...] = ()
    opens_app: bool = False

    @property
    def is_guarded(self) -> bool:
        """Who is no person does not get to know where it leads: to pretend to be none would be a way in."""
        return self.limit is not None or self.opens_at is not None or self.ends_at is not None

    def state(self, now: float) -> State:
        """At ``now``, in seconds since 1970: open from the first moment on, ended from the other one on."""
        if self.paused:
            return State.PAUSED
        if self.opens_at is not None and now < self.opens_at:
            return State.NOT_OPEN
        if self.ends_at is not None and now >= self.ends_at:
            return State.ENDED
        return State.USED_UP if self.used_up else State.OPEN

    def by_rule(self, country: str, device: str, language: str) -> Way | None:
        """Where the first rule that fits leads; None where none does."""
        known = {COUNTRY: country, DEVICE: device, LANGUAGE: language}
        return next((rule.way for rule in self.rules if known[rule.kind] in rule.values), None)

    def variant(self, key: str | None, seed: bytes) -> Variant:
        """The variant of a visitor whose cookie names ``key``, or the one that falls to ``seed`` by the weights.

        There must be variants. Equal seeds (8 random bytes and more) have the same one while the weights stay.
        """
        standing = next((variant for variant in self.variants if variant.key == key), None)
        if standing is not None:
            return standing
        place = int.from_bytes(seed[:SEED_BYTES]) % sum(variant.weight for variant in self.variants)
        for variant in self.variants[:-1]:
            place -= variant.weight
            if place < 0:
                return variant
        return self.variants[-1]

    def heaviest(self) -> Variant:
        """Where previews are led, so that all show the same. There must be variants."""
        return max(self.variants, key=lambda variant: variant.weight)


@dataclass(frozen=True, slots=True)
class Stored:
    """A link's settings as the database has them; those of JSON as text."""

    target: str
    paused: bool
    click_limit: int | None
    passed: int
    valid_from: datetime | None
    valid_until: datetime | None
    fallback_url: str | None
    utm: str
    rules: str
    variants: str
    opens_app: bool


def own_way(stored: Stored) -> Way:
    """Where the link itself leads. Never raises."""
    return _way(stored.target, _fields(stored.utm)) or Way(_as_header(stored.target), "")


def settings_of(stored: Stored) -> LinkSettings | None:
    """What holds beside the link's own way; None: nothing does. Never raises."""
    own, utm = own_way(stored), _fields(stored.utm)
    settings = LinkSettings(
        own=own,
        paused=stored.paused,
        opens_at=None if stored.valid_from is None else stored.valid_from.timestamp(),
        ends_at=None if stored.valid_until is None else stored.valid_until.timestamp(),
        limit=stored.click_limit,
        used_up=stored.click_limit is not None and stored.passed >= stored.click_limit,
        fallback=None if stored.fallback_url is None else _way(stored.fallback_url, {}),
        rules=tuple(_rules(_parsed(stored.rules), utm)),
        variants=_variants(_parsed(stored.variants), utm),
        opens_app=stored.opens_app,
    )
    # A fallback alone says nothing: there is no end.
    holds = settings.paused, settings.is_guarded, settings.rules, settings.variants, settings.opens_app
    return settings if any(holds) else None


def _rules(stored: Any, utm: Mapping[str, str]) -> Iterable[Rule]:
    for each in stored if isinstance(stored, list) else ():
        if not isinstance(each, dict) or each.get("kind") not in (COUNTRY, DEVICE, LANGUAGE):
            continue
        way, values = _way(each.get("target"), utm), each.get("values")
        if way is not None and isinstance(values, list):
            yield Rule(each["kind"], _members(value for value in values if isinstance(value, str)), way)


def _members(values: Iterable[str]) -> frozenset[str]:
    """The values with the devices that a group stands for."""
    return frozenset(member for value in values for member in GROUPS.get(value, (value,)))


def _variants(stored: Any, utm: Mapping[str, str]) -> tuple[Variant, ...]:
    """Those that are whole, if they are two or more: of one there is nothing to choose."""
    found: dict[str, Variant] = {}
    for each in stored if isinstance(stored, list) else ():
        if not isinstance(each, dict):
            continue
        key, weight, target = each.get("key"), each.get("weight"), each.get("target")
        way = None if target is None else _way(target, utm)
        if not _is_key(key) or key in found or type(weight) is not int or weight < 1:
            continue
        if target is None or way is not None:
            found[key] = Variant(key, weight, way)
    return tuple(found.values()) if len(found) > 1 else ()


def _is_key(key: Any) -> TypeGuard[str]:
    return isinstance(key, str) and len(key) == 1 and "A" <= key <= "Z"


def _fields(utm: str) -> dict[str, str]:
    fields = _parsed(utm)
    if not isinstance(fields, dict):
        return {}
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _way(url: Any, utm: Mapping[str, str]) -> Way | None:
    """None for what is no address that a browser can be led to."""
    if not isinstance(url, str):
        return None
    try:
        parts, host, app = urlsplit(url), host_of(url), app_of(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return Way(_as_header(with_utm(url, utm)), host, app)


def _as_header(url: str) -> str:
    # Stored addresses are in this form already; a header with anything else in it would be refused at each click.
    return quote(url, safe=ADDRESS_CHARACTERS, errors="replace")


def _parsed(text: str) -> Any:
    """What a JSON text says; None for one that says nothing."""
    if text in {"", "{}", "[]", "null"}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
