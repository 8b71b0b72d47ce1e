"""Callback data of operators who see to payments: ids and choices alone, checked at every press."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers.operations.callbacks import Page, PersonId

Id = Annotated[int, Field(ge=1, lt=2**63)]


class PaymentsAction(StrEnum):
    SHOW = "s"
    FIND = "f"
    COMPARE = "c"
    QUESTIONS = "q"


class PaymentsPress(CallbackData, prefix="y"):
    """The payments' front room, and what stands beside it."""

    action: PaymentsAction = PaymentsAction.SHOW


class PayerPress(CallbackData, prefix="yp"):
    """A page of a person's orders."""

    id: PersonId
    page: Page = 1


class OrderAction(StrEnum):
    CARD = "c"
    SEND_AGAIN = "s"
    REFUND = "r"
    REFUND_SURELY = "R"
    SETTLE = "o"


class OrderPress(CallbackData, prefix="yo"):
    """``below``: what comes of it is a message of its own, since the pressed one stays to be read."""

    action: OrderAction
    id: Id
    below: bool = False


class CodesPress(CallbackData, prefix="yc"):
    """A page of promo codes."""

    page: Page = 1


class CodeAction(StrEnum):
    CARD = "c"
    END = "e"
    END_SURELY = "E"


class CodePress(CallbackData, prefix="yk"):
    action: CodeAction
    id: Id


class DraftStep(StrEnum):
    """What is chosen or typed next."""

    ALL = "a"
    PERCENT = "p"
    USES = "u"
    EACH = "e"
    DAYS = "d"
    TYPE_PERCENT = "P"
    TYPE_USES = "U"
    TYPE_NAME = "N"
    RANDOM_NAME = "R"


class DraftPress(CallbackData, prefix="yd"):
    """A code that is not made yet: 0 ``uses``, ``each`` or ``days`` are no limit. Checked when it is made."""

    step: DraftStep = DraftStep.ALL
    percent: Annotated[int, Field(ge=0, le=1_000)] = 20
    uses: Annotated[int, Field(ge=0, le=10_000_000)] = 100
    each: Annotated[int, Field(ge=0, le=1_000)] = 1
    days: Annotated[int, Field(ge=0, le=3_650)] = 30


class TakingsPress(CallbackData, prefix="yt"):
    days: Annotated[int, Field(ge=1, le=90)] = 30
    csv: bool = False


class QuestionAction(StrEnum):
    CARD = "c"
    ANSWER = "a"
    CLOSE = "x"


class QuestionPress(CallbackData, prefix="yq"):
    """``below``: as OrderPress has it."""

    action: QuestionAction
    id: Id
    below: bool = False
