"""Questions about payments: a person asks, operators read it with the person's orders, and answer through the bot."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects
from db.queries import payment_desk as desk_queries
from db.queries import people as people_queries
from db.queries import tickets as queries
from services.deliveries import Deliveries, Outgoing
from services.deliveries.kinds import PAYMENT, QUESTION
from services.errors import UserError
from services.operations import audit
from services.operations.audit import Audit
from services.operations.readers import readers
from services.payments.model import Order, order_of
from services.people import People, Person, Right

ASKED, ANSWERED = "question asked", "question answered"
MOST_OPEN = 3
# In characters; a message of Telegram's has no more.
MOST_TEXT = 2_000
ORDERS_SHOWN, REFUNDABLE_SHOWN, MESSAGES_SHOWN, LISTED = 5, 3, 6, 20


class TooManyQuestions(UserError):
    """``most`` of the person's questions are open already."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class QuestionTooLong(UserError):
    """``length`` and ``most`` in characters."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(length, most)
        self.length, self.most = length, most


class QuestionNotFound(UserError):
    """There is no such question, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class Said:
    """``by_person``: else by an operator."""

    at: datetime
    by_person: bool
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as operators read it: with the person's newest ``orders``, and what they paid for none of them
    (``charges``: number and Stars). ``refundable``: numbers of orders that could be given back.
    """

    id: int
    person_id: int
    person_name: str
    username: str | None
    text: str
    opened_at: datetime
    is_open: bool
    said: tuple[Said, ...]
    orders: tuple[Order, ...]
    charges: tuple[tuple[str, int], ...]
    refundable: tuple[int, ...]

    @property
    def newest(self) -> str:
        """What the person wrote last."""
        return next((each.text for each in reversed(self.said) if each.by_person), self.text)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the list of open questions."""

    id: int
    person_name: str
    text: str
    is_answered: bool


# A question in a language, as operators get it.
Words = Callable[[str, Question], Awaitable[Outgoing]]


class Tickets:
    """Questions. ``cause`` is the update that asks or answers: asked again, the same update does it no second time."""

    def __init__(
        self,
        database: Database,
        people: People,
        log: Audit,
        deliveries: Deliveries,
        words: Words,
        *,
        admin_chat_id: int | None,
        owner_ids: frozenset[int],
    ) -> None:
        self._database = database
        self._people = people
        self._log = log
        self._deliveries = deliveries
        self._words = words
        self._admin_chat_id = admin_chat_id
        self._owner_ids = owner_ids

    # What people do

    async def orders_of(self, person_id: int) -> tuple[Order, ...]:
        """The newest ones, which go with a question."""
        async with self._database.read() as session:
            rows = await desk_queries.orders_of(session, person_id, ORDERS_SHOWN)
        return tuple(map(order_of, rows))

    async def may_ask_when_banned(self, person_id: int) -> bool:
        """Whether the person ever paid: whoever did is heard about that, come what may."""
        async with self._database.read() as session:
            return await queries.has_charges(session, person_id)

    async def require_room(self, person_id: int) -> None:
        """Raises TooManyQuestions."""
        async with self._database.read() as session:
            if await queries.count_open_of(session, person_id) >= MOST_OPEN:
                raise TooManyQuestions(MOST_OPEN)

    async def ask(self, person: Person, text: str, now: datetime, *, cause: int) -> int:
        """The question's number; operators have it. Raises TooManyQuestions and QuestionTooLong."""
        question = _plain(text)
        async with self._database.write() as session:
            done = await effects.find(session, cause, ASKED)
            if done is None:
                # Two at once are counted one after the other.
                await people_queries.hold(session, person.id)
                if await queries.count_open_of(session, person.id) >= MOST_OPEN:
                    raise TooManyQuestions(MOST_OPEN)
                done = {"question": await queries.add(session, person.id, question, now)}
                await effects.keep(session, cause, ASKED, done, now)
        ticket_id = int(done["question"])
        # A replay tells it, too: under this key it is told once.
        await self._tell(ticket_id, str(ticket_id), now)
        return ticket_id

    async def require_own(self, person: Person, ticket_id: int) -> None:
        """Raises QuestionNotFound for what is not the person's own."""
        async with self._database.read() as session:
            row = await queries.find(session, ticket_id)
        if row is None or row.person_id != person.id:
            raise QuestionNotFound

    async def write_on(self, person: Person, ticket_id: int, text: str, now: datetime, *, cause: int) -> None:
        """More of the person's own question, which is open again. Raises QuestionNotFound, TooManyQuestions."""
        words = _plain(text)
        async with self._database.write() as session:
            await people_queries.hold(session, person.id)
            row = await queries.hold(session, ticket_id)
            if row is None or row.person_id != person.id:
                raise QuestionNotFound
            done = await effects.find(session, cause, ASKED)
            if done is None:
                if row.state != queries.OPEN and await queries.count_open_of(session, person.id) >= MOST_OPEN:
                    raise TooManyQuestions(MOST_OPEN)
                await queries.set_state(session, ticket_id, queries.OPEN)
                message_id = await queries.add_message(session, ticket_id, words, now, operator_id=None)
                done = {"question": ticket_id, "message": message_id}
                await effects.keep(session, cause, ASKED, done, now)
        await self._tell(ticket_id, f"{ticket_id}:{done['message']}", now)

    # What operators do

    async def listed(self, actor: Person, now: datetime) -> tuple[Waiting, ...]:
        """Open ones, those first that nobody answered. It is a look at everybody whose words it shows."""
        actor.require(Right.ANSWER_QUESTIONS)
        async with self._database.read() as session:
            rows = await queries.open_ones(session, LISTED)
            names = {row.person_id: await _name(session, row.person_id) for row in rows}
        for person_id in names:
            await self._log.note_look(actor.id, audit.of_person(person_id), now)
        return tuple(Waiting(row.id, names[row.person_id], row.question, row.answered_at is not None) for row in rows)

    async def read(self, actor: Person, ticket_id: int, now: datetime) -> Question:
        """Raises QuestionNotFound."""
        actor.require(Right.ANSWER_QUESTIONS)
        question = await self._read(ticket_id)
        await self._log.note_look(actor.id, audit.of_person(question.person_id), now)
        return question

    async def answer(
        self, actor: Person, ticket_id: int, text: str, notice: Outgoing, now: datetime, *, cause: int
    ) -> None:
        """``notice``: the answer as the person gets it. Raises QuestionNotFound and QuestionTooLong."""
        actor.require(Right.ANSWER_QUESTIONS)
        words = _plain(text)
        async with self._database.write() as session:
            row = await queries.hold(session, ticket_id)
            if row is None:
                raise QuestionNotFound
            if await effects.find(session, cause, ANSWERED) is not None:
                return
            message_id = await queries.add_message(session, ticket_id, words, now, operator_id=actor.id)
            key = f"answer:{ticket_id}:{message_id}"
            await self._deliveries.enqueue_in(session, PAYMENT, key, row.person_id, notice, now)
            await self._note(session, actor, audit.ANSWER_QUESTION, row, now)
            await effects.keep(session, cause, ANSWERED, {"message": message_id}, now)

    async def close(self, actor: Person, ticket_id: int, now: datetime) -> None:
        """The person may open it again by writing on. Raises QuestionNotFound."""
        actor.require(Right.ANSWER_QUESTIONS)
        async with self._database.write() as session:
            row = await queries.hold(session, ticket_id)
            if row is None:
                raise QuestionNotFound
            if await queries.set_state(session, ticket_id, queries.CLOSED):
                await self._note(session, actor, audit.CLOSE_QUESTION, row, now)

    async def count_open(self) -> int:
        async with self._database.read() as session:
            return await queries.count_open(session)

    async def _read(self, ticket_id: int) -> Question:
        async with self._database.read() as session:
            row = await queries.find(session, ticket_id)
            if row is None:
                raise QuestionNotFound
            person = await people_queries.find(session, row.person_id)
            said = await queries.messages(session, ticket_id, MESSAGES_SHOWN)
            orders = await desk_queries.orders_of(session, row.person_id, ORDERS_SHOWN)
            charges = await desk_queries.charges_without_order(session, row.person_id, ORDERS_SHOWN)
            refundable = await desk_queries.refundable_of(session, row.person_id, REFUNDABLE_SHOWN)
            return Question(
                id=row.id,
                person_id=row.person_id,
                person_name=await _name(session, row.person_id),
                username=None if person is None else person.username,
                text=row.question,
                opened_at=row.opened_at,
                is_open=row.state == queries.OPEN,
                said=tuple(Said(each.at, each.operator_id is None, each.text) for each in said),
                orders=tuple(map(order_of, orders)),
                charges=tuple((each.id, each.amount) for each in charges),
                refundable=tuple(refundable),
            )

    async def _tell(self, ticket_id: int, key: str, now: datetime) -> None:
        """Operators read it, each chat once."""
        question = await self._read(ticket_id)
        found = await readers(self._people, self._admin_chat_id, self._owner_ids)
        messages = [(reader.chat_id, await self._words(reader.language, question)) for reader in found]
        async with self._database.write() as session:
            for chat_id, outgoing in messages:
                await self._deliveries.enqueue_in(
                    session, QUESTION, f"question:{key}:{chat_id}", chat_id, outgoing, now
                )

    async def _note(self, session: AsyncSession, actor: Person, name: str, row: tables.Ticket, now: datetime) -> None:
        await self._log.note_in(session, actor.id, name, audit.of_person(row.person_id), {"question": row.id}, now)


async def _name(session: AsyncSession, person_id: int) -> str:
    row = await people_queries.find(session, person_id)
    return str(person_id) if row is None else row.first_name or row.username or str(person_id)


def _plain(text: str) -> str:
    """Raises QuestionTooLong."""
    # PostgreSQL takes no NUL.
    words = text.replace("\0", "").strip()
    if len(words) > MOST_TEXT:
        raise QuestionTooLong(len(words), MOST_TEXT)
    return words
