"""Deliveries, due work, roles, and what operators see.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from db.types import BigId, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "works", "deliveries", "chat_moves", "error_reports", "alerts", "silences", "acts", "tallies", "heartbeats",
    "leases", "blocked_hosts",
)  # fmt: skip
PEOPLE = ("telegram_language", "username", "first_name", "role", "banned_at", "ban_reason", "unreachable_at",
          "unreachable_reason", "notice_hour", "quiet_from", "quiet_until", "muted")  # fmt: skip


def upgrade() -> None:
    _people()
    _links()
    _rivers()
    _operations()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("links") as links:
        links.drop_index(op.f("ix_links_draft_since"))
        links.drop_column("draft_since")
        links.drop_column("disabled_reason")
        links.drop_column("disabled_at")
    with op.batch_alter_table("people") as people:
        people.drop_index(op.f("ix_people_username"))
        for column in PEOPLE:
            people.drop_column(column)


def _people() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("telegram_language", sa.String(length=16), nullable=True))
        people.add_column(sa.Column("username", sa.String(length=64), nullable=True))
        people.add_column(sa.Column("first_name", sa.String(length=128), nullable=True))
        people.add_column(sa.Column("role", sa.String(length=16), nullable=True))
        people.add_column(sa.Column("banned_at", UtcDateTime(), nullable=True))
        people.add_column(sa.Column("ban_reason", sa.Text(), nullable=True))
        people.add_column(sa.Column("unreachable_at", UtcDateTime(), nullable=True))
        people.add_column(sa.Column("unreachable_reason", sa.String(length=16), nullable=True))
        people.add_column(sa.Column("notice_hour", sa.Integer(), nullable=True))
        people.add_column(sa.Column("quiet_from", sa.Integer(), nullable=True))
        people.add_column(sa.Column("quiet_until", sa.Integer(), nullable=True))
        people.add_column(sa.Column("muted", sa.String(length=256), nullable=False, server_default=""))
        people.create_index(op.f("ix_people_username"), ["username"])


def _links() -> None:
    with op.batch_alter_table("links") as links:
        # A link outlives its owner's wish to be forgotten: its slug stays taken.
        links.alter_column("owner_id", existing_type=sa.BigInteger(), nullable=True)
        links.add_column(sa.Column("disabled_at", UtcDateTime(), nullable=True))
        links.add_column(sa.Column("disabled_reason", sa.Text(), nullable=True))
        links.add_column(sa.Column("draft_since", UtcDateTime(), nullable=True))
        links.create_index(op.f("ix_links_draft_since"), ["draft_since"])


def _rivers() -> None:
    op.create_table(
        "works",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("reckoned_at", UtcDateTime(), nullable=False),
        sa.Column("lease", sa.String(length=64), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_works_kind_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_works_finished_at"), "works", ["finished_at"])
    op.create_index("ix_works_person_id_state", "works", ["person_id", "state"])
    op.create_index("ix_works_state_due_at", "works", ["state", "due_at"])
    op.create_table(
        "deliveries",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("reckoned_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("may_repeat", sa.Boolean(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sending_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    op.create_index("ix_deliveries_chat_id_state_id", "deliveries", ["chat_id", "state", "id"])
    op.create_index(op.f("ix_deliveries_finished_at"), "deliveries", ["finished_at"])
    op.create_index("ix_deliveries_turn", "deliveries", ["state", "urgency", "due_at", "id", "chat_id"])
    op.create_table(
        "chat_moves",
        sa.Column("old_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("new_id", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_chat_moves")),
    )


def _operations() -> None:
    op.create_table(
        "error_reports",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("traceback", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_reports")),
    )
    op.create_index(op.f("ix_error_reports_at"), "error_reports", ["at"])
    op.create_index(op.f("ix_error_reports_person_id"), "error_reports", ["person_id"])
    op.create_table(
        "alerts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("standing", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("shown_count", sa.Integer(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.Column("over_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("standing", name=op.f("uq_alerts_standing")),
    )
    op.create_index(op.f("ix_alerts_fingerprint"), "alerts", ["fingerprint"])
    op.create_index(op.f("ix_alerts_over_at"), "alerts", ["over_at"])
    op.create_table(
        "silences",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_silences")),
    )
    op.create_table(
        "acts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
    )
    op.create_index(op.f("ix_acts_at"), "acts", ["at"])
    op.create_index(op.f("ix_acts_subject"), "acts", ["subject"])
    op.create_table(
        "tallies",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "day", name=op.f("pk_tallies")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.String(length=36), nullable=False),
        sa.Column("roles", sa.String(length=64), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=128), nullable=True),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "blocked_hosts",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blocked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_blocked_hosts")),
    )
