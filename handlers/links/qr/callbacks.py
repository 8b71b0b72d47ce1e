"""Callback data of a link's QR: ids and choices alone.

Anyone can forge it, so the owner is checked at every press.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES, LinkId


class Part(StrEnum):
    SHOW = "s"
    COLOUR = "c"
    OWN_COLOUR = "o"
    LOGO = "l"
    SIZE = "z"
    PNG = "p"
    SVG = "v"


# Values: our own colour, and no logo.
HOUSE, REMOVE = "house", "none"


class QrPress(CallbackData, prefix="lq"):
    """``page``: as in LinkPress. ``value``: what is chosen of the part; empty: the part is opened.

    Of COLOUR it is ``rrggbb`` or HOUSE, of SIZE a number of pixels, of LOGO only REMOVE.
    """

    part: Part
    id: LinkId
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0
    value: Annotated[str, Field(max_length=24)] = ""
