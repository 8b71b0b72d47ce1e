"""How the variants of a link look in the chat."""

from collections.abc import Mapping
from typing import Any

from aiogram.types import InlineKeyboardButton

from handlers.links.routing.callbacks import SURELY, Part
from handlers.links.routing.views import address, heading, press, to_part, to_settings
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import MINUS, number, percent, quoted
from services.links.links import Link
from services.links.routing import LEAST_WEIGHT, MOST_VARIANTS, MOST_WEIGHT
from services.links.routing_errors import NoSuchPart

STEPS = (10, 1)


def variants(link: Link, page: int) -> Screen:
    """All variants with their shares."""
    lines = [heading(_("🔀 A/B test"), link)]
    if link.variants:
        lines.append(_("Each visitor stays with the variant that they saw first."))
    else:
        lines.append(_("Lead a part of the visitors to another address, and compare in the statistics."))
    lines += [f"{_name(each, link)} → {address(each['target'] or link.target)}" for each in link.variants]
    if link.variants and link.rules:
        lines.append(_("Whom a rule leads elsewhere takes no part."))
    each_one = [button(_name(each, link), press(Part.VARIANT, link, page, each["key"])) for each in link.variants]
    pairs = [each_one[at : at + 2] for at in range(0, len(each_one), 2)]
    add = button(_("➕ Add a variant"), press(Part.VARIANT_ADD, link, page))
    return Screen(
        "\n".join(lines),
        rows(*pairs, [add] if len(link.variants) < MOST_VARIANTS else [], [to_settings(link, page)]),
    )


def variant(link: Link, page: int, key: str) -> Screen:
    """One variant. Raises NoSuchPart where it is gone."""
    found = _found(link, key)
    lines = [
        heading(_("🔀 Variant {key}").format(key=found["key"]), link),
        f"→ {address(found['target'] or link.target)}",
        _("Weight {weight} — {share} of the visitors").format(
            weight=number(found["weight"]), share=_share(found, link)
        ),
    ]
    steps = [_steps(found, step, link, page) for step in STEPS]
    weigh = [button(_("✏️ Own weight"), press(Part.VARIANT_TYPE, link, page, key))]
    remove = [button(_("🗑 Remove the variant"), press(Part.VARIANT_REMOVE, link, page, key))]
    return Screen("\n".join(lines), rows(*steps, weigh, remove, [to_part(Part.VARIANTS, link, page)]))


def asked_to_remove(link: Link, page: int, key: str) -> Screen:
    """Raises NoSuchPart where the variant is gone."""
    found = _found(link, key)
    lines = [
        _("🗑 Remove variant {key}? What was counted of it stays in the statistics.").format(key=quoted(key)),
        f"→ {address(found['target'] or link.target)}",
    ]
    if len(link.variants) == 2:
        lines.append(_("The test ends with it: everybody → {address}").format(address=address(link.target)))
    keep = button(_("◀️ Keep it"), press(Part.VARIANT, link, page, key))
    sure = button(_("🗑 Yes, remove"), press(Part.VARIANT_REMOVE, link, page, key + SURELY))
    return Screen("\n".join(lines), rows([keep, sure]))


def address_question(link: Link, page: int, _facts: Mapping[str, Any]) -> Screen:
    if link.variants:
        text = _("🔀 Where should the next variant lead? Send me the address.")
    else:
        text = _("🔀 One variant is where the link leads now. Where should the other lead? Send me the address.")
    return Screen(text, rows([to_part(Part.VARIANTS, link, page)]))


def weight_question(link: Link, page: int, facts: Mapping[str, Any]) -> Screen:
    """``facts``: ``key``."""
    key = str(facts.get("key", ""))
    text = _("🔀 How much should variant {key} weigh? Send a number from {least} to {most}.").format(
        key=_found(link, key)["key"], least=number(LEAST_WEIGHT), most=number(MOST_WEIGHT)
    )
    return Screen(text, rows([to_part(Part.VARIANT, link, page, key)]))


def _found(link: Link, key: str) -> Mapping[str, Any]:
    found = next((each for each in link.variants if each["key"] == key), None)
    if found is None:
        raise NoSuchPart
    return found


def _name(found: Mapping[str, Any], link: Link) -> str:
    return f"{found['key']} · {_share(found, link)}"


def _share(found: Mapping[str, Any], link: Link) -> str:
    return percent(found["weight"] / sum(each["weight"] for each in link.variants))


def _steps(found: Mapping[str, Any], step: int, link: Link, page: int) -> list[InlineKeyboardButton]:
    """Less and more by ``step``, as far as a weight may go."""
    labels = {found["weight"] - step: f"{MINUS}{number(step)}", found["weight"] + step: f"+{number(step)}"}
    return [
        button(label, press(Part.VARIANT_WEIGHT, link, page, f"{found['key']}.{weight}"))
        for weight, label in labels.items()
        if LEAST_WEIGHT <= weight <= MOST_WEIGHT
    ]
