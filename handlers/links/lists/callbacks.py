"""Callback data of a list of links: ids and choices alone.

Anyone can forge it, so the owner is checked at every press. What a list shows, and which links are chosen in it, is
kept beside the chat: see handlers.links.lists.kept.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES


class Act(StrEnum):
    PAGE = "p"
    BACK = "b"  # value: a list that is kept; "": the one in the message
    SORT = "s"  # value: a services.links.listing.Sort
    FIND = "f"
    ALL = "a"
    TAGS = "t"
    TAG = "g"  # value: the number of a tag
    SELECT = "e"
    PICK = "k"  # value: a link's id
    UNPICK = "K"  # value: a link's id
    PICK_PAGE = "P"
    PICK_ALL = "A"
    PICK_NONE = "N"
    DONE = "x"
    SWITCH_OFF = "o"
    SWITCH_ON = "n"
    DELETE = "d"
    DELETE_SURELY = "D"
    UNDO = "u"  # value: the update that deleted
    TAGGING = "m"  # value: as of BACK
    ADD_TAG = "i"  # value: the number of a tag
    REMOVE_TAG = "r"  # value: the number of a tag
    NEW_TAG = "w"


class ListAct(CallbackData, prefix="lL"):
    """``page``: of the list, or of its tags; from 1."""

    act: Act
    page: Annotated[int, Field(ge=1, lt=MOST_PAGES)] = 1
    value: Annotated[str, Field(max_length=20)] = ""
