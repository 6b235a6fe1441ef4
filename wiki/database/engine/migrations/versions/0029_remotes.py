"""Repositories elsewhere that the wiki keeps in step with."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remotes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("branch", sa.String(100), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("user", sa.String(100), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("owner", sa.Integer, nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("problem", sa.String(60), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("seen", sa.String(64), nullable=False),
        sa.Column("tried", sa.DateTime(timezone=True)),
        sa.Column("synced", sa.DateTime(timezone=True)),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_remotes"),
        sa.ForeignKeyConstraint(["owner"], ["members.id"], name="fk_remotes_owner_members"),
        sqlite_autoincrement=True,
    )
