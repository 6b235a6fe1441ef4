"""The secret by which the wiki knows its own commits.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The secret is made when the wiki is opened: what was committed before is known then."""
    op.create_table(
        "sealing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("believed", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing")),
    )


def downgrade() -> None:
    """Nothing is known of who committed what."""
    op.drop_table("sealing")
