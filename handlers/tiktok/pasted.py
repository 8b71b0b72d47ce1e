"""A pasted address of TikTok, which may have been meant to be shortened: each screen that answers it offers that.

The message keeps the address itself, in its button: it goes on from screen to screen of one message.
"""

from dataclasses import replace

from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from handlers import screen
from handlers.menu import button
from handlers.screen import Screen
from handlers.tiktok.callbacks import ShortenPress
from services.language import gettext as _

PREFIX = f"{ShortenPress.__prefix__}{ShortenPress.__separator__}"


def shorten_row(address: str) -> list[InlineKeyboardButton]:
    """``address`` as ShortenPress has it; empty: there is nothing to shorten."""
    return [button(_("🔗 Shorten instead"), ShortenPress(address=address))] if address else []


def address_of(event: Message | CallbackQuery) -> str:
    """What the pressed message can shorten, as ShortenPress has it; empty: nothing, or nobody pressed."""
    pressed = event.message if isinstance(event, CallbackQuery) else None
    keyboard = pressed.reply_markup if isinstance(pressed, Message) else None
    buttons = [each for line in keyboard.inline_keyboard for each in line] if keyboard else []
    found = (each.callback_data for each in buttons if (each.callback_data or "").startswith(PREFIX))
    return (next(found, None) or "").removeprefix(PREFIX)


def offering(screen: Screen, address: str) -> Screen:
    """The screen, with the button above its last row unless it stands there already."""
    lines = screen.keyboard.inline_keyboard if screen.keyboard else []
    stands = any((each.callback_data or "").startswith(PREFIX) for line in lines for each in line)
    if not address or stands:
        return screen
    return replace(
        screen, keyboard=InlineKeyboardMarkup(inline_keyboard=[*lines[:-1], shorten_row(address), *lines[-1:]])
    )


async def show(event: Message | CallbackQuery, shown: Screen) -> Message:
    """As handlers.screen.show, and the pressed message goes on to offer what it offered."""
    return await screen.show(event, offering(shown, address_of(event)))
