"""What the clock looks for among orders, payments and messages, and what an erasure forgets, has an index to go by."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from db.engine import Database
from db.queries import guides, handing, payments, privacy
from db.tables import (
    Base,
    Charge,
    Delivery,
    GuideMaterial,
    Order,
    PromoCode,
    PromoUse,
    StarMovement,
    Ticket,
    TicketMessage,
)
from tests.db.test_tiktok_indexes import Query, plan_of_first

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MANY = 4_000
# The first statement of each that begins so, and by what it goes.
QUERIES: dict[str, tuple[Query, str, str]] = {
    "payments to give back": (lambda session: payments.due_charges(session, 100), "", "ix_charges_due"),
    "movements that Telegram's ledger lacks": (
        lambda session: payments.unconfirmed(session, NOW, 20), "", "ix_star_movements_unconfirmed",
    ),
    "materials that nobody needs": (
        # PostgreSQL may as well go through the few that hold one.
        lambda session: guides.release_materials_before(session, NOW, 100), "", "ix_orders_material",
    ),
    "files that Telegram refused": (
        lambda session: handing.refused(session, NOW - DAY), "", "ix_deliveries_refused_guides",
    ),
    "codes of somebody who is erased": (
        lambda session: privacy.forget_money(session, 7), "UPDATE promo_uses", "ix_promo_uses_person_id",
    ),
    "answers of an operator who is erased": (
        lambda session: privacy.forget_money(session, 7), "UPDATE ticket_messages", "ix_ticket_messages_operator_id",
    ),
}  # fmt: skip


async def test_they_go_by_an_index(database: Database):
    await fill(database)
    for name, (query, begins, index) in QUERIES.items():
        plan = await plan_of_first(database, query, begins)
        assert [line for line in plan if index in line], "\n".join((name, *plan))


async def fill(database: Database) -> None:
    """So much that is over that PostgreSQL finds an index worth its while."""
    tables: dict[type[Base], list[Mapping[str, Any]]] = {
        GuideMaterial: [
            {"id": 1, "account_id": 1, "username": "star", "usable": 40, "frozen_at": NOW, "content": b""},
        ],
        PromoCode: [{"id": 1, "code": "MARCH", "percent": 20, "created_at": NOW, "created_by": 7}],
        Ticket: [{"id": 1, "person_id": 1, "question": "?", "state": "open", "opened_at": NOW}],
    }  # fmt: skip
    for number in range(1, MANY + 1):
        for table, row in a_sale(number).items():
            tables.setdefault(table, []).append(row)
    async with database.write() as session:
        for table, rows in tables.items():
            await session.execute(insert(table), rows)
        if database.dialect == "postgresql":
            await session.execute(text("ANALYZE"))


def a_sale(number: int) -> dict[type[Base], Mapping[str, Any]]:
    """One of the last day: all is done with it, but of one in a hundred."""
    at, is_rare = NOW - number * 20 * SECOND, number % 100 == 0
    return {
        Order: {
            "id": number, "person_id": number, "chat_id": number, "material_id": 1 if is_rare else None,
            "username": "star", "state": "fulfilled", "list_price": 50, "amount": 50, "by_credit": False,
            "created_at": at, "expires_at": at, "paid_at": at, "ended_at": at, "charge_id": f"stx{number}",
        },
        Charge: {
            "id": f"stx{number}", "order_id": number, "person_id": number, "amount": 50, "at": at,
            "state": "due" if is_rare else "kept", "source": "update",
        },
        StarMovement: {
            "charge_id": f"stx{number}", "direction": "in", "amount": 50, "at": at,
            "confirmed_at": None if is_rare else at,
        },
        Delivery: {
            "key": f"guide-file:{number}", "kind": "guide" if number % 2 == 0 else "link", "chat_id": number,
            "urgency": 1, "state": "failed" if is_rare or number % 2 else "sent", "due_at": at, "reckoned_at": at,
            "attempts": 1, "may_repeat": True, "waits": True, "created_at": at, "finished_at": at,
        },
        PromoUse: {"order_id": number, "code_id": 1, "person_id": number, "at": at},
        TicketMessage: {"ticket_id": 1, "at": at, "operator_id": number, "text": "…"},
    }  # fmt: skip
