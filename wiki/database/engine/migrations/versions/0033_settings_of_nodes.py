"""A mark of each node's settings: nodes whose settings differ are told of."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodes", sa.Column("settings", sa.String(16), nullable=False, server_default=""))
