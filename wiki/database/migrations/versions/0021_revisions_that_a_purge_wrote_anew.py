"""Revisions that a purge wrote anew"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "moved_revisions",
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("became", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("commit", name=op.f("pk_moved_revisions")),
    )
    with op.batch_alter_table("moved_revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moved_revisions_became"), ["became"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("moved_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moved_revisions_became"))

    op.drop_table("moved_revisions")
