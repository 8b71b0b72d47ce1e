"""People: who writes to the bot, in which language and time zone, and what they may do."""

from services.people.people import Ban, People, Person, UnknownLanguage
from services.people.roles import NotAllowed, Right, Role

__all__ = ["Ban", "NotAllowed", "People", "Person", "Right", "Role", "UnknownLanguage"]
