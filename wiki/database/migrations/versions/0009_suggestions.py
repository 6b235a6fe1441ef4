"""Suggestions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decider", sa.Integer(), nullable=True),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("became", sa.String(length=64), nullable=False),
        sa.Column("amended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author"], ["members.id"], name=op.f("fk_suggestions_author_members")
        ),
        sa.ForeignKeyConstraint(
            ["decider"], ["members.id"], name=op.f("fk_suggestions_decider_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("suggestions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_suggestions_author_id"), ["author", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_suggestions_state_id"), ["state", "id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("suggestions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suggestions_state_id"))
        batch_op.drop_index(batch_op.f("ix_suggestions_author_id"))

    op.drop_table("suggestions")
