"""Hiding parts of revisions: moderators do it, and every view of a revision passes through here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from wiki.database.engine.connection import Connection
from wiki.database.history import hiding, history
from wiki.database.members import members
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Conflict, Invalid
from wiki.domain.history.hiding import Hiding, require_text, seen
from wiki.domain.history.revisions import Author, Event, Part, Revision
from wiki.domain.members.members import FORMER
from wiki.domain.talk.anchors import beginning
from wiki.domain.talk.comments import PlacedComment
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.content import contents

__all__ = ["require_text"]

_QUOTE_MOST = 90
"""Characters of a passage in a list of comments."""


@dataclass(frozen=True, slots=True)
class State:
    """A revision as moderators see it, what is hidden of it, and where its page is now."""

    revision: Revision
    path: str
    hidden: list[Hiding]
    is_current: bool


def redact(
    wiki: Wiki, connection: Connection, actor: Actor, revisions: Iterable[Revision]
) -> list[Revision]:
    """The revisions as this actor sees them. Every list of revisions on a screen comes from here.

    Rights are those of each page's present path.
    """
    former = wiki.people.former
    listed = [_pathless(wiki, actor, _anonymous(revision, former)) for revision in revisions]
    if not listed:
        return listed
    listed = _named(connection, listed)
    hidden = hiding.parts(connection, {revision.commit for revision in listed})
    if not hidden:
        return listed
    return [_seen(wiki, connection, actor, revision, hidden) for revision in listed]


def redact_one(wiki: Wiki, connection: Connection, actor: Actor, revision: Revision) -> Revision:
    """One revision as this actor sees it."""
    return redact(wiki, connection, actor, [revision])[0]


def without_hidden_authors(revisions: Iterable[Revision]) -> list[Revision]:
    """For lists of one author's work: only revisions whose author is not withheld."""
    return [revision for revision in revisions if Part.AUTHOR not in revision.withheld]


def may(wiki: Wiki, actor: Actor, path: str) -> bool:
    """Whether the actor hides revisions of the page that is at this path, and sees hidden ones."""
    return actor.is_member and wiki.rights.may(actor, Right.MODERATE, path)


def quotes(
    wiki: Wiki, connection: Connection, actor: Actor, listed: Iterable[PlacedComment]
) -> dict[int, str]:
    """The beginning of the words that each comment was made about, by comment, as the actor may."""
    anchored = [placed for placed in listed if placed.comment.anchor]
    closed = withheld_quotes(wiki, connection, actor, anchored)
    return {
        placed.comment.id: beginning(placed.comment.anchor, _QUOTE_MOST)
        for placed in anchored
        if placed.comment.id not in closed
    }


def withheld_quotes(
    wiki: Wiki, connection: Connection, actor: Actor, listed: Iterable[PlacedComment]
) -> set[int]:
    """Those of the comments whose words about a passage come from a text that is hidden."""
    anchored = [placed for placed in listed if placed.comment.anchor]
    if not anchored:
        return set()
    parts = hiding.parts(connection, {placed.comment.revision for placed in anchored})
    return {
        placed.comment.id
        for placed in anchored
        if Part.TEXT in parts.get((placed.comment.revision, placed.comment.path), ())
        and not may(wiki, actor, placed.path)
    }


def state(wiki: Wiki, actor: Actor, page: str, revision: Revision) -> State:
    """Return what is hidden of a page's revision. Raises LoginRequired, Forbidden."""
    with wiki.database.read() as connection:
        place = history.place(connection, page)
        path = place.path if place else revision.path
        newest = history.of_page(connection, page, limit=1)
        hidden = hiding.of_revision(connection, revision.commit, revision.path)
    wiki.rights.require(actor, Right.MODERATE, path)
    alive = place is not None and place.alive
    is_current = alive and bool(revision.blob) and newest[0].blob == revision.blob
    marked = replace(revision, hidden=frozenset(item.part for item in hidden))
    return State(marked, path, hidden, is_current)


def change(
    wiki: Wiki, actor: Actor, page: str, revision: Revision, parts: Collection[str], reason: str
) -> State:
    """Hide exactly these parts of a revision, and show the others again.

    A text is hidden in every revision of the page that says the same. Raises LoginRequired,
    Forbidden; Invalid without a reason (field `reason`) or for an unknown part; Conflict for the
    text that the page has now.
    """
    before = state(wiki, actor, page, revision)
    wanted = _parts(parts)
    had = {item.part for item in before.hidden}
    if wanted == had:
        return before
    if not reason.strip():
        raise Invalid.field("reason", "reason_missing")
    if Part.TEXT in wanted - had and before.is_current:
        raise Conflict("hide_current", path=before.path)
    this = [(revision.commit, revision.path)]
    with wiki.database.read() as connection:
        alike = hiding.alike(connection, page, revision.blob) if revision.blob else this
    with wiki.database.write() as connection:
        for part in sorted(wanted ^ had):
            keys = alike if part is Part.TEXT else this
            if part in wanted:
                hiding.hide(connection, keys, part, reason.strip(), actor.id, wiki.clock())
            else:
                hiding.show(connection, keys, part)
        act = LoggedAct.REVISION_HIDE if wanted - had else LoggedAct.REVISION_SHOW
        listed = ", ".join(sorted(part.value for part in wanted ^ had))
        subject = url_of("history", before.path) + f"#revision-{revision.commit[:10]}"
        audit.write(wiki, connection, actor, act, subject[:250], reason, parts=listed)
    wiki.wake()
    return state(wiki, actor, page, revision)


def _anonymous(revision: Revision, former: Collection[str]) -> Revision:
    """The revision with nobody's name where its author's account was erased."""
    if revision.author.uid not in former:
        return revision
    return replace(revision, author=Author(FORMER, revision.author.email))


def _named(connection: Connection, listed: list[Revision]) -> list[Revision]:
    """The revisions with what their authors are called here, whatever git calls them."""
    people = {author.uid for revision in listed for author in _people(revision) if author.uid}
    known = members.names(connection, sorted(people))
    return [_with_names(revision, known) for revision in listed] if known else listed


def _people(revision: Revision) -> list[Author]:
    return [revision.author, *([revision.accepter] if revision.accepter else [])]


def _with_names(revision: Revision, names: Mapping[str, tuple[str, str]]) -> Revision:
    accepter = revision.accepter
    return replace(
        revision,
        author=_with_name(revision.author, names),
        accepter=_with_name(accepter, names) if accepter else None,
    )


def _with_name(author: Author, names: Mapping[str, tuple[str, str]]) -> Author:
    if author.uid not in names or author.name == FORMER:
        return author
    username, name = names[author.uid]
    return replace(author, name=username, given=name)


def _pathless(wiki: Wiki, actor: Actor, revision: Revision) -> Revision:
    """The revision without words that may name a path which is closed to the actor.

    Where a page moved out of sight, a stub stayed; what was said of the move is about both. And a
    page that came from out of sight does not say from where.
    """
    if revision.event is not Event.RENAME and not revision.came_from:
        return revision
    if revision.came_from:
        is_open = wiki.rights.may(actor, Right.READ, revision.came_from)
        return revision if is_open else replace(revision, came_from="", message="")
    target = contents.meta_of(wiki, revision.blob).redirect.strip("/") if revision.blob else ""
    if not target or wiki.rights.may(actor, Right.READ, target):
        return revision
    return replace(revision, message="")


def _parts(written: Collection[str]) -> set[Part]:
    known = {part.value for part in Part}
    if not set(written) <= known:
        raise Invalid("form_wrong")
    return {Part(part) for part in written}


def _seen(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    revision: Revision,
    hidden: dict[hiding.Key, frozenset[Part]],
) -> Revision:
    parts = hidden.get((revision.commit, revision.path))
    if not parts:
        return revision
    place = history.place(connection, revision.page)
    path = place.path if place else revision.path
    return seen(revision, parts, may(wiki, actor, path))
