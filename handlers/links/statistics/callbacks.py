"""Callback data of statistics: ids and choices alone.

Anyone can forge it, so the owner is checked at every press.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES


class View(StrEnum):
    OVERVIEW = "o"
    DEVICES = "d"
    SYSTEMS = "s"
    BROWSERS = "b"
    COUNTRIES = "c"
    REFERRERS = "r"
    HEAT = "h"
    VARIANTS = "v"


class StatisticsPress(CallbackData, prefix="ls"):
    """Of link ``id``; 0: of all the person's links, or of those with the tag number ``tag`` (from 1, by their names).

    ``period``: one of services.statistics.periods.Period. ``page``: as in LinkPress.
    """

    view: View = View.OVERVIEW
    period: Annotated[str, Field(max_length=1)] = "7"
    id: Annotated[int, Field(ge=0, lt=2**63)] = 0
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0
    tag: Annotated[int, Field(ge=0, lt=2**31)] = 0
