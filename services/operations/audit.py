"""The audit log: what operators did, to whom or what, and when. Rows are never removed, and lose only who is erased."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.queries import acts as queries
from db.queries.privacy import ERASED, NOBODY

# Looking again at the same thing within this time is the same look.
ONE_LOOK = timedelta(minutes=10)
# What stands in the place of an operator, and of the person an act was about, once they were erased.
FORMER_OPERATOR, ERASED_PERSON = NOBODY, ERASED

LOOK_UP = "look-up"
BAN, UNBAN = "ban", "unban"
GIVE_ROLE = "give-role"
DISABLE_LINK, ENABLE_LINK, DISABLE_LINKS = "disable-link", "enable-link", "disable-links"
BLOCK_HOST, UNBLOCK_HOST = "block-host", "unblock-host"
SILENCE_ALERT, WAKE_ALERT = "silence-alert", "wake-alert"
SEND_GUIDE, REFUND_ORDER, COMPARE_STARS = "send-guide", "refund-order", "compare-stars"
SETTLE_ORDER = "settle-order"
MAKE_CODE, END_CODE = "make-code", "end-code"
ANSWER_QUESTION, CLOSE_QUESTION = "answer-question", "close-question"
ADD_TO_TOP, REMOVE_FROM_TOP, KEEP_OUT_OF_TOP = "add-to-top", "remove-from-top", "keep-out-of-top"


def of_person(person_id: int) -> str:
    return f"person:{person_id}"


def of_link(link_id: int) -> str:
    return f"link:{link_id}"


def of_host(host: str) -> str:
    return f"host:{host}"


def of_alert(alert_id: int) -> str:
    return f"alert:{alert_id}"


def of_account(username: str) -> str:
    """An account of TikTok."""
    return f"tiktok:{username}"


def of_order(order_id: int) -> str:
    """An order whose person was erased; else acts about it are about its person."""
    return f"order:{order_id}"


def of_code(code: str) -> str:
    return f"code:{code}"


def of_stars() -> str:
    """The whole ledger."""
    return "stars:ledger"


def of_error(error_id: str) -> str:
    return f"error:{error_id}"


@dataclass(frozen=True, slots=True)
class Act:
    """``actor`` is the person's name as far as it is known; ``name`` one of the above; ``facts`` as noted."""

    id: int
    at: datetime
    actor_id: int
    actor: str | None
    name: str
    subject: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ActPage:
    """Page ``number`` (from 1) of ``pages``, newest first."""

    acts: tuple[Act, ...]
    number: int
    pages: int
    total: int


class Audit:
    """Keeps acts in the transaction that does them, so that there is no act without its row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note_in(
        self, session: AsyncSession, actor_id: int, name: str, subject: str, facts: Mapping[str, Any], now: datetime
    ) -> int:
        """The act's number. ``subject`` by of_person() and its like."""
        return await queries.add(session, actor_id=actor_id, name=name, subject=subject, facts=dict(facts), at=now)

    async def note_look(self, actor_id: int, subject: str, now: datetime) -> None:
        """Looking is an act as well, noted once for each ten minutes."""
        async with self._database.write() as session:
            if not await queries.is_noted_since(session, actor_id, LOOK_UP, subject, now - ONE_LOOK):
                await self.note_in(session, actor_id, LOOK_UP, subject, {}, now)

    async def page(self, number: int, size: int, *, person_id: int | None = None) -> ActPage:
        """Page ``number``, or the nearest that there is; with ``person_id``, acts about them and their links."""
        async with self._database.read() as session:
            total = await queries.count(session, person_id)
            pages = max(1, -(-total // size))
            number = min(max(number, 1), pages)
            rows = await queries.page(session, person_id, limit=size, offset=(number - 1) * size)
        acts = (
            Act(row.id, row.at, row.actor_id, first_name or username, row.name, row.subject, row.facts)
            for row, first_name, username in rows
        )
        return ActPage(tuple(acts), number, pages, total)
