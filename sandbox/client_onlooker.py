"""What a person of the sandbox sees of a chat, and how they wait for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sandbox.client_http import PeopleHttp
from sandbox.client_views import Message
from sandbox.stream import Follower
from sandbox.text import Json

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Watch:
    """What a person looks through and acts by; `timeout` is how long they wait unless told otherwise."""

    follower: Follower
    http: PeopleHttp
    timeout: float


class Onlooker:
    """Somebody who looks at one chat: their private one with the bot, or a group."""

    def __init__(self, watch: Watch, person_id: int, name: str, chat_id: int) -> None:
        self._watch = watch
        self.id = person_id
        self.name = name
        self.chat_id = chat_id

    def messages(self) -> list[Message]:
        """The whole chat as it is now, oldest first."""
        return list(self._watch.follower.chats.get(self.chat_id, {}).values())

    @property
    def last(self) -> Message:
        """The newest message of the bot in this chat."""
        found = next((message for message in reversed(self.messages()) if message.from_bot), None)
        if found is None:
            raise AssertionError(self._with_chat("The bot has not written here."))
        return found

    @property
    def actions(self) -> list[str]:
        """What the bot was seen doing in this chat ("typing", "upload_photo", …), in order."""
        return [
            str(event["action"])
            for event in self._watch.follower.log
            if event["kind"] == "typing" and event["chat_id"] == self.chat_id
        ]

    async def looks(self) -> Message:
        """Look again: everything that the bot has done by now is seen, and its newest message given."""
        await self._watch.follower.catch_up(timeout=self._watch.timeout)
        return self.last

    def transcript(self) -> str:
        """The chat as text, for reading."""
        lines = [message.transcript() for message in self.messages()]
        return "\n".join(lines) or "(nothing was said)"

    async def sees(self, text: str, *, timeout: float | None = None) -> Message:
        """Wait until a message of the bot contains the text; the newest such message."""
        return await self._until(
            lambda: self._newest(lambda message: text in message.text),
            timeout,
            f"{self.name} does not see {text!r}.",
        )

    async def sees_photo(self, *, timeout: float | None = None) -> Message:
        """Wait until the bot has shown a photo; the newest one."""
        return await self._until(
            lambda: self._newest(lambda message: message.photo), timeout, f"{self.name} sees no photo."
        )

    async def sees_document(self, *, timeout: float | None = None) -> Message:
        return await self._until(
            lambda: self._newest(lambda message: message.document), timeout, f"{self.name} sees no document."
        )

    async def sees_button(self, label: str, *, timeout: float | None = None) -> Message:
        """Wait until a message of the bot has a button whose label contains this."""
        return await self._until(
            lambda: self._newest(lambda message: any(label in button for button in message.buttons)),
            timeout,
            f"{self.name} sees no button {label!r}.",
        )

    async def no_longer_sees(self, text: str, *, timeout: float | None = None) -> None:
        """Wait until no message of the bot contains the text."""
        await self._until(
            lambda: True if self._newest(lambda message: text in message.text) is None else None,
            timeout,
            f"{self.name} still sees {text!r}.",
        )

    async def file(self, message: Message) -> bytes:
        """The bytes of the message's photo (largest size), document, voice…"""
        if message.file_id is None:
            raise AssertionError(f"There is no file in {message}")
        return await self._watch.http.download(message.file_id)

    async def commands(self) -> dict[str, str]:
        """The command menu that this person has in this chat: description by command."""
        answer = await self._watch.http.get("/people/commands", chat_id=self.chat_id, person_id=self.id)
        return {str(item["command"]): str(item["description"]) for item in answer["commands"]}

    # Within

    async def _reaction(self, kind: str, answer: Json, quiet: bool, timeout: float | None) -> Message:
        """The first thing that the bot did in this chat after the own deed."""
        own = answer["message"]
        chat_id = int(own["chat"]["id"])
        wanted = {"kind": kind, "chat_id": chat_id, "message": own}
        here = self if chat_id == self.chat_id else Onlooker(self._watch, self.id, self.name, chat_id)

        def happened() -> int | None:
            log = self._watch.follower.log
            return next((place for place in range(len(log) - 1, -1, -1) if log[place] == wanted), None)

        place = await here._until(happened, timeout, "The own message never appeared.")
        if quiet:
            return Message(own, self._watch.follower.bot_id)
        said = Message(own, self._watch.follower.bot_id).text
        return await here._until(
            lambda: here._reacted(place), timeout, f"The bot did nothing in this chat after {self.name}'s {said!r}."
        )

    def _reacted(self, place: int) -> Message | None:
        follower = self._watch.follower
        for event in follower.log[place + 1 :]:
            if event.get("chat_id") != self.chat_id:
                continue
            if event["kind"] == "deleted":
                return follower.deleted.get((self.chat_id, event["message_id"]))
            if event["kind"] in {"message", "edited"}:
                message = Message(event["message"], follower.bot_id)
                if message.from_bot:
                    return message
        return None

    def _newest(self, fits: Callable[[Message], bool]) -> Message | None:
        return next((message for message in reversed(self.messages()) if message.by_bot and fits(message)), None)

    async def _until(self, look: Callable[[], T | None], timeout: float | None, complaint: str) -> T:
        return await self._watch.follower.until(
            look,
            timeout=self._watch.timeout if timeout is None else timeout,
            complaint=lambda: self._with_chat(complaint),
        )

    def _with_chat(self, sentence: str) -> str:
        return f"{sentence}\n--- the chat, as {self.name} sees it ---\n{self.transcript()}\n---"
