"""Callback data of buying a guide: what was offered by its number, and a code as the person wrote it.

Whatever they hold is checked at every press: anybody can forge one.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

# What the database can hold.
MaterialId = Annotated[int, Field(ge=1, lt=2**63)]


class BuyAct(StrEnum):
    # For Stars, or for nothing where the code makes it so.
    BUY = "b"
    # For nothing, with one of the person's free guides.
    FREE = "f"
    # Asks for a code.
    CODE = "c"


class BuyPress(CallbackData, prefix="gb"):
    """``code`` empty: none."""

    act: BuyAct
    id: MaterialId
    code: Annotated[str, Field(pattern=r"^[A-Z0-9_-]{0,32}$")] = ""
