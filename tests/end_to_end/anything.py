"""Random people against the whole bot: they write, press, forge, send files, edit, block; the bot is restarted."""

import asyncio
import re
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import func, select

from db.queries.inbox import ASIDE, WAITING
from db.tables import ErrorReport, InboxUpdate
from sandbox import Person, SandboxRefused
from sandbox.client_views import Message
from sandbox.people import ADMIN_GROUP_ID, FRIENDS_GROUP_ID
from tests.platform import Platform, running_platform
from tests.waiting import until

T = TypeVar("T")
PATIENCE = 60.0
COMMANDS = ("start", "help", "link", "links", "settings", "cancel", "admin", "privacy", "terms", "stats", "nonsense")
# Who can press what a person sees, and send what a person can send.
SPEAKERS: dict[str, tuple[str, int | None]] = {
    "Анна": ("Анна", None),
    "Бен": ("Бен", None),
    "Вера": ("Вера", None),
    "Оля": ("Оля", None),
    "Анна among friends": ("Анна", FRIENDS_GROUP_ID),
    "Бен among friends": ("Бен", FRIENDS_GROUP_ID),
    "Оля among operators": ("Оля", ADMIN_GROUP_ID),
}
IN_PRIVATE = ("Анна", "Бен", "Вера", "Оля")
# Words of Telegram's that no rule of it was broken by: two presses at once, a message that its owner removed.
HARMLESS = re.compile(
    "message is not modified|message to edit not found|message to delete not found|message can't be deleted"
    "|query is too old|message can't be edited|message to be replied not found"
)

who = st.sampled_from(sorted(SPEAKERS))
characters = st.characters(codec="utf-8", exclude_categories=["Cc"])
anything = st.text(characters, min_size=1, max_size=300)
addresses = st.one_of(
    st.sampled_from(
        (
            "https://example.com/", "http://127.0.0.1/", "example.com", "https://пример.рф/путь", "ftp://example.com",
            "javascript:alert(1)", "https://user:pass@example.com", "https://example.com/" + "a" * 3900,
            "localhost:3000",
            "https://example.com https://example.org", "mail@example.com", "http://[::1]/", "https://t.me/x?start=1",
        )
    ),
    st.builds("https://example.com/{}".format, st.text("abcdefgh/?&=%", max_size=40)),
)  # fmt: skip
commands = st.builds(
    lambda command, words: f"/{command} {words}".strip(), st.sampled_from(COMMANDS), st.one_of(st.just(""), anything)
)
answers = st.sampled_from(
    ("1001", "@anna_demo", "Казань", "+5:30", "+99", "0", "-1", "London", "да", "spam", "<b>", "%s")
)
texts = st.one_of(addresses, commands, answers, anything, st.just("я" * 4096), st.just("👩‍👩‍👧" * 500))
kinds = st.sampled_from(("sticker", "voice", "location", "contact", "dice"))
forged = st.one_of(
    st.text(characters, min_size=1, max_size=20),
    st.builds("{}:{}:{}".format, st.sampled_from(("l", "ll", "m", "ao", "a", "p", "w")), anything.map(lambda t: t[:6]),
              st.integers(-(2**63), 2**70)),
)  # fmt: skip
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class AnythingGoes(RuleBasedStateMachine):
    """Each rule is something that people or machines do; what must hold is looked at after each."""

    # By all machines together.
    deeds = 0

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        # What was ever pressable, and where: buttons of messages that changed or went away since.
        self._remembered: list[tuple[str, Message, str]] = []
        self._blocked: set[str] = set()
        self._calls = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    @initialize()
    def the_platform_starts(self) -> None:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="toklink-anything-"))
        self.platform: Platform = self.run(
            self._stack.enter_async_context(running_platform(Path(folder), enforce_rates=True))
        )

    def teardown(self) -> None:
        self.run(self._stack.aclose())
        self._runner.close()

    # What happens

    @rule(name=who, text=texts)
    def somebody_writes(self, name: str, text: str) -> None:
        self._do(name, self._person(name).send(text, quiet=True))

    @rule(name=who, kind=kinds)
    def somebody_sends_something_else(self, name: str, kind: str) -> None:
        self._do(name, self._person(name).send_other(kind, quiet=True))

    @rule(name=who, caption=st.one_of(st.just(""), texts.map(lambda text: text[:500])), broken=st.booleans())
    def somebody_sends_a_file(self, name: str, caption: str, broken: bool) -> None:
        content = b"no picture" if broken else PNG
        self._do(name, self._person(name).send_document(content, "x.png", caption=caption, quiet=True))

    @rule(name=who, number=st.integers(0, 10_000))
    def somebody_presses(self, name: str, number: int) -> None:
        pressable = self._pressable(name)
        if pressable:
            message, data = pressable[number % len(pressable)]
            self._do(name, self._person(name).press_data(data, on=message, timeout=PATIENCE))

    @rule(name=who, number=st.integers(0, 10_000))
    def somebody_presses_what_they_saw_long_ago(self, name: str, number: int) -> None:
        theirs = [(message, data) for seen_by, message, data in self._remembered if seen_by == name]
        if theirs:
            message, data = theirs[number % len(theirs)]
            self._do(name, self._person(name).press_data(data, on=message, timeout=PATIENCE))

    @precondition(lambda self: bool(self._remembered))
    @rule(name=who, number=st.integers(0, 10_000))
    def somebody_presses_another_s_button(self, name: str, number: int) -> None:
        _, _, data = self._remembered[number % len(self._remembered)]
        mine = self._pressable(name)
        if mine:
            self._do(name, self._person(name).press_data(data, on=mine[-1][0], timeout=PATIENCE))

    @rule(name=who, data=forged)
    def somebody_forges(self, name: str, data: str) -> None:
        mine = self._pressable(name)
        if mine and len(data.encode()) <= 64:
            self._do(name, self._person(name).press_data(data, on=mine[-1][0], timeout=PATIENCE))

    @rule(name=who, text=texts)
    def somebody_edits(self, name: str, text: str) -> None:
        person = self._person(name)
        own = [message for message in person.messages() if not message.from_bot and message.raw.get("text")]
        own = [message for message in own if message.raw["from"]["id"] == person.id]
        if own:
            self._do(name, person.edit(own[-1], text, quiet=True))

    @rule(name=st.sampled_from(IN_PRIVATE), text=texts, choose=st.booleans())
    def somebody_types_after_the_bot_s_name(self, name: str, text: str, choose: bool) -> None:
        async def type_and_choose() -> None:
            offered = await self._person(name).inline(text[:256])
            if choose and offered.results:
                await self._person(name).choose(offered)

        self._do(name, type_and_choose())

    @rule(name=st.sampled_from(IN_PRIVATE), payload=st.text("abcXYZ019_-", max_size=64))
    def somebody_opens_a_deep_link(self, name: str, payload: str) -> None:
        self._do(name, self._person(name).start(payload, quiet=True))
        self._blocked.discard(name)

    @rule(name=st.sampled_from(IN_PRIVATE[:3]), dice=st.integers(0, 3))
    def somebody_blocks_the_bot_or_lets_it_in(self, name: str, dice: int) -> None:
        person = self._person(name)
        if name not in self._blocked and dice < 3:
            return
        self._do(name, person.unblocks_bot() if name in self._blocked else person.blocks_bot())
        self._blocked ^= {name}

    @rule(minutes=st.sampled_from((0.05, 3, 70, 60 * 26)))
    def time_passes(self, minutes: float) -> None:
        self.platform.clock.passes(minutes=minutes)

    @rule(dice=st.integers(0, 3))
    def the_bot_is_restarted(self, dice: int) -> None:
        if dice == 3:
            self.run(self.platform.restart())

    # What must hold

    def _do(self, name: str, deed: Coroutine[Any, Any, Any]) -> None:
        """A deed, and what must hold after it."""
        AnythingGoes.deeds += 1
        # Nobody writes faster than Telegram lets the bot answer.
        self.platform.clock.passes(seconds=3)
        self.run(self._deed(deed))
        for message, data in self._pressable(name):
            self._remembered.append((name, message, data))
        del self._remembered[:-200]

    async def _deed(self, deed: Coroutine[Any, Any, Any]) -> None:
        try:
            await deed
        except SandboxRefused as refused:
            # Telegram itself does not let a person do that: too long a text, a person who blocked the bot.
            if refused.status >= 500:
                raise
        await until(self._open_updates, 0, within=PATIENCE)
        await self.platform.world.catch_up()
        assert await self._failures() == []
        assert self.platform.server.violations == []
        assert self._broken_limits() == []

    async def _open_updates(self) -> int:
        if self.platform.server.world.updates.pending:
            return self.platform.server.world.updates.pending
        async with self.platform.container.database.read() as session:
            return await session.scalar(select(func.count()).where(InboxUpdate.state == WAITING)) or 0

    async def _failures(self) -> list[str]:
        async with self.platform.container.database.read() as session:
            aside = await session.scalars(select(InboxUpdate.traceback).where(InboxUpdate.state == ASIDE))
            reports = await session.scalars(select(ErrorReport.traceback))
            return [*(str(text) for text in aside), *reports]

    def _broken_limits(self) -> list[str]:
        """Calls that Telegram refused for what they were."""
        calls = self.platform.server.world.log.since(self._calls)
        self._calls = self.platform.server.world.log.last
        refused = [call for call in calls if call.status == 400 and not HARMLESS.search(call.description or "")]
        return [f"{call.method} {call.parameters}: {call.description}" for call in refused]

    # Who

    def _person(self, name: str) -> Person:
        person_name, group = SPEAKERS[name]
        person = self.platform.world.person(person_name)
        return person.in_group(self.platform.world.group(group)) if group else person

    def _pressable(self, name: str) -> list[tuple[Message, str]]:
        return [
            (message, button.value)
            for message in self._person(name).messages()[-20:]
            if message.by_bot
            for row in message.rows
            for button in row
            if button.action == "callback_data"
        ]
