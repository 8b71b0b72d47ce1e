"""A person of the sandbox, in a user's words: what they see, say and press."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from sandbox.client_buttons import find_button
from sandbox.client_http import PeopleHttp, SandboxRefused
from sandbox.client_views import Answer, Button, InlineAnswer, InlineResult, Message
from sandbox.stream import Follower
from sandbox.text import Json

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group:
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Watch:
    """What a person looks through and acts by; `timeout` is how long they wait unless told otherwise."""

    follower: Follower
    http: PeopleHttp
    timeout: float


class Person:
    """Somebody in one chat: their private one with the bot, or a group (`in_group`)."""

    def __init__(self, watch: Watch, person_id: int, name: str, chat_id: int) -> None:
        self._watch = watch
        self.id = person_id
        self.name = name
        self.chat_id = chat_id

    def in_group(self, group: Group) -> "Person":
        """The same person, speaking and looking in a group."""
        return Person(self._watch, self.id, self.name, group.id)

    # Looking

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

    # Speaking: each waits for the bot's reaction unless quiet, and then gives the own message.

    async def send(
        self, text: str, *, reply_to: Message | None = None, quiet: bool = False, timeout: float | None = None
    ) -> Message:
        """Write, and wait until the bot wrote, edited or deleted something here after it."""
        body: Json = {"text": text}
        if reply_to is not None:
            body["reply_to_message_id"] = reply_to.message_id
        answer = await self._post("/people/send", body)
        return await self._reaction("message", answer, quiet, timeout)

    async def start(self, payload: str = "", *, quiet: bool = False, timeout: float | None = None) -> Message:
        """Open the bot, by a deep link when there is a payload."""
        answer = await self._watch.http.post("/people/start", {"person_id": self.id, "payload": payload})
        return await self._reaction("message", answer, quiet, timeout)

    async def edit(self, message: Message, text: str, *, quiet: bool = False, timeout: float | None = None) -> Message:
        """Change an own message."""
        answer = await self._post("/people/edit", {"message_id": message.message_id, "text": text})
        return await self._reaction("edited", answer, quiet, timeout)

    async def send_photo(
        self, content: bytes, *, caption: str = "", quiet: bool = False, timeout: float | None = None
    ) -> Message:
        return await self._send_file("photo", content, "photo.jpg", caption, quiet=quiet, timeout=timeout)

    async def send_document(
        self,
        content: bytes,
        name: str = "file.txt",
        *,
        caption: str = "",
        quiet: bool = False,
        timeout: float | None = None,
    ) -> Message:
        return await self._send_file("document", content, name, caption, quiet=quiet, timeout=timeout)

    async def send_sticker(self, *, quiet: bool = False, timeout: float | None = None) -> Message:
        return await self.send_other("sticker", quiet=quiet, timeout=timeout)

    async def send_voice(self, *, quiet: bool = False, timeout: float | None = None) -> Message:
        return await self.send_other("voice", quiet=quiet, timeout=timeout)

    async def send_other(self, kind: str, *, quiet: bool = False, timeout: float | None = None) -> Message:
        """Something made up: sticker, voice, location, contact or dice."""
        answer = await self._post("/people/send_other", {"kind": kind})
        return await self._reaction("message", answer, quiet, timeout)

    async def speaks(self, language_code: str) -> None:
        """Switch the language of this person's Telegram."""
        await self._watch.http.post("/people/language", {"person_id": self.id, "language_code": language_code})

    # Pressing

    async def press(self, label: str, *, on: Message | None = None, timeout: float | None = None) -> Answer:
        """Press the button with this label on the newest message that has it (or on `on`), and wait for the answer.

        An exact label wins; else the one label that contains the words. Waits for the button to appear. A key of a
        reply keyboard sends its words; a button that opens or copies something gives that and calls nobody.
        """
        message, button = await self._until(
            lambda: self._button(label, on), timeout, f"{self.name} sees no button {label!r} to press."
        )
        if button.action == "callback_data":
            return await self._press(message, button.value, forged=False, timeout=timeout)
        if button.action == "text":
            await self.send(button.value, timeout=timeout)
            return Answer()
        if button.action == "url":
            return Answer(url=button.value)
        if button.action == "copy_text":
            return Answer(copied=button.value)
        return Answer(inline_query=button.value)

    async def press_data(self, data: str, *, on: Message, timeout: float | None = None) -> Answer:
        """Send any data as if a button of that message, there or deleted, had it: what a forger does."""
        return await self._press(on, data, forged=True, timeout=timeout)

    # Inline mode

    async def inline(self, query: str, *, offset: str = "") -> InlineAnswer:
        """Type `@bot query`; what the bot offers."""
        raw = await self._post("/people/inline", {"query": query, "offset": offset})
        return InlineAnswer(query, [InlineResult(item) for item in raw["results"]], raw)

    async def choose(self, offered: InlineAnswer, which: str | int = 0) -> Message:
        """Send one of the results, by its title, its id or its number."""
        if isinstance(which, int):
            result = offered.results[which]
        else:
            result = next(item for item in offered.results if which in {item.title, item.id})
        answer = await self._post("/people/choose", {"query": offered.query, "result_id": result.id})
        return await self._reaction("message", answer, True, None)

    # Within

    async def _post(self, path: str, body: Json) -> Any:
        return await self._watch.http.post(path, {"person_id": self.id, "chat_id": self.chat_id} | body)

    async def _send_file(
        self, kind: str, content: bytes, name: str, caption: str, *, quiet: bool, timeout: float | None
    ) -> Message:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("person_id", str(self.id))
        form.add_field("chat_id", str(self.chat_id))
        form.add_field("kind", kind)
        form.add_field("caption", caption)
        form.add_field("file", content, filename=name)
        answer = await self._watch.http.post("/people/send_file", form)
        return await self._reaction("message", answer, quiet, timeout)

    async def _reaction(self, kind: str, answer: Json, quiet: bool, timeout: float | None) -> Message:
        """The first thing that the bot did in this chat after the own deed."""
        own = answer["message"]
        chat_id = int(own["chat"]["id"])
        wanted = {"kind": kind, "chat_id": chat_id, "message": own}
        here = self if chat_id == self.chat_id else Person(self._watch, self.id, self.name, chat_id)

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

    async def _press(self, message: Message, data: str, *, forged: bool, timeout: float | None) -> Answer:
        body: Json = {"message_id": message.message_id, "data": data} | ({"forged": True} if forged else {})
        try:
            pressed = await self._post("/people/press", body)
        except SandboxRefused as refused:
            raise SandboxRefused(refused.status, self._with_chat(refused.sentence)) from None

        def answered() -> Answer | None:
            for event in reversed(self._watch.follower.log):
                if event["kind"] == "answered" and event["callback_query_id"] == pressed["callback_query_id"]:
                    return Answer(str(event["text"]), bool(event["show_alert"]), str(event["url"]))
            return None

        return await self._until(answered, timeout, f"The bot never answered {self.name}'s press of {data!r}.")

    def _button(self, label: str, on: Message | None) -> tuple[Message, Button] | None:
        try:
            return find_button(self.messages(), label, on)
        except LookupError as unclear:
            raise AssertionError(self._with_chat(str(unclear))) from None

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
