"""Talk and mail that is set aside, with the reason.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from wiki.database.engine.schema import Moment

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "set_aside_talk",
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=1000), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("first", Moment(timezone=True), nullable=False),
        sa.Column("last", Moment(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("part", "kind", "key", name=op.f("pk_set_aside_talk")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("set_aside_talk")
