"""Where links lead: found for whoever asks, and kept with each link for the wiki itself.

What is kept is what `resolve` gives to somebody who sees everything. After a commit only links are
looked at again that stand on pages that changed, or that what came or went may change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    union_all,
    update,
)

from wiki.database.access.sight import visible
from wiki.database.content.entries import (
    LEADING,
    catalogue,
    files,
    folders,
    page_names,
    slices,
)
from wiki.domain.access.sight import EVERYTHING, Sight
from wiki.domain.content import names as naming
from wiki.domain.content.names import Known, Lead, Named, To
from wiki.domain.content.paths import ancestors, fold

Pair = tuple[str, str]
"""A link: the page it stands on (its source) and its target."""

_AT_ONCE = 4_000
"""Links that are looked at together."""
_FEW = 2_000
"""If more than this came and went, all links are looked at again."""


@dataclass(slots=True)
class Touched:
    """What came, went or got another name between two revisions.

    `stems` of pages, `paths` of pages, files and folders, `names` as `naming.key` gives them.
    """

    stems: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def add(self, path: str) -> None:
        """Note a file or folder."""
        self.paths.add(path)
        self.names.add(naming.key(path))

    def add_page(self, path: str, names: Iterable[Named]) -> None:
        """Note a page, with the names that it had or has."""
        self.add(path)
        self.stems.add(naming.stem(path))
        self.names.add(naming.key(naming.stem(path)))
        self.names.update(naming.key(name.said) for name in names)

    @property
    def is_much(self) -> bool:
        """Whether this touches so much that everything is looked at again."""
        return len(self.paths) > _FEW


def resolve(
    connection: Connection, pairs: Collection[Pair], *, sight: Sight
) -> dict[Pair, Lead | None]:
    """Where each link leads for somebody who sees this much; a redirect out of sight is none."""
    # Most links name a page by its path: for those one question is enough.
    at = {target: naming.stem(target) for _, target in pairs}
    pages = _pages(connection, set(at.values()), sight)
    settled = {target: naming.at_path(target, pages.get(stem, ())) for target, stem in at.items()}
    left = [pair for pair in pairs if settled[pair[1]] is None]
    known = gather(connection, left, sight) if left else None
    found = {
        pair: settled[pair[1]] or (naming.resolve(*pair, known) if known else None)
        for pair in pairs
    }
    if sight.hidden:
        for pair, lead in found.items():
            if lead and lead.to is To.FOLDER and not _holds(connection, lead.path, sight):
                found[pair] = None
    return found


def gather(connection: Connection, pairs: Iterable[Pair], sight: Sight) -> Known:
    """All that these links may lead to, of what is in sight."""
    at: set[str] = set()
    called: set[str] = set()
    stems: set[str] = set()
    for source, target in pairs:
        places = naming.places(source, target)
        at.update(map(fold, places))
        stems.update(map(naming.stem, places))
        called.add(naming.key(target))
    known = Known(_pages(connection, stems, sight), {}, {}, {}, {})
    for column, values, found in (
        (files.c.fold, at, known.files),
        (files.c.key, called, known.called),
    ):
        for some in slices(values):
            query = select(column, files.c.path).where(column.in_(some))
            for value, path in connection.execute(query.where(visible(files.c.path, sight))):
                found.setdefault(value, []).append(path)
    for some in slices(called):
        here = catalogue.c.path == page_names.c.path
        named = _NAMES.where(page_names.c.key.in_(some))
        named = _seen(named.join(catalogue, here), sight) if sight.hidden else named
        for row in connection.execute(named):
            known.named.setdefault(row.key, []).append(Named(row.path, row.said, row.rank))
    for some in slices(at):
        query = select(folders.c.fold, folders.c.path).where(folders.c.fold.in_(some))
        query = query.where(visible(folders.c.path, sight)).order_by(folders.c.path.desc())
        known.folders.update((row.fold, row.path) for row in connection.execute(query))
    return known


def kept(connection: Connection, source: str) -> dict[str, Lead | None]:
    """Where the links lead that a page has at the newest revision, seen by the wiki itself."""
    return {row.target: _lead(row) for row in connection.execute(_KEPT, {"at": source})}


def of_page(
    connection: Connection, source: str, targets: Collection[str], *, sight: Sight
) -> dict[str, Lead | None]:
    """Where targets lead from a page, for somebody who sees this much."""
    if not targets:
        return {}
    leads = kept(connection, source)
    if sight.hidden or not leads.keys() >= set(targets):
        found = resolve(connection, [(source, target) for target in targets], sight=sight)
        return {target: lead for (_, target), lead in found.items()}
    return {target: leads[target] for target in targets}


def fill(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Say in rows of links where they lead."""
    pairs = [(row["source"], row["target"]) for row in rows]
    found = resolve(connection, pairs, sight=EVERYTHING) if pairs else {}
    for row, pair in zip(rows, pairs, strict=True):
        row.update(_written(found[pair]))


def follow(connection: Connection, sources: Collection[str], touched: Touched) -> None:
    """Look again where the links of these pages lead, and those that what was touched concerns."""
    for table in LEADING:
        _settle(connection, table, _concerned(connection, table, sources, touched))


def follow_everything(
    connection: Connection, tell: Callable[[int], None] = lambda done: None
) -> None:
    """Look where all links lead; `tell` hears how many were done."""
    done = 0
    for table in LEADING:
        source = _source(table)
        last: Pair = ("", "")
        while some := connection.execute(
            select(source, table.c.target, table.c.dest, table.c.leads, table.c.settled)
            .where(or_(source > last[0], and_(source == last[0], table.c.target > last[1])))
            .order_by(source, table.c.target)
            .limit(_AT_ONCE)
        ).all():
            _settle(connection, table, some)
            last = (some[-1][0], some[-1].target)
            done += len(some)
            tell(done)


def pointing(connection: Connection, paths: Collection[str]) -> set[str]:
    """The pages with a link to one of these pages or files, or that are a dialogue about one."""
    sources: set[str] = set()
    for table in LEADING:
        for some in slices(paths):
            sources.update(connection.scalars(select(_source(table)).where(table.c.dest.in_(some))))
    return sources


def names_of(connection: Connection, paths: Collection[str]) -> dict[str, set[Named]]:
    """The names that each of these pages has."""
    found: dict[str, set[Named]] = {path: set() for path in paths}
    for some in slices(paths):
        for row in connection.execute(_NAMES.where(page_names.c.path.in_(some))):
            found[row.path].add(Named(row.path, row.said, row.rank))
    return found


def make_folders(connection: Connection, pages: Collection[str]) -> list[str]:
    """The folders above these pages that were not there yet."""
    wanted = {folder for page in pages for folder in ancestors(page)}
    there: set[str] = set()
    for some in slices(wanted):
        there.update(connection.scalars(select(folders.c.path).where(folders.c.path.in_(some))))
    return sorted(wanted - there)


def empty_folders(connection: Connection, gone: Collection[str]) -> list[str]:
    """The folders above pages that are gone in which no page is any more."""
    above = sorted({folder for page in gone for folder in ancestors(page)})
    return [folder for folder in above if not _holds(connection, folder, EVERYTHING)]


def _holds(connection: Connection, folder: str, sight: Sight) -> bool:
    here = and_(catalogue.c.path > folder + "/", catalogue.c.path < folder + "0")
    query = select(catalogue.c.path).where(here, visible(catalogue.c.path, sight))
    return connection.execute(query.limit(1)).first() is not None


_KEPT = union_all(
    *(
        select(table.c.target, table.c.dest, table.c.leads, table.c.settled).where(
            next(iter(table.c)) == bindparam("at")
        )
        for table in LEADING
    )
)


_NAMES: Select[Any] = select(
    page_names.c.key, page_names.c.path, page_names.c.said, page_names.c.rank
)


def _lead(row: Any) -> Lead | None:
    return Lead(row.dest, To(row.leads), row.settled) if row.leads else None


def _written(lead: Lead | None) -> dict[str, Any]:
    """Where a link leads as its row says it."""
    if lead is None:
        return {"dest": "", "leads": "", "settled": False}
    return {"dest": lead.path, "leads": lead.to.value, "settled": lead.settled}


def _source(table: Table) -> Column[str]:
    return next(iter(table.c))


def _settle(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    """Write where links lead, if that is not what is written already."""
    if not rows:
        return
    source = _source(table)
    put = (
        update(table)
        .where(source == bindparam("of"), table.c.target == bindparam("to"))
        .values({name: bindparam(f"new_{name}") for name in _written(None)})
    )
    for at in range(0, len(rows), _AT_ONCE):
        was = {(row[0], row.target): _lead(row) for row in rows[at : at + _AT_ONCE]}
        found = resolve(connection, was, sight=EVERYTHING)
        values = [
            {
                "of": pair[0],
                "to": pair[1],
                **{f"new_{name}": value for name, value in _written(lead).items()},
            }
            for pair, lead in found.items()
            if lead != was[pair]
        ]
        if values:
            connection.execute(put, values)


def _concerned(
    connection: Connection, table: Table, sources: Collection[str], touched: Touched
) -> list[Any]:
    source = _source(table)
    query = select(source, table.c.target, table.c.dest, table.c.leads, table.c.settled)
    found: dict[Pair, Any] = {}
    unsettled = table.c.settled.is_(False)
    ways: list[tuple[Collection[str], Callable[[list[str]], ColumnElement[bool]]]] = [
        (sources, source.in_),
        (touched.stems, table.c.key.in_),
        (touched.paths, table.c.dest.in_),
        (touched.names, lambda some: and_(table.c.name.in_(some), unsettled)),
    ]
    for values, where in ways:
        for some in slices(sorted(values)):
            rows = connection.execute(query.where(where(some)))
            found.update(((row[0], row.target), row) for row in rows)
    return list(found.values())


def _pages(connection: Connection, stems: Collection[str], sight: Sight) -> dict[str, list[str]]:
    """The pages in sight by their stems."""
    found: dict[str, list[str]] = {}
    for some in slices(stems):
        query = select(catalogue.c.stem, catalogue.c.path).where(catalogue.c.stem.in_(some))
        for stem, path in connection.execute(_seen(query, sight)):
            found.setdefault(stem, []).append(path)
    return found


def _seen(query: Select[Any], sight: Sight) -> Select[Any]:
    """Only pages in sight, and of those that send readers on those that lead to what is."""
    if not sight.hidden:
        return query
    leads = func.ltrim(catalogue.c.redirect, "/")
    return query.where(
        visible(catalogue.c.path, sight), or_(catalogue.c.redirect == "", visible(leads, sight))
    )
