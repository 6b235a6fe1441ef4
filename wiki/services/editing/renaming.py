"""Renaming a page: it takes its files along, leaves a redirect, and links to it follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import EVERYTHING
from wiki.domain.content import text
from wiki.domain.content.paths import SUFFIX, check, file_of, fold
from wiki.domain.editing.renames import repoint, stub
from wiki.domain.errors import Conflict, Invalid
from wiki.domain.history.revisions import Event
from wiki.engine import Wiki
from wiki.services.content import commits, contents, places
from wiki.store.store import Change, Stale

TRIES = 5


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
        found = catalogue.backlinks(connection, path, sight=EVERYTHING)
        found += catalogue.dialogues_of(connection, path, sight=EVERYTHING)
    pages = {summary.path for summary in found} - {path}
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
                commits.follow(wiki)
                return _rename(wiki, actor, place.path, new, summary)
        except Stale:
            continue
    raise Conflict("edit_busy", path=path)


def _wanted(new_path: str) -> str:
    typed = new_path.strip().strip("/").removesuffix(SUFFIX)
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
    changes = {file_of(old): left, file_of(new): _repointed(here.data, new, old, new)}
    for file, moved, data in _attachments(wiki, old, new):
        changes[file], changes[moved] = None, data
    repaired = []
    for page in _told_of(wiki, new, pointing(wiki, actor, old)):
        blob = wiki.store.read(file_of(page))
        data = _repointed(blob.data, page, old, new) if blob else b""
        if blob and data != blob.data and page != new:
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


def _repointed(data: bytes, page: str, old: str, new: str) -> bytes:
    source = text.decode(data)
    if not source.readable:
        return data
    return source.encode(repoint(source.text, page, old, new))


def _attachments(wiki: Wiki, old: str, new: str) -> Iterator[tuple[str, str, bytes]]:
    """Each file beside the page: where it is, where it goes, its bytes."""
    for entry in wiki.store.list(old + "/"):
        name = entry.file.removeprefix(old + "/")
        if "/" in name or name.endswith(SUFFIX):
            continue
        found = wiki.store.read(entry.file)
        if found is not None:
            yield entry.file, f"{new}/{name}", found.data
