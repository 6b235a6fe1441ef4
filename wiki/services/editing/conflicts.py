"""Describe a conflict: whose change it is with, and when that was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import ANONYMOUS, Actor
from wiki.engine import Wiki
from wiki.services.content import contents
from wiki.services.editing.saving import Conflicted
from wiki.services.history import hiding


@dataclass(frozen=True, slots=True)
class About:
    """The page of a conflict, and who changed it last (empty if that is the writer) and when."""

    title: str
    kind: str
    who: str
    when: datetime | None


def about(wiki: Wiki, actor: Actor, error: Conflicted) -> About:
    """The facts for the page on which a writer chooses."""
    with wiki.database.read() as connection:
        summary = catalogue.get(connection, error.path)
        page = history.identity(connection, error.path)
        newest = history.of_page(connection, page, limit=1) if page else []
        newest = hiding.redact(wiki, connection, actor, newest)
    title = summary.title if summary else error.path
    kind = contents.meta_of(wiki, error.theirs, error.path).kind.value
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
