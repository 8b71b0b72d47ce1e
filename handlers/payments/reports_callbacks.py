"""Callback data of a person's guides: ids alone. Whose guide it is, the presser says."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

GuideId = Annotated[int, Field(ge=1, lt=2**47)]
Page = Annotated[int, Field(ge=1, lt=2**31)]


class GuideAction(StrEnum):
    OPEN = "o"
    PDF = "p"
    SHARE = "s"
    REVOKE = "r"


class GuidePress(CallbackData, prefix="g"):
    action: GuideAction
    id: GuideId


class ReportsPress(CallbackData, prefix="gl"):
    """The person's guides."""

    page: Page = 1


class InvitePress(CallbackData, prefix="gi"):
    """What bringing a friend is worth, and the link to send them."""


class TermsPress(CallbackData, prefix="gt"):
    """The terms of the sale."""
