"""People: who writes to the bot, in which language and time zone."""

from services.people.people import People, Person, UnknownLanguage

__all__ = ["People", "Person", "UnknownLanguage"]
