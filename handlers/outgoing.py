"""A screen as a message that is owed: what is said later looks like what is said at once."""

from handlers.screen import Screen
from services.deliveries import File, Outgoing


def as_outgoing(screen: Screen) -> Outgoing:
    keyboard = None if screen.keyboard is None else screen.keyboard.model_dump(mode="json", exclude_none=True)
    picture = None if screen.picture is None else File("toklink.png", screen.picture, "photo")
    return Outgoing(screen.text, keyboard, picture)
