"""Watches, and mail of what is new"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "followed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed")),
    )
    op.create_table(
        "untold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_untold")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mail_choices",
        sa.Column("member", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("direct", sa.String(length=8), nullable=False),
        sa.Column("watched", sa.String(length=8), nullable=False),
        sa.Column("own", sa.String(length=8), nullable=False),
        sa.Column("duty", sa.String(length=8), nullable=False),
        sa.Column("watch_written", sa.Boolean(), nullable=False),
        sa.Column("watch_commented", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["members.id"],
            name=op.f("fk_mail_choices_member_members"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_mail_choices")),
    )
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("path", sa.String(length=250), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["members.id"], name=op.f("fk_watches_member_members"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watches_member_id"), ["member", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_watches_path_revision"), ["path", "revision"], unique=False
        )

    op.create_table(
        "told",
        sa.Column("comment", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mentioned", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment"], ["comments.id"], name=op.f("fk_told_comment_comments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment", name=op.f("pk_told")),
    )
    # Nobody is told of what was said before there were notifications.
    op.execute("INSERT INTO told (comment, mentioned) SELECT id, '[]' FROM comments")
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("topic", sa.String(length=120), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("letter", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_notifications_letter"), ["letter"], unique=False)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("html", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("headers", sa.Text(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("headers")
        batch_op.drop_column("html")

    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notifications_letter"))
        batch_op.drop_column("letter")
        batch_op.drop_column("topic")

    op.drop_table("told")
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_watches_path_revision"))
        batch_op.drop_index(batch_op.f("ix_watches_member_id"))

    op.drop_table("watches")
    op.drop_table("mail_choices")
    op.drop_table("untold")
    op.drop_table("followed")
