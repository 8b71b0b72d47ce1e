"""What the daily digest counts: who wrote on a day, and what was made on it.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("seen_on", sa.Date(), nullable=True))
    op.create_index(op.f("ix_people_created_at"), "people", ["created_at"], unique=False)
    op.create_index(op.f("ix_links_created_at"), "links", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_links_created_at"), table_name="links")
    op.drop_index(op.f("ix_people_created_at"), table_name="people")
    op.drop_column("people", "seen_on")
