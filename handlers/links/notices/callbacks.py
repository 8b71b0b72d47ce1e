"""Callback data of notices about a link: ids and choices alone.

Anyone can forge it, so the owner is checked at every press.
"""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES, LinkId


class LinkNoticePress(CallbackData, prefix="ln"):
    """``page``: as in LinkPress. ``kind``: the notice to be switched; empty: the switches are shown.

    ``on``: as it is wanted, so that two presses at once do not undo each other.
    """

    id: LinkId
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0
    kind: Annotated[str, Field(max_length=16)] = ""
    on: bool = False


class AllNoticesPress(CallbackData, prefix="la"):
    """As LinkNoticePress, of all links at once; ``id``: the link whose switches one came from, and goes back to."""

    id: LinkId
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0
    kind: Annotated[str, Field(max_length=16)] = ""
    on: bool = False
