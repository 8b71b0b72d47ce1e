"""Draws pictures of accounts for the chat."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import structlog

from services.people import Person
from services.pictures.errors import PictureError
from services.services import Services
from services.throttles import PICTURES

log = structlog.get_logger()
Chart = TypeVar("Chart")


async def allowed(
    services: Services, person: Person, draw: Callable[[Chart], bytes], chart: Chart, now: datetime
) -> None:
    """Raises TooFast. Looking again at what did not change costs nothing."""
    if not services.pictures.has(draw, chart):
        await services.throttle.require(person, PICTURES, now)


async def drawn(services: Services, draw: Callable[[Chart], bytes], chart: Chart) -> bytes | None:
    """A PNG; None when it cannot be drawn now."""
    try:
        return await services.pictures.draw(draw, chart)
    except PictureError:
        log.warning("an answer goes without its picture", function=draw.__name__, exc_info=True)
        return None
