"""Mail of notifications"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None

KEPT = {"sqlite_autoincrement": True}
"""SQLite copies a table that gets a foreign key, and would forget this."""


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "mail_stops",
        sa.Column("member", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["members.id"],
            name=op.f("fk_mail_stops_member_members"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_mail_stops")),
    )
    with op.batch_alter_table("outbox", schema=None, table_kwargs=KEPT) as batch_op:
        batch_op.add_column(sa.Column("member", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_outbox_member"), ["member"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_outbox_member_members"),
            "members",
            ["member"],
            ["id"],
            ondelete="CASCADE",
        )
    # Nobody is mailed what they were told before there was mail of it.
    op.execute("UPDATE notifications SET mailed = created WHERE mailed IS NULL")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("outbox", schema=None, table_kwargs=KEPT) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_outbox_member_members"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_outbox_member"))
        batch_op.drop_column("member")

    op.drop_table("mail_stops")
