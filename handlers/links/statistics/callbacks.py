"""Callback data of statistics: ids and choices alone.

Anyone can forge it, so the owner is checked at every press.
"""

import zlib
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES
from services.statistics.periods import Period


class View(StrEnum):
    OVERVIEW = "o"
    DEVICES = "d"
    SYSTEMS = "s"
    BROWSERS = "b"
    COUNTRIES = "c"
    REFERRERS = "r"
    LANGUAGES = "l"
    QR = "q"
    HEAT = "h"
    VARIANTS = "v"
    # The person's tags, to choose one.
    TAGS = "t"


class StatisticsPress(CallbackData, prefix="ls"):
    """Of link ``id``; 0: of all the person's links, or of those with the tag that has the number ``tag``.

    ``page``: as in LinkPress. ``origin``: the link from whose statistics one came to those of several.
    """

    view: View = View.OVERVIEW
    period: Period = Period.DAYS_7
    id: Annotated[int, Field(ge=0, lt=2**63)] = 0
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0
    tag: Annotated[int, Field(ge=0, lt=2**31)] = 0
    origin: Annotated[int, Field(ge=0, lt=2**63)] = 0


def tag_number(tag: str) -> int:
    """What stands for a tag in a button, whose 64 bytes a tag of 32 letters may fill; 1 or more.

    It depends on the tag alone: a button goes on meaning its tag when others come and go.
    """
    return zlib.crc32(tag.encode()) % (2**31 - 1) + 1
