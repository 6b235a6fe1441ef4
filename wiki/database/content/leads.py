"""Where links lead: found for whoever asks, and kept with each link for the wiki itself.

What is kept is what `resolve` gives to somebody who sees everything. After a commit only links are
looked at again that stand on pages that changed, or that what came or went may change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnClause,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
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

_Row = TypeVar("_Row")

_AT_ONCE = 4_000
"""Links that are looked at together; for more than that all names are asked for at once."""
_FEW = 2_000
"""If more than this came and went, all links are looked at again."""


@dataclass(slots=True)
class Touched:
    """The files that came, went or got another name between two revisions.

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
        """Note a page that came or went, with the names that it had or has."""
        self.add(path)
        self.stems.add(naming.stem(path))
        self.names.add(naming.key(naming.stem(path)))
        self.add_names(names)

    def add_names(self, names: Iterable[Named]) -> None:
        """Note names that a page got or lost which stays where it is."""
        self.names.update(naming.key(name.said) for name in names)

    @property
    def is_much(self) -> bool:
        """Whether this touches so much that everything is looked at again."""
        return len(self.paths) > _FEW


def resolve(
    connection: Connection,
    pairs: Collection[Pair],
    *,
    sight: Sight,
    known: Known | None = None,
) -> dict[Pair, Lead | None]:
    """Where each link leads for somebody who sees this much; a redirect out of sight is none.

    Nothing is asked of the database if `known` is all that there is in sight.
    """
    # Most links name a page by its path: for those one question is enough.
    at = {target: naming.stem(target) for target in {target for _, target in pairs}}
    pages = known.pages if known else _pages(connection, set(at.values()), sight)
    settled = {target: naming.at_path(target, pages.get(stem, ())) for target, stem in at.items()}
    left = [pair for pair in pairs if settled[pair[1]] is None]
    if known is None and left:
        known = gather(connection, left, sight)
    leads = {pair: settled[pair[1]] for pair in pairs}
    if known is not None:
        leads.update((pair, naming.elsewhere(*pair, known)) for pair in left)
    if sight.hidden:
        for pair, lead in leads.items():
            if lead and lead.to is To.FOLDER and not _holds(connection, lead.path, sight):
                leads[pair] = None
    return leads


def gather(connection: Connection, pairs: Collection[Pair], sight: Sight) -> Known:
    """All that these links may lead to, of what is in sight."""
    places = {place for pair in pairs for place in naming.places(*pair)}
    stems = set(map(naming.stem, places))
    called = {naming.key(target) for _, target in pairs}
    return _known(connection, sight, stems, set(map(fold, places)), called)


def _known(
    connection: Connection,
    sight: Sight = EVERYTHING,
    stems: Collection[str] | None = None,
    at: Collection[str] | None = None,
    called: Collection[str] | None = None,
) -> Known:
    """Give what is in sight by its stem, its folded path and its key; None: whatever these are."""
    known = Known({}, {}, {}, {}, {})
    for what, value, path, said, rank in _rows(connection, sight, stems, at, called):
        if what == _FOLDER:
            # Of those that differ in case only the first one is meant.
            known.folders[value] = min(path, known.folders.get(value, path))
        elif what == _NAME:
            known.named.setdefault(value, []).append(Named(path, said, rank))
        else:
            found = {_PAGE: known.pages, _FILE: known.files, _CALLED: known.called}[what]
            found.setdefault(value, []).append(path)
    return known


def _rows(
    connection: Connection,
    sight: Sight,
    stems: Collection[str] | None,
    at: Collection[str] | None,
    called: Collection[str] | None,
) -> Iterator[Any]:
    if stems is None or at is None or called is None:
        yield from connection.execute(_EVERY if not sight.hidden else _parted(sight, is_all=True))
        return
    query = _SOME if not sight.hidden else _parted(sight, is_all=False)
    for some in _side_by_side(stems, at, called):
        yield from connection.execute(
            query, dict(zip(("stems", "at", "called"), some, strict=True))
        )


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


def followed(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> Iterator[list[tuple[Any, ...]]]:
    """Whole rows of links, with where they lead, some at a time; given is what stands before."""
    source = _source(table).name
    known = _known(connection) if len(rows) > _AT_ONCE else None
    for some in _parts(rows):
        pairs = [(row[source], row["target"]) for row in some]
        found = resolve(connection, pairs, sight=EVERYTHING, known=known)
        yield [
            (*row.values(), naming.key(pair[1]), *_written(found[pair]))
            for row, pair in zip(some, pairs, strict=True)
        ]


def follow(connection: Connection, touched: Touched) -> None:
    """Look again where those links lead that what was touched concerns."""
    if touched.is_much:
        known = _known(connection)
        for table in LEADING:
            for some in _all(connection, table):
                _settle(connection, table, some, known)
        return
    for table, rows in _concerned(connection, touched).items():
        _settle(connection, table, rows, None)


def _all(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """All links, some at a time."""
    source = _source(table)
    last: Pair = ("", "")
    while some := connection.execute(
        select(source, table.c.target, table.c.dest, table.c.leads, table.c.settled)
        .where(or_(source > last[0], and_(source == last[0], table.c.target > last[1])))
        .order_by(source, table.c.target)
        .limit(_AT_ONCE)
    ).all():
        yield some
        last = (some[-1][0], some[-1].target)


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
    for row in _NAMES_OF.rows(connection, paths):
        found[row.path].add(Named(row.path, row.said, row.rank))
    return found


def make_folders(connection: Connection, pages: Collection[str]) -> list[str]:
    """The folders above these pages that were not there yet."""
    wanted = {folder for page in pages for folder in ancestors(page)}
    there = {path for (path,) in _THERE.rows(connection, wanted)}
    return sorted(wanted - there)


def empty_folders(connection: Connection, gone: Collection[str]) -> list[str]:
    """The folders above pages that are gone in which no page is any more."""
    above = sorted({folder for page in gone for folder in ancestors(page)}, reverse=True)
    held: set[str] = set()
    for folder in above:
        # The deepest come first, and what is in a folder is in those above it.
        if folder not in held and _holds(connection, folder, EVERYTHING):
            held.update((folder, *ancestors(folder)))
    return [folder for folder in above if folder not in held]


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


class _Asking:
    """Rows of a table with given values in a column.

    Built once: what a statement costs is mostly its making.
    """

    def __init__(self, query: Select[Any], column: Column[str]) -> None:
        self.some = query.where(column.in_(bindparam("some", expanding=True)))

    def rows(
        self,
        connection: Connection,
        values: Collection[str],
        narrow: Callable[[Select[Any]], Select[Any]] = lambda query: query,
    ) -> Iterator[Any]:
        """The rows, narrowed down."""
        for some in slices(values):
            yield from connection.execute(narrow(self.some), {"some": some})


_PAGES = _Asking(select(catalogue.c.stem, catalogue.c.path), catalogue.c.stem)
_THERE = _Asking(select(folders.c.path), folders.c.path)
_NAMES_OF = _Asking(
    select(page_names.c.path, page_names.c.said, page_names.c.rank), page_names.c.path
)


def _lead(row: Any) -> Lead | None:
    return Lead(row.dest, To(row.leads), row.settled) if row.leads else None


def _written(lead: Lead | None) -> tuple[str, str, bool]:
    """Where a link leads as its row says it, in the order of _WRITTEN."""
    return (lead.path, lead.to.value, lead.settled) if lead else ("", "", False)


_WRITTEN = ("dest", "leads", "settled")


def _source(table: Table) -> Column[str]:
    return next(iter(table.c))


def _settle(connection: Connection, table: Table, rows: Sequence[Any], known: Known | None) -> None:
    """Write where links lead, if that is not what is written already."""
    for some in _parts(rows):
        was = {(row[0], row.target): _lead(row) for row in some}
        leads = resolve(connection, was, sight=EVERYTHING, known=known)
        values = [
            {
                "of": pair[0],
                "to": pair[1],
                **dict(zip(_NEW, _written(lead), strict=True)),
            }
            for pair, lead in leads.items()
            if lead != was[pair]
        ]
        if values:
            connection.execute(_PUT[table], values)


_NEW = [f"new_{name}" for name in _WRITTEN]
_PUT = {
    table: update(table)
    .where(_source(table) == bindparam("of"), table.c.target == bindparam("to"))
    .values(dict(zip(_WRITTEN, map(bindparam, _NEW), strict=True)))
    for table in LEADING
}


def _parts(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def _concerned(connection: Connection, touched: Touched) -> dict[Table, list[Any]]:
    """The links that what was touched may change."""
    # What is settled leads to a page with the stem of its target: to one that went, or is there.
    twins = [path for _, path in _PAGES.rows(connection, touched.stems)]
    found: dict[Table, dict[Pair, Any]] = {table: {} for table in LEADING}
    for paths, names in _side_by_side(touched.paths.union(twins), touched.names):
        for row in connection.execute(_CONCERNED, {"paths": paths, "names": names}):
            found[LEADING[row.number]][row.source, row.target] = row
    return {table: list(rows.values()) for table, rows in found.items()}


def _concerning() -> Iterator[Select[Any]]:
    for number, table in enumerate(LEADING):
        query = select(
            _source(table).label("source"),
            table.c.target,
            table.c.dest,
            table.c.leads,
            table.c.settled,
            literal_column(str(number)).label("number"),
        )
        # Each way has an index of its own; a condition with "or" may be answered by none.
        yield query.where(table.c.dest.in_(bindparam("paths", expanding=True)))
        names = table.c.name.in_(bindparam("names", expanding=True))
        yield query.where(names, table.c.settled.is_(False))


_CONCERNED = union_all(*_concerning())


def _side_by_side(*values: Collection[str]) -> Iterator[tuple[list[str], ...]]:
    """Lists of values, each short enough for one statement."""
    return zip_longest(*(slices(sorted(some)) for some in values), fillvalue=[])


def _pages(connection: Connection, stems: Collection[str], sight: Sight) -> dict[str, list[str]]:
    """The pages in sight by their stems."""
    found: dict[str, list[str]] = {}
    for stem, path in _PAGES.rows(connection, stems, lambda query: _seen(query, sight)):
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


_PAGE, _FILE, _CALLED, _FOLDER, _NAME = range(5)


def _parted(sight: Sight, *, is_all: bool) -> CompoundSelect[Any]:
    """All that a link may lead to, in one question; what is asked for by `stems`, `at`, `called`.

    Rows are what it is, the value that is asked for, path, and for a name how it is said and ranks.
    """
    none: ColumnClause[str] = literal_column("''")
    stem, key = catalogue.c.stem, page_names.c.key
    parts: list[tuple[Column[str], str, Select[Any]]] = [
        (stem, "stems", _seen(select(_what(_PAGE), stem, catalogue.c.path, none, none), sight))
    ]
    for what, table, column, given in (
        (_FILE, files, files.c.fold, "at"),
        (_CALLED, files, files.c.key, "called"),
        (_FOLDER, folders, folders.c.fold, "at"),
    ):
        query = select(_what(what), column, table.c.path, none, none)
        if sight.hidden:
            query = query.where(visible(table.c.path, sight))
        parts.append((column, given, query))
    named = select(_what(_NAME), key, page_names.c.path, page_names.c.said, page_names.c.rank)
    if sight.hidden:
        named = _seen(named.join(catalogue, catalogue.c.path == page_names.c.path), sight)
    parts.append((key, "called", named))
    if is_all:
        return union_all(*(query for _, _, query in parts))
    return union_all(
        *(
            query.where(column.in_(bindparam(given, expanding=True)))
            for column, given, query in parts
        )
    )


def _what(number: int) -> ColumnClause[int]:
    return literal_column(str(number), Integer)


_EVERY = _parted(EVERYTHING, is_all=True)
_SOME = _parted(EVERYTHING, is_all=False)
