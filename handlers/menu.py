"""Presses that lead from anywhere to the main rooms of the chat."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from services.language import gettext as _


class Room(StrEnum):
    MENU = "m"
    NEW_LINK = "n"
    STATS = "t"
    TOP = "T"
    WATCHES = "w"
    REPORT = "r"
    GUIDES = "g"
    HELP = "h"
    SETTINGS = "s"
    CANCEL = "x"


class MenuPress(CallbackData, prefix="m"):
    room: Room


def button(text: str, press: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=press.pack())


def rows(*lines: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """A keyboard of the lines that have buttons."""
    return InlineKeyboardMarkup(inline_keyboard=[line for line in lines if line])


def to_menu() -> InlineKeyboardButton:
    return button(_("◀️ Menu"), MenuPress(room=Room.MENU))


def cancel_to(room: Room) -> InlineKeyboardButton:
    """Leaves a question for the room that one came from: any press ends it."""
    return button(_("✖️ Cancel"), MenuPress(room=room))
