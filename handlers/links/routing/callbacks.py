"""Callback data of where a link leads whom: ids and choices alone.

Anyone can forge it, so the owner is checked at every press.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES, LinkId


class Part(StrEnum):
    UTM = "u"
    RULES = "r"
    VARIANTS = "v"
    APP = "a"
    WEBHOOK = "w"


class RoutingPress(CallbackData, prefix="lr"):
    """``page``: as in LinkPress. ``value``: what is chosen of the part; empty: the part is opened."""

    part: Part
    id: LinkId
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0
    value: Annotated[str, Field(max_length=24)] = ""
