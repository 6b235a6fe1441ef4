"""The catalogue's tables: what each page's front matter and text say at the newest revision.

They are a function of the newest revision's files alone. Which page (identity) a path holds, and
who changed it last, is joined from the history projection.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from wiki.database.engine.rows import insert_tuples
from wiki.database.engine.schema import projections
from wiki.database.history.history import Sorted, commits, places
from wiki.domain.content.pages import Kind, Meta, Moment, Participant, Summary

catalogue = Table(
    "catalogue",
    projections,
    Column("path", Sorted, primary_key=True),
    Column("fold", Sorted, nullable=False),
    Column("stem", Sorted, nullable=False),
    Column("folder", Sorted, nullable=False),
    Column("blob", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_fold", Sorted, nullable=False),
    Column("redirect", Text, nullable=False),
    Column("redirect_fold", Sorted, nullable=False),
    Column("starts", BigInteger),
    Column("excerpt", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Column("meta", Text, nullable=False),
    Index("ix_catalogue_fold", "fold"),
    # With the path: what a link leads to is then read from the index, not from rows with excerpts.
    Index("ix_catalogue_stem", "stem", "path"),
    Index("ix_catalogue_folder", "folder", "redirect", "title_fold", "path"),
    Index("ix_catalogue_title", "title_fold"),
    Index("ix_catalogue_redirect", "redirect_fold"),
    Index("ix_catalogue_kind", "kind", "redirect", "starts", "path"),
    Index("ix_catalogue_status", "kind", "status", "redirect", "starts", "path"),
)

links = Table(
    "links",
    projections,
    Column("source", Sorted, primary_key=True),
    Column("target", Sorted, primary_key=True),
    Column("key", Sorted, nullable=False),
    Column("asks", Text, nullable=False),
    Column("name", Sorted, nullable=False),
    Column("dest", Sorted, nullable=False),
    Column("leads", Text, nullable=False),
    Column("settled", Boolean, nullable=False),
    Index("ix_links_dest", "dest", "source"),
    # The links of a page lie side by side, not behind an index.
    sqlite_with_rowid=False,
)

page_names = Table(
    "page_names",
    projections,
    Column("path", Sorted, primary_key=True),
    Column("said", Sorted, primary_key=True),
    Column("rank", Text, primary_key=True),
    Column("key", Sorted, nullable=False),
    Index("ix_page_names_key", "key"),
    # Its index then holds the whole name.
    sqlite_with_rowid=False,
)

files = Table(
    "page_files",
    projections,
    Column("path", Sorted, primary_key=True),
    Column("fold", Sorted, nullable=False),
    Column("key", Sorted, nullable=False),
    Index("ix_page_files_key", "key"),
)

folders = Table(
    "page_folders",
    projections,
    Column("path", Sorted, primary_key=True),
    Column("fold", Sorted, nullable=False),
    Column("key", Sorted, nullable=False),
    Index("ix_page_folders_key", "key"),
)

symlinks = Table(
    "page_symlinks",
    projections,
    Column("path", Sorted, primary_key=True),
    Column("key", Sorted, nullable=False),
    Column("leads", Sorted, nullable=False),
    Index("ix_page_symlinks_key", "key"),
    Index("ix_page_symlinks_leads", "leads"),
)
"""Symbolic links with a page's name, and the path of the page (there or not) that each leads to."""

tags = Table(
    "tags",
    projections,
    Column("path", Sorted, primary_key=True),
    Column("key", Sorted, primary_key=True),
    Column("name", Text, nullable=False),
    Index("ix_tags_key", "key", "path"),
)

participants = Table(
    "participants",
    projections,
    Column("path", Sorted, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("slug", Sorted, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("member", Text, nullable=False),
    Index("ix_participants_slug", "slug", "path"),
)

dialogue_questions = Table(
    "dialogue_questions",
    projections,
    Column("path", Sorted, primary_key=True),
    Column("target", Sorted, primary_key=True),
    Column("name", Sorted, nullable=False),
    Column("dest", Sorted, nullable=False),
    Column("leads", Text, nullable=False),
    Column("settled", Boolean, nullable=False),
    Index("ix_dialogue_questions_dest", "dest", "path"),
)

MOST = 400
"""Characters of a title, name or target that are compared: what every database can index."""

OF_PAGES = (catalogue, links, page_names, tags, participants, dialogue_questions)
"""What the projection writes of each page; the first column is the page's path."""

LEADING = (links, dialogue_questions)
"""Tables of which each row has a target, and where that leads (`dest`, empty: nowhere)."""

for _table in LEADING:
    # Most links are settled: their names are never asked for.
    _unsettled = _table.c.settled.is_(False)
    Index(
        f"ix_{_table.name}_name",
        _table.c.name,
        sqlite_where=_unsettled,
        postgresql_where=_unsettled,
    )

TABLES = (*OF_PAGES, files, folders, symlinks)
"""All that the projection writes."""

SUMMARY = (
    select(
        catalogue.c.path,
        catalogue.c.blob,
        catalogue.c.title,
        catalogue.c.excerpt,
        catalogue.c.meta,
        places.c.page,
        places.c.commit,
        commits.c.written,
        commits.c.name,
    )
    .join_from(catalogue, places, and_(places.c.path == catalogue.c.path, places.c.alive))
    .join(commits, commits.c.commit == places.c.commit)
)


# Built once: a save sends all of these, and what a statement costs is mostly its making.
_CHANGE = (
    update(catalogue)
    .where(
        catalogue.c.path == bindparam("at"),
        catalogue.c.meta == bindparam("same"),
        catalogue.c.title_fold == bindparam("called"),
    )
    .values({column: bindparam(f"new_{column.name}") for column in catalogue.c})
)
_INSERTS = {table: insert(table) for table in TABLES}
_REMOVALS = {
    table: delete(table).where(next(iter(table.c)) == bindparam("gone")) for table in OF_PAGES
}
_UNLINK = {
    table: delete(table).where(
        next(iter(table.c)) == bindparam("of"), table.c.target == bindparam("to")
    )
    for table in LEADING
}
_HAD = {
    links: select(links.c.source, links.c.target, links.c.key, links.c.asks),
    dialogue_questions: select(dialogue_questions.c.path, dialogue_questions.c.target),
}
_HAD = {
    table: query.where(next(iter(table.c)).in_(bindparam("at", expanding=True)))
    for table, query in _HAD.items()
}
_NO_SYMLINK = delete(symlinks).where(symlinks.c.path == bindparam("gone"))
_NO_FILE = delete(files).where(files.c.path == bindparam("gone"))
_NO_FOLDER = delete(folders).where(folders.c.path == bindparam("gone"))


def put(connection: Connection, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
    """Add rows to the catalogue's tables."""
    for table, values in rows.items():
        if values:
            connection.execute(_INSERTS[table], values)


def change(connection: Connection, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> bool:
    """Put what is said of one page in place of what was, if its names stay as they are.

    That is so if its front matter and title do. Gives whether that was done.
    """
    (card,) = rows[catalogue]
    given = {f"new_{name}": value for name, value in card.items()}
    asked = {"at": card["path"], "same": card["meta"], "called": card["title_fold"], **given}
    return bool(connection.execute(_CHANGE, asked).rowcount)


def relink(
    connection: Connection,
    table: Table,
    pages: Collection[str],
    new: Sequence[dict[str, Any]],
    follow: Callable[[Sequence[dict[str, Any]]], Iterable[list[tuple[Any, ...]]]],
) -> None:
    """Put these links in place of those that the pages had.

    `follow` gives whole rows of those that came, with where they lead; what stood there leads where
    it led.
    """
    if pages:
        new = _came(connection, table, pages, new)
    for some in follow(new):
        insert_tuples(connection, table, some)


def _came(
    connection: Connection, table: Table, pages: Collection[str], new: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Remove the links of these pages that are not among the new ones; gives those that came."""
    had = {
        (row[0], row[1]): row
        for some in slices(pages)
        for row in connection.execute(_HAD[table], {"at": some})
    }
    came = []
    for row in new:
        values = tuple(row.values())
        if had.get(values[:2]) == values:
            del had[values[:2]]
        else:
            came.append(row)
    if had:
        connection.execute(_UNLINK[table], [{"of": of, "to": to} for of, to in had])
    return came


def known(connection: Connection, paths: Collection[str]) -> Iterator[str]:
    """Give those of these pages that the catalogue has."""
    for some in slices(paths):
        yield from connection.scalars(select(catalogue.c.path).where(catalogue.c.path.in_(some)))


def remove(connection: Connection, paths: Collection[str], tables: Iterable[Table]) -> None:
    """Remove what the catalogue says of these pages in some of its tables."""
    gone = [{"gone": path} for path in paths]
    for table in tables if gone else ():
        connection.execute(_REMOVALS[table], gone)


def remove_files(connection: Connection, paths: Collection[str]) -> None:
    """Remove files that are no longer there."""
    if paths:
        connection.execute(_NO_FILE, [{"gone": path} for path in paths])


def remove_symlinks(connection: Connection, paths: Collection[str]) -> None:
    """Remove symbolic links that are no longer there."""
    if paths:
        connection.execute(_NO_SYMLINK, [{"gone": path} for path in paths])


def remove_folders(connection: Connection, paths: Collection[str]) -> None:
    """Remove folders that hold no page any more."""
    if paths:
        connection.execute(_NO_FOLDER, [{"gone": path} for path in paths])


def written(meta: Meta) -> str:
    """Write a page's front matter as the catalogue keeps it."""
    fields: dict[str, Any] = {name: getattr(meta, name) for name in _PLAIN if getattr(meta, name)}
    fields["kind"] = meta.kind.value
    for name in ("date", "end"):
        moment = getattr(meta, name)
        if moment:
            fields[name] = [moment.written, moment.start.isoformat(), moment.is_day]
    if meta.participants:
        fields["participants"] = [_person(p) for p in meta.participants]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


_PLAIN = (
    "title",
    "status",
    "tags",
    "lang",
    "redirect",
    "location",
    "perspective",
    "central_question",
    "questions",
    "recording",
    "aliases",
    "problems",
)
_LISTS = ("tags", "questions", "aliases", "problems")


def _person(person: Participant) -> list[str]:
    said = [person.name, person.role, person.member]
    return [*said, person.organisation] if person.organisation else said


def meta_of(kept: str) -> Meta:
    """Read what `written` wrote."""
    values = json.loads(kept)
    values["kind"] = Kind(values["kind"])
    for name in _LISTS:
        if name in values:
            values[name] = tuple(values[name])
    for name in ("date", "end"):
        if name in values:
            text, start, is_day = values[name]
            values[name] = Moment(text, datetime.fromisoformat(start), is_day)
    if "participants" in values:
        values["participants"] = tuple(Participant(*person) for person in values["participants"])
    return Meta(**values)


def summary(row: Any) -> Summary:
    """A row of SUMMARY as a page without its text."""
    return Summary(
        path=row.path,
        page=row.page,
        blob=row.blob,
        revision=row.commit,
        updated=row.written.astimezone(UTC),
        author=row.name,
        meta=meta_of(row.meta),
        title=row.title,
        excerpt=row.excerpt,
    )


def slices(values: Collection[str]) -> Iterable[list[str]]:
    """The values in lists short enough for one statement."""
    all_values = list(values)
    for start in range(0, len(all_values), 500):
        yield all_values[start : start + 500]
