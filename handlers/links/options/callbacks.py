"""Callback data of a link's settings: ids and choices alone.

Anyone can forge it, so the owner is checked at every press.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES, LinkId


class Part(StrEnum):
    SHOW = "s"
    NAME = "n"
    TAGS = "t"
    ALIAS = "a"
    TARGET = "d"
    LIMIT = "l"
    VALIDITY = "v"
    OPENS = "p"
    ENDS = "e"
    SWITCH = "o"
    FALLBACK = "f"


class OptionsPress(CallbackData, prefix="lo"):
    """``page``: as in LinkPress. ``value``: what is chosen of the part; empty: the part is opened."""

    part: Part
    id: LinkId
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0
    value: Annotated[str, Field(max_length=24)] = ""
