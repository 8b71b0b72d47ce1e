"""Callback data of operators: ids alone. Anyone can forge it, so the right is checked at every press."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.links.callbacks import MOST_PAGES, LinkId

# Telegram's ids of people are positive, and the database holds them.
PersonId = Annotated[int, Field(ge=1, lt=2**63)]
Page = Annotated[int, Field(ge=1, lt=MOST_PAGES)]


class OverviewPress(CallbackData, prefix="ao"):
    pass


class HealthPress(CallbackData, prefix="av"):
    pass


class WaysPress(CallbackData, prefix="ay"):
    """How each way to TikTok fares."""


class DigestPlace(StrEnum):
    HEALTH = "h"
    ERRORS = "e"
    PROPOSALS = "p"
    LOG = "l"


class DigestPress(CallbackData, prefix="ad"):
    """Where the digest of a day leads; ``day`` since 0001-01-01."""

    place: DigestPlace
    day: Annotated[int, Field(ge=1, le=date.max.toordinal())]


class FindPress(CallbackData, prefix="af"):
    pass


class PersonAction(StrEnum):
    CARD = "c"
    ERRORS = "e"
    BAN = "b"
    UNBAN = "u"
    ROLES = "r"
    DISABLE_ALL = "d"
    DISABLE_ALL_SURELY = "D"


class PersonPress(CallbackData, prefix="ap"):
    action: PersonAction
    id: PersonId


class RolePress(CallbackData, prefix="ar"):
    """``role``: the number of a role below owner."""

    id: PersonId
    role: Annotated[int, Field(ge=0, le=2)]


class PersonLinksPress(CallbackData, prefix="aq"):
    """A page of a person's links."""

    id: PersonId
    page: Page


class AnyLinkAction(StrEnum):
    CARD = "c"
    DISABLE = "d"
    ENABLE = "e"
    BLOCK_HOST = "h"


class AnyLinkPress(CallbackData, prefix="ak"):
    """``page`` of its owner's links, where the card was opened from; 0 when it was not."""

    action: AnyLinkAction
    id: LinkId
    page: Annotated[int, Field(ge=0, lt=MOST_PAGES)] = 0


class HostsPress(CallbackData, prefix="ah"):
    page: Page = 1


class BlockPress(CallbackData, prefix="ab"):
    """Asks which host to block."""


class UnblockPress(CallbackData, prefix="au"):
    """``mark`` of a host: names are longer than a button may carry. ``sure``: asked once more."""

    mark: Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
    sure: bool = False


class ActsPress(CallbackData, prefix="aa"):
    """A page of the audit log; ``id``: of acts about this person alone, 0: of all."""

    page: Page
    id: Annotated[int, Field(ge=0, lt=2**63)] = 0


class ErrorPress(CallbackData, prefix="ae"):
    """``person``: whose errors it was opened from; 0 when it was not."""

    id: Annotated[str, Field(pattern="^[0-9a-z]{1,16}$")]
    person: Annotated[int, Field(ge=0, lt=2**63)] = 0


class TopListPress(CallbackData, prefix="at"):
    """A page of the top's list."""

    page: Page = 1


class AddToTopPress(CallbackData, prefix="aw"):
    """Asks whom to add."""


class MemberPress(CallbackData, prefix="am"):
    """An account of the top's list; ``off``: take it off, ``sure``: asked once more."""

    id: Annotated[int, Field(ge=1, lt=2**63)]
    off: bool = False
    sure: bool = False


class ProposalsPress(CallbackData, prefix="tql"):
    """Accounts that wait for a decision."""


class ProposalAction(StrEnum):
    SHOW = "s"
    ACCEPT = "a"
    REFUSE = "r"


class ProposalPress(CallbackData, prefix="tq"):
    """``in_list``: it was opened from the list, and leads back there."""

    action: ProposalAction
    id: Annotated[int, Field(ge=1, lt=2**63)]
    in_list: bool = False
