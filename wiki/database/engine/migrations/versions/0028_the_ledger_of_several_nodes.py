"""Where refs are and how they moved, for a wiki on several nodes; empty on one machine."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "git_refs",
        sa.Column("name", sa.String(250), nullable=False),
        sa.Column("oid", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_git_refs"),
    )
    op.create_table(
        "git_state",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("branch", sa.String(250), nullable=False),
        sa.Column("barred", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_git_state"),
    )
    op.create_table(
        "git_log",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("ref", sa.String(250), nullable=False),
        sa.Column("old", sa.String(40), nullable=False),
        sa.Column("new", sa.String(40), nullable=False),
        sa.Column("oids", sa.LargeBinary, nullable=False),
        sa.Column("pack", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_git_log"),
    )
    op.create_index("ix_git_log_new", "git_log", ["new"])
    op.create_table(
        "git_base",
        sa.Column("upto", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("part", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("upto", "part", name="pk_git_base"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Git has compressed them already.
        for table, column in (("git_log", "oids"), ("git_log", "pack"), ("git_base", "data")):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
