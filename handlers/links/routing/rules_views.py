"""How the rules of a link look in the chat."""

from collections.abc import Mapping
from typing import Any

from aiogram.types import InlineKeyboardButton

from handlers.links.routing.audience import OFFERED, Audience, decoded, kind_name, value_name
from handlers.links.routing.callbacks import SURELY, Part
from handlers.links.routing.views import address, heading, press, to_part, to_settings
from handlers.menu import button, rows
from handlers.screen import Screen
from services.clicks.dimensions import COUNTRY, DEVICE, LANGUAGE
from services.language import gettext as _
from services.language.formats import number, quoted, said
from services.links.audiences import KINDS
from services.links.links import Link
from services.links.routing import MOST_RULES, rule_key
from services.links.routing_errors import NoSuchPart

NUMBERS_IN_A_ROW = 5


def rules(link: Link, page: int) -> Screen:
    """All rules in their order, with where everybody else goes."""
    lines = [heading(_("🚦 Rules"), link)]
    if link.rules:
        lines.append(_("The first rule that fits decides."))
    else:
        lines.append(_("Lead people elsewhere by their country, device or language."))
    lines += [
        f"{number(place)}. {quoted(_audience(rule).named(2))} → {address(rule['target'])}"
        for place, rule in enumerate(link.rules, 1)
    ]
    target = _("the variants of the A/B test") if link.variants else address(link.target)
    everybody = _("Everybody else → {address}") if link.rules else _("Everybody → {address}")
    lines.append(everybody.format(address=target))
    numbers = [
        button(number(place), press(Part.RULE, link, page, rule_key(rule))) for place, rule in enumerate(link.rules, 1)
    ]
    lists = [numbers[at : at + NUMBERS_IN_A_ROW] for at in range(0, len(numbers), NUMBERS_IN_A_ROW)]
    add = [button(_("➕ Add a rule"), press(Part.RULE_KIND, link, page))] if len(link.rules) < MOST_RULES else []
    return Screen("\n".join(lines), rows(*lists, add, [to_settings(link, page)]))


def rule(link: Link, page: int, key: str) -> Screen:
    """One rule. Raises NoSuchPart where it is gone."""
    places = {rule_key(each): place for place, each in enumerate(link.rules)}
    if key not in places:
        raise NoSuchPart
    place = places[key]
    found = link.rules[place]
    lines = [
        heading(_("🚦 Rule {number}").format(number=number(place + 1)), link),
        quoted(_audience(found).named(20)),
        f"→ {address(found['target'])}",
    ]
    moves = []
    if place > 0:
        moves.append(button(_("⬆️ Earlier"), press(Part.RULE_MOVE, link, page, f"{key}.{place - 1}")))
    if place < len(link.rules) - 1:
        moves.append(button(_("⬇️ Later"), press(Part.RULE_MOVE, link, page, f"{key}.{place + 1}")))
    remove = button(_("🗑 Remove the rule"), press(Part.RULE_REMOVE, link, page, key))
    return Screen("\n".join(lines), rows(moves, [remove], [to_part(Part.RULES, link, page)]))


def asked_to_remove(link: Link, page: int, key: str) -> Screen:
    """Raises NoSuchPart where the rule is gone."""
    found = next((each for each in link.rules if rule_key(each) == key), None)
    if found is None:
        raise NoSuchPart
    lines = [
        _("🗑 Remove this rule?"),
        f"{quoted(_audience(found).named(20))} → {address(found['target'])}",
    ]
    keep = button(_("◀️ Keep it"), press(Part.RULE, link, page, key))
    sure = button(_("🗑 Yes, remove"), press(Part.RULE_REMOVE, link, page, key + SURELY))
    return Screen("\n".join(lines), rows([keep, sure]))


def kinds(link: Link, page: int) -> Screen:
    text = _("🚦 By what should the rule know people?")
    offered = [[button(kind_name(kind), press(Part.RULE_WHO, link, page, Audience(kind).encoded()))] for kind in KINDS]
    return Screen(text, rows(*offered, [to_part(Part.RULES, link, page)]))


def who(link: Link, page: int, audience: Audience) -> Screen:
    """What is offered of a kind, with marks at what is chosen."""
    offered = [_choice(link, page, audience, value) for value in (*OFFERED[audience.kind], *audience.typed)]
    choices = [each for each in offered if each is not None]
    pairs = [choices[at : at + 2] for at in range(0, len(choices), 2)]
    type_in = button(_other(audience.kind), press(Part.RULE_TYPE, link, page, audience.encoded()))
    go_on = button(_("➡️ Where to?"), press(Part.RULE_WHERE, link, page, audience.encoded()))
    return Screen(
        f"🚦 {_whom(audience.kind)}",
        rows(
            *pairs,
            # All devices that there are, are offered.
            [type_in] if audience.kind != DEVICE else [],
            [to_part(Part.RULE_KIND, link, page), *([go_on] if audience.values else [])],
        ),
    )


def chosen_of(facts: Mapping[str, Any]) -> Audience:
    """Whom the buttons had named before more were typed."""
    return decoded(str(facts.get("chosen", "c")))


def who_question(link: Link, page: int, facts: Mapping[str, Any]) -> Screen:
    """``facts``: ``chosen``."""
    chosen = chosen_of(facts)
    examples = {
        COUNTRY: _("🌍 Which countries? Send their names or codes, such as <i>Armenia, Georgia, AZ</i>."),
        LANGUAGE: _("🗣 Which languages? Send their names or codes, such as <i>Armenian, ka</i>."),
        DEVICE: _("📱 Which devices? Send their names, such as <i>iPhone, iPad</i>."),
    }
    lines = [examples[chosen.kind]]
    if chosen.values:
        lines.append(_("Chosen already: {people}").format(people=quoted(chosen.named(8))))
    return Screen("\n".join(lines), rows([to_part(Part.RULE_WHO, link, page, chosen.encoded())]))


def where_question(link: Link, page: int, facts: Mapping[str, Any]) -> Screen:
    """``facts``: ``kind`` and ``values``, as a rule has them, with dots between."""
    audience = Audience(str(facts.get("kind", "")), tuple(str(facts.get("values", "")).split(".")))
    text = _("🚦 Where should these people go: {people}?\nSend me the address.").format(
        people=said(audience.named(), 200)
    )
    # More than a button holds were typed a moment ago, and can be typed again.
    asked = (Part.RULE_WHO, audience) if audience.fits else (Part.RULE_TYPE, Audience(audience.kind))
    return Screen(text, rows([to_part(asked[0], link, page, asked[1].encoded())]))


def _audience(found: Mapping[str, Any]) -> Audience:
    return Audience(found["kind"], tuple(found["values"]))


def _choice(link: Link, page: int, audience: Audience, value: str) -> InlineKeyboardButton | None:
    """None: no more can be chosen."""
    chosen = audience.with_other(value)
    mark = "✓ " if value in audience.values else ""
    name = mark + value_name(audience.kind, value)
    return button(name, press(Part.RULE_WHO, link, page, chosen.encoded())) if chosen.fits else None


def _whom(kind: str) -> str:
    return {
        COUNTRY: _("People from which countries should go elsewhere?"),
        DEVICE: _("People with which devices should go elsewhere?"),
        LANGUAGE: _("Speakers of which languages should go elsewhere?"),
    }[kind]


def _other(kind: str) -> str:
    return _("✏️ Another country") if kind == COUNTRY else _("✏️ Another language")
