"""The catalogue projection: what each page says of itself, read from the tree's difference."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any

from wiki.database.content import entries
from wiki.database.engine import progress
from wiki.database.engine.connection import Connection, Table
from wiki.domain.content import text
from wiki.domain.content.pages import Meta
from wiki.domain.content.paths import SUFFIX, fold, page_of, slug
from wiki.domain.content.setaside import Item
from wiki.projections.setaside import VIEW, Trial, problem_of, text_of
from wiki.render import frontmatter
from wiki.render.scan import Scan, scan, title_heading
from wiki.store.store import Store

NAME = "catalogue"
FORMAT = 4

_BATCH = 500
_MOST = 400
"""Characters of a title or target that are compared: what every database can index."""

_INDEX_NAMES = ("index", "readme")

Rows = dict[Table, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What pages say that differ between two revisions, described as it is asked for.

    `gone` are paths of which rows may be there; `is_save` if one page changed and no other.
    `described` gives rows, some pages at a time, with how many pages that were.
    """

    gone: Sequence[str]
    described: Iterable[tuple[Rows, int]]
    total: int
    is_save: bool
    trial: Trial

    def read(self) -> Difference:
        """The same, all of it described now: what cannot be is set aside."""
        return replace(self, described=list(self.described))


def difference(store: Store, last: str, head: str, zone: tzinfo = UTC) -> Difference:
    """Compare two revisions (empty: nothing).

    Dates without an offset are meant in `zone`.
    """
    trial = Trial(store.git)
    pages = [(path, diff) for diff in store.diff(last, head) if (path := page_of(diff.file))]
    present = [(path, diff.after) for path, diff in pages if diff.after]
    for path, diff in pages:
        trial.passed(Item(VIEW, "page", path))
        if not diff.after:
            trial.passed(Item(NAME, "page", path))
    described = (
        (_gather(_describe(store, trial, path, blob, zone) for path, blob in some), len(some))
        for some in _batches(present)
    )
    return Difference(
        gone=[path for path, diff in pages if diff.before],
        described=described,
        total=len(present),
        is_save=len(pages) == 1 and bool(pages[0][1].before and pages[0][1].after),
        trial=trial,
    )


def write(
    connection: Connection,
    difference: Difference,
    head: str,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write what changed up to `head`, in the caller's transaction on the projections.

    `tell(done, total)` hears of pages now and then.
    """
    if difference.is_save:
        # Cheaper than taking everything out and putting it in again.
        for rows, _ in difference.described:
            entries.change(connection, rows)
    else:
        entries.remove(connection, difference.gone)
        done = 0
        for rows, number in difference.described:
            entries.put(connection, rows)
            done += number
            tell(done, difference.total)
    difference.trial.keep(connection)
    progress.put(connection, NAME, head, FORMAT)


def _describe(store: Store, trial: Trial, path: str, blob: str, zone: tzinfo) -> Rows:
    """Describe a page for the catalogue; by its name alone if it cannot be described."""

    def whole() -> Rows:
        return _writable(describe(path, blob, text_of(store, blob), zone))

    def bare(reason: str) -> Rows:
        return _rows(path, blob, Meta(problems=(problem_of(reason),)), Scan("", (), "", 0))

    return trial.of(Item(NAME, "page", path, blob), whole, bare)


def _writable(rows: Rows) -> Rows:
    """The same rows; raises UnicodeEncodeError if no database takes them."""
    for values in rows.values():
        for row in values:
            for value in row.values():
                if isinstance(value, str):
                    value.encode()
    return rows


def describe(path: str, blob: str, data: bytes, zone: tzinfo = UTC) -> Rows:
    """Describe one page as rows of the catalogue's tables."""
    # PostgreSQL takes no NUL in text.
    written = text.decode(data).text.replace("\0", "")
    return _rows(path, blob, frontmatter.read(written, zone), scan(written, path))


def _rows(path: str, blob: str, meta: Meta, seen: Scan) -> Rows:
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
