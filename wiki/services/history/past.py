"""Links as they were: where a link on an old version led at that time."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from wiki.database.content import titles
from wiki.database.engine.connection import Connection
from wiki.database.history import hiding, history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.paths import fold
from wiki.domain.errors import Unreadable
from wiki.domain.history.revisions import Part, Revision
from wiki.engine import Wiki
from wiki.projections.catalogue import title_of
from wiki.render.links import LinkState
from wiki.services.access import sight
from wiki.services.content import contents, places

MOST_REDIRECTS = 5


def links(wiki: Wiki, actor: Actor, targets: Collection[str], commit: str) -> dict[str, LinkState]:
    """For each link's target that was a page in a commit: that page's revision of then.

    A target that was none, or that the actor may not read, is left out: it was wanted. A page is
    named by its path, else by the title that it had then.
    """
    states: dict[str, LinkState] = {}
    with wiki.database.read() as connection:
        named = {}
        for target in targets:
            page = _page(wiki, connection, target, commit)
            if page:
                state = _state(wiki, connection, actor, page, commit)
                states.update({target: state} if state else {})
            else:
                named[target] = fold(target)
        called = _called(wiki, connection, actor, set(named.values()), commit) if named else {}
    return states | {target: called[title] for target, title in named.items() if title in called}


def _called(
    wiki: Wiki, connection: Connection, actor: Actor, wanted: Collection[str], commit: str
) -> dict[str, LinkState]:
    """For each folded title that a page had in a commit: that page of then, the first by path."""
    ever = titles.pages(connection, wanted)
    # Of old revisions the worker may not have told yet.
    today = catalogue.by_title(connection, wanted, sight=sight.of(wiki, actor))
    for title, path in today.items():
        ever.setdefault(title, []).append(history.identity(connection, path))
    states: dict[str, LinkState] = {}
    for title, pages in ever.items():
        had = [history.as_of(connection, page, commit) for page in dict.fromkeys(pages)]
        for then in sorted(filter(None, had), key=lambda one: one.path):
            state = _state(wiki, connection, actor, then.page, commit)
            if state and _had_title(wiki, then, title):
                states[title] = state
                break
    return states


def _had_title(wiki: Wiki, revision: Revision, title: str) -> bool:
    if contents.meta_of(wiki, revision.blob).redirect:
        return False
    had = contents.title_of(wiki, revision.blob, partial(title_of, revision.path))
    return fold(had) == title


def _page(wiki: Wiki, connection: Connection, target: str, commit: str) -> str:
    """The page that was at a path then, redirects of that time followed; empty if none was."""
    try:
        place = _there(wiki, target, commit)
    except Unreadable:
        # What cannot be read leads nowhere.
        return ""
    return history.page_of(connection, place.path, commit) if place else ""


def _there(wiki: Wiki, target: str, commit: str) -> places.Place | None:
    place = _look(wiki, target, commit)
    for _ in range(MOST_REDIRECTS):
        if place is None:
            return None
        redirect = contents.meta_of(wiki, place.blob).redirect.strip("/")
        there = _look(wiki, redirect, commit) if redirect else None
        if there is None:
            break
        place = there
    return place


def _look(wiki: Wiki, path: str, commit: str) -> places.Place | None:
    return places.look(wiki, path, commit) if places.is_safe(path) else None


def _state(
    wiki: Wiki, connection: Connection, actor: Actor, page: str, commit: str
) -> LinkState | None:
    revision = history.as_of(connection, page, commit)
    place = history.place(connection, page)
    if revision is None or place is None or not revision.blob:
        return None
    if not wiki.rights.may(actor, Right.READ, place.path):
        return None
    # An address shows the page that lives there now: a deleted page whose path is taken has none.
    if not place.alive and history.identity(connection, place.path):
        return None
    hidden = hiding.parts(connection, [revision.commit]).get((revision.commit, revision.path), ())
    if Part.TEXT in hidden and not wiki.rights.may(actor, Right.MODERATE, place.path):
        return None
    return LinkState(place.path, at=revision.commit)
