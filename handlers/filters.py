"""Filters that several rooms of the chat share."""

from aiogram import F
from aiogram.filters import Command

PRIVATE = F.chat.type == "private"


def typed(*commands: str) -> Command:
    """Any of the commands, in capital letters too: phones begin a message with one."""
    return Command(*commands, ignore_case=True)
