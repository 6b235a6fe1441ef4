"""Renaming a page: it takes its files along, leaves a redirect, and links to it follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wiki.database.content import leads
from wiki.database.engine.connection import Connection
from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import EVERYTHING
from wiki.domain.content import frontmatter as lexical
from wiki.domain.content import names, text
from wiki.domain.content.names import Lead
from wiki.domain.content.paths import check, file_of, fold, folder_of, is_attachment, without_suffix
from wiki.domain.editing.renames import Move, opened, renamed, repoint, stub
from wiki.domain.errors import Conflict, Invalid
from wiki.domain.history.revisions import Event
from wiki.domain.markdown import Document
from wiki.engine import Wiki
from wiki.render import frontmatter
from wiki.render.values import write_value
from wiki.services.content import commits, contents, places
from wiki.store.store import Change, Stale

TRIES = 5
MOST_LINKS = 10_000
"""Links of a page that moves."""
SPELLINGS = 3
"""Places at which each of them is looked for: where it led, where it leads, how it is written."""
MOST_PAGES, MOST_BYTES = 1_000, 2_000_000
"""Other pages whose links are repaired, and what they say together; the rest is led on by the stub
that the page leaves."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A rename that stands: the new path, and the pages whose links were repaired."""

    path: str
    revision: str
    repaired: tuple[str, ...]
    listed: bool = True


def pointing(wiki: Wiki, actor: Actor, path: str) -> list[str]:
    """Pages that link to this one and that the actor may change, so whose links would follow."""
    with wiki.database.read() as connection:
        pages = leads.pointing(connection, [path, *_files(wiki, path)]) - {path}
    return sorted(page for page in pages if wiki.rights.may(actor, Right.EDIT, page))


def rename(wiki: Wiki, actor: Actor, path: str, new_path: str, summary: str = "") -> Renamed:
    """Move the page to `new_path`, in one commit with its files, the redirect and the links.

    A page keeps its link to the old path if somebody reads it who may not read at the new one.
    Raises LoginRequired, Forbidden, NotFound, Gone; Invalid (field `new_path`); Conflict if the
    new path is taken or differs from another only by case or Unicode form.
    """
    place = places.find(wiki, actor, path, redirect=False, right=Right.RENAME)
    new = _wanted(new_path)
    wiki.rights.require(actor, Right.CREATE, new)
    if new == place.path:
        raise Invalid.field("new_path", "path_same")
    for _ in range(TRIES):
        try:
            with wiki.store.locked():
                # Links to it in a page that lists do not know yet would stay as they are.
                commits.follow(wiki, fully=True)
                return _rename(wiki, actor, place.path, new, summary)
        except Stale:
            continue
    raise Conflict("edit_busy", path=path)


def _wanted(new_path: str) -> str:
    typed = without_suffix(new_path.strip().strip("/"))
    try:
        return check(typed)
    except Invalid as error:
        raise Invalid.field("new_path", error.code, **error.values) from error


def _rename(wiki: Wiki, actor: Actor, old: str, new: str, summary: str) -> Renamed:
    here = wiki.store.read(file_of(old))
    if here is None:
        raise places.missing(wiki, actor, old)
    expect: dict[str, str | None] = {file_of(old): here.id, file_of(new): None}
    there = wiki.store.entry(file_of(new))
    if there is not None:
        if contents.meta_of(wiki, there.blob).redirect.strip("/") != old:
            raise Conflict("path_taken", path=new)
        expect[file_of(new)] = there.blob
    # A stub beside a name that differs only by case would be a twin of it.
    left = None if fold(old) == fold(new) else stub(new).encode()
    files = {file: f"{new}/{file.rpartition('/')[2]}" for file in _files(wiki, old)}
    changes: dict[str, bytes | None] = {file_of(old): left}
    for file, moved in files.items():
        found = wiki.store.read(file)
        if found is not None:
            changes[file], changes[moved] = None, found.data
    repaired = []
    with wiki.database.read() as connection:
        outlook = _Outlook(connection, old, new, files, leaves_stub=left is not None)
        moved_text = outlook.repointed(here.data, new)
        if moved_text is None:
            raise Invalid.field("new_path", "rename_links_many", most=MOST_LINKS)
        changes[file_of(new)] = moved_text
        others = [page for page in _told_of(wiki, new, pointing(wiki, actor, old)) if page != new]
        left_bytes = MOST_BYTES
        for page in others[:MOST_PAGES]:
            entry = wiki.store.entry(file_of(page))
            size = wiki.store.size(entry.blob) if entry else 0
            if size > left_bytes:
                continue
            left_bytes -= size
            blob = wiki.store.read(file_of(page))
            data = outlook.repointed(blob.data, page) if blob else None
            if blob and data is not None and data != blob.data:
                changes[file_of(page)], expect[file_of(page)] = data, blob.id
                repaired.append(page)
    made = commits.commit(
        wiki,
        actor,
        Event.RENAME,
        [Change(file, data) for file, data in changes.items()],
        expect=expect,
        summary=summary,
        trailers={"From": old},
    )
    return Renamed(new, made.revision, tuple(repaired), made.listed)


def _told_of(wiki: Wiki, new: str, pages: list[str]) -> list[str]:
    """The pages that may name the new path: all who read them may read there.

    Others go on naming the old one, which redirects who may read what is there now.
    """
    return [page for page in pages if wiki.rights.is_as_open(new, page)]


def _files(wiki: Wiki, path: str) -> list[str]:
    """The files that lie right beside a page, and go where it goes."""
    names = (entry.file for entry in wiki.store.list(path + "/"))
    return [file for file in names if folder_of(file) == path and is_attachment(file)]


class _Outlook:
    """The targets of links before and after a page moved, and texts that follow it."""

    def __init__(
        self,
        connection: Connection,
        old: str,
        new: str,
        files: Mapping[str, str],
        *,
        leaves_stub: bool,
    ) -> None:
        self.connection = connection
        self.leaves_stub = leaves_stub
        self.move = Move(old, new, files, self.before, self.after)
        self._known: dict[tuple[bool, str, str], Lead | None] = {}
        self._asked: set[tuple[bool, str, str]] = set()

    def before(self, source: str, target: str) -> Lead | None:
        """Where a link leads now."""
        return self._look(False, source, target)

    def after(self, source: str, target: str) -> Lead | None:
        """Where a link will lead."""
        return self._look(True, source, target)

    def _look(self, is_later: bool, source: str, target: str) -> Lead | None:
        asked = (is_later, source, target)
        if asked not in self._known:
            self._asked.add(asked)
        return self._known.get(asked)

    def _find_out(self) -> None:
        """Look up all that was asked and not known, at once: each alone would take too long."""
        now = [(source, target) for later, source, target in self._asked if not later]
        then = [(source, target) for later, source, target in self._asked if later]
        if now:
            found = leads.resolve(self.connection, now, sight=EVERYTHING)
            self._known.update(((False, *pair), lead) for pair, lead in found.items())
        if then:
            known = leads.gather(self.connection, then, EVERYTHING)
            moved = {self.move.old: self.move.new, **self.move.files}
            later = names.after_move(known, moved, self.move.old, leaves_stub=self.leaves_stub)
            self._known.update(((True, *pair), names.resolve(*pair, later)) for pair in then)

    def repointed(self, data: bytes, page: str) -> bytes | None:
        """A page's bytes with its links leading where they led; as they are if unreadable.

        None if they are too many.
        """
        source = text.decode(data)
        if not source.readable:
            return data
        document, questions = opened(source.text), 0
        while True:
            self._asked = set()
            written = self._still_yaml(document, repoint(document, page, self.move), page)
            if not self._asked:
                return source.encode(written)
            questions += len(self._asked)
            if questions > MOST_LINKS * SPELLINGS:
                return None
            # What comes out may ask for more: for another spelling, of which there are few.
            self._find_out()

    def _still_yaml(self, document: Document, after: str, page: str) -> str:
        """The text after, its questions written anew if it does not say what is meant."""
        if lexical.cut(after) is None:
            # There is none, or it is TOML, which is left as it is.
            return after
        was, now = frontmatter.read(document.text), frontmatter.read(after)
        meant = tuple(dict.fromkeys(renamed(name, page, self.move) for name in was.questions))
        if now.questions == meant and now.problems == was.problems:
            return after
        return lexical.replace(after, {"questions": write_value(list(meant))})
