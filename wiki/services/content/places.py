"""Where a page is: the file behind an address, where a redirect leads, what was there before."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.paths import INDEXES, SUFFIXES, file_of, index_rank, page_of
from wiki.domain.errors import Gone, Invalid, NotFound, Unreadable
from wiki.engine import Wiki
from wiki.services.content import contents

MOST_REDIRECTS = 10
_OTHERS = (".MD", *SUFFIXES[1:])
"""How else the file of a page may end that is asked for by its bare name."""
MOST_BYTES = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """A page that is there now: its path and its blob; `is_linked` if a symbolic link led there."""

    path: str
    blob: str
    is_linked: bool = False


def asked(path: str) -> str:
    """The path that an address asks for, its outer slashes removed.

    Raises Invalid for one that no repository may hold. Less strict than `paths.check`: what is
    already in a repository is to be read, whatever its name.
    """
    path = path.strip("/")
    if not path:
        raise Invalid.field("path", "path_empty")
    if len(path) > MOST_BYTES:
        raise Invalid.field("path", "path_long", most=MOST_BYTES)
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in path):
        raise Invalid.field("path", "path_control")
    if len(path.encode()) > MOST_BYTES:
        raise Invalid.field("path", "path_long", most=MOST_BYTES)
    for segment in path.split("/"):
        if not segment:
            raise Invalid.field("path", "path_segment_empty")
        if segment.startswith("."):
            raise Invalid.field("path", "path_dot", segment=segment)
    return path


def look(wiki: Wiki, path: str, at: str = "") -> Place | None:
    """The page that an address shows: `a`, else the folder's own (`a/index`...), else None.

    Now, or in the commit `at`. A symbolic link shows the page to which it leads.
    """
    for file in (file_of(path), *(f"{path}{suffix}" for suffix in _OTHERS)):
        place = _at(wiki, file, at)
        if place is not None:
            return place
    return own_page(wiki, path, at)


def own_page(wiki: Wiki, folder: str, at: str = "") -> Place | None:
    """The page of a folder (empty: the site's front page) that `paths.INDEXES` prefers."""
    pages = filter(None, map(page_of, wiki.store.own_pages(folder, at)))
    for path in sorted(pages, key=lambda page: (index_rank(page), page)):
        place = _at(wiki, file_of(path), at)
        if place is not None:
            return place
    return None


def _at(wiki: Wiki, file: str, at: str) -> Place | None:
    """The page that a file holds, or the one to which a symbolic link of this name leads."""
    if page_of(file) is None:
        return None
    found = wiki.store.shown(file, at)
    page = page_of(found.file) if found else None
    return Place(page, found.blob, found.file != file) if found and page else None


def find(
    wiki: Wiki, actor: Actor, path: str, *, redirect: bool = True, right: Right = Right.READ
) -> Place:
    """The page at an address that the actor may read, redirects followed unless told otherwise.

    With a `right`, only a page to which the actor may do that too.

    Raises Invalid, LoginRequired, Forbidden, NotFound (`path` says where), Gone for a deleted page.
    """
    path = asked(path)
    wiki.rights.require(actor, Right.READ, path)
    place = look(wiki, path)
    if place is None or (place.is_linked and not redirect):
        # What is done to a page by its own name is not done through a link.
        raise missing(wiki, actor, path)
    wiki.rights.require(actor, Right.READ, place.path)
    # Of a redirect to a closed page the stub itself would tell where that is.
    leads = destination(wiki, actor, place)
    found = leads if redirect else place
    if right is not Right.READ:
        wiki.rights.require(actor, right, found.path)
    return found


def missing(wiki: Wiki, actor: Actor, path: str) -> NotFound | Gone:
    """The error for an address where no page is: Gone if one was there, else NotFound."""
    with wiki.database.read() as connection:
        last = history.deleted(connection, path)
    if last is not None and wiki.rights.may(actor, Right.READ, last.path):
        return Gone("page_deleted", path=path)
    return NotFound("page_missing", path=path)


def namesake(wiki: Wiki, actor: Actor, path: str) -> str:
    """The page that this address means but for case or Unicode form, if the actor may read it."""
    with wiki.database.read() as connection:
        found = catalogue.twin(connection, path)
    return found if found and wiki.rights.may(actor, Right.READ, found) else ""


def destination(wiki: Wiki, actor: Actor, place: Place) -> Place:
    """Where a page's redirects lead; the last stub itself if they go round or lead nowhere.

    Raises NotFound if they lead where the actor may not read, whether a page is there or not: who
    writes redirects must not learn by them what there is.
    """
    seen = {place.path}
    for _ in range(MOST_REDIRECTS):
        target = _target(wiki, place)
        if not is_safe(target):
            return place
        there = look(wiki, target)
        shown = [there.path] if there else [target, *(f"{target}/{name}" for name in INDEXES)]
        if not all(wiki.rights.may(actor, Right.READ, path) for path in shown):
            raise NotFound("page_missing", path=place.path)
        if there is None or there.path in seen:
            return place
        seen.add(there.path)
        place = there
    return place


def _target(wiki: Wiki, place: Place) -> str:
    try:
        return contents.meta_of(wiki, place.blob).redirect.strip("/")
    except Unreadable:
        # Where it led cannot be read; its history can.
        return ""


def is_safe(path: str) -> bool:
    """Whether a path may be asked for at all."""
    try:
        asked(path)
    except Invalid:
        return False
    return True
