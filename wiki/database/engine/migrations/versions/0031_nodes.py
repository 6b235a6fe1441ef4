"""Which nodes a wiki runs on, as their workers tell."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nodes",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("worker", sa.String(32), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("backend", sa.Integer, nullable=False),
        sa.Column("twin", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name="pk_nodes"),
    )
