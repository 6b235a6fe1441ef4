"""Comparing the index with what it was made from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from wiki.database.engine.connection import Connection
from wiki.database.operation import setaside
from wiki.domain.search.search import Found, Site
from wiki.projections.search.texts import sources
from wiki.projections.search.writing.kept import Kept
from wiki.store.store import Store

_TEXTS = {Found.PAGE, Found.QUESTION, Found.DIALOGUE, Found.FILE}


@dataclass(frozen=True, slots=True)
class Difference:
    """A page, file or `comment <id>` of which the index has another text, none, or one too many."""

    key: str
    kept: str
    true: str


def check(index: Kept, store: Store, connection: Connection) -> list[Difference]:
    """List what the index has that git and SQL do not have, and the other way round.

    Texts are compared by blob; a comment by being there.
    """
    pages, comments = _kept(index)
    head = index.progress.revision
    true = {
        page.summary.path: page.summary.blob
        for page in sources.pages(store, connection, sources.all_pages(store, head), head, Site())
        if not page.summary.meta.redirect
    } | sources.shown(connection, sources.all_files(store, head))
    aside = {one.item.key for one in setaside.of(connection, setaside.derived, sources.NAME)}
    every = {str(source.placed.comment.id) for source in sources.all_comments(connection)}
    there = every - aside
    differences = [
        Difference(path, pages.get(path, ""), true.get(path, ""))
        for path in sorted(pages.keys() | true.keys())
        if pages.get(path) != true.get(path)
    ]
    for id in sorted(comments.keys() | there, key=int):
        if comments[id] != (id in there):
            differences.append(
                Difference(f"comment {id}", str(comments[id]), str(int(id in there)))
            )
    return differences


def _kept(index: Kept) -> tuple[dict[str, str], Counter[str]]:
    """The blob of each page and file in the index, and how often each comment is in it."""
    pages: dict[str, str] = {}
    comments: Counter[str] = Counter()
    for stored in index.of_kinds((*_TEXTS, Found.COMMENT)):
        if stored["kind"] == Found.COMMENT:
            comments[str(stored["number"])] += 1
        else:
            twice = stored["path"] in pages
            pages[stored["path"]] = "twice" if twice else stored["blob"]
    return pages, comments
