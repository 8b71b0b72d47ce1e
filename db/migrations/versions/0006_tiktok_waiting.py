"""Accounts that lack their posts, people who ask again by one message, and indexes for what runs often.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_tiktok_accounts_looked_at", "tiktok_accounts", "looked_at"),
    ("ix_tiktok_snapshots_at", "tiktok_snapshots", "at"),
)
FETCHED, IS_FETCHED = "ix_tiktok_accounts_fetched_at", sa.text("fetched_at IS NOT NULL")
NAMES = "ix_tiktok_accounts_username_pattern"


def upgrade() -> None:
    op.add_column("tiktok_accounts", sa.Column("lacks_posts", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tiktok_askers", sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
    for name, table, column in INDEXES:
        op.create_index(name, table, [column], unique=False)
    op.create_index(
        FETCHED,
        "tiktok_accounts",
        ["fetched_at"],
        unique=False,
        sqlite_where=IS_FETCHED,
        postgresql_where=IS_FETCHED,
    )
    op.create_index(
        NAMES, "tiktok_accounts", ["username"], unique=False, postgresql_ops={"username": "varchar_pattern_ops"}
    )


def downgrade() -> None:
    op.drop_index(NAMES, "tiktok_accounts")
    op.drop_index(FETCHED, "tiktok_accounts")
    for name, table, _column in INDEXES:
        op.drop_index(name, table)
    op.drop_column("tiktok_askers", "turn")
    op.drop_column("tiktok_accounts", "lacks_posts")
