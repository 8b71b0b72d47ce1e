"""Callback data of where a link leads whom: ids and choices alone.

Anyone can forge it, so the owner is checked at every press.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES, LinkId

ON, OFF, SURELY = "1", "0", "!"
MOST_VALUE = 24


class Part(StrEnum):
    """What is opened or done; beside each what ``value`` says, where it says something."""

    UTM = "u"
    # A field; then a field and a value; a field, or nothing for all of them, and SURELY for all of them at once.
    UTM_FIELD = "uf"
    UTM_SET = "us"
    UTM_CLEAR = "uc"
    TEMPLATES = "ut"
    TEMPLATE_KEEP = "uk"
    # A template's id; where it is surely to go, with SURELY after it.
    TEMPLATE_GIVE = "ug"
    TEMPLATE_REMOVE = "ux"
    RULES = "r"
    # A rule's key; where it moves, its new place after a dot; where it is surely to go, SURELY.
    RULE = "rr"
    RULE_MOVE = "rm"
    RULE_REMOVE = "rx"
    RULE_KIND = "rk"
    # Whom it is about, as an Audience.
    RULE_WHO = "rw"
    RULE_TYPE = "rt"
    RULE_WHERE = "ro"
    VARIANTS = "v"
    # A variant's letter; where it is weighed, the weight after a dot; where it is surely to go, SURELY.
    VARIANT = "vv"
    VARIANT_WEIGHT = "vw"
    VARIANT_TYPE = "vt"
    VARIANT_ADD = "va"
    VARIANT_REMOVE = "vx"
    APP = "a"
    # ON or OFF.
    APP_SWITCH = "as"
    WEBHOOK = "w"
    WEBHOOK_ADDRESS = "wa"
    # Nothing, or SURELY.
    WEBHOOK_SECRET = "ws"  # noqa: S105
    WEBHOOK_REMOVE = "wx"
    WEBHOOK_TEST = "wt"
    # ON or OFF.
    WEBHOOK_SWITCH = "wo"


class RoutingPress(CallbackData, prefix="lr"):
    """``page``: as in LinkPress. ``value``: what is chosen of the part; empty: the part is opened."""

    part: Part
    id: LinkId
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0
    value: Annotated[str, Field(max_length=MOST_VALUE)] = ""
