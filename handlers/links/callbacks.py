"""Callback data of links: ids alone. Anyone can forge it, so the owner is checked at every press."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData


class LinkAction(StrEnum):
    CARD = "c"
    QR = "q"
    STATISTICS = "s"
    DELETE = "d"
    DELETE_SURELY = "D"
    RESTORE = "r"


class LinkPress(CallbackData, prefix="l"):
    """``page``: of the list that the card was opened from; 0 when it was not."""

    action: LinkAction
    id: int
    page: int = 0


class ListPress(CallbackData, prefix="ll"):
    page: int
