"""Callback data of the settings."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from services.people.preferences import Notice

Hour = Annotated[int, Field(ge=0, le=23)]


class AskLanguage(CallbackData, prefix="sl"):
    pass


class ChooseLanguage(CallbackData, prefix="sL"):
    language: str


class AskTimeZone(CallbackData, prefix="sz"):
    pass


class ChooseTimeZone(CallbackData, prefix="sZ", sep="|"):
    """``zone``: an IANA name; forged ones are refused when they are stored."""

    zone: str


class ShowNotices(CallbackData, prefix="sn"):
    pass


class SwitchNotice(CallbackData, prefix="sN"):
    """``on``: as it is wanted, so that two presses at once do not undo each other."""

    notice: Notice
    on: bool


class AskHour(CallbackData, prefix="sh"):
    pass


class ChooseHour(CallbackData, prefix="sH"):
    hour: Hour


class AskQuiet(CallbackData, prefix="sq"):
    pass


class AskQuietEnd(CallbackData, prefix="sQ"):
    start: Hour


class ChooseQuiet(CallbackData, prefix="sW"):
    """Equal hours: no quiet hours."""

    start: Hour
    end: Hour
