"""The key of a remote's host stands beside the remote, so that every node holds it to the same."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("remotes", sa.Column("host_keys", sa.Text, nullable=False, server_default=""))
