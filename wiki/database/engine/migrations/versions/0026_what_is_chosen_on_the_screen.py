"""What is chosen on the screen, and the role and groups that an invitation gives."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "choices",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_choices")),
    )
    op.create_table(
        "logos",
        sa.Column("mark", sa.String(16), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_logos")),
    )
    with op.batch_alter_table("invitations") as table:
        table.add_column(sa.Column("role", sa.Integer, nullable=False, server_default="1"))
        table.add_column(sa.Column("groups", sa.String(400), nullable=False, server_default=""))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("invitations") as table:
        table.drop_column("groups")
        table.drop_column("role")
    op.drop_table("logos")
    op.drop_table("choices")
