"""Making dialogues of minutes that were written elsewhere, many in one commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import frontmatter
from wiki.domain.content import text as texts
from wiki.domain.content.paths import file_of, page_of
from wiki.domain.content.setaside import is_large
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.history.revisions import Event
from wiki.domain.pages import minutes
from wiki.domain.pages.minutes import Minutes
from wiki.engine import Wiki
from wiki.render import frontmatter as reading
from wiki.render.values import write_value
from wiki.services.content import commits, places
from wiki.store.store import Change, Entry


@dataclass(frozen=True, slots=True)
class Looked:
    """A page that was looked at, what its minutes say, and why it stays (a code, or empty)."""

    path: str
    minutes: Minutes | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """Pages that became dialogues, those that did not, and the commit (empty: none was needed)."""

    pages: Sequence[Looked]
    left: Sequence[Looked]
    revision: str = ""


def adopt_folder(wiki: Wiki, actor: Actor, folder: str, *, dry_run: bool = False) -> Adopted:
    """Make dialogues of the minutes in a folder, all in one commit; what are dialogues stays so.

    Raises Forbidden, NotFound if there is no page in the folder, store.Stale if somebody saved
    one of them meanwhile.
    """
    folder = folder.strip("/")
    wiki.rights.require(actor, Right.EDIT, folder)
    looked: list[Looked] = []
    changes: list[Change] = []
    expect: dict[str, str | None] = {}
    for file in wiki.store.list(f"{folder}/" if folder else ""):
        path = page_of(file.file)
        if not path:
            continue
        found, text = _look(wiki, path, file)
        looked.append(found)
        if not found.why_not:
            changes.append(Change(file.file, text))
            expect[file.file] = file.blob
    if not looked:
        raise NotFound("folder_missing", folder=folder)
    adopted = [one for one in looked if not one.why_not]
    left = [one for one in looked if one.why_not]
    if dry_run or not changes:
        return Adopted(adopted, left)
    made = commits.commit(wiki, actor, Event.EDIT, changes, expect=expect, summary=_summary(folder))
    return Adopted(adopted, left, made.revision)


def adopt(wiki: Wiki, actor: Actor, path: str) -> str:
    """Make a dialogue of one page of minutes; gives its path. Raises Invalid if it is none."""
    wiki.rights.require(actor, Right.EDIT, places.asked(path))
    place = places.find(wiki, actor, path)
    wiki.rights.require(actor, Right.EDIT, place.path)
    file = wiki.store.entry(file_of(place.path))
    if file is None:
        raise Invalid.field("page", "minutes_none", path=place.path)
    found, text = _look(wiki, place.path, file)
    if found.why_not:
        raise Invalid.field("page", found.why_not, path=place.path)
    change = Change(file.file, text)
    commits.commit(wiki, actor, Event.EDIT, [change], expect={file.file: file.blob})
    return place.path


def _look(wiki: Wiki, path: str, file: Entry) -> tuple[Looked, bytes]:
    """One page, and the bytes that make it a dialogue."""
    if is_large(wiki.store.size(file.blob)):
        return Looked(path, None, "minutes_large"), b""
    source = texts.decode(wiki.store.blob(file.blob))
    front, _ = frontmatter.split(source.text)
    given = frontmatter.values(front) if front else {}
    meta = reading.read(source.text, wiki.zone)
    if not source.readable or "kind" in given or meta.redirect:
        why_not = "minutes_have_kind" if source.readable else "minutes_not_utf8"
        return Looked(path, None, why_not), b""
    if frontmatter.foreign(source.text) is not None:
        return Looked(path, None, "minutes_toml"), b""
    parsed = minutes.of(source.text, path)
    if not parsed.are_minutes:
        return Looked(path, parsed, "minutes_none"), b""
    if not (parsed.day or meta.date):
        return Looked(path, parsed, "minutes_undated"), b""
    text = frontmatter.replace(source.text, dict(_added(parsed, given)))
    return Looked(path, parsed), texts.encode(text, source)


def _added(parsed: Minutes, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "kind", "dialogue"
    if "status" not in given:
        yield "status", "held"
    if "date" not in given:
        yield "date", parsed.day
    if "participants" not in given:
        yield "participants", write_value(parsed.participants)


def _summary(folder: str) -> str:
    return f"Minutes in {folder or '/'} are dialogues"
