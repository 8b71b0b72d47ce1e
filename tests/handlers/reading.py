"""What tests of the chat share: reading as people read, and sending what people's own buttons cannot."""

from datetime import timedelta
from typing import Any

from sandbox import Person
from sandbox.deeds import deliver, text_fields, typed
from sandbox.world import bot_view
from tests.platform import Platform
from tests.waiting import until

# What a reader does not see: isolates around people's words, spaces that do not break.
UNSEEN = {ord("\u2068"): None, ord("\u2069"): None, ord("\u00a0"): " "}
SOME_PHOTO = {"photo": [{"file_id": "made-up", "file_unique_id": "made-up", "width": 90, "height": 90}]}


def said(person: Person) -> str:
    """The bot's newest message."""
    return person.last.text.translate(UNSEEN)


async def answers(person: Person) -> list[str]:
    """Everything that the bot said in this chat up to now and that stands."""
    private = person.chat_id == person.id
    # A chat's updates are handled in their order: once this one is answered, all before it are.
    last = await person.send("/help" if private else "/link", quiet=True)
    await person.sees("/settings" if private else "/link https://example.com/page")
    found = [message for message in person.messages() if message.from_bot]
    *before, closing = found
    assert closing.message_id > last.message_id
    return [message.text.translate(UNSEEN) for message in before]


def sends(platform: Platform, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    """Any message of the Bot API, from the person in their chat; gives it back."""
    world = platform.server.world
    return dict(deliver(world, world.chats[person.chat_id], person.id, content)["message"])


def edits(platform: Platform, person: Person, message: dict[str, Any]) -> None:
    """The message as it stands now, edited."""
    world = platform.server.world
    chat = world.chats[person.chat_id]
    world.tell_bot("edited_message", chat, world.replace(chat, message | {"edit_date": world.timestamp()}))


def mentions(platform: Platform, person: Person, text: str) -> None:
    """A text in a group with the bot's name in it: a mention reaches the bot as a command does."""
    world = platform.server.world
    message = world.post(world.chats[person.chat_id], world.person(person.id).user(), text_fields(typed(text)))
    world.updates.push("message", bot_view(message), timedelta(days=1))


async def nothing_was_reported(platform: Platform) -> None:
    """No operator was woken."""
    operators = platform.world.person("Оля").in_group(platform.world.group("Админы Toklink"))
    await platform.world.catch_up()
    assert [message.text for message in operators.messages()] == []


async def left_to_handle(platform: Platform) -> int:
    """How many updates Telegram still has, and the inbox."""
    pending = platform.server.world.updates.pending
    waiting = (await platform.container.services.operations.health(platform.clock())).updates.count
    return pending + waiting


async def nothing_waits(platform: Platform) -> None:
    """Everything that people did up to now is handled, and what came of it is seen."""
    await until(lambda: left_to_handle(platform), 0, within=120)
    await platform.world.catch_up()
