"""Files that wait beside a draft of a new page."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_files",
        sa.Column("member", sa.Integer, nullable=False),
        sa.Column("draft", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("given", sa.Text, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("member", "draft", "name", name="pk_draft_files"),
        sa.ForeignKeyConstraint(
            ["member"],
            ["members.id"],
            name="fk_draft_files_member_members",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_draft_files_seen", "draft_files", ["seen"])
