"""Callback data of alerts."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class AlertAction(StrEnum):
    HOUR = "h"
    DAY = "d"
    ALWAYS = "a"
    WAKE = "w"


class AlertPress(CallbackData, prefix="al"):
    """``id`` of the alert: what is silenced are all that equal it."""

    action: AlertAction
    id: Annotated[int, Field(ge=1, lt=2**63)]
