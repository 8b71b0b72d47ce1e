"""How people, groups and the bot stand to each other, and what changes in it."""

from typing import Final

from sandbox.errors import PeopleError
from sandbox.limits import MESSAGE_UPDATE_LIFETIME
from sandbox.text import Json
from sandbox.world import Chat, World

# Ids of groups that came out of others begin below this one.
MIGRATED_ID: Final = -1_002_000_000_000


def block(world: World, person_id: int) -> Json:
    """Keep the bot out of the private chat: {"update_id"}."""
    return keep_out(world, person_id, blocked=True)


def unblock(world: World, person_id: int) -> Json:
    """Let the bot into the private chat again: {"update_id"}."""
    return keep_out(world, person_id, blocked=False)


def keep_out(world: World, person_id: int, *, blocked: bool) -> Json:
    person = world.active_person(person_id)
    if person.blocked == blocked:
        raise PeopleError(f"{person.first_name} {'has' if blocked else 'has not'} blocked the bot.", status=409)
    person.blocked = blocked
    world.changed()
    was, now = ("member", "kicked") if blocked else ("kicked", "member")
    return {"update_id": tell_membership(world, world.chats[person_id], person_id, was=was, now=now)}


def deactivate(world: World, person_id: int, *, deactivated: bool) -> Json:
    """Delete a person's account, or bring it back; no bot is told of either."""
    world.person(person_id).deactivated = deactivated
    world.changed()
    return {"person_id": person_id, "deactivated": deactivated}


def kick(world: World, person_id: int, chat_id: int) -> Json:
    """The owner throws the bot out of a group: {"update_id"}."""
    group = group_of(world, person_id, chat_id)
    if group.creator != person_id:
        raise PeopleError("Only the group's owner can remove the bot.", status=403)
    if not group.has_bot:
        raise PeopleError("The bot is not in this group.", status=409)
    group.has_bot = False
    world.changed()
    update_id = tell_membership(world, group, person_id, was="member", now="kicked")
    # The last that the bot hears of a group is that it left it.
    notice(world, group, person_id, {"left_chat_member": world.public_bot})
    return {"update_id": update_id}


def add(world: World, person_id: int, chat_id: int) -> Json:
    """A member takes the bot into a group again: {"update_id"}."""
    group = group_of(world, person_id, chat_id)
    if group.has_bot:
        raise PeopleError("The bot is in this group already.", status=409)
    group.has_bot = True
    world.changed()
    update_id = tell_membership(world, group, person_id, was="kicked", now="member")
    notice(world, group, person_id, {"new_chat_members": [world.public_bot]})
    return {"update_id": update_id}


def migrate(world: World, group: Chat) -> int:
    """Make a supergroup with a new id out of a group, as Telegram does when it outgrows its kind; the new id.

    The old id answers the bot with an error that names the new one; both get a service message. At Telegram only
    ordinary groups migrate, and once; here any group does, to try what the bot makes of it.
    """
    new_id = MIGRATED_ID - sum(chat.migrated_to is not None for chat in world.chats.values())
    successor = Chat(new_id, "supergroup", group.title, group.members, group.creator, has_bot=group.has_bot)
    world.chats[new_id] = successor
    notice(world, group, group.creator, {"migrate_to_chat_id": new_id})
    group.migrated_to = new_id
    world.changed()
    notice(world, successor, group.creator, {"migrate_from_chat_id": group.id})
    return new_id


def group_of(world: World, person_id: int, chat_id: int) -> Chat:
    chat = world.active_chat(person_id, chat_id)
    if chat.is_private:
        raise PeopleError("That is no group.")
    return chat


def notice(world: World, chat: Chat, person_id: int | None, content: Json) -> None:
    """A service message, which the bot gets whatever its privacy."""
    sender = world.public_bot if person_id is None else world.person(person_id).user()
    world.updates.push("message", world.post(chat, sender, content), MESSAGE_UPDATE_LIFETIME)


def tell_membership(world: World, chat: Chat, person_id: int, *, was: str, now: str) -> int | None:
    """A my_chat_member update: the bot's own standing in a chat changed."""

    def member(status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": world.public_bot, **until}

    body: Json = {
        "chat": world.chat_json(chat),
        "from": world.person(person_id).user(),
        "date": world.timestamp(),
        "old_chat_member": member(was),
        "new_chat_member": member(now),
    }
    return world.updates.push("my_chat_member", body, MESSAGE_UPDATE_LIFETIME)
