"""TikTok accounts, their posts and history, who watches them, and the top.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from db.types import BigId, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "tiktok_accounts",
    "tiktok_posts",
    "tiktok_snapshots",
    "tiktok_top_members",
    "tiktok_top_places",
    "tiktok_proposals",
    "tiktok_askers",
    "tiktok_watches",
    "tiktok_bio_links",
)
FRESH = sa.text("refresh_at IS NOT NULL")


def upgrade() -> None:
    _accounts()
    _posts()
    _history()
    _people()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _accounts() -> None:
    op.create_table(
        "tiktok_accounts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("fetched_at", UtcDateTime(), nullable=True),
        sa.Column("source", sa.String(length=16), server_default="", nullable=False),
        sa.Column("posts_source", sa.String(length=16), server_default="", nullable=False),
        sa.Column("user_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("sec_uid", sa.String(length=128), server_default="", nullable=False),
        sa.Column("nickname", sa.String(length=128), server_default="", nullable=False),
        sa.Column("verified", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("bio", sa.Text(), server_default="", nullable=False),
        sa.Column("bio_url", sa.Text(), server_default="", nullable=False),
        sa.Column("region", sa.String(length=8), server_default="", nullable=False),
        sa.Column("language", sa.String(length=16), server_default="", nullable=False),
        sa.Column("followers", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("following", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("likes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("videos", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("liked", sa.BigInteger(), nullable=True),
        sa.Column("engagement", sa.Double(), nullable=True),
        sa.Column("income_low", sa.BigInteger(), nullable=True),
        sa.Column("income_mid", sa.BigInteger(), nullable=True),
        sa.Column("income_high", sa.BigInteger(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("refresh_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.String(length=64), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiktok_accounts")),
        sa.UniqueConstraint("username", name=op.f("uq_tiktok_accounts_username")),
    )
    op.create_index(
        "ix_tiktok_accounts_refresh_at",
        "tiktok_accounts",
        ["refresh_at"],
        unique=False,
        sqlite_where=FRESH,
        postgresql_where=FRESH,
    )


def _posts() -> None:
    op.create_table(
        "tiktok_posts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.String(length=32), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("shares", sa.BigInteger(), nullable=False),
        sa.Column("saves", sa.BigInteger(), nullable=False),
        sa.Column("hashtags", sa.JSON(), nullable=False),
        sa.Column("sound_id", sa.String(length=32), nullable=False),
        sa.Column("sound_title", sa.Text(), nullable=False),
        sa.Column("sound_original", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["tiktok_accounts.id"], name=op.f("fk_tiktok_posts_account_id_tiktok_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiktok_posts")),
        sa.UniqueConstraint("account_id", "post_id", name=op.f("uq_tiktok_posts_account_id_post_id")),
    )
    op.create_index(
        "ix_tiktok_posts_account_id_published_at", "tiktok_posts", ["account_id", "published_at"], unique=False
    )


def _history() -> None:
    op.create_table(
        "tiktok_proposals",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["tiktok_accounts.id"], name=op.f("fk_tiktok_proposals_account_id_tiktok_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_tiktok_proposals")),
    )
    op.create_table(
        "tiktok_snapshots",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("followers", sa.BigInteger(), nullable=False),
        sa.Column("following", sa.BigInteger(), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=False),
        sa.Column("videos", sa.BigInteger(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("engagement", sa.Double(), nullable=True),
        sa.Column("income_low", sa.BigInteger(), nullable=True),
        sa.Column("income_mid", sa.BigInteger(), nullable=True),
        sa.Column("income_high", sa.BigInteger(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["tiktok_accounts.id"], name=op.f("fk_tiktok_snapshots_account_id_tiktok_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "at", name=op.f("pk_tiktok_snapshots")),
    )
    op.create_table(
        "tiktok_top_members",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("from_file", sa.Boolean(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["tiktok_accounts.id"], name=op.f("fk_tiktok_top_members_account_id_tiktok_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_tiktok_top_members")),
    )
    op.create_table(
        "tiktok_top_places",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("followers", sa.BigInteger(), nullable=False),
        sa.Column("income", sa.BigInteger(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("growth", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["tiktok_accounts.id"], name=op.f("fk_tiktok_top_places_account_id_tiktok_accounts")
        ),
        sa.PrimaryKeyConstraint("day", "account_id", name=op.f("pk_tiktok_top_places")),
    )
    op.create_index("ix_tiktok_top_places_account_id", "tiktok_top_places", ["account_id"], unique=False)


def _people() -> None:
    op.create_table(
        "tiktok_askers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=64), server_default="", nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tiktok_askers_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiktok_askers")),
        sa.UniqueConstraint(
            "username", "chat_id", "message_id", name=op.f("uq_tiktok_askers_username_chat_id_message_id")
        ),
    )
    op.create_index(op.f("ix_tiktok_askers_person_id"), "tiktok_askers", ["person_id"], unique=False)
    op.create_table(
        "tiktok_watches",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=True),
        sa.Column("milestone", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["tiktok_accounts.id"], name=op.f("fk_tiktok_watches_account_id_tiktok_accounts")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tiktok_watches_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "account_id", name=op.f("pk_tiktok_watches")),
    )
    op.create_index(op.f("ix_tiktok_watches_account_id"), "tiktok_watches", ["account_id"], unique=False)
    op.create_table(
        "tiktok_bio_links",
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["tiktok_accounts.id"], name=op.f("fk_tiktok_bio_links_account_id_tiktok_accounts")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_tiktok_bio_links_link_id_links")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tiktok_bio_links_person_id_people")),
        sa.PrimaryKeyConstraint("link_id", "account_id", name=op.f("pk_tiktok_bio_links")),
    )
    op.create_index(op.f("ix_tiktok_bio_links_account_id"), "tiktok_bio_links", ["account_id"], unique=False)
    op.create_index(op.f("ix_tiktok_bio_links_person_id"), "tiktok_bio_links", ["person_id"], unique=False)
