"""Callback data of the top."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.tiktok.callbacks import AccountId
from services.tiktok.placing import Order


class TopPress(CallbackData, prefix="tt"):
    """A page of the top."""

    order: Order = Order.INCOME
    page: Annotated[int, Field(ge=1, lt=2**31)] = 1


class TopEntryPress(CallbackData, prefix="tte"):
    """The card of an account, below the top, which stays."""

    id: AccountId


class TopPicturePress(CallbackData, prefix="ttp"):
    """The first ten as a picture."""

    order: Order
