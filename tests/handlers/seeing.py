"""Waiting for words as people read them: without isolates, and with plain spaces."""

from sandbox import Message, Person
from tests.handlers.reading import UNSEEN
from tests.waiting import until


async def sees(person: Person, words: str) -> Message:
    """The newest message with these words in it; AssertionError where none comes in time."""

    def newest() -> Message | None:
        return next((each for each in reversed(person.messages()) if words in read(each)), None)

    async def is_there() -> bool:
        return newest() is not None

    try:
        await until(is_there, True)
    except AssertionError:
        raise AssertionError(f"no message says {words!r}:\n{person.transcript()}") from None
    found = newest()
    assert found is not None
    return found


def read(message: Message) -> str:
    """What a reader sees of it."""
    return message.text.translate(UNSEEN)
