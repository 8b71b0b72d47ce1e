"""How notices about a link look in its settings."""

from services.language import gettext as _
from services.language.formats import number
from services.links.links import Link
from services.people.preferences import OF_A_LINK


def notices_label(link: Link) -> str:
    """A short label with its state, for the button that leads to the switches."""
    on = sum(notice not in link.muted for notice in OF_A_LINK)
    if on == len(OF_A_LINK):
        return _("🔔 Notices: all")
    if not on:
        return _("🔕 Notices: none")
    return _("🔔 Notices: {on} of {all}").format(on=number(on), all=number(len(OF_A_LINK)))
