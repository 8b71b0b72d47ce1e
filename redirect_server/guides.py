"""``/r/{token}``: a guide, for its buyer and for whoever was given its share link."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from redirect_server.languages import preferred_language
from redirect_server.pages import Explanation, Pages
from services.guides.facts import GuideContent
from services.guides.guides import PATH, GuideNotFound, Guides
from services.guides.materials import unpack
from services.guides.sheet import guide_sheet
from services.language import Catalogue, speaking
from services.time_zones import zone

# The address alone opens it: nobody on the way keeps it, no search engine shows it, and no other site hears of it.
HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
ROUTE: Final = f"{PATH}{{token:.+}}"


def _(text: str) -> str:
    """Marks a text for the catalogue; it is translated when the page is made."""
    return text


NOT_THERE: Final = Explanation(
    404,
    _("This guide cannot be opened"),
    _("The address is not complete, or the link was taken back. Ask whoever sent it for a new one."),
    button=_("Open the bot"),
)


@dataclass(frozen=True, slots=True)
class GuideShelf:
    """What the pages of guides are made from: the guides, and the words of both languages."""

    guides: Guides
    catalogue: Catalogue


class GuidePages:
    """Shows guides in the reader's language. No token is ever written down."""

    def __init__(self, shelf: GuideShelf, pages: Pages) -> None:
        self._guides = shelf.guides
        self._catalogue = shelf.catalogue
        self._pages = pages

    async def show(self, request: web.Request) -> web.Response:
        """The page of the guide that the token opens; the same 404 for all others."""
        try:
            # With a slash that somebody added.
            opened = await self._guides.read(request.match_info["token"].removesuffix("/"))
        except GuideNotFound:
            return self._pages.explain(request, NOT_THERE, headers=HEADERS)
        content = unpack(opened.content, GuideContent)
        with speaking(self._catalogue, preferred_language(request.headers.get("Accept-Language", ""))):
            sheet = guide_sheet(content, zone(content.time_zone))
        return self._pages.show(request, "guide.html", HEADERS, sheet=sheet, own=opened.own)
