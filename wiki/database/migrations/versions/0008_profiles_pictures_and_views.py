"""What members tell of themselves, their pictures, and views of pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "views",
        sa.Column("path", sa.String(length=250), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("path", "month", name=op.f("pk_views")),
    )
    op.create_table(
        "avatars",
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["members.id"], name=op.f("fk_avatars_member_members"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_avatars")),
    )
    with op.batch_alter_table("avatars", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_avatars_mark"), ["mark"], unique=False)

    op.create_table(
        "profiles",
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("work", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["members.id"], name=op.f("fk_profiles_member_members"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_profiles")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("profiles")
    with op.batch_alter_table("avatars", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_avatars_mark"))

    op.drop_table("avatars")
    op.drop_table("views")
