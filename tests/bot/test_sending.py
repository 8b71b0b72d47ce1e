"""What is owed arrives: once, in order, whatever Telegram answers; on both databases, through the sandbox."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from aiogram import Bot
from PIL import Image
from sqlalchemy import select

from bot.calls import Method, call
from bot.rates import Rates
from bot.sender import open_bot
from bot.sending import Sending
from bot.starts import SANDBOX_TOKEN
from db.engine import Database
from db.migrate import migrate
from db.tables import Delivery
from sandbox import Fault, Person, SandboxClient, SandboxServer
from sandbox.people import Account
from services.deliveries import Deliveries, DeliveryKind, File, Outgoing, kinds
from services.deliveries.outbox import Outcome, Sent
from services.security import Cipher
from tests.platform import Clock
from tests.servers import free_port
from tests.waiting import until

KEYBOARD = {"inline_keyboard": [[{"text": "Open", "callback_data": "x"}]]}


@dataclass
class Post:
    """A sending loop, or several, and the people who get what it sends."""

    server: SandboxServer
    world: SandboxClient
    database: Database
    deliveries: Deliveries
    clock: Clock = field(default_factory=Clock)
    keys: "count[int]" = field(default_factory=count)
    reports: list[tuple[str, int]] = field(default_factory=list)

    @property
    def anna(self) -> Person:
        return self.world.person("Анна")

    @property
    def ben(self) -> Person:
        return self.world.person("Бен")

    @asynccontextmanager
    async def sends(self, rates: Rates | None = None, url: str | None = None) -> AsyncIterator[None]:
        """A loop for the time of the block; at its end it stops as at an orderly stop."""
        bot, over = open_bot(SANDBOX_TOKEN, url or self.server.url, patient=False), asyncio.Event()

        async def report(error: Exception, chat_id: int) -> None:
            self.reports.append((type(error).__name__, chat_id))

        rates = rates or Rates(overall=10_000, chat_seconds=0)
        sending = Sending(bot, self.deliveries, rates, clock=self.clock, report=report)
        running = asyncio.create_task(sending.run(over))
        try:
            yield
        finally:
            over.set()
            await running
            await bot.session.close()

    async def owe(self, outgoing: Outgoing | str, to: int | None = None, kind: DeliveryKind = kinds.ANSWER) -> None:
        outgoing = Outgoing(outgoing) if isinstance(outgoing, str) else outgoing
        key = f"key:{next(self.keys)}"
        await self.deliveries.enqueue(kind, key, self.anna.id if to is None else to, outgoing, self.clock())

    async def states(self) -> list[str]:
        async with self.database.read() as session:
            return list(await session.scalars(select(Delivery.state).order_by(Delivery.id)))

    async def reasons(self) -> list[str]:
        async with self.database.read() as session:
            return [reason or "" for reason in await session.scalars(select(Delivery.reason).order_by(Delivery.id))]

    async def become(self, *states: str) -> None:
        await until(self.states, list(states))

    async def seen_by(self, person: Person) -> list[str]:
        await self.world.catch_up()
        return [message.text for message in person.messages() if message.from_bot]


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    deliveries = Deliveries(database, Cipher("a key for tests " * 3, "deliveries"), default_time_zone="UTC")
    async with SandboxServer(SANDBOX_TOKEN) as server, SandboxClient(server.url, timeout=15) as world:
        post = Post(server, world, database, deliveries)
        for person in (post.anna, post.ben):
            await person.send("/start", quiet=True)
        yield post
        assert server.violations == []


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


async def test_what_is_owed_arrives_at_once_and_once(post: Post):
    async with post.sends():
        await post.owe(Outgoing("<b>Done</b>", KEYBOARD))
        message = await post.anna.sees("Done")
        await post.become("sent")
    assert message.buttons == ["Open"]
    assert await post.seen_by(post.anna) == ["Done"]


async def test_a_long_text_arrives_in_parts_and_in_order(post: Post):
    text = "\n\n".join(f"<b>Paragraph {number}</b> " + "word " * 100 for number in range(30))
    await post.owe(Outgoing(text, KEYBOARD))
    async with post.sends():
        await post.become(*["sent"] * 5)
    seen = await post.seen_by(post.anna)
    assert "".join("".join(seen).split()) == "".join(text.replace("<b>", "").replace("</b>", "").split())
    buttons = [message.buttons for message in post.anna.messages() if message.from_bot]
    assert buttons == [[], [], [], [], ["Open"]]


async def test_a_file_arrives_with_its_caption_or_before_its_long_text(post: Post):
    await post.owe(Outgoing("caption", file=File("a.txt", b"content", "document")))
    await post.owe(Outgoing("long " * 300, file=File("a.png", png(30, 20), "photo")))
    async with post.sends():
        document = await post.anna.sees_document()
        assert (document.text, await post.anna.file(document)) == ("caption", b"content")
        photo = await post.anna.sees_photo()
        assert photo.text == ""
        await post.anna.sees("long long")


@pytest.mark.parametrize("content", [png(3000, 20), b"GIF89a no picture at all", png(30, 20) + bytes(10 * 1024 * 1024)])
async def test_a_photo_that_telegram_refuses_arrives_as_a_document(post: Post, content: bytes):
    await post.owe(Outgoing("caption", KEYBOARD, File("a.png", content, "photo")))
    async with post.sends():
        document = await post.anna.sees_document()
    assert (document.text, document.buttons, await post.anna.file(document)) == ("caption", ["Open"], content)
    assert await post.states() == ["sent"]


async def test_a_chat_that_telegram_asks_to_wait_for_waits_and_nobody_else_does(post: Post):
    post.server.faults.add(Fault("too_many_requests", chat_id=post.anna.id, retry_after=2))
    await post.owe("one")
    await post.owe("two")
    await post.owe("hello", to=post.ben.id)
    async with post.sends():
        await post.ben.sees("hello", timeout=1.5)
        assert await post.seen_by(post.anna) == []
        post.clock.passes(seconds=2)
        await post.anna.sees("two")
    assert await post.seen_by(post.anna) == ["one", "two"]
    calls = [call for call in post.server.calls if call.method == "sendMessage"]
    refused, *taken = [call.at for call in calls if call.parameters["chat_id"] == str(post.anna.id)]
    assert min(taken) - refused >= timedelta(seconds=2)


async def test_an_error_of_telegram_s_own_is_waited_out_and_order_is_kept(post: Post):
    post.server.faults.add(Fault("server_error", method="sendMessage", chat_id=post.anna.id, times=2))
    await post.owe("one")
    await post.owe("two")
    async with post.sends():
        await post.become("sent", "sent")
    assert await post.seen_by(post.anna) == ["one", "two"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_message_whose_answer_was_lost_is_not_sent_again_but_an_alert_is(post: Post, when: str):
    post.server.faults.add(Fault("cut", method="sendMessage", chat_id=post.anna.id, when=when))  # type: ignore[arg-type]
    post.server.faults.add(Fault("cut", method="sendMessage", chat_id=post.ben.id, when=when))  # type: ignore[arg-type]
    await post.owe("answer")
    await post.owe("alert", to=post.ben.id, kind=kinds.ALERT)
    async with post.sends():
        await post.become("unknown", "sent")
    copies = 1 if when == "after" else 0
    assert await post.seen_by(post.anna) == ["answer"] * copies
    assert await post.seen_by(post.ben) == ["alert"] * (copies + 1)


async def test_while_telegram_cannot_be_reached_nothing_is_lost_or_doubled(post: Post):
    port = free_port()
    for number in range(5):
        await post.owe(f"{number}", to=post.anna.id if number % 2 else post.ben.id)
    async with post.sends(url=f"http://127.0.0.1:{port}"):
        await until(post.reasons, ["Telegram cannot be reached"] * 2 + [""] * 3)
    assert await post.states() == ["due"] * 5
    async with post.sends():
        await post.become(*["sent"] * 5)
    assert await post.seen_by(post.anna) == ["1", "3"]
    assert await post.seen_by(post.ben) == ["0", "2", "4"]


@pytest.mark.parametrize("reason", ["blocked", "deactivated"])
async def test_who_cannot_be_reached_is_tried_once_and_not_for_each_message(post: Post, reason: str):
    await (post.anna.blocks_bot() if reason == "blocked" else post.anna.deletes_account())
    for _ in range(3):
        await post.owe("hello")
    async with post.sends():
        await post.become(*["failed"] * 3)
    assert await post.reasons() == [reason] * 3
    assert sum(call.method == "sendMessage" for call in post.server.calls) == 1


async def test_a_group_that_became_another_one_gets_there_what_is_owed_to_it(post: Post):
    group = post.world.group("Друзья")
    for text in ("one", "two"):
        await post.owe(text, to=group.id)
    moved = await post.anna.in_group(group).migrates_group()
    async with post.sends():
        await post.become("sent", "sent")
        await post.owe("three", to=group.id)
        await post.become("sent", "sent", "sent")
    assert await post.seen_by(post.anna.in_group(moved)) == ["one", "two", "three"]
    refused = [call for call in post.server.calls if call.status == 400]
    assert len(refused) == 1


async def test_what_telegram_will_never_take_fails_with_its_words_and_holds_up_nobody(post: Post):
    await post.owe("hello", to=424242)
    await post.owe("<b>broken")
    await post.owe("fine")
    async with post.sends():
        await post.become("failed", "failed", "sent")
    reasons = await post.reasons()
    assert reasons[0] == "chat not found"
    assert "can't parse entities" in reasons[1]


async def test_telegram_s_words_about_a_button_do_not_tell_operators_a_guide_s_address(post: Post):
    address = f"http://nodots/r/{'A' * 32}"
    await post.owe(Outgoing("your guide", keyboard={"inline_keyboard": [[{"text": "Open", "url": address}]]}))
    async with post.sends():
        await post.become("failed")
    (reason,) = await post.reasons()
    assert "Wrong HTTP URL" in reason
    assert "AAAA" not in reason


async def test_what_was_under_way_when_a_process_died_is_sent_again_only_if_it_may_be(post: Post):
    await post.owe("answer")
    await post.owe("alert", to=post.ben.id, kind=kinds.ALERT)
    heads = await post.deliveries.outbox.heads(post.clock(), 10)
    await post.deliveries.outbox.claim([head.id for head in heads], post.clock())
    async with post.sends():
        await post.become("unknown", "sent")
    assert await post.seen_by(post.anna) == []
    assert await post.seen_by(post.ben) == ["alert"]


async def test_what_a_process_knew_when_it_stopped_leading_and_could_not_keep_it_knows_when_it_leads_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.records.KEEP_SECONDS", 0.05)
    monkeypatch.setattr("bot.sending.FINISH_SECONDS", 0.05)
    tried = asyncio.Event()

    async def away(*_: object) -> None:
        tried.set()
        raise ConnectionError

    with monkeypatch.context() as trouble:
        trouble.setattr(post.deliveries.outbox, "settle", away)
        async with post.sends():
            await post.owe("It arrives")
            await tried.wait()
    assert await post.states() == ["sending"]
    async with post.sends():
        await post.become("sent")
    assert await post.seen_by(post.anna) == ["It arrives"]


async def test_what_is_under_way_at_an_orderly_stop_is_finished(post: Post):
    post.server.faults.add(Fault("slow", method="sendMessage", seconds=0.5))
    await post.owe("one")
    await post.owe("two")
    async with post.sends():
        await until(post.states, ["sending", "due"])
    assert await post.states() == ["sent", "due"]


async def test_two_loops_side_by_side_send_nothing_twice(post: Post):
    people = [post.anna.id, post.ben.id, post.world.group("Друзья").id]
    async with post.sends(), post.sends():
        for number in range(60):
            await post.owe(f"{number}", to=people[number % 3])
        await post.become(*["sent"] * 60)
    sent = [call.parameters["text"] for call in post.server.calls if call.method == "sendMessage"]
    assert sorted(sent, key=int) == [f"{number}" for number in range(60)]
    assert await post.seen_by(post.anna) == [f"{number}" for number in range(0, 60, 3)]


async def test_a_chat_with_much_to_come_keeps_nobody_waiting(post: Post):
    for number in range(20):
        await post.owe(f"{number}")
    await post.owe("hello", to=post.ben.id)
    async with post.sends(Rates()):
        await post.ben.sees("hello", timeout=2)
    assert len(await post.seen_by(post.anna)) <= 3


@pytest.mark.parametrize(
    ("what", "becomes"), [("services.deliveries.outbox.Outbox.file", "sent"), ("bot.sending.call", "unknown")]
)
async def test_an_error_of_our_own_is_told_and_what_may_have_left_is_not_sent_again(
    post: Post, what: str, becomes: str, monkeypatch: pytest.MonkeyPatch
):
    async def breaks(*_: object) -> bytes:
        monkeypatch.undo()
        raise RuntimeError("on purpose")

    await post.owe(Outgoing("caption", file=File("a.txt", b"content", "document")))
    monkeypatch.setattr(what, breaks)
    async with post.sends():
        await post.become(becomes)
    assert post.reports == [("RuntimeError", post.anna.id)]


async def test_what_no_database_takes_holds_up_nobody_and_is_kept_as_well_as_it_can_be(
    post: Post, monkeypatch: pytest.MonkeyPatch
):
    async def numbers_too_high(bot: Bot, method: Method) -> Outcome:
        outcome = await call(bot, method)
        return Sent(10**30) if method.chat_id == post.anna.id else outcome

    monkeypatch.setattr("bot.sending.call", numbers_too_high)
    await post.owe("hello")
    for number in range(3):
        await post.owe(f"{number}", to=post.ben.id)
    async with post.sends():
        await post.become("sent", "sent", "sent", "sent")
    assert await post.seen_by(post.anna) == ["hello"]
    assert await post.seen_by(post.ben) == ["0", "1", "2"]


async def test_however_long_telegram_asks_to_wait_it_is_asked_again_in_an_hour(post: Post):
    post.server.faults.add(Fault("too_many_requests", method="sendMessage", retry_after=86_400))
    await post.owe("hello")
    async with post.sends():
        await until(post.reasons, ["Telegram asks to wait"])
    async with post.database.read() as session:
        due_at = await session.scalar(select(Delivery.due_at))
    assert due_at is not None
    assert due_at <= post.clock() + timedelta(hours=1)


async def test_a_day_of_errors_is_given_up(post: Post):
    post.server.faults.add(Fault("server_error", method="sendMessage", times=None))
    await post.owe("hello")
    async with post.sends():
        await until(post.reasons, ["Internal Server Error"])
        post.clock.passes(days=1, minutes=1)
        await post.become("failed")
    assert await post.reasons() == ["given up after a day: Internal Server Error"]


async def test_many_get_theirs_as_fast_as_telegram_allows_and_none_is_refused(tmp_path: Path):
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}")
    await migrate(database)
    deliveries = Deliveries(database, Cipher("a key for tests " * 3, "deliveries"), default_time_zone="UTC")
    people = [Account(5_000 + number, "A", started=True) for number in range(80)]
    async with (
        SandboxServer(SANDBOX_TOKEN, people=people, groups=[], enforce_rates=True) as server,
        SandboxClient(server.url, timeout=15) as world,
    ):
        post = Post(server, world, database, deliveries)
        for person in people:
            await post.owe("news", to=person.id)
        async with post.sends(Rates()):
            await post.become(*["sent"] * 80)
        calls = [call for call in server.calls if call.method == "sendMessage"]
    await database.close()
    assert [call.status for call in calls] == [200] * 80
    seconds = (calls[-1].at - calls[0].at).total_seconds()
    assert 2.9 < seconds < 8, seconds
