"""The state of the local Telegram: people, chats, messages, queries, the bot's profile. All in memory."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from sandbox.call_log import CallLog
from sandbox.errors import BLOCKED, DEACTIVATED, PeopleError, bad_request, conflict, forbidden, kicked, migrated
from sandbox.events import EventHub
from sandbox.faults import Faults
from sandbox.files import FileStore
from sandbox.limits import CHECKOUT_ANSWER, KEPT_MESSAGES_PER_CHAT, MESSAGE_UPDATE_LIFETIME
from sandbox.people import Account, Group
from sandbox.profile import BotProfile
from sandbox.queries import InlineQueries, Presses
from sandbox.rates import Rates
from sandbox.stars import Stars
from sandbox.text import Json
from sandbox.updates import TERMINATED, UpdateQueue

if TYPE_CHECKING:
    from sandbox.tiktok.server import TikTokServer
    from sandbox.webhooks import Courier


# Telegram's numbers of updates are large, and grow faster than those of messages.
FIRST_UPDATE, UPDATES_A_MESSAGE = 100_000_001, 10
# Before this there was no sandbox.
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def messages_before(now: datetime) -> int:
    """So many that a sandbox which begins ``now`` gives no number that an earlier one gave: one a second.

    What a bot keeps (updates that are handled, messages with questions) outlives the sandbox, as it would outlive no
    Telegram.
    """
    return max(0, int((now - BEGINNING).total_seconds()))


@dataclass(slots=True)
class Chat:
    """A private chat (id of the person) or a group, with its messages by id, oldest first."""

    id: int
    kind: Literal["private", "group", "supergroup"]
    title: str | None
    members: frozenset[int]
    creator: int | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    # Supergroups count their own messages; all other chats share the bot's counter.
    last_message_id: int = 0
    # A group may have thrown the bot out.
    has_bot: bool = True
    # The group that this one became.
    migrated_to: int | None = None

    @property
    def is_private(self) -> bool:
        return self.kind == "private"


class World:
    """Everything that the Bot API and the people share.

    Messages are Bot API Message objects and are never changed in place: an edit puts a new one.
    """

    def __init__(
        self,
        *,
        bot: Json,
        people: Iterable[Account],
        groups: Iterable[Group],
        now: Callable[[], datetime],
        enforce_rates: bool = False,
        inline_feedback: bool = True,
        checkout_seconds: float = CHECKOUT_ANSWER.total_seconds(),
        past: int = 0,
    ) -> None:
        """``past``: how many messages there were before, of which nothing is known but that their numbers are taken."""
        self.now = now
        # What getMe tells, and the bot as its messages name it.
        self.bot = bot
        self.public_bot: Json = {name: bot[name] for name in ("id", "is_bot", "first_name", "username")}
        self.inline_feedback = inline_feedback
        self.people = {person.id: person for person in people}
        self.chats = {
            person.id: Chat(person.id, "private", None, frozenset({person.id})) for person in self.people.values()
        }
        for group in groups:
            self.chats[group.id] = Chat(
                group.id, group.kind, group.title, frozenset(group.members), group.creator, last_message_id=past
            )
        self.events = EventHub()
        self.files = FileStore()
        self.faults = Faults()
        self.updates = UpdateQueue(now, first_id=FIRST_UPDATE + past * UPDATES_A_MESSAGE, copies=self.faults.copies)
        # Set by the server, which carries out what a webhook's answer asks for.
        self.courier: Courier
        self.presses = Presses(now)
        self.inline = InlineQueries(now)
        self.stars = Stars(now)
        self.checkout_seconds = checkout_seconds
        self.profile = BotProfile()
        self.rates = Rates(now) if enforce_rates else None
        self.log = CallLog()
        self.violations: list[str] = []
        # Set by the server, where there is one beside.
        self.tiktok: TikTokServer | None = None
        self._common_message_id = past
        self._albums = 0
        self._timers: list[asyncio.TimerHandle] = []

    # Names

    def person(self, person_id: int) -> Account:
        try:
            return self.people[person_id]
        except KeyError:
            raise PeopleError(f"There is no person {person_id} here.", status=404) from None

    def active_person(self, person_id: int) -> Account:
        """Somebody who can do something; raises PeopleError."""
        person = self.person(person_id)
        if person.deactivated:
            raise PeopleError(f"{person.first_name}'s account is deactivated.", status=403)
        return person

    def chat_json(self, chat: Chat) -> Json:
        """The Chat object as messages carry it."""
        if not chat.is_private:
            return {"id": chat.id, "type": chat.kind, "title": chat.title}
        user = self.people[chat.id].user()
        names: Json = {name: user[name] for name in ("first_name", "last_name", "username") if name in user}
        return {"id": chat.id, "type": "private", **names}

    def bot_chat(self, chat_id: int | str) -> Chat:
        """The chat that a bot names; raises BotApiError 400 (for a group that became another one too) or 403."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            raise migrated(chat.migrated_to)
        if not chat.has_bot:
            raise kicked(chat.kind)
        return chat

    def writable_chat(self, chat_id: int | str) -> Chat:
        """The chat that a bot may write to; raises BotApiError 400 or 403."""
        chat = self.bot_chat(chat_id)
        if chat.is_private:
            person = self.people[chat.id]
            if person.deactivated:
                raise forbidden(DEACTIVATED)
            if person.blocked:
                raise forbidden(BLOCKED)
            if not person.started:
                raise forbidden("bot can't initiate conversation with a user")
        return chat

    def persons_chat(self, person_id: int, chat_id: int) -> Chat:
        """A chat that this person sees; raises PeopleError."""
        self.person(person_id)
        chat = self.chats.get(chat_id)
        if chat is None or person_id not in chat.members:
            raise PeopleError(f"Account {person_id} does not see the chat {chat_id}.", status=404)
        if chat.migrated_to is not None:
            raise PeopleError(f"The group {chat_id} goes on as {chat.migrated_to}.", status=404)
        return chat

    def active_chat(self, person_id: int, chat_id: int) -> Chat:
        """A chat where this person can do something; raises PeopleError."""
        chat = self.persons_chat(person_id, chat_id)
        person = self.active_person(person_id)
        if chat.is_private and person.blocked:
            raise PeopleError(f"{person.first_name} has blocked the bot and must unblock it first.", status=403)
        return chat

    def map(self) -> Json:
        """Who and what is there, as people's clients load it: {"bot", "people", "chats", "has_tiktok"}."""
        people = [
            {
                "user": person.user(),
                "role": person.role,
                "blocked": person.blocked,
                "deactivated": person.deactivated,
                "stars": person.stars,
            }
            for person in self.people.values()
        ]
        chats = [
            {"id": chat.id, "type": chat.kind, "members": sorted(chat.members), "has_bot": chat.has_bot}
            | ({"title": chat.title} if chat.title else {})
            for chat in self.chats.values()
            if chat.migrated_to is None
        ]
        bot = self.bot | self.profile.public_texts()
        return {"bot": bot, "people": people, "chats": chats, "has_tiktok": self.tiktok is not None}

    def tell_stars(self, person: Account) -> None:
        """Tell people's clients what this person has now."""
        self.events.publish({"kind": "stars", "person_id": person.id, "stars": person.stars})

    def successor(self, chat_id: int) -> Chat:
        """The chat that this one goes on as, itself as a rule."""
        chat = self.chats[chat_id]
        return chat if chat.migrated_to is None else self.successor(chat.migrated_to)

    def changed(self) -> None:
        """Tell people's clients that the map is another one."""
        self.events.publish({"kind": "world", "world": self.map()})

    def timestamp(self) -> int:
        return int(self.now().astimezone(UTC).timestamp())

    # Messages

    def new_album_id(self) -> str:
        self._albums += 1
        return str(13_000_000_000_000_000 + self._albums)

    def post(self, chat: Chat, sender: Json, content: Json) -> Json:
        """Put a new message into the chat, tell the people, and give it."""
        if chat.kind == "supergroup":
            chat.last_message_id += 1
            message_id = chat.last_message_id
        else:
            self._common_message_id += 1
            message_id = self._common_message_id
        message = {
            "message_id": message_id,
            "from": sender,
            "chat": self.chat_json(chat),
            "date": self.timestamp(),
            **content,
        }
        chat.messages[message_id] = message
        if len(chat.messages) > KEPT_MESSAGES_PER_CHAT:
            del chat.messages[next(iter(chat.messages))]
        self.events.publish({"kind": "message", "chat_id": chat.id, "message": message})
        return message

    def replace(self, chat: Chat, message: Json) -> Json:
        """Put an edited message in the place of the old one and tell the people."""
        chat.messages[message["message_id"]] = message
        self.events.publish({"kind": "edited", "chat_id": chat.id, "message": message})
        return message

    def delete(self, chat: Chat, message_id: int) -> None:
        del chat.messages[message_id]
        self.events.publish({"kind": "deleted", "chat_id": chat.id, "message_id": message_id})

    def is_own(self, message: Json) -> bool:
        """Whether the bot itself sent it."""
        return bool(message["from"]["id"] == self.bot["id"])

    # Updates

    def tell_bot(self, kind: str, chat: Chat, message: Json) -> int | None:
        """Queue a person's message for the bot, unless its privacy in groups keeps it away."""
        if not chat.is_private and not (chat.has_bot and self.concerns_bot(message)):
            return None
        return self.updates.push(kind, bot_view(message), MESSAGE_UPDATE_LIFETIME)

    def concerns_bot(self, message: Json) -> bool:
        """Privacy mode: in groups a bot sees commands for it, replies to it, what was sent by its inline mode, and who
        paid it.
        """
        if "successful_payment" in message or message.get("via_bot", {}).get("id") == self.bot["id"]:
            return True
        replied = message.get("reply_to_message")
        if replied is not None and replied["from"]["id"] == self.bot["id"]:
            return True
        text = message.get("text") or message.get("caption") or ""
        if not text.startswith("/"):
            return False
        command = text.split(maxsplit=1)[0]
        _, _, username = command.partition("@")
        return not username or username.lower() == self.bot["username"].lower()

    # Time

    def expire(self) -> None:
        """Tell people of presses that can no longer be answered."""
        for press in self.presses.newly_expired():
            self.events.publish({"kind": "expired", "person_id": press.person_id, "callback_query_id": press.query_id})

    def expire_later(self, seconds: float) -> None:
        """Look for expired presses once this real time has passed."""
        self._timers = [timer for timer in self._timers if timer.when() > asyncio.get_running_loop().time()]
        self._timers.append(asyncio.get_running_loop().call_later(seconds, self.expire))

    def close(self) -> None:
        """End streams, polls, waiting queries, pauses and timers."""
        self.events.close()
        self.log.close()
        self.faults.close()
        self.updates.end_poll(conflict(TERMINATED))
        self.inline.close()
        self.stars.close()
        for timer in self._timers:
            timer.cancel()


BOT_VISIBLE_MARKUP: Final = "inline_keyboard"


def bot_view(message: Json) -> Json:
    """A message as a bot gets it: of keyboards, only inline ones are part of it."""
    shown: dict[str, Any] = {name: value for name, value in message.items() if name != "reactions"}
    if BOT_VISIBLE_MARKUP not in shown.get("reply_markup", {BOT_VISIBLE_MARKUP: None}):
        del shown["reply_markup"]
    if "reply_to_message" in shown:
        shown["reply_to_message"] = bot_view(shown["reply_to_message"])
    return shown
