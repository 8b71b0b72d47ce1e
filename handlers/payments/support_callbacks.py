"""Callback data of who asks about a payment."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class SupportPress(CallbackData, prefix="ys"):
    """Asks what is wrong; ``id``: writes on about this question of theirs, 0: a new one."""

    id: Annotated[int, Field(ge=0, lt=2**63)] = 0
