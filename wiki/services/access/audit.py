"""The audit log: every act of those in charge, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wiki.database.access import audit
from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.engine import Wiki
from wiki.services.access import journal

REASON_MOST = 500

MACHINE = "-"
"""In the place of a username: what the wiki did by itself, or somebody at the command line."""

FAMILIES: Mapping[str, Sequence[str]] = {
    "members": ("member_", "invitation_"),
    "groups": ("group_", "member_groups"),
    "rules": ("rule_",),
    "talk": ("comment_", "talk_"),
    "reports": ("report_",),
    "versions": ("revision_", "member_undo", "purge"),
    "mail": ("mail_",),
    "terms": ("terms_",),
    "settings": ("setting", "remote_", "webhook_"),
}
"""What one may ask for, and how the acts begin that belong to it."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which acts: by whom (a username, or MACHINE), of which family, about whom or what, when."""

    who: str = ""
    family: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


ALL = AuditFilter()


def write(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    act: LoggedAct,
    subject: str,
    reason: str = "",
    **detail: str,
) -> int:
    """Write an act down in the transaction that does it; gives its id.

    The process's log names the act, and its number here; whom it is about stands only here.
    """
    entry = audit.add(
        connection, wiki.clock(), actor.id, act.value, subject, detail, reason[:REASON_MOST]
    )
    journal.note_at_commit(connection, "act", act=act.value, by=actor.id, entry=entry)
    return entry


def entries(
    wiki: Wiki, actor: Actor, filters: AuditFilter = ALL, *, before: int = 0, limit: int = 50
) -> list[audit.Entry]:
    """The acts, newest first; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        former = members.had(connection, filters.who) if filters.who else None
        if filters.who and filters.who != MACHINE and former is None:
            return []
        wanted = audit.Wanted(
            actor=former.id if former else 0 if filters.who else None,
            begins=FAMILIES.get(filters.family, ()),
            about=filters.about.strip(),
            since=filters.since,
            until=filters.until,
        )
        return audit.newest(connection, wanted, before=before, limit=limit)


def people(wiki: Wiki, actor: Actor) -> list[str]:
    """The usernames of those whose acts are in the log; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return audit.actors(connection)


def tidy(wiki: Wiki) -> None:
    """Forget acts that are kept no longer. For the worker."""
    days = wiki.settings.retain_audit_days
    if days:
        with wiki.database.write() as connection:
            audit.forget(connection, wiki.clock() - timedelta(days=days))
