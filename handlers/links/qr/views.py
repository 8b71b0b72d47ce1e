"""How the QR of a link looks in the chat."""

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.links.callbacks import LinkAction, LinkPress
from handlers.links.qr.callbacks import HOUSE, REMOVE, Part, QrPress
from handlers.links.views import anchor, target_anchor
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number
from services.links.links import Link
from services.links.qr import QrStyle
from services.pictures.colours import BLACK, BLUE, BROWN, GREEN, ORANGE, PINK, RED, VIOLET
from services.pictures.qr import SIZES


def qr(link: Link, style: QrStyle, scans: int, page: int, picture: bytes | None = None) -> Screen:
    """The QR as a picture; without one, the words and buttons beneath the picture that stands."""
    lines = [f"🔳 <b>{anchor(link)}</b>", f"→ {target_anchor(link)}"]
    if scans:
        lines.append(ngettext("📷 {count} scan", "📷 {count} scans", scans).format(count=number(scans)))
    return Screen("\n".join(lines), _keyboard(link, style, page), picture, keeps_picture=True)


def colours(link: Link, style: QrStyle, page: int) -> Screen:
    """Which colour it is to have."""
    names = {f"#{each}" if each != HOUSE else "": name for each, name in _names().items()}
    buttons = [
        _choice(name, colour == style.colour, Part.COLOUR, link, page, colour.removeprefix("#") or HOUSE)
        for colour, name in names.items()
    ]
    own = _("✏️ Own colour")
    if style.colour not in names:
        own = f"✓ {own}: {style.colour}"
    lines = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    text = _("🎨 Which colour should the QR have? All of these are read well.")
    return Screen(
        text,
        rows(*lines, [button(own, _press(Part.OWN_COLOUR, link, page))], [_back(link, page)]),
        keeps_picture=True,
    )


def colour_question(link: Link, page: int) -> Screen:
    text = _(
        "🎨 Send the colour: its name, such as <i>red</i>, or its code, such as <code>#1a2b3c</code>. "
        "It has to be dark enough for cameras."
    )
    return Screen(text, rows([button(_("◀️ Back"), _press(Part.COLOUR, link, page))]))


def is_usual(typed: str) -> bool:
    """Whether a person names the look that all of the product has."""
    return typed.strip().casefold() == _names()[HOUSE].partition(" ")[2]


def sizes(link: Link, style: QrStyle, page: int) -> Screen:
    """How large files are to be."""
    buttons = [_choice(_pixels(size), size == style.size, Part.SIZE, link, page, str(size)) for size in SIZES]
    text = _(
        "📐 How large should the PNG file be?\n512 is enough for a screen, 2048 is for print. SVG is sharp at any size."
    )
    return Screen(text, rows(*([each] for each in buttons), [_back(link, page)]), keeps_picture=True)


def logo_question(link: Link, style: QrStyle, page: int) -> Screen:
    text = _("🖼 Send the logo: a photo, a picture as a file, or a sticker. A square one looks best.")
    remove = button(_("🗑 Remove the logo"), _press(Part.LOGO, link, page, REMOVE))
    return Screen(text, rows([remove] if style.logo is not None else [], [_back(link, page)]))


def not_a_logo() -> str:
    return _("🙂 That is no picture.")


def png_caption(link: Link, size: int) -> str:
    return f"{anchor(link)} · {_pixels(size)}"


def svg_caption(link: Link) -> str:
    return f"{anchor(link)} · SVG"


def file_name(link: Link, kind: str) -> str:
    return f"qr-{link.slug}.{kind}"


def _keyboard(link: Link, style: QrStyle, page: int) -> InlineKeyboardMarkup:
    colour = _names().get(style.colour.removeprefix("#") or HOUSE, style.colour)
    # Without the sign of the colour itself: one sign a button.
    name = colour.partition(" ")[2] or colour
    logo = _("🖼 Logo: yes") if style.logo is not None else _("🖼 Logo: none")
    return rows(
        [button(_("🎨 Colour: {name}").format(name=name), _press(Part.COLOUR, link, page))],
        [button(logo, _press(Part.LOGO, link, page))],
        [button(_("📐 Size: {size}").format(size=style.size), _press(Part.SIZE, link, page))],
        [
            button(_("📄 PNG file"), _press(Part.PNG, link, page)),
            button(_("📄 SVG file"), _press(Part.SVG, link, page)),
        ],
        [button(_("◀️ Back"), LinkPress(action=LinkAction.CARD, id=link.id, page=page))],
    )


def _names() -> dict[str, str]:
    """Colours on buttons, by ``rrggbb``; HOUSE is the look that all of the product has."""
    named = {
        BLACK: _("⚫️ black"),
        BLUE: _("🔵 blue"),
        GREEN: _("🟢 green"),
        RED: _("🔴 red"),
        VIOLET: _("🟣 violet"),
        ORANGE: _("🟠 orange"),
        BROWN: _("🟤 brown"),
        PINK: _("🌸 pink"),
    }
    return {HOUSE: _("🔳 usual")} | {colour.removeprefix("#"): name for colour, name in named.items()}


def _choice(label: str, is_chosen: bool, part: Part, link: Link, page: int, value: str) -> InlineKeyboardButton:
    return button(f"✓ {label}" if is_chosen else label, _press(part, link, page, value))


def _pixels(size: int) -> str:
    # Four digits stand together, as sizes of pictures are written.
    return f"{size} × {size}"


def _press(part: Part, link: Link, page: int, value: str = "") -> QrPress:
    return QrPress(part=part, id=link.id, page=page, value=value)


def _back(link: Link, page: int) -> InlineKeyboardButton:
    return button(_("◀️ Back"), _press(Part.SHOW, link, page))
