"""Callback data of what is kept about people. Whoever presses means themselves: there is no id to forge."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData


class PrivacyAction(StrEnum):
    EXPLAIN = "p"
    MY_DATA = "d"
    COLLECT = "c"
    ASK_TO_ERASE = "e"
    ERASE_SURELY = "E"
    KEEP = "k"


class PrivacyPress(CallbackData, prefix="p"):
    action: PrivacyAction
