"""Callback data of links: ids alone. Anyone can forge it, so the owner is checked at every press."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

# What the database can hold: a forged number beyond it belongs to a button that never was.
LinkId = Annotated[int, Field(ge=1, lt=2**63)]
MOST_PAGES = 2**31


class LinkAction(StrEnum):
    CARD = "c"
    QR = "q"
    STATISTICS = "s"
    DELETE = "d"
    DELETE_SURELY = "D"
    RESTORE = "r"
    ANOTHER = "a"


class LinkPress(CallbackData, prefix="l"):
    """``page``: of the list that the card was opened from; 0 when it was not."""

    action: LinkAction
    id: LinkId
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0


class ListPress(CallbackData, prefix="ll"):
    """``page``: from 1."""

    page: Annotated[int, Field(ge=1, lt=MOST_PAGES)]
