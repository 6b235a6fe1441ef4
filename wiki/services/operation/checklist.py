"""An owner's first steps, which tick themselves off; and the numbers of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from wiki.database.history import history
from wiki.database.members import invitations, members
from wiki.database.members.members import Wanted
from wiki.database.operation import choices
from wiki.database.pages import catalogue
from wiki.domain.access.rights import SYSTEM, Actor, Right
from wiki.domain.content.pages import Kind
from wiki.domain.members.members import Status
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.editing import trash
from wiki.services.notices import outbox
from wiki.services.operation import last_runs, starter
from wiki.settings import Settings

FRONT = "index"
MARK = "checklist"
"""Among what was chosen: that the list was sent away."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do first, and whether it is done."""

    name: str
    done: bool


def steps(wiki: Wiki, actor: Actor) -> Sequence[Step]:
    """Return what there is to do first; nothing once all is done, or the list was sent away.

    For administrators. Raises LoginRequired, Forbidden.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        if MARK in choices.every(connection):
            return ()
        front = catalogue.get(connection, FRONT)
        people = members.count(connection, Wanted(status=Status.ACTIVE.value))
        has_invited = people > 1 or bool(invitations.newest(connection, limit=1))
    settings = wiki.settings
    is_named = settings.site_name != Settings().site_name or "site_name" in settings.fixed
    listed = (
        Step("name", is_named),
        Step("front", front is not None and front.author != SYSTEM.username),
        Step("invite", has_invited),
        Step("mail", outbox.can_send(settings)),
        Step("backup", last_runs.read(wiki, last_runs.BACKUP) is not None),
        Step("examples", not starter.examples_left(wiki)),
    )
    return () if all(step.done for step in listed) else listed


def dismiss(wiki: Wiki, actor: Actor) -> None:
    """Send the list away, done or not. For administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        choices.put(connection, {MARK: "dismissed"})


def take_examples_away(wiki: Wiki, actor: Actor) -> int:
    """Delete the example pages that nobody changed; gives how many. They can be put back.

    For administrators. Raises LoginRequired, Forbidden.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    left = starter.examples_left(wiki)
    for path in left:
        trash.delete(wiki, actor, path)
    return len(left)


def figures(wiki: Wiki, actor: Actor) -> Mapping[str, int]:
    """The numbers of the site now, by name. For administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        seen = sight.of(wiki, actor)
        return {
            "members": members.count(connection, Wanted(status=Status.ACTIVE.value)),
            "questions": catalogue.count(connection, Kind.QUESTION, sight=seen),
            "dialogues": catalogue.count(connection, Kind.DIALOGUE, sight=seen),
            "pages": catalogue.count(connection, Kind.PAGE, sight=seen),
            "changes": history.count_since(connection, wiki.clock() - WEEK),
        }
