"""Callback data of TikTok accounts: ids alone. What they lead to is public, so there is no owner to check."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

# What the database can hold: a forged number beyond it belongs to a button that never was.
AccountId = Annotated[int, Field(ge=1, lt=2**63)]


class CardAction(StrEnum):
    SHOW = "c"
    REFRESH = "f"
    # The offer of a guide: handlers.payments.offering.
    GUIDE = "g"


class CardPress(CallbackData, prefix="ta"):
    action: CardAction = CardAction.SHOW
    id: AccountId


class Explanation(StrEnum):
    RATING = "r"
    # What is exact, what is estimated, and how.
    FIGURES = "f"


class ExplainPress(CallbackData, prefix="tr"):
    about: Explanation
    id: AccountId


class PostsOrder(StrEnum):
    DATE = "d"
    VIEWS = "v"


class PostsPress(CallbackData, prefix="tp"):
    order: PostsOrder
    id: AccountId


class ShortenPress(CallbackData, prefix="ts"):
    """``address`` as handlers.tiktok.addresses makes it short."""

    address: str
