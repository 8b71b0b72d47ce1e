"""What an update is, and whose."""

from contextlib import suppress

from aiogram.types import Update

# A kind of update that is younger than this program.
UNKNOWN = "unknown"


def kind_of(update: Update) -> str:
    """``message``, ``callback_query``, …; ``unknown`` for a kind that is younger than we."""
    with suppress(Exception):
        return update.event_type
    return UNKNOWN


def lane_of(update: Update) -> int:
    """What keeps its order: what one person does; without a person, what happens in one chat."""
    event = getattr(update, kind_of(update), None)
    user, chat = getattr(event, "from_user", None), getattr(event, "chat", None)
    return user.id if user else chat.id if chat else 0
