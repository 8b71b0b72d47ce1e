"""Who reads what the platform tells its operators."""

from dataclasses import dataclass

from services.people import People

DEFAULT_LANGUAGE = "ru"


@dataclass(frozen=True, slots=True)
class Reader:
    """A chat, and the language that it reads."""

    chat_id: int
    language: str


async def readers(people: People, admin_chat_id: int | None, owner_ids: frozenset[int]) -> list[Reader]:
    """The admin group; each owner who ever wrote, where there is none.

    The group reads the language of the first owner (by number) who ever wrote, and Russian where none did.
    """
    found = await owners(people, owner_ids)
    if admin_chat_id is None:
        return found
    return [Reader(admin_chat_id, found[0].language if found else DEFAULT_LANGUAGE)]


async def owners(people: People, owner_ids: frozenset[int]) -> list[Reader]:
    """Each owner who ever wrote, by number: nobody else can be written to."""
    known = [await people.find(owner_id) for owner_id in sorted(owner_ids)]
    return [Reader(person.id, person.language) for person in known if person is not None]
