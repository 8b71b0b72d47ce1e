"""Orders of guides, what was paid for them, what makes them cheaper, and the guides themselves.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from db.types import BigId, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "guide_credits",
    "guide_materials",
    "promo_codes",
    "referral_codes",
    "star_movements",
    "star_positions",
    "tickets",
    "orders",
    "charges",
    "guides",
    "order_events",
    "promo_uses",
    "referrals",
)
PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    _beside_orders()
    _orders()
    _of_orders()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _beside_orders() -> None:
    op.create_table(
        "guide_credits",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_guide_credits")),
    )
    op.create_index(op.f("ix_guide_credits_person_id"), "guide_credits", ["person_id"], unique=False)
    op.create_table(
        "guide_materials",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("usable", sa.Integer(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_materials")),
    )
    op.create_index(op.f("ix_guide_materials_account_id"), "guide_materials", ["account_id"], unique=False)
    op.create_index(op.f("ix_guide_materials_frozen_at"), "guide_materials", ["frozen_at"], unique=False)
    op.create_table(
        "promo_codes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("most_each", sa.Integer(), nullable=True),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promo_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_promo_codes_code")),
    )
    op.create_table(
        "referral_codes",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_referral_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_referral_codes_code")),
    )
    op.create_table(
        "star_movements",
        sa.Column("charge_id", sa.String(length=255), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("charge_id", "direction", name=op.f("pk_star_movements")),
    )
    op.create_index("ix_star_movements_at", "star_movements", ["at"], unique=False)
    op.create_table(
        "star_positions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_star_positions")),
    )
    op.create_table(
        "tickets",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index("ix_tickets_person_id_id", "tickets", ["person_id", "id"], unique=False)
    op.create_index(op.f("ix_tickets_state"), "tickets", ["state"], unique=False)


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("material_id", sa.BigInteger(), nullable=True),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("list_price", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.BigInteger(), nullable=True),
        sa.Column("by_credit", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("charge_id", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["code_id"], ["promo_codes.id"], name=op.f("fk_orders_code_id_promo_codes")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["guide_materials.id"], name=op.f("fk_orders_material_id_guide_materials")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_orders_charge_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_orders_code_id"), "orders", ["code_id"], unique=False)
    op.create_index(op.f("ix_orders_material_id"), "orders", ["material_id"], unique=False)
    op.create_index("ix_orders_person_id_id", "orders", ["person_id", "id"], unique=False)
    op.create_index("ix_orders_state_expires_at", "orders", ["state", "expires_at"], unique=False)
    op.create_index("ix_orders_state_paid_at", "orders", ["state", "paid_at"], unique=False)
    op.create_index(
        "uq_orders_pending",
        "orders",
        ["person_id", "material_id"],
        unique=True,
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )


def _of_orders() -> None:
    op.create_table(
        "charges",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=16), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_charges_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
    )
    op.create_index(op.f("ix_charges_order_id"), "charges", ["order_id"], unique=False)
    op.create_index("ix_charges_person_id", "charges", ["person_id"], unique=False)
    op.create_table(
        "guides",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("shares", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_guides_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides")),
        sa.UniqueConstraint("order_id", name=op.f("uq_guides_order_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_guides_person_id_id", "guides", ["person_id", "id"], unique=False)
    op.create_table(
        "order_events",
        sa.Column("id", BigId, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("old", sa.String(length=16), nullable=False),
        sa.Column("new", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_events_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index(op.f("ix_order_events_order_id"), "order_events", ["order_id"], unique=False)
    op.create_table(
        "promo_uses",
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["promo_codes.id"], name=op.f("fk_promo_uses_code_id_promo_codes")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_promo_uses_order_id_orders")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_promo_uses")),
    )
    op.create_index("ix_promo_uses_code_id_person_id", "promo_uses", ["code_id", "person_id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("referrer_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_referrals_order_id_orders")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_referrals")),
    )
    op.create_index(op.f("ix_referrals_order_id"), "referrals", ["order_id"], unique=False)
    op.create_index(op.f("ix_referrals_referrer_id"), "referrals", ["referrer_id"], unique=False)
