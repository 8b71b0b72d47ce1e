"""How the UTM fields of a link look in the chat."""

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.links.routing.callbacks import SURELY, Part
from handlers.links.routing.views import address, heading, press, to_part, to_settings
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import said, shorten
from services.links.links import Link
from services.links.utm import FIELDS, with_utm
from services.links.utm_templates import Template

# What a button shows of a value, and a message of an address with its fields.
LABEL_CHARACTERS = 24
PREVIEW_CHARACTERS = 100
MOST_EXPLAINED = 8
# What these fields usually say.
OFFERED: Mapping[str, tuple[str, ...]] = {
    "source": ("tiktok", "telegram", "vk", "instagram", "youtube", "qr"),
    "medium": ("social", "cpc", "email", "banner"),
}


def utm(link: Link, page: int) -> Screen:
    """All fields with their values; each is a button."""
    lines = [
        heading(_("📣 UTM tags"), link),
        _("The site you lead to knows its visitors by these."),
        f"→ {address(with_utm(link.target, link.utm), PREVIEW_CHARACTERS)}",
    ]
    fields = [[button(_label(field, link), press(Part.UTM_FIELD, link, page, field))] for field in FIELDS]
    clear = [button(_("🗑 Clear all"), press(Part.UTM_CLEAR, link, page))] if link.utm else []
    templates = [button(_("📁 Templates"), press(Part.TEMPLATES, link, page)), *clear]
    return Screen("\n".join(lines), rows(*fields, templates, [to_settings(link, page)]))


def asked_to_clear(link: Link, page: int) -> Screen:
    lines = [
        _("🗑 Clear all UTM fields of this link?"),
        *(f"{field_name(field)}: {said(link.utm[field])}" for field in FIELDS if field in link.utm),
    ]
    keep = button(_("◀️ Keep them"), press(Part.UTM, link, page))
    sure = button(_("🗑 Yes, clear"), press(Part.UTM_CLEAR, link, page, SURELY))
    return Screen("\n".join(lines), rows([keep, sure]))


def field_question(link: Link, page: int, facts: Mapping[str, Any]) -> Screen:
    """``facts``: ``field``."""
    field = str(facts.get("field", FIELDS[0]))
    value = link.utm.get(field)
    lines = [f"📣 <b>{field_name(field)}</b> · <code>utm_{field}</code>", _meaning(field)]
    if value:
        lines.append(_("Now: {value}").format(value=said(value, 100)))
    lines.append(_("Send the value.") if field not in OFFERED else _("Choose one, or send your own."))
    offered = [
        button(("✓ " if each == value else "") + each, press(Part.UTM_SET, link, page, f"{field}.{each}"))
        for each in OFFERED.get(field, ())
    ]
    pairs = [offered[at : at + 2] for at in range(0, len(offered), 2)]
    clear = [button(_("🗑 Clear"), press(Part.UTM_CLEAR, link, page, field))] if value else []
    return Screen("\n".join(lines), rows(*pairs, clear, [to_part(Part.UTM, link, page)]))


def templates(link: Link, page: int, found: Sequence[Template]) -> Screen:
    """Those that there are: one tap gives a template's fields to the link."""
    lines = [heading(_("📁 UTM templates"), link)]
    if found:
        lines.append(_("A tap gives the link these fields in the place of its own."))
    else:
        lines.append(_("None yet. Fill in the fields of a link, keep them here, and give them to others by one tap."))
    # More of them are a list of buttons alone.
    if len(found) <= MOST_EXPLAINED:
        lines += [f"<b>{said(each.name)}</b>: {said(', '.join(each.fields.values()), 60)}" for each in found]
    given = [
        [
            button(shorten(each.name, LABEL_CHARACTERS), press(Part.TEMPLATE_GIVE, link, page, str(each.id))),
            button("🗑", press(Part.TEMPLATE_REMOVE, link, page, str(each.id))),
        ]
        for each in found
    ]
    keep = [button(_("💾 Keep this link's fields"), press(Part.TEMPLATE_KEEP, link, page))] if link.utm else []
    return Screen("\n".join(lines), rows(*given, keep, [to_part(Part.UTM, link, page)]))


def template_question(link: Link, page: int, _facts: Mapping[str, Any]) -> Screen:
    text = _("💾 What should the template be called? Send a name of up to 30 characters, such as <i>Spring sale</i>.")
    return Screen(text, rows([to_part(Part.TEMPLATES, link, page)]))


def asked_to_remove(link: Link, page: int, template: Template) -> Screen:
    text = _("🗑 Delete the template {name}? Links keep the fields that it gave them.").format(name=said(template.name))
    keep = button(_("◀️ Keep it"), press(Part.TEMPLATES, link, page))
    sure = button(_("🗑 Yes, delete"), press(Part.TEMPLATE_REMOVE, link, page, f"{template.id}{SURELY}"))
    return Screen(text, rows([keep, sure]))


def field_name(field: str) -> str:
    names = {
        "source": _("Source"),
        "medium": _("Medium"),
        "campaign": _("Campaign"),
        "term": _("Keyword"),
        "content": _("Content"),
    }
    return names[field]


def _meaning(field: str) -> str:
    meanings = {
        "source": _("Where people come from."),
        "medium": _("What brings them: a post, an advertisement, a letter."),
        "campaign": _("The campaign's name, such as <i>spring_sale</i>."),
        "term": _("The keyword of an advertisement."),
        "content": _("Which of several buttons or pictures it was."),
    }
    return meanings[field]


def _label(field: str, link: Link) -> str:
    value = link.utm.get(field)
    shown = shorten(value, LABEL_CHARACTERS) if value else _("none")
    return f"{field_name(field)}: {shown}"
