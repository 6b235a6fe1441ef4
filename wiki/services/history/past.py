"""Links as they were: where a link on an old version led at that time."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from functools import partial

from wiki.database.content import leads, titles
from wiki.database.engine.connection import Connection
from wiki.database.history import hiding, history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import names
from wiki.domain.content.names import Lead, To
from wiki.domain.content.paths import fold
from wiki.domain.errors import Unreadable
from wiki.domain.history.revisions import Part, Revision
from wiki.engine import Wiki
from wiki.projections.catalogue import title_of
from wiki.render.links import LinkState
from wiki.services.access import sight
from wiki.services.content import contents, linking, places

MOST_REDIRECTS = 5
MOST_STUB = 50_000
"""Bytes of a page that may be a redirect: of a larger one nobody looks."""
MOST_TITLED = 1_000_000
"""Bytes of all pages together of which the title of then is looked for."""


def links(
    wiki: Wiki, actor: Actor, source: str, targets: Collection[str], commit: str
) -> dict[str, LinkState]:
    """For each link's target that was a page in a commit: that page's revision of then.

    `source` is where the page was that the links stand on. A target that was none, or that the
    actor may not read, is left out: it was wanted. A page is named by its path, else by the name
    of its file or the title that it had then. Of more than `linking.MOST` the rest lead where
    they lead today.
    """
    ordered = sorted(targets)
    with wiki.database.read() as connection:
        rest = leads.of_page(
            connection, source, ordered[linking.MOST :], sight=sight.of(wiki, actor)
        )
        states = linking.states(wiki, actor, rest)
        named = {}
        for target in ordered[: linking.MOST]:
            lead = _lead(wiki, source, target, commit)
            if lead is None:
                named[target] = fold(target)
                continue
            state = _led(wiki, connection, actor, lead, commit)
            states.update({target: state} if state else {})
        if named:
            today = leads.of_page(connection, source, named, sight=sight.of(wiki, actor))
            for target in list(named):
                state = _called_so(wiki, connection, actor, target, today[target], commit)
                if state:
                    states[target] = state
                    del named[target]
        called = _called(wiki, connection, actor, set(named.values()), commit) if named else {}
    return states | {target: called[title] for target, title in named.items() if title in called}


def _lead(wiki: Wiki, source: str, target: str, commit: str) -> Lead | None:
    """Give what was at a link's path then, redirects of that time followed."""
    try:
        lead = linking.by_path(wiki, source, target, commit)
        if lead is None or lead.to is not To.PAGE:
            return lead
        place = _there(wiki, lead.path, commit)
    except Unreadable:
        # What cannot be read leads nowhere.
        return None
    return Lead(place.path, To.PAGE) if place else None


def _led(
    wiki: Wiki, connection: Connection, actor: Actor, lead: Lead, commit: str
) -> LinkState | None:
    if lead.to is not To.PAGE:
        return linking.states(wiki, actor, {"": lead}).get("")
    page = history.page_of(connection, lead.path, commit)
    return _state(wiki, connection, actor, page, commit) if page else None


def _called_so(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    target: str,
    today: Lead | None,
    commit: str,
) -> LinkState | None:
    """The page that a link leads to today, if its file had that name then."""
    if today is None or today.to is not To.PAGE:
        return None
    page = history.identity(connection, today.path)
    then = history.as_of(connection, page, commit) if page else None
    if then is None or names.key(names.stem(then.path)) != names.key(target):
        return None
    return _state(wiki, connection, actor, page, commit)


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
    left, unread = linking.MOST, MOST_TITLED
    for title, pages in ever.items():
        # Thousands of pages may have one title.
        some = list(dict.fromkeys(pages))[:left]
        left -= len(some)
        had = [history.as_of(connection, page, commit) for page in some]
        for then in sorted(filter(None, had), key=lambda one: one.path):
            state = _state(wiki, connection, actor, then.page, commit)
            unread -= _size(wiki, then.blob)
            if state and unread >= 0 and _had_title(wiki, then, title):
                states[title] = state
                break
    return states


def _size(wiki: Wiki, blob: str) -> int:
    """The bytes of a text; none of one that is not there or cannot be read."""
    with suppress(Unreadable):
        return wiki.store.size(blob) if blob else 0
    return 0


def _had_title(wiki: Wiki, revision: Revision, title: str) -> bool:
    if contents.meta_of(wiki, revision.blob).redirect:
        return False
    had = contents.title_of(wiki, revision.blob, partial(title_of, revision.path))
    return fold(had) == title


def _there(wiki: Wiki, target: str, commit: str) -> places.Place | None:
    place = _look(wiki, target, commit)
    for _ in range(MOST_REDIRECTS):
        if place is None:
            return None
        is_small = wiki.store.size(place.blob) <= MOST_STUB
        redirect = contents.meta_of(wiki, place.blob).redirect.strip("/") if is_small else ""
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
