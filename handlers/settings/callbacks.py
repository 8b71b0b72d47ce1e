"""Callback data of the settings."""

from aiogram.filters.callback_data import CallbackData


class AskLanguage(CallbackData, prefix="sl"):
    pass


class ChooseLanguage(CallbackData, prefix="sL"):
    language: str


class AskTimeZone(CallbackData, prefix="sz"):
    pass


class ChooseTimeZone(CallbackData, prefix="sZ", sep="|"):
    """``zone``: an IANA name; forged ones are refused when they are stored."""

    zone: str
