"""Saving a page: a compare-and-swap on its blob, else a merge, else a conflict to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from wiki.database.editing import drafts as draft_rows
from wiki.database.history import hiding as hidden_texts
from wiki.database.history import history
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import frontmatter, sections, text
from wiki.domain.content.paths import check, file_of
from wiki.domain.content.setaside import MOST_LINES
from wiki.domain.editing import merge
from wiki.domain.editing.drafts import key_of_page, key_of_path
from wiki.domain.errors import Conflict, Invalid, TooLarge, Unavailable
from wiki.domain.history.history import Place
from wiki.domain.history.revisions import Author, Event, Revision
from wiki.engine import Wiki
from wiki.projections import follow
from wiki.services.content import commits, contents, fields, places
from wiki.services.history import hiding
from wiki.store.store import Change, Stale

TRIES = 8
"""How often a save starts again because a push from outside came in between."""
MOST_REVISIONS = 20
"""How many revisions that came in meanwhile are named."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """The writer of what is saved now, where an editor accepts it, and its page (its identity)."""

    author: Author
    page: str


@dataclass(frozen=True, slots=True)
class Sent:
    """An edit form, as sent.

    `text` is the whole file, or `part` one section of the base (number `section`). `base` is the
    blob that the edit started from, empty for a page that must not exist, None if it is missing.
    `fields` are the kind's fields that the writer changed. A conflict that was chosen from brings
    the older `ancestor` and its `choices`; then `base` is the blob that the choices speak of.
    `may_be_body`: a text without front matter is the body only, the base's front matter stays.
    """

    text: str
    base: str | None
    summary: str = ""
    part: str | None = None
    section: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    ancestor: str | None = None
    choices: Mapping[int, merge.Choice] = field(default_factory=dict)
    restores: bool = False
    converts: bool = False
    suggested: Suggested | None = None
    may_be_body: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """A save that stands: where the page is now, and what came in from others.

    `changed` is false if nothing differed and no commit was made; `merged` are the revisions that
    this save was merged with, newest first; `listed` is false if lists follow later.
    """

    path: str
    revision: str
    changed: bool = True
    merged: tuple[Revision, ...] = ()
    listed: bool = True


class Conflicted(Conflict):
    """Two people changed the same lines: `merged` has the hunks, `mine` the writer's whole text.

    `base` is the blob that the writer started from, `theirs` the page's blob now.
    """

    def __init__(
        self,
        path: str,
        base: str,
        theirs: str,
        mine: str,
        merged: merge.Merged,
        revisions: tuple[Revision, ...] = (),
    ) -> None:
        super().__init__("edit_conflict", path=path)
        self.path = path
        self.base = base
        self.theirs = theirs
        self.mine = mine
        self.merged = merged
        self.revisions = revisions


class Deleted(Conflict):
    """The page was deleted while it was being edited; `mine` is the writer's whole text."""

    def __init__(self, path: str, mine: str) -> None:
        super().__init__("deleted_while_editing", path=path)
        self.path = path
        self.mine = mine


@dataclass(frozen=True, slots=True)
class _Target:
    """Where an edit goes: the page's path and blob now (empty if it is to be made)."""

    path: str
    blob: str


def save(wiki: Wiki, actor: Actor, path: str, sent: Sent) -> Saved:
    """Save an edit of the page at `path`; a page that was renamed meanwhile is found again.

    Raises LoginRequired, Forbidden; Invalid (fields `base`, `text` or the kind's own), TooLarge;
    Conflict if the page exists and should not; Conflicted; Deleted. Nothing is saved then.
    """
    path = places.asked(path)
    wiki.rights.require(actor, Right.EDIT, path)
    if sent.base is None:
        raise Invalid.field("base", "base_missing")
    for again in range(TRIES):
        # Saves of different pages need not wait for each other: only who was overtaken goes alone.
        alone: AbstractContextManager[object] = wiki.store.locked() if again else nullcontext()
        try:
            with alone:
                commits.follow(wiki)
                return _save(wiki, actor, path, sent, sent.base)
        except Stale:
            continue
    raise Conflict("edit_busy", path=path)


def difference(wiki: Wiki, actor: Actor, path: str, sent: Sent) -> tuple[str, str]:
    """The text that an edit started from, and what it would make of it; nothing is saved.

    Raises LoginRequired, Forbidden; Invalid for a base that is not this page's.
    """
    path = places.asked(path)
    wiki.rights.require_any(actor, (Right.EDIT, Right.SUGGEST), path)
    place = started_from(wiki, actor, path, sent)
    started = contents.read(wiki, sent.base if place and sent.base else "")
    return started.text, _mine(wiki, sent, started)


def checked(wiki: Wiki, sent: Sent, base: str) -> tuple[contents.Content, str]:
    """Return what an edit started from, and the writer's whole text.

    Raises TooLarge, Invalid for a text that the wiki does not take.
    """
    started = contents.read(wiki, base)
    mine = _mine(wiki, sent, started)
    check_text(wiki, mine, started.text)
    wrong = fields.new_wrong(mine, started.text)
    if wrong:
        raise Invalid("fields_wrong", fields=wrong)
    return started, mine


def check_text(wiki: Wiki, new: str, before: str = "") -> None:
    """Raise TooLarge or Invalid (field `text`) for a text that the wiki does not take."""
    size = len(new.encode())
    if size > wiki.settings.max_text_bytes:
        raise TooLarge("text_large", most_bytes=wiki.settings.max_text_bytes, bytes=size)
    if new.count("\n") > MOST_LINES:
        raise TooLarge("text_long", most_lines=MOST_LINES)
    # What was not UTF-8 arrives as replacement characters: saving those would lose what was there.
    if new.count("\ufffd") > before.count("\ufffd"):
        raise Invalid.field("text", "text_not_utf8")
    for char in set(new) - set(before):
        if ord(char) < 32 and char not in "\n\t\f":
            raise Invalid.field("text", "text_control", character=f"U+{ord(char):04X}")


def _save(wiki: Wiki, actor: Actor, path: str, sent: Sent, base: str) -> Saved:
    target = _target(wiki, actor, path, sent, base)
    started, mine = checked(wiki, sent, base)
    if not target.blob:
        return _create(wiki, actor, target.path, sent, mine)
    theirs = started if target.blob == base else contents.read(wiki, target.blob)
    if not theirs.source.readable and not sent.converts:
        raise Conflict("page_not_utf8", path=target.path)
    merged = None
    if target.blob != base:
        merged = merge.merge(started.text, theirs.text, mine)
        if not merged.clean:
            came = between(wiki, actor, target.path, base)
            raise Conflicted(target.path, base, target.blob, mine, merged, came)
        check_text(wiki, merged.text, started.text + theirs.text)
    return _replace(wiki, actor, target, sent, theirs, mine if merged is None else merged.text)


def _mine(wiki: Wiki, sent: Sent, started: contents.Content) -> str:
    """The writer's whole text: a section pasted in, fields applied, choices carried out."""
    if sent.part is not None:
        mine = sections.paste(started.text, sent.section, text.normalise(sent.part))
    else:
        mine = text.normalise(sent.text)
        if sent.may_be_body:
            mine = frontmatter.joined(frontmatter.apart(started.text)[0], mine)
    mine = _ending(mine, started.text)
    if sent.fields:
        mine = fields.apply(mine, sent.fields)
    if sent.ancestor is None:
        return mine
    merged = merge.merge(contents.read(wiki, sent.ancestor).text, started.text, mine)
    return merge.resolve(merged.hunks, sent.choices)


def _ending(mine: str, started: str) -> str:
    """The text with or without a final newline, as the text that it started from."""
    if not mine or not started:
        return mine
    if not started.endswith("\n"):
        return mine.removesuffix("\n")
    return mine if mine.endswith("\n") else mine + "\n"


def _target(wiki: Wiki, actor: Actor, path: str, sent: Sent, base: str) -> _Target:
    entry = wiki.store.entry(file_of(path))
    now = entry.blob if entry else ""
    if base and now == base and sent.ancestor is None:
        return _Target(path, now)
    if not base:
        if wiki.store.shown(file_of(path)):
            raise Conflict("path_taken", path=path)
        wiki.rights.require(actor, Right.CREATE, path)
        return _Target(check(path), "")
    place = started_from(wiki, actor, path, sent)
    if place is None:
        raise Invalid.field("base", "base_unknown")
    if not place.alive:
        raise Deleted(path, _mine(wiki, sent, contents.read(wiki, base)))
    if place.path != path:
        wiki.rights.require(actor, Right.EDIT, place.path)
    entry = wiki.store.entry(file_of(place.path))
    return _Target(place.path, entry.blob if entry else "")


def started_from(wiki: Wiki, actor: Actor, path: str, sent: Sent) -> Place | None:
    """Where the page is now that an edit started from; None for a page that is to be made.

    Raises Invalid (field `base`) for a blob that no page at this path had, or whose text is hidden;
    Unavailable if lists do not say so yet.
    """
    if not sent.base:
        return None
    with wiki.database.read() as connection:
        given = sent.suggested.page if sent.suggested else ""
        page = given or history.holder(connection, path, sent.base)
        asked = [blob for blob in (sent.ancestor, given and sent.base) if blob]
        if not page or not all(history.had(connection, page, blob) for blob in asked):
            # As long as lists lag it may be a good one.
            lag = not follow.is_current(wiki.store, connection)
            raise Unavailable("lists_rebuilding") if lag else Invalid.field("base", "base_unknown")
        # Merging would show its lines: a hidden text is nobody's base, unless they may see it.
        for blob in filter(None, (sent.base, sent.ancestor)):
            is_hidden = hidden_texts.is_text_hidden(connection, page, blob)
            if is_hidden and not wiki.rights.may(actor, Right.MODERATE, path):
                raise Invalid.field("base", "base_unknown")
        return history.place(connection, page)


def _create(wiki: Wiki, actor: Actor, path: str, sent: Sent, mine: str) -> Saved:
    file = file_of(path)
    event = Event.RESTORE if sent.restores else Event.CREATE
    made = commits.commit(
        wiki,
        actor,
        Event.SUGGESTION if sent.suggested else event,
        [Change(file, text.encode(mine))],
        expect={file: None},
        summary=sent.summary,
        written_by=sent.suggested.author if sent.suggested else None,
    )
    return _finished(wiki, actor, path, sent, made)


def _replace(
    wiki: Wiki, actor: Actor, target: _Target, sent: Sent, theirs: contents.Content, new: str
) -> Saved:
    file = file_of(target.path)
    source = theirs.source
    data = source.encode(new) if source.readable else text.encode(new)
    base = sent.base or ""
    came = between(wiki, actor, target.path, base) if target.blob != base else ()
    if data == source.data:
        made = commits.Made(wiki.store.head(), True)
        return _finished(wiki, actor, target.path, sent, made, changed=False, merged=came)
    is_merge = target.blob != base or sent.ancestor is not None
    event = Event.MERGE if is_merge else Event.EDIT
    made = commits.commit(
        wiki,
        actor,
        Event.SUGGESTION if sent.suggested else event,
        [Change(file, data)],
        expect={file: target.blob},
        summary=sent.summary,
        trailers={"Base": sent.ancestor or base} if came or sent.ancestor is not None else None,
        written_by=sent.suggested.author if sent.suggested else None,
    )
    return _finished(wiki, actor, target.path, sent, made, merged=came)


def _finished(
    wiki: Wiki,
    actor: Actor,
    path: str,
    sent: Sent,
    made: commits.Made,
    *,
    changed: bool = True,
    merged: tuple[Revision, ...] = (),
) -> Saved:
    if made.listed and not sent.suggested:
        drop_draft(wiki, actor, path)
    return Saved(path, made.revision, changed, merged, made.listed)


def drop_draft(wiki: Wiki, actor: Actor, path: str) -> None:
    """Forget the actor's draft of the page at a path."""
    if actor.id is None:
        return
    with wiki.database.read() as connection:
        keys = draft_rows.keys(connection, actor.id)
        if not keys:
            return
        page = history.identity(connection, path)
    dropped = keys & {key_of_page(page), key_of_path(path)}
    if dropped:
        # One that came back after all would say what the page says.
        with wiki.database.write(light=True) as connection:
            for key in dropped:
                draft_rows.drop(connection, actor.id, key)


def between(wiki: Wiki, actor: Actor, path: str, base: str) -> tuple[Revision, ...]:
    """List the revisions of a page since it had the blob `base`, newest first, at most twenty."""
    with wiki.database.read() as connection:
        page = history.identity(connection, path)
        revisions = history.of_page(connection, page, limit=MOST_REVISIONS)
        revisions = hiding.redact(wiki, connection, actor, revisions)
    came: list[Revision] = []
    for revision in revisions:
        if revision.blob == base:
            break
        came.append(revision)
    return tuple(came)
