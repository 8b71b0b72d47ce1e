"""Promo codes as operators make and end them. How people use them stands in services.payments.codes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects, promo
from services.errors import UserError
from services.operations import audit
from services.operations.audit import Audit
from services.payments.codes import CODE
from services.people import Person, Right

MADE = "promo code"
ON_A_PAGE = 8
LEAST_PERCENT, MOST_PERCENT = 1, 100
MOST_USES = 1_000_000
LONGEST_NAME = 32
# No letters and digits that look like others.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
RANDOM_LENGTH = 8
# Those that people mistake for one another.
ALIKE = str.maketrans("OIL_", "011-")
# Of codes that stand, so many are looked at: there are few.
STANDING = 1_000


class CodeNotMade(UserError):
    """``reason``: ``letters`` (others than Latin ones, digits, - and _), ``length``, ``taken``, ``alike`` (``text`` is
    easily mistaken for another code), ``percent``, ``uses`` or ``past``. ``text``: what was wrong.
    """

    def __init__(
        self, reason: Literal["letters", "length", "taken", "alike", "percent", "uses", "past"], text: str
    ) -> None:
        super().__init__(reason, text)
        self.reason, self.text = reason, text


class CodeNotFound(UserError):
    """There is no such code."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a code gives: ``percent`` off (100: free), ``most_uses`` in all and ``most_each`` a person (None: no limit),
    until ``expires_at`` (None: for ever).
    """

    percent: int
    most_uses: int | None
    most_each: int | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Code:
    """``uses``: by orders that hold it or used it. ``ended_at``: an operator ended it."""

    id: int
    code: str
    terms: Terms
    uses: int
    ended_at: datetime | None
    created_at: datetime

    def is_on(self, now: datetime) -> bool:
        """Whether anybody could use it."""
        over = self.terms.expires_at is not None and self.terms.expires_at <= now
        used_up = self.terms.most_uses is not None and self.uses >= self.terms.most_uses
        return self.ended_at is None and not over and not used_up


@dataclass(frozen=True, slots=True)
class CodePage:
    """Page ``number`` (from 1), newest first; ``more``: whether there is a next one."""

    codes: tuple[Code, ...]
    number: int
    more: bool


class PromoCodes:
    """Every method checks the right of ``actor`` and raises NotAllowed. ``choose`` one of many, at random."""

    def __init__(self, database: Database, log: Audit, choose: Callable[[Sequence[str]], str]) -> None:
        self._database = database
        self._log = log
        self._choose = choose

    async def page(self, actor: Person, number: int) -> CodePage:
        actor.require(Right.SELL)
        async with self._database.read() as session:
            rows = await promo.codes(session, ON_A_PAGE + 1, offset=(number - 1) * ON_A_PAGE)
        return CodePage(tuple(map(_code, rows[:ON_A_PAGE])), number, len(rows) > ON_A_PAGE)

    async def find(self, actor: Person, code_id: int) -> Code:
        """Raises CodeNotFound."""
        actor.require(Right.SELL)
        async with self._database.read() as session:
            row = await promo.find_code_by_id(session, code_id)
        if row is None:
            raise CodeNotFound
        return _code(row)

    async def make(self, actor: Person, name: str | None, terms: Terms, now: datetime, *, cause: int) -> Code:
        """A new code; ``name`` as typed, None: a random one. The same update makes one. Raises CodeNotMade."""
        actor.require(Right.SELL)
        _check(terms, now)
        wanted = None if name is None else _name(name)
        async with self._database.write() as session:
            done = await effects.find(session, cause, MADE)
            if done is not None and (row := await promo.find_code_by_id(session, done["code"])) is not None:
                return _code(row)
            code_id, code = await self._add_in(session, actor, wanted, terms, now)
            await self._log.note_in(
                session, actor.id, audit.MAKE_CODE, audit.of_code(code), {"percent": terms.percent}, now
            )
            await effects.keep(session, cause, MADE, {"code": code_id}, now)
            row = await promo.find_code_by_id(session, code_id)
            assert row is not None
            return _code(row)

    async def _add_in(
        self, session: AsyncSession, actor: Person, wanted: str | None, terms: Terms, now: datetime
    ) -> tuple[int, str]:
        """Its id and name."""
        standing = {each.code for each in await promo.codes(session, STANDING)}
        if wanted is not None:
            _require_free(wanted, standing)
        code = wanted or self._random()
        while wanted is None and code in standing:
            code = self._random()
        code_id = await promo.add_code(
            session,
            code,
            percent=terms.percent,
            most_uses=terms.most_uses,
            most_each=terms.most_each,
            expires_at=terms.expires_at,
            created_at=now,
            created_by=actor.id,
        )
        if code_id is None:
            raise CodeNotMade("taken", code)
        return code_id, code

    def _random(self) -> str:
        return "".join(self._choose(LETTERS) for _ in range(RANDOM_LENGTH))

    async def end(self, actor: Person, code_id: int, now: datetime) -> Code:
        """Nobody can use it any more; orders that hold it keep it. Raises CodeNotFound."""
        actor.require(Right.SELL)
        async with self._database.write() as session:
            row = await promo.find_code_by_id(session, code_id)
            if row is None:
                raise CodeNotFound
            if await promo.end_code(session, code_id, now):
                await self._log.note_in(session, actor.id, audit.END_CODE, audit.of_code(row.code), {}, now)
            await session.refresh(row)
            return _code(row)


def check_percent(percent: int) -> int:
    """Raises CodeNotMade for what is no discount."""
    if not LEAST_PERCENT <= percent <= MOST_PERCENT:
        raise CodeNotMade("percent", str(percent))
    return percent


def check_uses(uses: int) -> int:
    """Raises CodeNotMade for a limit that nobody or everybody is under."""
    if not 1 <= uses <= MOST_USES:
        raise CodeNotMade("uses", str(uses))
    return uses


def _check(terms: Terms, now: datetime) -> None:
    check_percent(terms.percent)
    for limit in (terms.most_uses, terms.most_each):
        if limit is not None:
            check_uses(limit)
    if terms.expires_at is not None and terms.expires_at <= now:
        raise CodeNotMade("past", "")


def _name(text: str) -> str:
    """As it is kept. Raises CodeNotMade."""
    # NUL is none of the letters.
    name = text.strip().upper()
    if not 3 <= len(name) <= LONGEST_NAME:
        raise CodeNotMade("length", name[:LONGEST_NAME])
    if CODE.match(name) is None:
        raise CodeNotMade("letters", name)
    return name


def _require_free(code: str, standing: set[str]) -> None:
    """Raises CodeNotMade where people would take it for another one."""
    if code in standing:
        raise CodeNotMade("taken", code)
    alike = code.translate(ALIKE)
    for other in standing:
        if other.translate(ALIKE) == alike:
            raise CodeNotMade("alike", other)


def _code(row: tables.PromoCode) -> Code:
    terms = Terms(row.percent, row.most_uses, row.most_each, row.expires_at)
    return Code(row.id, row.code, terms, row.uses, row.ended_at, row.created_at)
