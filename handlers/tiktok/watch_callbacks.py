"""Callback data of watches: ids of accounts alone. Whose watch it is, the presser says."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.tiktok.callbacks import AccountId

Page = Annotated[int, Field(ge=1, lt=2**31)]


class WatchAction(StrEnum):
    BEGIN = "b"
    END = "e"
    # The same on a card, which stays.
    BEGIN_HERE = "B"
    END_HERE = "E"


class WatchPress(CallbackData, prefix="tw"):
    action: WatchAction
    id: AccountId


class WatchesPress(CallbackData, prefix="twl"):
    """The person's watches; ``end``: of which account the watch ends first, 0: of none."""

    page: Page = 1
    end: Annotated[int, Field(ge=0, lt=2**63)] = 0


class AskWatchPress(CallbackData, prefix="twa"):
    """Whom else to watch is asked."""
