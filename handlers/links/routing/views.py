"""Where a link leads whom, in short: a label with its state for each part, and what all of its screens share."""

from aiogram.types import InlineKeyboardButton

from handlers.links.options.callbacks import OptionsPress
from handlers.links.options.callbacks import Part as OptionsPart
from handlers.links.routing.callbacks import Part, RoutingPress
from handlers.links.states import LONGEST_ANCHOR
from handlers.links.views import anchor
from handlers.menu import button
from services.language import gettext as _
from services.language.formats import number, quoted, said
from services.links.links import Link
from services.links.targets import readable_url

# One line of a phone beside a number and an arrow.
ADDRESS_CHARACTERS = 32


def utm_label(link: Link) -> str:
    return _("📣 UTM: {count}").format(count=number(len(link.utm))) if link.utm else _("📣 UTM: none")


def rules_label(link: Link) -> str:
    return _("🚦 Rules: {count}").format(count=number(len(link.rules))) if link.rules else _("🚦 Rules: none")


def variants_label(link: Link) -> str:
    if not link.variants:
        return _("🔀 A/B test: no")
    return _("🔀 A/B test: {count}").format(count=number(len(link.variants)))


def app_label(link: Link) -> str:
    return _("📲 Open in the app: yes") if link.opens_app else _("📲 Open in the app: no")


def webhook_label(link: Link) -> str:
    if link.has_webhook:
        return _("📡 Webhook: on")
    return _("📡 Webhook: off") if link.webhook_is_off else _("📡 Webhook: none")


def heading(title: str, link: Link) -> str:
    """The first line of a screen; ``title`` is HTML."""
    return f"<b>{title}</b> · {anchor(link)}"


def address(url: str, most: int = ADDRESS_CHARACTERS) -> str:
    """Short, and leading to the whole of it."""
    shown = said(readable_url(url), most)
    return f'<a href="{quoted(url)}">{shown}</a>' if len(url) <= LONGEST_ANCHOR else shown


def press(part: Part, link: Link, page: int, value: str = "") -> RoutingPress:
    return RoutingPress(part=part, id=link.id, page=page, value=value)


def to_settings(link: Link, page: int) -> InlineKeyboardButton:
    return button(_("◀️ Back"), OptionsPress(part=OptionsPart.SHOW, id=link.id, page=page))


def to_part(part: Part, link: Link, page: int, value: str = "") -> InlineKeyboardButton:
    """Back to one of these screens, or out of a question."""
    return button(_("◀️ Back"), press(part, link, page, value))
