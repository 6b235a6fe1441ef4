"""The tables of the first release.

It has the number of the last of the steps before it: who took those has these tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = None
branch_labels = None
depends_on = None

tables = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
sa.Table(
    "attempts",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Index(None, "kind", "key", "at"),
    sqlite_autoincrement=True,
)
sa.Table(
    "changes",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("noun", sa.String(20), nullable=False),
    sa.Column("key", sa.String(250), nullable=False),
    sqlite_autoincrement=True,
)
sa.Table(
    "followed",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "generation",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
sa.Table(
    "groups",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(400), nullable=False, unique=True),
    sa.Column("about", sa.String(200), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)
sa.Table(
    "identity",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mark", sa.String(32), nullable=False),
)
sa.Table(
    "members",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("uid", sa.String(32), nullable=False, unique=True),
    sa.Column("username", sa.String(32), nullable=False),
    sa.Column("folded", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("address", sa.String(254), unique=True),
    sa.Column("password", sa.String(200), nullable=False),
    sa.Column("role", sa.Integer, nullable=False),
    sa.Column("status", sa.String(12), nullable=False, index=True),
    sa.Column("groups", sa.String(400), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("timezone", sa.String(40), nullable=False),
    sa.Column("theme", sa.String(8), nullable=False),
    sa.Column("joined", sa.DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)
sa.Table(
    "moved_revisions",
    tables,
    sa.Column("commit", sa.String(64), primary_key=True),
    sa.Column("became", sa.String(64), nullable=False, index=True),
)
sa.Table(
    "rules",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("prefix", sa.String(200), nullable=False),
    sa.Column("right", sa.String(12), nullable=False),
    sa.Column("role", sa.Integer, nullable=False),
    sa.Column("groups", sa.Text, nullable=False),
    sa.Column("members", sa.Text, nullable=False),
    sa.UniqueConstraint("prefix", "right"),
    sqlite_autoincrement=True,
)
sa.Table(
    "sealing",
    tables,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("secret", sa.String(64), nullable=False),
    sa.Column("believed", sa.String(64), nullable=False),
)
sa.Table(
    "set_aside_talk",
    tables,
    sa.Column("part", sa.String(20), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("key", sa.String(1000), primary_key=True),
    sa.Column("mark", sa.String(64), nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("first", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last", sa.DateTime(timezone=True), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
)
sa.Table(
    "untold",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("comment", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)
sa.Table(
    "views",
    tables,
    sa.Column("path", sa.String(250), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
sa.Table(
    "audit",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor", sa.Integer, sa.ForeignKey("members.id"), index=True),
    sa.Column("act", sa.String(30), nullable=False),
    sa.Column("subject", sa.String(250), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
sa.Table(
    "avatars",
    tables,
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("mark", sa.String(32), nullable=False, index=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
sa.Table(
    "cautions",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("member", sa.Integer, sa.ForeignKey("members.id"), nullable=False, index=True),
    sa.Column("by", sa.Integer, sa.ForeignKey("members.id")),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("address", sa.String(1000), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seen", sa.DateTime(timezone=True)),
    sqlite_autoincrement=True,
)
sa.Table(
    "closings",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("path", sa.String(1000), nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.Integer, sa.ForeignKey("members.id")),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)
sa.Table(
    "comments",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("path", sa.String(250), nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("thread", sa.Integer, nullable=False, index=True),
    sa.Column("parent", sa.Integer, sa.ForeignKey("comments.id"), index=True),
    sa.Column("depth", sa.Integer, nullable=False),
    sa.Column("place", sa.String(64), nullable=False),
    sa.Column("author", sa.Integer, sa.ForeignKey("members.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("anchor", sa.Text, nullable=False),
    sa.Column("start", sa.Integer),
    sa.Column("end", sa.Integer),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("edited", sa.DateTime(timezone=True)),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("shown", sa.Boolean, nullable=False),
    sa.Column("replies", sa.Integer, nullable=False),
    sa.Column("nonce", sa.String(40)),
    sa.Column("resolved_by", sa.Integer),
    sa.Column("resolved_at", sa.DateTime(timezone=True)),
    sa.Column("resolved_in", sa.String(64)),
    sa.UniqueConstraint("author", "nonce"),
    sa.Index(
        "ix_comments_anchored",
        "path",
        "revision",
        sqlite_where=sa.text("start IS NOT NULL"),
        postgresql_where=sa.text("start IS NOT NULL"),
    ),
    sa.Index(None, "author", "created"),
    sa.Index(None, "author", "state", "id"),
    sa.Index("ix_comments_list", "path", "shown", "place", "state", "revision"),
    sqlite_autoincrement=True,
)
sa.Table(
    "drafts",
    tables,
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("base", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("fields", sa.Text, nullable=False),
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "hidden_revisions",
    tables,
    sa.Column("commit", sa.String(64), primary_key=True),
    sa.Column("path", sa.String(1000), primary_key=True),
    sa.Column("part", sa.String(10), primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.Integer, sa.ForeignKey("members.id")),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "identities",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "member",
        sa.Integer,
        sa.ForeignKey("members.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("issuer", sa.String(300), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("name", sa.String(254), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("issuer", "subject"),
    sa.UniqueConstraint("member", "issuer"),
    sqlite_autoincrement=True,
)
sa.Table(
    "invitations",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("token", sa.Integer, unique=True),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("maker", sa.Integer, sa.ForeignKey("members.id"), index=True),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used", sa.DateTime(timezone=True)),
    sa.Column("revoked", sa.DateTime(timezone=True)),
    sa.Column("member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), index=True),
    sqlite_autoincrement=True,
)
sa.Table(
    "mail_choices",
    tables,
    sa.Column(
        "member",
        sa.Integer,
        sa.ForeignKey("members.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("direct", sa.String(8), nullable=False),
    sa.Column("watched", sa.String(8), nullable=False),
    sa.Column("own", sa.String(8), nullable=False),
    sa.Column("duty", sa.String(8), nullable=False),
    sa.Column("watch_written", sa.Boolean, nullable=False),
    sa.Column("watch_commented", sa.Boolean, nullable=False),
)
sa.Table(
    "mail_stops",
    tables,
    sa.Column(
        "member",
        sa.Integer,
        sa.ForeignKey("members.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("error", sa.String(500), nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "outbox",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("recipient", sa.String(254), nullable=False),
    sa.Column("subject", sa.String(250), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False, server_default=""),
    sa.Column("headers", sa.Text, nullable=False, server_default="{}"),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due", sa.DateTime(timezone=True)),
    sa.Column("sent", sa.DateTime(timezone=True)),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.String(500), nullable=False),
    sa.Column("member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), index=True),
    sa.Index(None, "sent", "due"),
    sqlite_autoincrement=True,
)
sa.Table(
    "passkeys",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "member",
        sa.Integer,
        sa.ForeignKey("members.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("credential", sa.String(1400), nullable=False, unique=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("transports", sa.String(100), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used", sa.DateTime(timezone=True)),
    sqlite_autoincrement=True,
)
sa.Table(
    "presence",
    tables,
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("username", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("seen", sa.DateTime(timezone=True), nullable=False, index=True),
)
sa.Table(
    "profiles",
    tables,
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("work", sa.String(120), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
)
sa.Table(
    "recovery_codes",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("member", "hash"),
)
sa.Table(
    "saved_searches",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("address", sa.String(1000), nullable=False),
    sa.Column("known", sa.Text, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("counted", sa.String(80), nullable=False, index=True),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("member", "address"),
    sqlite_autoincrement=True,
)
sa.Table(
    "second_factors",
    tables,
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("secret", sa.String(200), nullable=False),
    sa.Column("since", sa.DateTime(timezone=True)),
    sa.Column("step", sa.BigInteger, nullable=False),
)
sa.Table(
    "sessions",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column(
        "member",
        sa.Integer,
        sa.ForeignKey("members.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
    sa.Column("agent", sa.String(200), nullable=False),
    sa.Column("remember", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("half", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("strong", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("proved", sa.DateTime(timezone=True)),
    sqlite_autoincrement=True,
)
sa.Table(
    "suggestions",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author", sa.Integer, sa.ForeignKey("members.id"), nullable=False),
    sa.Column("path", sa.String(1000), nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("base", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.Column("decider", sa.Integer, sa.ForeignKey("members.id")),
    sa.Column("decided", sa.DateTime(timezone=True)),
    sa.Column("word", sa.Text, nullable=False),
    sa.Column("became", sa.String(64), nullable=False),
    sa.Column("amended", sa.Boolean, nullable=False),
    sa.Index(None, "author", "id"),
    sa.Index(None, "state", "id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "suspensions",
    tables,
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.Integer, sa.ForeignKey("members.id")),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), index=True),
)
sa.Table(
    "terms_accepted",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("asking", sa.Integer, nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("blob", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Index(None, "member", "asking"),
    sqlite_autoincrement=True,
)
sa.Table(
    "terms_asked",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("by", sa.Integer, sa.ForeignKey("members.id")),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)
sa.Table(
    "tokens",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), index=True),
    sa.Column("value", sa.String(254), nullable=False),
    sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)
sa.Table(
    "visits",
    tables,
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("before", sa.DateTime(timezone=True), nullable=False),
    sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "watches",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("scope", sa.String(8), nullable=False),
    sa.Column("path", sa.String(250), nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("wanted", sa.Boolean, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Index(None, "member", "id"),
    sa.Index(None, "path", "revision"),
    sqlite_autoincrement=True,
)
sa.Table(
    "cases",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("noun", sa.String(8), nullable=False),
    sa.Column("comment", sa.Integer, sa.ForeignKey("comments.id", ondelete="CASCADE"), index=True),
    sa.Column("member", sa.Integer, sa.ForeignKey("members.id"), index=True),
    sa.Column("path", sa.String(1000), nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
    sa.Column("handled", sa.DateTime(timezone=True)),
    sa.Column("handler", sa.Integer, sa.ForeignKey("members.id")),
    sa.Column("acts", sa.String(60), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Index(None, "handled", "id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "comment_versions",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "comment",
        sa.Integer,
        sa.ForeignKey("comments.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("written", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "notifications",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "member", sa.Integer, sa.ForeignKey("members.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("path", sa.String(250), nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("comment", sa.Integer, sa.ForeignKey("comments.id", ondelete="CASCADE"), index=True),
    sa.Column("actor", sa.Integer, sa.ForeignKey("members.id", ondelete="SET NULL"), index=True),
    sa.Column("values", sa.Text, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("read", sa.DateTime(timezone=True)),
    sa.Column("topic", sa.String(120), nullable=False, server_default=""),
    sa.Column("mailed", sa.DateTime(timezone=True)),
    sa.Column("letter", sa.Integer, index=True),
    sa.Index(None, "member", "id"),
    sa.Index(
        "ix_notifications_unmailed",
        "member",
        sqlite_where=sa.text("mailed IS NULL"),
        postgresql_where=sa.text("mailed IS NULL"),
    ),
    sa.Index(
        "ix_notifications_unread",
        "member",
        sqlite_where=sa.text("read IS NULL"),
        postgresql_where=sa.text("read IS NULL"),
    ),
    sqlite_autoincrement=True,
)
sa.Table(
    "told",
    tables,
    sa.Column(
        "comment",
        sa.Integer,
        sa.ForeignKey("comments.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("mentioned", sa.Text, nullable=False),
)
sa.Table(
    "reports",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "case",
        sa.Integer,
        sa.ForeignKey("cases.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("reporter", sa.Integer, sa.ForeignKey("members.id"), index=True),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("address", sa.String(1000), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)


def upgrade() -> None:
    """Make the tables."""
    tables.create_all(op.get_bind())


def downgrade() -> None:
    """Remove the tables."""
    tables.drop_all(op.get_bind())
