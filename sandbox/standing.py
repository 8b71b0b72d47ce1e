"""How people, groups and the bot stand to each other, and what changes in it."""

from typing import Final

from sandbox.limits import MESSAGE_UPDATE_LIFETIME
from sandbox.world import Chat, World

# Ids of groups that came out of others begin below this one.
MIGRATED_ID: Final = -1_002_000_000_000


def migrate(world: World, group: Chat) -> int:
    """Make a supergroup with a new id out of a group, as Telegram does when it outgrows its kind; the new id.

    The old id answers the bot with an error that names the new one; both get a service message. At Telegram only
    ordinary groups migrate, and once; here any group does, to try what the bot makes of it.
    """
    new_id = MIGRATED_ID - sum(chat.migrated_to is not None for chat in world.chats.values())
    successor = Chat(new_id, "supergroup", group.title, group.members, group.creator)
    world.chats[new_id] = successor
    sender = world.public_bot if group.creator is None else world.person(group.creator).user()
    farewell = world.post(group, sender, {"migrate_to_chat_id": new_id})
    group.migrated_to = new_id
    world.changed()
    welcome = world.post(successor, sender, {"migrate_from_chat_id": group.id})
    for message in (farewell, welcome):
        world.updates.push("message", message, MESSAGE_UPDATE_LIFETIME)
    return new_id
