"""The catalogue projection: what each page says of itself, read from the tree's difference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from wiki.database.content import entries, leads
from wiki.database.engine import progress
from wiki.database.engine.connection import Connection, Table
from wiki.domain.content import names as naming
from wiki.domain.content import text
from wiki.domain.content.conventions import PLAIN, Conventions
from wiki.domain.content.links import Link, LinkKind
from wiki.domain.content.names import Named
from wiki.domain.content.pages import Meta
from wiki.domain.content.paths import (
    file_of,
    fold,
    folder_of,
    index_rank,
    is_attachment,
    page_of,
    person_slug,
    without_suffix,
)
from wiki.domain.content.setaside import Item
from wiki.domain.errors import Unreadable
from wiki.projections.setaside import VIEW, Trial, problem_of, text_of
from wiki.render import frontmatter
from wiki.render.scan import Scan, scan, title_heading
from wiki.store.store import FileDiff, Store

NAME = "catalogue"
FORMAT = 9
MARKS = 1_000
"""Formats stay below this; what stands above it marks the rules that rows were made by."""

_BATCH = 500

Rows = dict[Table, list[dict[str, Any]]]

_PLAIN = [table for table in entries.OF_PAGES if table not in entries.LEADING]
"""Tables whose rows are written again with each change; links that stay are left alone."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The pages that differ between two revisions, each described when it is asked for.

    `gone` are paths of which rows may be there, `here` those that are described; `is_save` if one
    page changed and no other. `described` gives rows, some pages at a time, with how many pages
    that were. `files` are other files that came and those that went; `symlinks` the same of
    symbolic links with a page's name, and whether others changed, which may lead on to pages;
    `destination` tells where one leads. `is_first` if nothing is known yet. `size` counts the bytes
    of what is to be described.
    """

    gone: Sequence[str]
    here: Sequence[str]
    files: tuple[Sequence[str], Sequence[str]]
    symlinks: tuple[Sequence[str], Sequence[str], bool]
    destination: Callable[[str], str]
    is_first: bool
    described: Iterable[tuple[Rows, int]]
    size: Callable[[], int]
    total: int
    is_save: bool
    trial: Trial
    format: int

    def read(self) -> Difference:
        """The same, all of it described now: what cannot be is set aside."""
        return replace(self, described=list(self.described))


def format_of(meant: Conventions) -> int:
    """Tell which format rows have: they differ for another zone and other rules of dialogues."""
    return FORMAT + MARKS * meant.mark


def difference(store: Store, last: str, head: str, meant: Conventions = PLAIN) -> Difference:
    """Compare two revisions (empty: nothing).

    `meant` is what pages mean that do not say it.
    """
    trial = Trial(store.git)
    links: list[FileDiff] = []
    diffs = store.diff(last, head, links)
    pages = [(path, diff) for diff in diffs if (path := page_of(diff.file))]
    others = [diff for diff in diffs if is_attachment(diff.file)]
    present = [(path, diff.after) for path, diff in pages if diff.after]
    linked = [(path, diff) for diff in links if (path := page_of(diff.file))]
    for path, diff in pages:
        trial.passed(Item(VIEW, "page", path))
        if not diff.after:
            trial.passed(Item(NAME, "page", path))
    described = (
        (_gather(_describe(store, trial, path, blob, meant) for path, blob in some), len(some))
        for some in _batches(present)
    )
    return Difference(
        gone=[path for path, diff in pages if diff.before],
        here=[path for path, _ in present],
        files=(
            [diff.file for diff in others if not diff.before],
            [diff.file for diff in others if not diff.after],
        ),
        symlinks=(
            [path for path, diff in linked if diff.after],
            [path for path, diff in linked if not diff.after],
            len(linked) != len(links),
        ),
        destination=partial(_destination, store, head),
        is_first=not last,
        described=described,
        size=partial(_size, store, present),
        total=len(present),
        is_save=len(pages) == 1
        and bool(pages[0][1].before and pages[0][1].after)
        and not links
        and all(diff.before and diff.after for diff in others),
        trial=trial,
        format=format_of(meant),
    )


def _size(store: Store, pages: Iterable[tuple[str, str]]) -> int:
    total = 0
    for _, blob in pages:
        with suppress(Unreadable):
            total += store.size(blob)
    return total


def write(
    connection: Connection,
    difference: Difference,
    head: str,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write what changed up to `head`, in the caller's transaction on the projections.

    `tell(done, total)` hears of pages now and then.
    """
    if difference.is_save and _save(connection, difference):
        tell(1, 1)
    else:
        _replace(connection, difference, tell)
    difference.trial.keep(connection)
    progress.put(connection, NAME, head, difference.format)


def _save(connection: Connection, difference: Difference) -> bool:
    """Write the change of one page whose names stay as they are; whether they do.

    That is most of what is saved, and takes a small part of the work.
    """
    ((rows, _),) = difference.described
    if not entries.change(connection, rows):
        return False
    path = rows[entries.catalogue][0]["path"]
    _relink(connection, entries.links, [path], rows[entries.links])
    return True


def _relink(
    connection: Connection, table: Table, pages: Collection[str], links: Sequence[dict[str, Any]]
) -> None:
    entries.relink(connection, table, pages, links, partial(leads.followed, connection, table))


def _replace(
    connection: Connection, difference: Difference, tell: Callable[[int, int], None]
) -> None:
    gone, (came, went) = set(difference.gone), difference.files
    if not difference.is_first:
        # What was in a folder that could not be read is not told of when it goes.
        gone.update(entries.known(connection, difference.here))
        entries.remove_files(connection, came)
    had = leads.names_of(connection, gone) if gone else {}
    entries.remove(connection, gone, _PLAIN)
    here: list[str] = []
    has: dict[str, set[Named]] = {}
    # Where links lead can be said when all names are there.
    held: Rows = {table: [] for table in entries.LEADING}
    for rows, _ in difference.described:
        for table, links in held.items():
            links += rows[table]
        entries.put(connection, {table: rows[table] for table in rows.keys() - held.keys()})
        here += [card["path"] for card in rows[entries.catalogue]]
        for name in rows[entries.page_names]:
            said = Named(name["path"], name["said"], name["rank"])
            has.setdefault(said.path, set()).add(said)
        tell(len(here), difference.total)
    stayed = gone.intersection(here)
    entries.remove(connection, gone - stayed, entries.LEADING)
    touched = leads.Touched()
    for path in had.keys() | set(here):
        before, after = had.get(path, set()), has.get(path, set())
        if path in stayed:
            touched.add_names(before ^ after)
        else:
            touched.add_page(path, before | after)
    entries.remove_files(connection, went)
    entries.put(connection, {entries.files: [_place(file) for file in came]})
    emptied = leads.empty_folders(connection, gone - stayed)
    entries.remove_folders(connection, emptied)
    # The folders of a page of which something was known are there.
    made = leads.make_folders(connection, [path for path in here if not had.get(path)])
    entries.put(connection, {entries.folders: [_place(folder) for folder in made]})
    for path in (*came, *went, *emptied, *made):
        touched.add(path)
    touched.add_symlinks(_write_symlinks(connection, difference))
    if not difference.is_first:
        moved = stayed.symmetric_difference((*gone, *here))
        touched.add_symlinks(leads.symlinks_to(connection, moved))
    if not difference.is_first:
        leads.follow(connection, touched)
    for table, links in held.items():
        _relink(connection, table, stayed, links)


def _write_symlinks(connection: Connection, difference: Difference) -> set[str]:
    """Note where symbolic links lead; gives those that may lead elsewhere than they did."""
    came, went, is_all = difference.symlinks
    changed = {*came, *went}
    if not changed and not is_all:
        return changed
    if not difference.is_first:
        changed |= leads.symlinks_like(connection, changed, is_all=is_all)
        entries.remove_symlinks(connection, changed)
    rows = [
        {"path": path, "key": naming.key(naming.stem(path)), "leads": difference.destination(path)}
        for path in sorted(changed.difference(went))
    ]
    entries.put(connection, {entries.symlinks: rows})
    return changed


def _destination(store: Store, head: str, path: str) -> str:
    """The page to which a symbolic link leads, whether it is there; empty if it can be none."""
    return page_of(store.destination(file_of(path), head)) or ""


def _place(path: str) -> dict[str, Any]:
    return {"path": path, "fold": fold(path), "key": naming.key(path)}


def _describe(store: Store, trial: Trial, path: str, blob: str, meant: Conventions) -> Rows:
    """Describe a page for the catalogue; by its name alone if it cannot be described."""

    def whole() -> Rows:
        return _writable(describe(path, blob, text_of(store, blob), meant))

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


def describe(path: str, blob: str, data: bytes, meant: Conventions = PLAIN) -> Rows:
    """Describe one page as rows of the catalogue's tables; where links lead is yet to be said."""
    # PostgreSQL takes no NUL in text.
    written = text.decode(data).text.replace("\0", "")
    return _rows(path, blob, frontmatter.read_at(path, written, meant), scan(written, path))


def _rows(path: str, blob: str, meta: Meta, seen: Scan) -> Rows:
    title = meta.title or seen.title_heading or name_of(path)
    redirect = without_suffix(meta.redirect.strip("/"))
    card = {
        "path": path,
        "fold": fold(path),
        "stem": naming.stem(path),
        "folder": folder_of(path),
        "blob": blob,
        "kind": meta.kind.value,
        "status": meta.status,
        "title": title,
        "title_fold": fold(title)[: entries.MOST],
        "redirect": redirect,
        "redirect_fold": fold(redirect)[: entries.MOST],
        "starts": int(meta.date.start.timestamp()) if meta.date else None,
        "excerpt": seen.excerpt,
        "words": seen.words,
        "meta": entries.written(meta),
    }
    linked = {link.target: _asks(link) for link in seen.links if len(link.target) <= entries.MOST}
    named = naming.names_of(path, meta.aliases, title, is_stub=bool(redirect))
    return {
        entries.catalogue: [card],
        entries.links: [
            {"source": path, "target": target, "key": naming.stem(target), "asks": asks}
            for target, asks in linked.items()
        ],
        entries.page_names: [
            {"path": path, "said": said, "rank": rank, "key": key}
            for key, said, rank in dict.fromkeys(
                (key[: entries.MOST], said[: entries.MOST], str(rank)) for key, said, rank in named
            )
        ],
        **_named(path, meta),
    }


def _asks(link: Link) -> str:
    """Tell what would have to be made if a link leads nowhere: a page, a file, or nothing."""
    return {LinkKind.FILE: "file", LinkKind.SCREEN: "screen"}.get(link.kind, "page")


def title_of(path: str, written: str) -> str:
    """The title of a page at a path that says this."""
    return frontmatter.read(written).title or title_heading(written) or name_of(path)


def name_of(path: str) -> str:
    """A page's name by its file; a folder's own page has the folder's name."""
    folder, _, name = path.rpartition("/")
    is_own = index_rank(path) >= 0 and folder
    return folder.rpartition("/")[2] if is_own else without_suffix(name)


def _named(path: str, meta: Meta) -> Rows:
    by_key: dict[str, str] = {}
    for tag in meta.tags:
        by_key.setdefault(fold(tag)[: entries.MOST], tag)
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
            {"path": path, "target": target}
            for target in dict.fromkeys(meta.questions)
            if len(target) <= entries.MOST
        ],
    }


def _gather(described: Iterable[Rows]) -> Rows:
    gathered: Rows = {table: [] for table in entries.OF_PAGES}
    for rows in described:
        for table, values in rows.items():
            gathered[table] += values
    return gathered


def _batches(pages: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(pages), _BATCH):
        yield pages[start : start + _BATCH]
