"""Hits of saved searches are known by what they are, not by where they stand.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is found at the next count is not new."""
    op.execute("UPDATE saved_searches SET known = '[]', counted = ''")


def downgrade() -> None:
    """The same: older marks are other numbers."""
    op.execute("UPDATE saved_searches SET known = '[]', counted = ''")
