"""Indexes of what the clock looks for in tables that grow, and of what an erasure takes out of them.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Name, table, columns, and which rows it holds.
PARTIAL = (
    ("ix_charges_due", "charges", ["at"], "state = 'due'"),
    ("ix_star_movements_unconfirmed", "star_movements", ["at"], "confirmed_at IS NULL"),
    ("ix_orders_material_held", "orders", ["ended_at"], "material_id IS NOT NULL"),
    (
        "ix_deliveries_refused_guides", "deliveries", ["state", "finished_at"], "state = 'failed' AND kind = 'guide'",
    ),
)  # fmt: skip
WHOLE = (
    ("ix_promo_uses_person_id", "promo_uses", "person_id"),
    ("ix_ticket_messages_operator_id", "ticket_messages", "operator_id"),
)


def upgrade() -> None:
    for name, table, columns, rows in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))
    for name, table, column in WHOLE:
        op.create_index(name, table, [column])


def downgrade() -> None:
    for name, table, *_ in (*PARTIAL, *WHOLE):
        op.drop_index(name, table_name=table)
