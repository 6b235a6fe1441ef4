"""Describe a conflict: whose change it is with, and when that was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import ANONYMOUS, Actor
from wiki.engine import Wiki
from wiki.services.content import contents
from wiki.services.history import hiding


@dataclass(frozen=True, slots=True)
class About:
    """The page of a conflict, and who changed it last (empty if that is the writer) and when."""

    title: str
    kind: str
    who: str
    when: datetime | None


def about(wiki: Wiki, actor: Actor, path: str, theirs: str) -> About:
    """Tell of the page at a path and its blob, of which a writer changed the same lines."""
    with wiki.database.read() as connection:
        summary = catalogue.get(connection, path)
        page = history.identity(connection, path)
        newest = history.of_page(connection, page, limit=1) if page else []
        newest = hiding.redact(wiki, connection, actor, newest)
    title = summary.title if summary else path
    kind = contents.meta_of(wiki, theirs, path).kind.value
    if not newest:
        return About(title, kind, "", None)
    author = newest[0].author
    mine = bool(author.uid) and author.uid == actor.uid
    return About(title, kind, "" if mine else author.called, newest[0].when)


def who_deleted(wiki: Wiki, path: str) -> str:
    """The name of who deleted the page that was at the path; empty if that is not known."""
    with wiki.database.read() as connection:
        last = history.deleted(connection, path)
        return hiding.redact_one(wiki, connection, ANONYMOUS, last).author.called if last else ""
