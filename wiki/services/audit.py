"""The audit log: every act of those in charge, with its reason."""

from __future__ import annotations

from datetime import timedelta

from wiki.database import audit
from wiki.database.connection import Connection
from wiki.domain.rights import Actor, Right
from wiki.engine import Wiki

REASON_MOST = 500


def write(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    act: str,
    subject: str,
    reason: str = "",
    **detail: str,
) -> int:
    """Write an act down in the transaction that does it; gives its id."""
    return audit.add(connection, wiki.clock(), actor.id, act, subject, detail, reason[:REASON_MOST])


def entries(wiki: Wiki, actor: Actor, *, before: int = 0, limit: int = 50) -> list[audit.Entry]:
    """The acts, newest first; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return audit.newest(connection, before=before, limit=limit)


def tidy(wiki: Wiki) -> None:
    """Forget acts that are kept no longer. For the worker."""
    kept = wiki.settings.retain_audit_days
    if kept:
        with wiki.database.write() as connection:
            audit.forget(connection, wiki.clock() - timedelta(days=kept))
