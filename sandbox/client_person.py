"""A person of the sandbox, in a user's words: what they see, say and press."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp

from sandbox.client_buttons import find_button
from sandbox.client_http import SandboxRefused
from sandbox.client_onlooker import Onlooker
from sandbox.client_views import Answer, Button, InlineAnswer, InlineResult, Message, Payment
from sandbox.text import Json


@dataclass(frozen=True, slots=True)
class Group:
    id: int
    title: str


class Person(Onlooker):
    """Somebody in one chat: their private one with the bot, or a group (`in_group`)."""

    def in_group(self, group: Group) -> "Person":
        """The same person, speaking and looking in a group."""
        return Person(self._watch, self.id, self.name, group.id)

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
        reply keyboard sends its words; a button that opens or copies something gives that and calls nobody; one that
        pays gives the bot's words when it refused.
        """
        message, button = await self._until(
            lambda: self._button(label, on), timeout, f"{self.name} sees no button {label!r} to press."
        )
        if button.action == "callback_data":
            return await self._press(message, button.value, forged=False, timeout=timeout)
        if button.action == "text":
            await self.send(button.value, timeout=timeout)
            return Answer()
        if button.action == "pay":
            payment = await self.pay(message)
            return Answer(text=payment.error)
        if button.action == "url":
            return Answer(url=button.value)
        if button.action == "copy_text":
            return Answer(copied=button.value)
        return Answer(inline_query=button.value)

    async def press_data(self, data: str, *, on: Message, timeout: float | None = None) -> Answer:
        """Send any data as if a button of that message, there or deleted, had it: what a forger does."""
        return await self._press(on, data, forged=True, timeout=timeout)

    # Paying

    async def pay(self, what: Message | str) -> Payment:
        """Pay the invoice of a message (also of one that somebody else got) or of a link, once the bot has agreed.

        Raises SandboxRefused when there are too few Stars, or nothing to pay.
        """
        if isinstance(what, str):
            body: Json = {"person_id": self.id, "invoice": what}
        else:
            body = {"person_id": self.id, "chat_id": what.chat_id, "message_id": what.message_id}
        answer = await self._watch.http.post("/people/pay", body)
        await self._watch.follower.catch_up(timeout=self._watch.timeout)
        return Payment(
            paid=answer["status"] == "paid",
            charge_id=str(answer.get("charge_id", "")),
            error=str(answer.get("error_message", "")),
            timed_out=answer["status"] == "timed_out",
        )

    async def tops_up(self, amount: int) -> None:
        """Buy Stars from Telegram."""
        await self._watch.http.post("/people/top_up", {"person_id": self.id, "amount": amount})

    async def stars(self) -> int:
        """How many Stars this person has."""
        people = (await self._watch.http.get("/people/world"))["people"]
        return next(int(item["stars"]) for item in people if item["user"]["id"] == self.id)

    async def forward(self, message: Message, to: Group | None = None) -> Message:
        """Pass a message of this chat on to a group, or into the private chat with the bot; the copy."""
        to_chat_id = self.id if to is None else to.id
        answer = await self._post("/people/forward", {"message_id": message.message_id, "to_chat_id": to_chat_id})
        return await self._reaction("message", answer, True, None)

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

    # Standing

    async def blocks_bot(self) -> None:
        """Keep the bot out of the private chat."""
        await self._watch.http.post("/people/block", {"person_id": self.id})

    async def unblocks_bot(self) -> None:
        await self._watch.http.post("/people/unblock", {"person_id": self.id})

    async def deletes_account(self) -> None:
        """The account is deactivated: this person can do nothing, and the bot is not told."""
        await self._watch.http.post("/people/deactivate", {"person_id": self.id})

    async def restores_account(self) -> None:
        await self._watch.http.post("/people/reactivate", {"person_id": self.id})

    async def kicks_bot(self) -> None:
        """Throw the bot out of this group, as its owner."""
        await self._post("/people/kick_bot", {})

    async def adds_bot(self) -> None:
        """Take the bot into this group again."""
        await self._post("/people/add_bot", {})

    async def migrates_group(self) -> Group:
        """This group becomes a supergroup with another id, and goes on there."""
        title = next(chat["title"] for chat in self._watch.follower.world["chats"] if chat["id"] == self.chat_id)
        answer = await self._post("/people/migrate", {})
        await self._watch.follower.catch_up(timeout=self._watch.timeout)
        return Group(int(answer["chat_id"]), str(title))

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
        # As a stream: aiohttp warns of large files that are not.
        form.add_field("file", BytesIO(content), filename=name)
        answer = await self._watch.http.post("/people/send_file", form)
        return await self._reaction("message", answer, quiet, timeout)

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
