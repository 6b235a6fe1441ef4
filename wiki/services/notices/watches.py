"""Watches: a member asks to be told of a page, a question with its dialogues, or a folder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from wiki.database.history import history
from wiki.database.notices import watches
from wiki.database.pages import catalogue
from wiki.database.search import saved_searches
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import Kind
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.notices.watches import Held, Scope, Watched, folders_of
from wiki.domain.search.saved_searches import SavedSearch
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.content import places


@dataclass(frozen=True, slots=True)
class Offer:
    """The watches that a page offers to a member, and the nearest one that holds it already."""

    path: str
    title: str
    is_question: bool
    held: Held | None
    folders: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One watch in the list of them; `title` is the page's, or the folder itself."""

    id: int
    scope: Scope
    path: str
    title: str
    alive: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class WatchList:
    """All that a member follows: the newest watch first, folders and searches after pages."""

    pages: Sequence[Entry]
    folders: Sequence[Entry]
    searches: Sequence[SavedSearch]


def offer(wiki: Wiki, actor: Actor, path: str) -> Offer:
    """Return what may be watched from a page. Raises LoginRequired, Forbidden, NotFound, Gone."""
    member = actor.own_id()
    wiki.rights.require(actor, Right.READ, path)
    has = watched(wiki, member)
    with wiki.database.read() as connection:
        summary = catalogue.get(connection, path)
        asked = summary.meta.questions if summary else ()
        about = catalogue.resolve_links(connection, asked, path, sight=sight.of(wiki, actor))
    if summary is None:
        raise places.missing(wiki, actor, path)
    above = [
        (folder, folder in has.folders)
        for folder in folders_of(path)
        if wiki.rights.may(actor, Right.READ, folder)
    ]
    is_question = summary.meta.kind is Kind.QUESTION
    held = has.held_by(path, [question for question in about.values() if question])
    return Offer(path, summary.title, is_question, held, above)


def watch(wiki: Wiki, actor: Actor, path: str, scope: str = "") -> Scope:
    """Watch a page, a question or (`folder`) all in the folder at this path; gives which.

    Without a scope: a question with its dialogues, another page alone. Raises LoginRequired,
    Forbidden, NotFound, Gone, Invalid for an unknown scope.
    """
    return _say(wiki, actor, path, scope, wanted=True)


def unwatch(wiki: Wiki, actor: Actor, path: str, scope: str = "") -> Scope:
    """Watch the page (or the folder) no more, whatever else holds it. Raises as `watch`."""
    return _say(wiki, actor, path, scope, wanted=False)


def _say(wiki: Wiki, actor: Actor, path: str, scope: str, *, wanted: bool) -> Scope:
    member = actor.own_id()
    wiki.rights.require(actor, Right.READ, path)
    if scope and scope not in {known.value for known in Scope}:
        raise Invalid("form_wrong")
    if scope == Scope.FOLDER:
        _say_of_folder(wiki, actor, member, path, wanted)
        return Scope.FOLDER
    with wiki.database.read() as connection:
        page = history.identity(connection, path)
        summary = catalogue.get(connection, path)
        if not page or summary is None:
            raise places.missing(wiki, actor, path)
        newest = history.of_page(connection, page, limit=1)[0]
        old = [one.id for one in watches.of_page(connection, member, page)]
    is_question = summary.meta.kind is Kind.QUESTION
    what = Scope.QUESTION if is_question and scope != Scope.PAGE else Scope.PAGE
    with wiki.database.write() as connection:
        watches.put(
            connection,
            member,
            what,
            newest.path,
            newest.commit,
            wiki.clock(),
            wanted=wanted,
            instead_of=old,
        )
    return what


def _say_of_folder(wiki: Wiki, actor: Actor, member: int, folder: str, wanted: bool) -> None:
    with wiki.database.read() as connection:
        old = [one.id for one in watches.of_folder(connection, member, folder)]
        if wanted and not catalogue.holds(connection, folder, sight=sight.of(wiki, actor)):
            raise NotFound("page_missing", path=folder)
    with wiki.database.write() as connection:
        now = wiki.clock()
        watches.put(
            connection, member, Scope.FOLDER, folder, "", now, wanted=wanted, instead_of=old
        )


def watched(wiki: Wiki, member: int) -> Watched:
    """Return what a member watches, as paths of today."""
    with wiki.database.read() as connection:
        placed = watches.placed(connection, member)
        folders = watches.folders(connection, member)
    here = [(one, place.path) for one, place in placed if place.alive]
    return Watched(
        pages=frozenset(path for one, path in here if one.wanted and one.scope is Scope.PAGE),
        questions=frozenset(
            path for one, path in here if one.wanted and one.scope is Scope.QUESTION
        ),
        folders=frozenset(one.path for one in folders),
        silent=frozenset(path for one, path in here if not one.wanted),
    )


def listing(wiki: Wiki, actor: Actor) -> WatchList:
    """All that the actor follows and may read. Raises LoginRequired."""
    member = actor.own_id()
    with wiki.database.read() as connection:
        placed = watches.placed(connection, member)
        summaries = catalogue.find(connection, [place.path for _, place in placed if place.alive])
        folders = watches.folders(connection, member)
        searches = saved_searches.of_member(connection, member)
    pages = [
        Entry(
            id=watch.id,
            scope=watch.scope,
            path=place.path,
            title=summaries[place.path].title if place.path in summaries else place.path,
            alive=place.alive,
            since=watch.created,
        )
        for watch, place in placed
        if watch.wanted and wiki.rights.may(actor, Right.READ, place.path)
    ]
    above = [
        Entry(watch.id, watch.scope, watch.path, watch.path, True, watch.created)
        for watch in folders
        if wiki.rights.may(actor, Right.READ, watch.path)
    ]
    return WatchList(pages, above, searches)


def end(wiki: Wiki, actor: Actor, ids: Collection[int]) -> int:
    """End some of the actor's own watches; gives how many. Raises LoginRequired."""
    member = actor.own_id()
    with wiki.database.write() as connection:
        return watches.end(connection, member, ids, wiki.clock())


def end_all(wiki: Wiki, actor: Actor) -> int:
    """End all the actor's watches; gives how many. Raises LoginRequired."""
    member = actor.own_id()
    with wiki.database.write() as connection:
        ids = [one.id for one in watches.wanted(connection, member)]
        return watches.end(connection, member, ids, wiki.clock())
