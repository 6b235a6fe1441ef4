"""The catalogue projection: what each page says of itself, read from the tree's difference."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from typing import Any

from wiki.database import entries, progress
from wiki.database.connection import Connection, Table
from wiki.domain import text
from wiki.domain.pages import Meta
from wiki.domain.paths import SUFFIX, fold, page_of, slug
from wiki.render import frontmatter
from wiki.render.scan import scan, title_heading
from wiki.store.store import Store

NAME = "catalogue"
FORMAT = 2

_BATCH = 500
_MOST = 400
"""Characters of a title or target that are compared: what every database can index."""

_INDEX_NAMES = ("index", "readme")

Rows = dict[Table, list[dict[str, Any]]]


def catch_up(
    connection: Connection,
    store: Store,
    last: str,
    head: str,
    zone: tzinfo = UTC,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Follow the difference between two revisions (empty: nothing), in the caller's transaction.

    Dates without an offset are meant in `zone`. `tell(done, total)` hears of pages now and then.
    """
    pages = [(path, diff) for diff in store.diff(last, head) if (path := page_of(diff.file))]
    present = [(path, diff.after) for path, diff in pages if diff.after]
    described = (
        (_gather(describe(path, blob, store.blob(blob), zone) for path, blob in some), len(some))
        for some in _batches(present)
    )
    if len(pages) == 1 and pages[0][1].before and pages[0][1].after:
        # A save: cheaper than taking everything out and putting it in again.
        entries.change(connection, next(described)[0])
    else:
        entries.remove(connection, [path for path, diff in pages if diff.before])
        done = 0
        for rows, number in described:
            entries.put(connection, rows)
            done += number
            tell(done, len(present))
    progress.put(connection, NAME, head, FORMAT)


def describe(path: str, blob: str, data: bytes, zone: tzinfo = UTC) -> Rows:
    """What the catalogue says of one page, as rows of its tables."""
    # PostgreSQL takes no NUL in text.
    written = text.decode(data).text.replace("\0", "")
    meta = frontmatter.read(written, zone)
    seen = scan(written, path)
    title = meta.title or seen.title_heading or name_of(path)
    redirect = meta.redirect.strip("/").removesuffix(SUFFIX)
    card = {
        "path": path,
        "fold": fold(path),
        "blob": blob,
        "kind": meta.kind.value,
        "status": meta.status,
        "title": title,
        "title_fold": fold(title)[:_MOST],
        "redirect": redirect,
        "redirect_fold": fold(redirect)[:_MOST],
        "starts": int(meta.date.start.timestamp()) if meta.date else None,
        "excerpt": seen.excerpt,
        "words": seen.words,
        "meta": entries.written(meta),
    }
    targets = dict.fromkeys(link.target for link in seen.links if len(link.target) <= _MOST)
    return {
        entries.catalogue: [card],
        entries.links: [
            {"source": path, "target": target, "key": fold(target)} for target in targets
        ],
        **_named(path, meta),
    }


def title_of(path: str, written: str) -> str:
    """The title of a page at a path that says this."""
    return frontmatter.read(written).title or title_heading(written) or name_of(path)


def name_of(path: str) -> str:
    """A page's name by its file: the last part, or its folder's if that is `index` or `README`."""
    folder, _, name = path.rpartition("/")
    return folder.rpartition("/")[2] if name.lower() in _INDEX_NAMES and folder else name


def person_slug(name: str) -> str:
    """How a person is called in addresses; the same for the same name, never empty."""
    return slug(name) or hashlib.sha256(fold(name).encode()).hexdigest()[:10]


def _named(path: str, meta: Meta) -> Rows:
    by_key: dict[str, str] = {}
    for tag in meta.tags:
        by_key.setdefault(fold(tag)[:_MOST], tag)
    return {
        entries.tags: [{"path": path, "key": key, "name": name} for key, name in by_key.items()],
        entries.participants: [
            {
                "path": path,
                "position": position,
                "slug": person_slug(person.name),
                "name": person.name,
                "role": person.role,
                "member": person.member,
            }
            for position, person in enumerate(meta.participants)
            if person.name
        ],
        entries.dialogue_questions: [
            {"path": path, "target": target, "key": fold(target)}
            for target in dict.fromkeys(meta.questions)
            if len(target) <= _MOST
        ],
    }


def _gather(described: Iterable[Rows]) -> Rows:
    gathered: Rows = {table: [] for table in entries.TABLES}
    for rows in described:
        for table, values in rows.items():
            gathered[table] += values
    return gathered


def _batches(pages: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(pages), _BATCH):
        yield pages[start : start + _BATCH]
