"""Deliveries to many people through trouble of every sort, and the books that must come out exact."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select

from db.engine import Database
from db.queries.deliveries import DUE, SENDING, SENT, UNKNOWN
from db.tables import Delivery
from sandbox import Fault, SandboxServer
from sandbox.people import Account
from services.deliveries import Deliveries, Outgoing, kinds

FIRST_ID = 5_000
KEY = "owed:"
# Every so many of them may repeat.
ALERT_EVERY = 5
# Of a hundred calls, so many meet each.
TROUBLES = (
    Fault("too_many_requests", method="sendMessage", times=None, probability=0.05, retry_after=1, seed=1),
    Fault("server_error", method="sendMessage", times=None, probability=0.05, seed=2),
    Fault("cut", method="sendMessage", times=None, probability=0.02, when="before", seed=3),
    Fault("cut", method="sendMessage", times=None, probability=0.02, when="after", seed=4),
    # So that something is in flight at any moment.
    Fault("slow", method="sendMessage", times=None, probability=0.05, when="before", seconds=0.5, seed=5),
    Fault("slow", method="sendMessage", times=None, probability=0.05, when="after", seconds=0.5, seed=6),
)


def crowd(people: int) -> list[Account]:
    """People who once wrote to the bot."""
    return [Account(FIRST_ID + number, f"№ {number}", started=True) for number in range(people)]


def _text(number: int) -> str:
    return f"message {number}"


def _number(text: str) -> int:
    return int(text.rpartition(" ")[2])


def _may_repeat(number: int) -> bool:
    return number % ALERT_EVERY == 0


async def owe(deliveries: Deliveries, database: Database, people: int, count: int) -> None:
    """``count`` messages, in turn to each of the people; all in few transactions."""
    now = datetime.now(UTC)
    for first in range(0, count, 1_000):
        async with database.write() as session:
            for number in range(first, min(first + 1_000, count)):
                kind = kinds.ALERT if _may_repeat(number) else kinds.ANSWER
                outgoing = Outgoing(_text(number))
                await deliveries.enqueue_in(session, kind, f"{KEY}{number}", FIRST_ID + number % people, outgoing, now)


async def states(database: Database) -> Counter[str]:
    async with database.read() as session:
        rows = await session.execute(
            select(Delivery.state, func.count()).where(Delivery.key.startswith(KEY)).group_by(Delivery.state)
        )
        return Counter({row[0]: row[1] for row in rows})


async def under_way(database: Database) -> set[int]:
    """Numbers of what is marked as being sent: in flight, when the process was just killed."""
    async with database.read() as session:
        keys = await session.scalars(
            select(Delivery.key).where(Delivery.key.startswith(KEY), Delivery.state == SENDING)
        )
        return {int(key.removeprefix(KEY)) for key in keys}


@dataclass
class Books:
    """What the product believes, what the sandbox knows, and where the two differ; see :func:`books`."""

    count: int
    states: dict[int, str]
    # How many copies of each the people have, and in which order each of them got theirs.
    copies: Counter[int]
    order: list[list[int]]
    # Whose connection was cut, and what was in flight at a kill.
    cut: set[int]
    killed: set[int]
    complaints: list[str] = field(default_factory=list)

    @property
    def sent(self) -> set[int]:
        return {number for number, state in self.states.items() if state == SENT}

    @property
    def unknown(self) -> set[int]:
        return {number for number, state in self.states.items() if state == UNKNOWN}

    @property
    def repeatable(self) -> set[int]:
        return {number for number in range(self.count) if _may_repeat(number)}

    @property
    def held(self) -> int:
        """How many messages stand in the chats."""
        return self.copies.total()


async def books(database: Database, server: SandboxServer, people: int, count: int, killed: set[int]) -> Books:
    """The books once all is settled; ``complaints`` say what is not as it must be."""
    async with database.read() as session:
        rows = await session.execute(select(Delivery.key, Delivery.state).where(Delivery.key.startswith(KEY)))
        found = {int(key.removeprefix(KEY)): state for key, state in rows}
    order = [_got(server, FIRST_ID + number) for number in range(people)]
    cut = {
        _number(call.parameters["text"])
        for call in server.calls
        if call.fault == "cut" and str(call.parameters.get("text", "")).startswith("message ")
    }
    copies = Counter(number for got in order for number in got)
    result = Books(count, found, copies, order, cut, killed)
    result.complaints = list(_complaints(result))
    return result


def _got(server: SandboxServer, person_id: int) -> list[int]:
    messages = server.world.chats[person_id].messages.values()
    texts = (str(message.get("text", "")) for message in messages if message["from"]["is_bot"])
    return [_number(text) for text in texts if text.startswith("message ")]


def _complaints(books: Books) -> Iterator[str]:
    numbers = set(range(books.count))
    once = numbers - books.repeatable
    checks: Sequence[tuple[str, set[int]]] = (
        ("are neither sent nor unknown", numbers - books.sent - books.unknown),
        ("came twice", {number for number in once if books.copies[number] > 1}),
        ("are said to be sent and did not come", {number for number in books.sent if not books.copies[number]}),
        ("may repeat and did not come", {number for number in books.repeatable if not books.copies[number]}),
        ("may repeat and are unknown", books.unknown - once),
        ("are unknown without a reason", books.unknown - books.cut - books.killed),
        ("were cut and are thought to be known", (books.cut & once) - books.unknown),
    )
    for what, which in checks:
        if which:
            yield f"{len(which)} {what}: {sorted(which)[:10]}"
    arrived = len(books.sent & once) + sum(books.copies[number] for number in books.unknown)
    if arrived != sum(books.copies[number] for number in once):
        yield f"{arrived} should stand in the chats"
    for got in books.order:
        firsts = list(dict.fromkeys(got))
        if firsts != sorted(firsts):
            yield f"somebody got {firsts}"


def is_settled(counts: Counter[str]) -> bool:
    return counts[DUE] + counts[SENDING] == 0
