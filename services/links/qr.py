"""How the QR of a link looks: its colour, its size, the logo in its middle."""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from db.engine import Database
from db.queries import links as link_queries
from db.queries import qr as queries
from services.clicks.dimensions import QR
from services.clicks.dimensions import SCAN as SCANNED
from services.links.errors import LinkNotFound
from services.links.qr_errors import (
    ColourNotUnderstood,
    ColourTooPale,
    LogoAnimated,
    LogoTooHeavy,
    LogoTooLarge,
    LogoUnreadable,
    PictureLater,
    UnknownSize,
)
from services.pictures.colours import LEAST_CONTRAST, contrast_on_white, parse_colour
from services.pictures.errors import PictureError, PictureFailed, PictureTooSlow
from services.pictures.logos import MOST_PIXELS, logo_png, seen
from services.pictures.qr import SIZES, USUAL_SIZE, QrPicture
from services.pictures.studio import PictureStudio
from services.statistics.details import details_of

log = structlog.get_logger()
# Photos of today's phones, as files, are below this.
MOST_LOGO_BYTES = 10_000_000
# A scan is told from a click by this.
SCAN = "?qr"


@dataclass(frozen=True, slots=True)
class QrStyle:
    """``colour``: ``#rrggbb``, empty for ours; ``size``: pixels of a file; ``logo``: a square PNG."""

    colour: str = ""
    size: int = USUAL_SIZE
    logo: bytes | None = None

    def picture(self, short_url: str, *, caption: str = "", size: int | None = None) -> QrPicture:
        """What is drawn for a link; ``size``: another one than is chosen for files."""
        return QrPicture(f"{short_url}{SCAN}", caption, self.colour, size or self.size, self.logo)


class QrStyles:
    """Reads and changes the look of QRs. Each method is one transaction; ``owner_id`` is checked in every one."""

    def __init__(self, database: Database, studio: PictureStudio) -> None:
        self._database = database
        self._studio = studio

    async def of(self, owner_id: int, link_id: int) -> QrStyle:
        """Raises LinkNotFound."""
        async with self._database.read() as session:
            link = await link_queries.of_owner(session, link_id, owner_id)
            if link is None or link.deleted_at is not None:
                raise LinkNotFound
            logo = await queries.logo(session, link_id) if link.qr_style.get("logo") else None
        return QrStyle(str(link.qr_style.get("colour", "")), int(link.qr_style.get("size", USUAL_SIZE)), logo)

    async def scans(self, owner_id: int, link_id: int) -> int:
        """How many clicks came by a camera, in the link's whole life. Raises LinkNotFound."""
        async with self._database.read() as session:
            link = await link_queries.of_owner(session, link_id, owner_id)
            if link is None or link.deleted_at is not None:
                raise LinkNotFound
            found = await details_of(session, [link_id], None, None, [QR])
        return found.get(link_id, {}).get(QR, {}).get(SCANNED, 0)

    async def set_colour(self, owner_id: int, link_id: int, text: str) -> None:
        """``text`` as a person typed it; empty: our own look.

        Raises LinkNotFound, ColourNotUnderstood and ColourTooPale.
        """
        colour = parse_colour(text) if text else ""
        if colour is None:
            raise ColourNotUnderstood(text)
        if colour and contrast_on_white(colour) < LEAST_CONTRAST:
            raise ColourTooPale(text.strip(), contrast_on_white(colour), LEAST_CONTRAST)
        await self._change(owner_id, link_id, "colour", colour)

    async def set_size(self, owner_id: int, link_id: int, size: int) -> None:
        """One of ``SIZES``, in pixels. Raises LinkNotFound and UnknownSize."""
        if size not in SIZES:
            raise UnknownSize
        await self._change(owner_id, link_id, "size", size if size != USUAL_SIZE else None)

    async def set_logo(self, owner_id: int, link_id: int, content: bytes) -> None:
        """``content``: the file that a person sent, a still PNG, JPEG, WebP or GIF.

        Raises LinkNotFound, LogoTooHeavy, LogoTooLarge, LogoAnimated, LogoUnreadable and PictureLater.
        """
        await self.of(owner_id, link_id)
        picture = await self._logo(content)
        await self._change(owner_id, link_id, "logo", True, logo=picture)

    async def remove_logo(self, owner_id: int, link_id: int) -> None:
        """Where there is none, nothing changes. Raises LinkNotFound."""
        await self._change(owner_id, link_id, "logo", None)

    async def _change(self, owner_id: int, link_id: int, name: str, value: Any, *, logo: bytes | None = None) -> None:
        """One field of the style; what is empty or None is not kept."""
        async with self._database.write() as session:
            link = await queries.hold(session, link_id, owner_id)
            if link is None:
                raise LinkNotFound
            # A dictionary of its own: only another one is noticed as a change.
            link.qr_style = {key: kept for key, kept in (link.qr_style | {name: value}).items() if kept}
            if logo is not None:
                await queries.set_logo(session, link_id, logo)
            elif name == "logo":
                await queries.remove_logo(session, link_id)

    async def _logo(self, content: bytes) -> bytes:
        """A small square PNG; what must not be decoded is refused by its first bytes."""
        if len(content) > MOST_LOGO_BYTES:
            raise LogoTooHeavy(MOST_LOGO_BYTES)
        facts = await asyncio.to_thread(seen, content)
        if facts is None:
            raise LogoUnreadable
        require_few_pixels(facts.width, facts.height)
        if facts.animated:
            raise LogoAnimated
        try:
            return await self._studio.draw_once(logo_png, content)
        except (PictureFailed, PictureTooSlow) as error:
            log.info("a logo could not be decoded", reason=type(error).__name__, width=facts.width, height=facts.height)
            raise LogoUnreadable from error
        except PictureError as error:
            raise PictureLater from error


def require_few_pixels(width: int, height: int) -> None:
    """Raises LogoTooLarge."""
    if width * height > MOST_PIXELS:
        raise LogoTooLarge(width, height, MOST_PIXELS)
