"""Groups that are there without members too, and invitations that are remembered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0014"
branch_labels = None
depends_on = None

INVITE_LIFE = timedelta(days=14)


def upgrade() -> None:
    """Take this step."""
    groups = op.create_table(
        "groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_groups_name")),
        sqlite_autoincrement=True,
    )
    invitations = op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("maker", sa.Integer(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["maker"], ["members.id"], name=op.f("fk_invitations_maker_members")
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["members.id"],
            name=op.f("fk_invitations_member_members"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token", name=op.f("uq_invitations_token")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_maker"), ["maker"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_member"), ["member"], unique=False)

    _fill_groups(groups)
    _fill_invitations(invitations)


def _fill_groups(groups: sa.Table) -> None:
    """The names that members and rules have so far."""
    connection = op.get_bind()
    names: set[str] = set()
    for written in connection.scalars(sa.text("SELECT groups FROM members")):
        names.update(filter(None, written.split(",")))
    for written in connection.scalars(sa.text("SELECT groups FROM rules")):
        names.update(json.loads(written))
    now = datetime.now(UTC)
    rows = [{"name": name, "about": "", "created": now} for name in sorted(names)]
    if rows:
        connection.execute(sa.insert(groups), rows)


def _fill_invitations(invitations: sa.Table) -> None:
    """The links that still work; nobody wrote down who made them."""
    connection = op.get_bind()
    tokens = sa.table(
        "tokens",
        sa.column("id", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("value", sa.String()),
        sa.column("expires", sa.DateTime(timezone=True)),
    )
    asked = sa.select(tokens).where(tokens.c.kind == "invite").order_by(tokens.c.id)
    rows = [
        {
            "token": row.id,
            "email": row.value,
            "created": row.expires - INVITE_LIFE,
            "expires": row.expires,
        }
        for row in connection.execute(asked)
    ]
    if rows:
        connection.execute(sa.insert(invitations), rows)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_member"))
        batch_op.drop_index(batch_op.f("ix_invitations_maker"))

    op.drop_table("invitations")
    op.drop_table("groups")
