"""Callback data of an account's picture, its history, comparisons, and links in its bio: ids and choices alone.

Whose a link is, is checked at every press: anybody can forge one.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.tiktok.callbacks import AccountId
from services.tiktok.history import Figure, Range

# What the database can hold.
LinkId = Annotated[int, Field(ge=0, lt=2**63)]
Page = Annotated[int, Field(ge=1, lt=10_000)]


class PictureAct(StrEnum):
    LIGHT = "l"
    DARK = "d"
    # The same as files, which Telegram leaves as they are.
    LIGHT_FILE = "L"
    DARK_FILE = "D"


class PicturePress(CallbackData, prefix="ti"):
    act: PictureAct = PictureAct.LIGHT
    id: AccountId


class HistoryPress(CallbackData, prefix="th"):
    figure: Figure = Figure.FOLLOWERS
    range: Range = Range.MONTH
    id: AccountId


class CompareAct(StrEnum):
    # Asks with whom, or whom at all.
    ASK = "a"
    # The accounts of ``ids``, once more.
    SHOW = "s"


class ComparePress(CallbackData, prefix="tc"):
    """``ids``: account ids with dots between them; empty: those are asked for."""

    act: CompareAct
    ids: Annotated[str, Field(pattern=r"^(\d{1,18}(\.\d{1,18}){0,3})?$")] = ""


class BioAct(StrEnum):
    # The person's links, to choose those of the bio.
    CHOOSE = "c"
    NAME = "n"
    UNNAME = "u"
    # Named from the history, which is shown again.
    ACCEPT = "a"
    # Which posts brought clicks.
    BROUGHT = "b"


class BioPress(CallbackData, prefix="tb"):
    """``link`` 0: none. ``page``: of the links, or of the posts."""

    act: BioAct
    id: AccountId
    link: LinkId = 0
    page: Page = 1
