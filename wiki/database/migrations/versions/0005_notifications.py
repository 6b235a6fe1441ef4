"""Notifications"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("path", sa.String(length=250), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("comment", sa.Integer(), nullable=True),
        sa.Column("actor", sa.Integer(), nullable=True),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor"],
            ["members.id"],
            name=op.f("fk_notifications_actor_members"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["comment"],
            ["comments.id"],
            name=op.f("fk_notifications_comment_comments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["members.id"],
            name=op.f("fk_notifications_member_members"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notifications_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_notifications_comment"), ["comment"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_notifications_member_id"), ["member", "id"], unique=False
        )
        batch_op.create_index(
            "ix_notifications_unmailed",
            ["member"],
            unique=False,
            sqlite_where=sa.text("mailed IS NULL"),
            postgresql_where=sa.text("mailed IS NULL"),
        )
        batch_op.create_index(
            "ix_notifications_unread",
            ["member"],
            unique=False,
            sqlite_where=sa.text("read IS NULL"),
            postgresql_where=sa.text("read IS NULL"),
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notifications_unread",
            sqlite_where=sa.text("read IS NULL"),
            postgresql_where=sa.text("read IS NULL"),
        )
        batch_op.drop_index(
            "ix_notifications_unmailed",
            sqlite_where=sa.text("mailed IS NULL"),
            postgresql_where=sa.text("mailed IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_notifications_member_id"))
        batch_op.drop_index(batch_op.f("ix_notifications_comment"))
        batch_op.drop_index(batch_op.f("ix_notifications_actor"))

    op.drop_table("notifications")
