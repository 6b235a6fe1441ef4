"""Where links lead: found for whoever asks, and kept with each link for the wiki itself.

What is kept is what `resolve` gives to somebody who sees everything. After a commit only links are
looked at again that stand on pages that changed, or that what came or went may change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
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
    MOST,
    catalogue,
    files,
    folders,
    page_names,
    slices,
    symlinks,
)
from wiki.database.engine.rows import asked
from wiki.domain.access.sight import EVERYTHING, Sight
from wiki.domain.content import names as naming
from wiki.domain.content.names import Known, Lead, Named, Rank, To
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

    def add_symlinks(self, paths: Iterable[str]) -> None:
        """Note symbolic links that came, went or lead elsewhere than they did."""
        for path in paths:
            self.names.update((naming.key(path), naming.key(naming.stem(path))))

    @property
    def is_much(self) -> bool:
        """Whether this touches so much that everything is looked at again."""
        return len(self.paths) > _FEW


def resolve(
    connection: Connection,
    pairs: Collection[Pair],
    *,
    sight: Sight,
    existing: Known | None = None,
) -> dict[Pair, Lead | None]:
    """Where each link leads for somebody who sees this much; a redirect out of sight is none.

    Nothing is asked of the database if `existing` is all that there is in sight.
    """
    # Most links name a page by its path: for those one question is enough.
    at = {target: naming.stem(target) for target in {target for _, target in pairs}}
    pages = existing.pages if existing else _pages(connection, set(at.values()), sight)
    settled = {target: naming.at_path(target, pages.get(stem, ())) for target, stem in at.items()}
    left = [pair for pair in pairs if settled[pair[1]] is None]
    if existing is None and left:
        existing = gather(connection, left, sight)
    leads = {pair: settled[pair[1]] for pair in pairs}
    if existing is not None:
        leads.update((pair, naming.elsewhere(*pair, existing)) for pair in left)
    if sight.hidden:
        for pair, lead in leads.items():
            if lead and lead.to is To.FOLDER and not _holds(connection, lead.path, sight):
                leads[pair] = None
    return leads


def gather(connection: Connection, pairs: Collection[Pair], sight: Sight) -> Known:
    """All that these links may lead to, of what is in sight."""
    stems = {naming.stem(place) for pair in pairs for place in naming.places(*pair)}
    # Whatever is at one of these places ends as it does, so that its key finds it.
    called = {naming.key(target) for _, target in pairs}.union(map(naming.key, stems))
    existing = _known(_called(connection, called, sight))
    nameless = {stem for stem in stems if not stem or len(stem) > MOST}
    if nameless:
        existing.pages.update(_pages(connection, nameless, sight))
    return existing


def _known(rows: Iterable[Any]) -> Known:
    existing = Known({}, {}, {}, {}, {})
    for what, value, path, said, rank in rows:
        if what == _NAME:
            existing.named.setdefault(value, []).append(Named(path, said, rank))
            if rank == Rank.NAME or rank == Rank.STUB:
                existing.pages.setdefault(said, []).append(path)
        elif what == _FILE:
            existing.called.setdefault(value, []).append(path)
            existing.files.setdefault(fold(path), []).append(path)
        elif what == _PAGE:
            existing.pages.setdefault(value, []).append(path)
        elif what == _SYMLINK:
            existing.symlinks.setdefault(naming.stem(path), {})[path] = said
        else:
            # Of those that differ in case only the first one is meant.
            folder = fold(path)
            existing.folders[folder] = min(path, existing.folders.get(folder, path))
    return existing


def _called(connection: Connection, called: Collection[str], sight: Sight) -> Iterator[Any]:
    """What is in sight with these keys."""
    for some in slices(called):
        if sight.hidden:
            yield from connection.execute(_parted(sight), {"called": some})
        else:
            yield from asked(connection, _CALLED, {"called": some})


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
    existing = _all_known(connection) if len(rows) > _AT_ONCE else None
    for some in _parts(rows):
        pairs = [(row[source], row["target"]) for row in some]
        found = resolve(connection, pairs, sight=EVERYTHING, existing=existing)
        yield [
            (*row.values(), naming.key(pair[1]), *_written(found[pair]))
            for row, pair in zip(some, pairs, strict=True)
        ]


def follow(connection: Connection, touched: Touched) -> None:
    """Look again where those links lead that what was touched concerns."""
    if touched.is_much:
        existing = _all_known(connection)
        for table in LEADING:
            for some in _all(connection, table):
                _settle(connection, table, some, existing)
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
    names: dict[str, set[Named]] = {path: set() for path in paths}
    for row in _NAMES_OF.rows(connection, paths):
        names[row.path].add(Named(row.path, row.said, row.rank))
    return names


def symlinks_to(connection: Connection, paths: Collection[str]) -> set[str]:
    """The symbolic links that lead to one of these paths, whether a page is there or not."""
    return {path for (path,) in _LEADING_TO.rows(connection, paths)}


def symlinks_like(connection: Connection, paths: Collection[str], *, is_all: bool) -> set[str]:
    """The symbolic links that may lead elsewhere when those at these paths change, or all."""
    if is_all:
        return set(connection.scalars(select(symlinks.c.path)))
    led = {leads for (leads,) in _LED.rows(connection, paths)}
    return symlinks_to(connection, led.union(paths, [""]))


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
    query = _HELD.where(visible(catalogue.c.path, sight)) if sight.hidden else _HELD
    here = {"after": folder + "/", "before": folder + "0"}
    return connection.execute(query, here).first() is not None


_HELD = (
    select(catalogue.c.path)
    .where(catalogue.c.path > bindparam("after"), catalogue.c.path < bindparam("before"))
    .limit(1)
)


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
        narrow: Callable[[Select[Any]], Select[Any]] | None = None,
    ) -> Iterator[Any]:
        """The rows, narrowed down if asked."""
        for some in slices(values):
            if narrow:
                yield from connection.execute(narrow(self.some), {"some": some})
            else:
                yield from asked(connection, self.some, {"some": some})


_PAGES = _Asking(select(catalogue.c.stem, catalogue.c.path), catalogue.c.stem)
_THERE = _Asking(select(folders.c.path), folders.c.path)
_LEADING_TO = _Asking(select(symlinks.c.path), symlinks.c.leads)
_LED = _Asking(select(symlinks.c.leads), symlinks.c.path)
_NAMES_OF = _Asking(
    select(page_names.c.path, page_names.c.said, page_names.c.rank), page_names.c.path
)


def _lead(row: Any) -> Lead | None:
    return Lead(row.dest, To(row.leads), bool(row.settled)) if row.leads else None


def _written(lead: Lead | None) -> tuple[str, str, bool]:
    """Where a link leads as its row says it, in the order of _WRITTEN."""
    return (lead.path, lead.to.value, lead.settled) if lead else ("", "", False)


_WRITTEN = ("dest", "leads", "settled")


def _source(table: Table) -> Column[str]:
    return next(iter(table.c))


def _settle(
    connection: Connection, table: Table, rows: Sequence[Any], existing: Known | None
) -> None:
    """Write where links lead, if that is not what is written already."""
    for some in _parts(rows):
        was = {(row[0], row.target): _lead(row) for row in some}
        leads = resolve(connection, was, sight=EVERYTHING, existing=existing)
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
    concerned: dict[Table, dict[Pair, Any]] = {table: {} for table in LEADING}
    for paths, names in _side_by_side(touched.paths.union(twins), touched.names):
        for row in asked(connection, _CONCERNED, {"paths": paths, "names": names}):
            concerned[LEADING[row.number]][row.source, row.target] = row
    return {table: list(rows.values()) for table, rows in concerned.items()}


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
    pages: dict[str, list[str]] = {}
    narrow = partial(_seen, sight=sight) if sight.hidden else None
    for stem, path in _PAGES.rows(connection, stems, narrow):
        pages.setdefault(stem, []).append(path)
    return pages


def _seen(query: Select[Any], sight: Sight) -> Select[Any]:
    """Only pages in sight, and of those that send readers on those that lead to what is."""
    if not sight.hidden:
        return query
    leads = func.ltrim(catalogue.c.redirect, "/")
    return query.where(
        visible(catalogue.c.path, sight), or_(catalogue.c.redirect == "", visible(leads, sight))
    )


_PAGE, _FILE, _FOLDER, _NAME, _SYMLINK = range(5)


def _parts_of(sight: Sight) -> Iterator[tuple[Column[str], Select[Any]]]:
    """All that a link may lead to, each kind with the column of its key.

    Rows are what it is, its key, path, where a symbolic link leads or how a name is said, and how
    that ranks.
    """
    none: ColumnClause[str] = literal_column("''")
    for what, table in ((_FILE, files), (_FOLDER, folders)):
        query = select(_what(what), table.c.key, table.c.path, none, none)
        if sight.hidden:
            query = query.where(visible(table.c.path, sight))
        yield table.c.key, query
    # Those alone that lead to a page which is there.
    there = symlinks.join(catalogue, catalogue.c.path == symlinks.c.leads)
    link = select(_what(_SYMLINK), symlinks.c.key, symlinks.c.path, symlinks.c.leads, none)
    link = link.select_from(there)
    if sight.hidden:
        link = _seen(link.where(visible(symlinks.c.path, sight)), sight)
    yield symlinks.c.key, link
    key = page_names.c.key
    named = select(_what(_NAME), key, page_names.c.path, page_names.c.said, page_names.c.rank)
    if sight.hidden:
        named = _seen(named.join(catalogue, catalogue.c.path == page_names.c.path), sight)
    yield key, named


def _parted(sight: Sight) -> CompoundSelect[Any]:
    """What is in sight with the keys `called`."""
    given: BindParameter[Any] = bindparam("called", expanding=True)
    return union_all(*(query.where(key.in_(given)) for key, query in _parts_of(sight)))


def _what(number: int) -> ColumnClause[int]:
    return literal_column(str(number), Integer)


_CALLED = _parted(EVERYTHING)

_NAMELESS = select(
    _what(_PAGE), catalogue.c.stem, catalogue.c.path, literal_column("''"), literal_column("''")
).where(or_(catalogue.c.stem == "", func.length(catalogue.c.stem) > MOST))
"""Pages whose names do not tell their stems: the first page of all, and what is too long."""

_EVERY = union_all(*(query for _, query in _parts_of(EVERYTHING)), _NAMELESS)


def _all_known(connection: Connection) -> Known:
    """All that there is."""
    return _known(connection.execute(_EVERY))
