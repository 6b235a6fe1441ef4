"""Sources of the index: pages and files as git has them, comments as SQL has them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from wiki.database.engine import changes
from wiki.database.engine.connection import Connection
from wiki.database.history import files as versions
from wiki.database.history import hiding, history
from wiki.database.members import members
from wiki.database.pages import catalogue
from wiki.database.talk import comments
from wiki.domain.content import text
from wiki.domain.content.pages import Meta, Summary
from wiki.domain.content.paths import file_of, folder_of, is_attachment, page_of
from wiki.domain.content.setaside import Item, mark_of, measure
from wiki.domain.errors import Invalid
from wiki.domain.history.revisions import Part
from wiki.domain.members.members import FORMER, Member, Status
from wiki.domain.search.search import Progress, Site
from wiki.domain.talk.comments import PlacedComment
from wiki.projections.catalogue import name_of
from wiki.projections.search.texts.documents import (
    Document,
    comment_document,
    file_document,
    member_document,
    page_documents,
)
from wiki.projections.search.texts.file_words import has_words, words_of
from wiki.projections.setaside import is_passing, text_of
from wiki.render import frontmatter
from wiki.render.scan import title_heading
from wiki.store.store import Store

log = logging.getLogger(__name__)

NAME = "search"
BATCH = 400
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class PageSource:
    """A page with its bytes and the names of the files beside it.

    Ready to be made documents of, in another process if need be.
    """

    summary: Summary
    data: bytes
    files: tuple[str, ...] = ()

    @property
    def item(self) -> Item:
        """Return what is set aside if it cannot be described."""
        return Item(NAME, "page", self.summary.path, self.summary.blob)

    def documents(self, site: Site) -> Iterator[Document]:
        """The page's documents; raises TooLarge."""
        written = text.decode(measure(self.data)).text
        return page_documents(self.summary, written, site, self.files)

    def names(self, site: Site) -> Iterator[Document]:
        """The page by its name alone."""
        name = self.summary.path.rpartition("/")[2]
        summary = replace(self.summary, title=name[:MOST_NAME], meta=Meta())
        return page_documents(summary, "", site)


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file with the words in it, or the code of why they cannot be read."""

    file: str
    blob: str
    page: Summary | None
    when: datetime | None
    words: str
    problem: str

    @property
    def item(self) -> Item:
        """Return what is set aside if it cannot be described."""
        return Item(NAME, "file", self.file, self.blob)

    def documents(self, site: Site) -> Iterator[Document]:
        """The file's document; raises Invalid."""
        if self.problem:
            raise Invalid(self.problem)
        yield file_document(self.file, self.blob, self.page, self.words, self.when, site)

    def names(self, site: Site) -> Iterator[Document]:
        """The file without its words."""
        yield file_document(self.file, self.blob, self.page, "", self.when, site)


@dataclass(frozen=True, slots=True)
class CommentSource:
    """A comment with the page it is on."""

    placed: PlacedComment
    page: Summary

    @property
    def item(self) -> Item:
        """Return what is set aside if it cannot be described."""
        comment = self.placed.comment
        return Item(NAME, "comment", str(comment.id), mark_of(comment.text))

    def names(self, site: Site) -> Iterator[Document]:
        """Nothing: a comment is its text."""
        del site
        return iter(())

    def documents(self, site: Site) -> Iterator[Document]:
        """The comment's document."""
        comment = self.placed.comment
        yield comment_document(
            comment.id,
            self.page,
            (comment.called, comment.username),
            comment.text,
            comment.created,
            site,
        )


@dataclass(frozen=True, slots=True)
class MemberSource:
    """A member whose account is active."""

    member: Member

    @property
    def item(self) -> Item:
        """Return what is set aside if it cannot be described."""
        return Item(NAME, "member", str(self.member.id), mark_of(self.member.called))

    def names(self, site: Site) -> Iterator[Document]:
        """The member by their username alone."""
        yield member_document(replace(self.member, name=""), site)

    def documents(self, site: Site) -> Iterator[Document]:
        """The member's document."""
        yield member_document(self.member, site)


class Source(Protocol):
    """A source that documents are made of; travels between processes."""

    @property
    def item(self) -> Item:
        """Return what is set aside if it cannot be described."""

    def names(self, site: Site) -> Iterator[Document]:
        """Return what is left of it then."""

    def documents(self, site: Site) -> Iterator[Document]:
        """Its documents."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The changes since the index last looked.

    Pages and files are paths with their blob (empty: gone); comments and members are ids.

    `progress` is how far the index is once it knows; `more` changes in SQL wait behind these.
    """

    pages: dict[str, str]
    files: dict[str, str]
    came_or_went: frozenset[str]
    comments: tuple[int, ...]
    members: tuple[int, ...]
    progress: Progress
    more: bool


def pending(store: Store, connection: Connection, before: Progress, head: str) -> Pending | None:
    """Find what differs between the index's revision and `head`, and changes in SQL that wait."""
    rows = changes.pending(connection)
    if before.revision == head and not rows:
        return None
    pages: dict[str, str] = {}
    files: dict[str, str] = {}
    moved: set[str] = set()
    beside: set[str] = set()
    for diff in store.diff(before.revision, head):
        path = page_of(diff.file)
        if path is not None:
            pages[path] = diff.after
            if not (diff.before and diff.after):
                moved.add(path)
        else:
            beside.add(folder_of(diff.file))
            if has_words(diff.file):
                files[diff.file] = diff.after
    for path in beside - pages.keys():
        page = store.entry(file_of(path), head)
        if page:
            pages[path] = page.blob
    # What is beside a page goes and comes back with it.
    files = {**_files_beside(store, head, moved), **files}
    ids, people = (
        tuple(sorted({int(row.key) for row in rows if row.noun == noun}))
        for noun in ("comment", "member")
    )
    if any(member.status is Status.ERASED for member in _members(connection, people)):
        # Their name was that of who wrote last.
        pages = {**catalogue.by_nobody(connection), **pages}
    hidden = {row.key for row in rows if row.noun == "revision"}
    # Their last author may be hidden or shown now.
    pages = {**catalogue.changed_last_in(connection, hidden), **pages}
    last = rows[-1].id if rows else before.change
    more = bool(rows) and newest_change(connection) > last
    return Pending(pages, files, frozenset(moved), ids, people, Progress(head, last), more)


def everything(
    store: Store,
    connection: Connection,
    wanted: dict[str, str],
    beside: dict[str, str],
    head: str,
    site: Site,
) -> Iterator[Source]:
    """These pages and files, all comments, all members."""
    yield from pages(store, connection, wanted, head, site)
    yield from files(store, connection, beside)
    yield from all_comments(connection)
    yield from members_of(connection, members.ids(connection))


def all_pages(store: Store, head: str) -> dict[str, str]:
    """Every page of a revision with its blob."""
    blobs = {}
    for entry in store.list(at=head) if head else ():
        path = page_of(entry.file)
        if path is not None:
            blobs[path] = entry.blob
    return blobs


def all_files(store: Store, head: str) -> dict[str, str]:
    """Every file of a revision that words can be read from, with its blob."""
    entries = store.list(at=head) if head else ()
    return {entry.file: entry.blob for entry in entries if has_words(entry.file)}


def files(store: Store, connection: Connection, wanted: dict[str, str]) -> Iterator[FileSource]:
    """These files, as far as they still have a blob and may be opened; each read now."""
    for file, blob in shown(connection, wanted).items():
        folder = folder_of(file)
        page = catalogue.find(connection, [folder]).get(folder)
        last = versions.versions(connection, file, 1)
        when = last[0].when if last else None
        yield FileSource(file, blob, page, when, *words_of(store, file, blob))


def shown(connection: Connection, wanted: dict[str, str]) -> dict[str, str]:
    """Those of the files that are there, and not beside a page that was deleted."""
    there = {file: blob for file, blob in wanted.items() if blob}
    folders = {folder_of(file) for file in there}
    gone = {folder for folder in folders if history.deleted(connection, folder)}
    return {file: blob for file, blob in there.items() if folder_of(file) not in gone}


def _files_beside(store: Store, head: str, paths: Iterable[str]) -> dict[str, str]:
    entries = (entry for path in paths for entry in store.files_in(path, head))
    return {entry.file: entry.blob for entry in entries if has_words(entry.file)}


def pages(
    store: Store, connection: Connection, wanted: dict[str, str], head: str, site: Site
) -> Iterator[PageSource]:
    """These pages, as far as they still have a blob."""
    there = [(path, blob) for path, blob in wanted.items() if blob]
    for start in range(0, len(there), BATCH):
        batch = there[start : start + BATCH]
        summaries = catalogue.find(connection, [path for path, _ in batch])
        for path in catalogue.by_nobody(connection, list(summaries)):
            summaries[path] = replace(summaries[path], author=FORMER)
        hidden = hiding.parts(connection, {row.revision for row in summaries.values()})
        for path, id in batch:
            data = read_blob(store, id)
            row = summaries.get(path)
            if row is None or row.blob != id:
                row = read_page(path, id, data, head, row, site)
            if Part.AUTHOR in hidden.get((row.revision, path), ()):
                row = replace(row, author="")
            yield PageSource(row, data, tuple(_files(store, head, path)))


def read_blob(store: Store, blob: str) -> bytes:
    """A blob's bytes; none of one that is damaged or too large to be read."""
    try:
        return text_of(store, blob)
    except Exception as error:
        if is_passing(error):
            raise
        # Whatever it is, what cannot be read cannot be described either.
        log.warning("blob %s is not read: %s", blob, error)
        return b""


def comments_of(connection: Connection, ids: Sequence[int]) -> Iterator[CommentSource]:
    """Those of the comments that may be found."""
    for start in range(0, len(ids), BATCH):
        placed = comments.for_index(connection, ids[start : start + BATCH])
        known = catalogue.find(connection, sorted({one.path for one in placed}))
        for one in placed:
            if one.path in known:
                yield CommentSource(one, known[one.path])


def members_of(connection: Connection, ids: Iterable[int]) -> Iterator[MemberSource]:
    """Those of the members whose account is active."""
    for member in _members(connection, ids):
        if member.status is Status.ACTIVE:
            yield MemberSource(member)


def _files(store: Store, head: str, path: str) -> Iterator[str]:
    """The names of the files beside a page."""
    for entry in store.list(f"{path}/", at=head):
        name = entry.file.removeprefix(f"{path}/")
        if "/" not in name and is_attachment(name):
            yield name


def _members(connection: Connection, ids: Iterable[int]) -> Iterator[Member]:
    for id in ids:
        member = members.get(connection, id)
        if member is not None:
            yield member


def all_comments(connection: Connection) -> Iterator[CommentSource]:
    """Every comment that may be found."""
    last = 0
    while ids := comments.ids(connection, after=last, limit=BATCH):
        yield from comments_of(connection, ids)
        last = ids[-1]


def comments_at(connection: Connection, paths: Iterable[str]) -> list[int]:
    """The ids of the comments on the pages that live at these paths."""
    ids: list[int] = []
    for path in paths:
        page = history.identity(connection, path)
        if page:
            ids += comments.ids_on(connection, page)
    return ids


def newest_change(connection: Connection) -> int:
    """The last change in SQL that waits; 0 if none does."""
    rows = changes.pending(connection, 1_000_000)
    return rows[-1].id if rows else 0


def count_talk(connection: Connection) -> int:
    """Count, about, how many comments and members can be found."""
    return len(comments.ids(connection, limit=10_000_000)) + len(members.ids(connection))


def read_page(
    path: str, blob: str, data: bytes, head: str, row: Summary | None, site: Site
) -> Summary:
    """A page that the catalogue does not have yet in this form, read from its own text."""
    try:
        written = text.decode(data).text
        meta = frontmatter.read(written, day=site.dialogues.day(path))
        heading = title_heading(written)
    except Exception:
        # Its documents cannot be made either: that is noted there.
        log.warning("page %s is known by its name", path, exc_info=True)
        meta, heading = Meta(), ""
    title = meta.title or heading or name_of(path)
    updated = row.updated if row else datetime.fromtimestamp(0, UTC)
    return Summary(
        path=path,
        page=row.page if row else "",
        blob=blob,
        revision=head,
        updated=updated,
        author=row.author if row else "",
        meta=meta,
        title=title,
    )
