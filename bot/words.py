"""What services say to people unasked, in the words of the chat."""

import asyncio
import importlib

from services.deliveries import Outgoing
from services.language import Catalogue, speaking
from services.links.daily import DailyReport, Words
from services.people import Person


def daily_words(catalogue: Catalogue) -> Words:
    """The daily note in the person's language."""

    async def words(person: Person, report: DailyReport) -> Outgoing:
        # The chat's views bring aiogram with them, which takes long to import: only who writes notes pays for it.
        views = await asyncio.to_thread(importlib.import_module, "handlers.links.daily")
        outgoing = await asyncio.to_thread(importlib.import_module, "handlers.outgoing")
        with speaking(catalogue, person.language):
            made: Outgoing = outgoing.as_outgoing(views.daily_note(report))
        return made

    return words
