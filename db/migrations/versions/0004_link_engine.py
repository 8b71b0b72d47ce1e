"""What links can be told to do, and what is counted of their clicks.

Revision ID: 0004
Revises: 0003
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from db.types import BigId, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "link_slugs", "link_tags", "link_logos", "utm_templates", "link_health", "link_notices", "link_webhooks",
    "click_details", "visitor_keys", "daily_visitors", "link_events", "webhook_clicks",
)  # fmt: skip
LINKS = ("skeleton", "name", "paused_at", "click_limit", "passed", "valid_from", "valid_until", "fallback_url", "utm",
         "rules", "variants", "opens_app", "first_click_at", "qr_style", "has_webhook", "muted")  # fmt: skip
CLICKS = ("country", "device", "system", "browser", "app", "referrer", "language", "qr", "variant")
# Slugs up to now are letters of base58: these have no more look-alikes among themselves.
SKELETONS = (
    "UPDATE links SET skeleton = "
    "replace(replace(replace(replace(lower(slug), '1', 'l'), 'i', 'l'), 'rn', 'm'), 'vv', 'w')"
)
LIMITED, ENDING = sa.text("click_limit IS NOT NULL"), sa.text("valid_until IS NOT NULL")
QUARTERS = sa.text("level = 0")
BUCKET_SECONDS = 900


def upgrade() -> None:
    _links()
    _beside_links()
    _clicks()
    _beside_clicks()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_click_counts_bucket", "click_counts")
    with op.batch_alter_table("clicks") as clicks:
        for column in CLICKS:
            clicks.drop_column(column)
    op.drop_index("ix_links_valid_until", "links")
    op.drop_index("ix_links_limited", "links")
    op.drop_index("ix_links_skeleton", "links")
    with op.batch_alter_table("links") as links:
        for column in LINKS:
            links.drop_column(column)


def _links() -> None:
    with op.batch_alter_table("links") as links:
        links.add_column(sa.Column("skeleton", sa.String(length=64), nullable=False, server_default=""))
        links.add_column(sa.Column("name", sa.String(length=64), nullable=False, server_default=""))
        links.add_column(sa.Column("paused_at", UtcDateTime(), nullable=True))
        links.add_column(sa.Column("click_limit", sa.Integer(), nullable=True))
        links.add_column(sa.Column("passed", sa.BigInteger(), nullable=False, server_default="0"))
        links.add_column(sa.Column("valid_from", UtcDateTime(), nullable=True))
        links.add_column(sa.Column("valid_until", UtcDateTime(), nullable=True))
        links.add_column(sa.Column("fallback_url", sa.Text(), nullable=True))
        links.add_column(sa.Column("utm", sa.JSON(), nullable=False, server_default="{}"))
        links.add_column(sa.Column("rules", sa.JSON(), nullable=False, server_default="[]"))
        links.add_column(sa.Column("variants", sa.JSON(), nullable=False, server_default="[]"))
        links.add_column(sa.Column("opens_app", sa.Boolean(), nullable=False, server_default=sa.false()))
        links.add_column(sa.Column("qr_style", sa.JSON(), nullable=False, server_default="{}"))
        links.add_column(sa.Column("has_webhook", sa.Boolean(), nullable=False, server_default=sa.false()))
        links.add_column(sa.Column("muted", sa.String(length=128), nullable=False, server_default=""))
        links.add_column(sa.Column("first_click_at", UtcDateTime(), nullable=True))
    op.execute(SKELETONS)
    _first_clicks()
    op.create_index("ix_links_skeleton", "links", ["skeleton"])
    op.create_index("ix_links_limited", "links", ["id"], sqlite_where=LIMITED, postgresql_where=LIMITED)
    op.create_index("ix_links_valid_until", "links", ["valid_until"], sqlite_where=ENDING, postgresql_where=ENDING)


def _first_clicks() -> None:
    """Of links that were clicked before, the beginning of the quarter of an hour is known."""
    counts = sa.table("click_counts", *map(sa.column, ("link_id", "bucket", "clicks")))
    links = sa.table("links", sa.column("id"), sa.column("first_click_at", UtcDateTime()))
    connection = op.get_bind()
    first = sa.select(counts.c.link_id, sa.func.min(counts.c.bucket)).where(counts.c.clicks > 0)
    for link_id, bucket in connection.execute(first.group_by(counts.c.link_id)).all():
        at = datetime.fromtimestamp(bucket * BUCKET_SECONDS, UTC)
        connection.execute(sa.update(links).where(links.c.id == link_id).values(first_click_at=at))


def _link_table(name: str, *columns: sa.Column[object]) -> None:
    """A table with one row, or one for each of the ``columns`` that are keys, for a link."""
    keys = [column.name for column in columns if column.primary_key]
    for column in columns:
        column.primary_key = False
    op.create_table(
        name,
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f(f"fk_{name}_link_id_links")),
        sa.PrimaryKeyConstraint("link_id", *keys, name=op.f(f"pk_{name}")),
    )


def _beside_links() -> None:
    op.create_table(
        "link_slugs",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("skeleton", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_link_slugs_link_id_links")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_link_slugs")),
    )
    op.create_index(op.f("ix_link_slugs_link_id"), "link_slugs", ["link_id"])
    op.create_index(op.f("ix_link_slugs_skeleton"), "link_slugs", ["skeleton"])
    _link_table("link_tags", sa.Column("tag", sa.String(length=32), primary_key=True, nullable=False))
    _link_table("link_logos", sa.Column("picture", sa.LargeBinary(), nullable=False))
    op.create_table(
        "utm_templates",
        sa.Column("id", BigId, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_utm_templates_owner_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_utm_templates")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_utm_templates_owner_id_name")),
    )
    _link_table(
        "link_health",
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("broken_since", UtcDateTime(), nullable=True),
    )
    op.create_index(op.f("ix_link_health_checked_at"), "link_health", ["checked_at"])
    _link_table(
        "link_notices",
        sa.Column("kind", sa.String(length=16), primary_key=True, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    _link_table(
        "link_webhooks",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=128), nullable=True),
        sa.Column("off_since", UtcDateTime(), nullable=True),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.Column("dropped", sa.BigInteger(), nullable=False, server_default="0"),
    )


def _clicks() -> None:
    with op.batch_alter_table("clicks") as clicks:
        for name, length in (
            ("country", 2), ("device", 16), ("system", 64), ("browser", 64), ("app", 16), ("referrer", 255),
            ("language", 8),
        ):  # fmt: skip
            clicks.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
        clicks.add_column(sa.Column("qr", sa.Boolean(), nullable=False, server_default=sa.false()))
        clicks.add_column(sa.Column("variant", sa.String(length=1), nullable=False, server_default=""))
    op.create_index("ix_click_counts_bucket", "click_counts", ["bucket"])


def _beside_clicks() -> None:
    op.create_table(
        "click_details",
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "level", "start", name=op.f("pk_click_details")),
    )
    op.create_index(
        "ix_click_details_quarters", "click_details", ["start"], sqlite_where=QUARTERS, postgresql_where=QUARTERS
    )
    op.create_table(
        "visitor_keys",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_visitor_keys")),
    )
    op.create_table(
        "daily_visitors",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("visitor", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("day", "link_id", "visitor", name=op.f("pk_daily_visitors")),
    )
    op.create_table(
        "link_events",
        sa.Column("id", BigId, nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_events")),
    )
    op.create_table(
        "webhook_clicks",
        sa.Column("id", BigId, nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("click", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_clicks")),
    )
    op.create_index("ix_webhook_clicks_link_id_id", "webhook_clicks", ["link_id", "id"])
