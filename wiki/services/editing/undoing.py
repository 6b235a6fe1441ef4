"""Taking back: one change in the middle of a page's life, or all of a member's since a moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.pages import catalogue, recent
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import text
from wiki.domain.content.addresses import url_of
from wiki.domain.content.paths import file_of
from wiki.domain.editing import merge
from wiki.domain.errors import Conflict, Invalid, NotFound
from wiki.domain.history.history import Place
from wiki.domain.history.revisions import Event, Revision
from wiki.domain.members.members import Member
from wiki.domain.pages.recent import Wanted
from wiki.engine import Wiki
from wiki.services.access import audit, sight
from wiki.services.content import commits, contents
from wiki.services.editing import saving
from wiki.services.history import hiding
from wiki.services.history.history import page_at, previous, revision_of
from wiki.store.store import Change, Stale

TRIES = 5
MOST = 1000
"""How many revisions of a member are taken back at a time."""


class Outcome(StrEnum):
    """The result of taking a member's work on a page back."""

    CHANGE = "change"
    DELETE = "delete"
    RESTORE = "restore"
    CONFLICT = "conflict"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Taken:
    """A member's work on one page, newest first, and what the page says without it.

    `before` and `after` are the text now and then, None where the page is not there.
    """

    page: str
    path: str
    title: str
    revisions: Sequence[Revision]
    outcome: Outcome
    before: str | None
    after: str | None

    @property
    def is_possible(self) -> bool:
        """Whether it can be taken back without choosing between two people's words."""
        return self.outcome not in (Outcome.CONFLICT, Outcome.NOTHING)


@dataclass(frozen=True, slots=True)
class Work:
    """A member's work since a moment, by page; `more` if there is more than is listed."""

    member: Member
    since: datetime
    pages: Sequence[Taken]
    more: bool


# -- one change --


def undo(wiki: Wiki, actor: Actor, path: str, revision: str, summary: str = "") -> saving.Saved:
    """Take one change back and keep all that came after it.

    Raises LoginRequired, Forbidden, NotFound, Gone for a hidden text; Invalid for a change that
    made or deleted the page; Conflicted if later changes touched the same lines.
    """
    there, target = _to_undo(wiki, actor, path, revision)
    for _ in range(TRIES):
        try:
            with wiki.store.locked():
                return _undo(wiki, actor, there, target, summary)
        except Stale:
            continue
    raise Conflict("edit_busy", path=there)


def undone(wiki: Wiki, actor: Actor, path: str, revision: str) -> tuple[str, str | None]:
    """Return what the page says now, and would say after `undo`; None: one has to choose.

    Raises as `undo`, but not Conflicted.
    """
    there, found = _to_undo(wiki, actor, path, revision)
    now, merged = _merged(wiki, there, found)
    return now.text, merged.text if merged.clean else None


def _to_undo(wiki: Wiki, actor: Actor, path: str, revision: str) -> tuple[str, Revision]:
    page = page_at(wiki, actor, path)
    wiki.rights.require(actor, Right.EDIT, page.path)
    target = hiding.require_text(revision_of(wiki, page.page, revision, actor))
    if not target.blob or not target.before or not page.alive:
        raise Invalid("undo_whole", path=page.path)
    # Taking back a removal shows what was removed.
    older = previous(wiki, actor, target)
    if older is not None:
        hiding.require_text(older)
    return page.path, target


def _merged(wiki: Wiki, path: str, target: Revision) -> tuple[contents.Content, merge.Merged]:
    entry = wiki.store.entry(file_of(path))
    if entry is None:
        raise NotFound("page_missing", path=path)
    now = contents.read(wiki, entry.blob)
    after, before = contents.read(wiki, target.blob), contents.read(wiki, target.before)
    return now, merge.merge(after.text, now.text, before.text)


def _undo(wiki: Wiki, actor: Actor, path: str, target: Revision, summary: str) -> saving.Saved:
    now, merged = _merged(wiki, path, target)
    if not merged.clean:
        mine = contents.read(wiki, target.before).text
        raise saving.Conflicted(path, target.blob, now.blob, mine, merged)
    data = now.source.encode(merged.text)
    if data == now.source.data:
        return saving.Saved(path, target.commit, changed=False)
    made = commits.commit(
        wiki,
        actor,
        Event.UNDO,
        [Change(file_of(path), data)],
        expect={file_of(path): now.blob},
        summary=summary,
        trailers={"Reverts": target.commit},
    )
    return saving.Saved(path, made.revision, listed=made.listed)


# -- a member's work --


def begun(wiki: Wiki, actor: Actor, username: str, since: datetime | None) -> Work | None:
    """Return what `work_of` gives, None until a moment is chosen. Raises as it does."""
    if since is not None:
        return work_of(wiki, actor, username, since)
    wiki.rights.require(actor, Right.MODERATE)
    return None


def work_of(wiki: Wiki, actor: Actor, username: str, since: datetime) -> Work:
    """List a member's work since a moment, for moderators, and what taking it back comes to.

    Raises LoginRequired, Forbidden, NotFound.
    """
    wiki.rights.require(actor, Right.MODERATE)
    with wiki.database.read() as connection:
        member = members.by_username(connection, username)
        if member is None:
            raise NotFound("member_missing", username=username)
        wanted = Wanted(author=member.uid, since=since)
        revisions = recent.revisions(
            connection, wanted, limit=MOST + 1, sight=sight.of(wiki, actor)
        )
        pages: dict[str, list[Revision]] = {}
        for revision in revisions[:MOST]:
            pages.setdefault(revision.page, []).append(revision)
        taken = [_taken(wiki, connection, actor, page, some) for page, some in pages.items()]
    listed = [each for each in taken if each is not None]
    return Work(member, since, listed, len(revisions) > MOST)


def take_back(
    wiki: Wiki,
    actor: Actor,
    username: str,
    since: datetime,
    pages: Collection[str],
    reason: str,
) -> tuple[list[Taken], list[Taken]]:
    """Take a member's work on these pages back, one commit a page: what was done, what was not.

    Raises LoginRequired, Forbidden, NotFound; Invalid without a reason (field `reason`).
    """
    work = work_of(wiki, actor, username, since)
    if not reason.strip():
        raise Invalid.field("reason", "reason_missing")
    done: list[Taken] = []
    left: list[Taken] = []
    for taken in work.pages:
        if taken.page not in pages:
            continue
        listed = done if taken.is_possible and _take(wiki, actor, taken, reason) else left
        listed.append(taken)
    with wiki.database.write() as connection:
        paths = ", ".join(taken.path for taken in done)
        detail = {"since": since.isoformat(timespec="minutes"), "pages": paths[:1000]}
        subject = url_of("member", work.member.username)
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_UNDO, subject, reason, **detail)
    return done, left


def _taken(
    wiki: Wiki, connection: Connection, actor: Actor, page: str, revisions: Sequence[Revision]
) -> Taken | None:
    place = history.place(connection, page)
    if place is None or not wiki.rights.may(actor, Right.MODERATE, place.path):
        return None
    summary = catalogue.get(connection, place.path) if place.alive else None
    before = _text_now(wiki, place)
    after, is_clear = _without(wiki, before, revisions)
    outcome = _outcome(before, after) if is_clear else Outcome.CONFLICT
    if outcome is Outcome.RESTORE and history.identity(connection, place.path):
        outcome = Outcome.CONFLICT
    right = Right.EDIT if outcome is Outcome.CHANGE else Right.DELETE
    if outcome in (Outcome.DELETE, Outcome.RESTORE) and not wiki.rights.may(
        actor, right, place.path
    ):
        outcome = Outcome.CONFLICT
    title = summary.title if summary else place.path
    return Taken(page, place.path, title, revisions, outcome, before, after)


def _text_now(wiki: Wiki, place: Place) -> str | None:
    entry = wiki.store.entry(file_of(place.path)) if place.alive else None
    return contents.read(wiki, entry.blob).text if entry else None


def _without(wiki: Wiki, now: str | None, revisions: Sequence[Revision]) -> tuple[str | None, bool]:
    """A text without these changes (newest first), and whether that is clear."""
    for revision in revisions:
        if revision.event is Event.RENAME or revision.came_from:
            return now, False
        after, before = contents.read(wiki, revision.blob), contents.read(wiki, revision.before)
        if not (after.source.readable and before.source.readable):
            return now, False
        if not revision.blob:
            now = before.text if now is None else now
        elif not revision.before:
            if now is not None and now != after.text:
                return now, False
            now = None
        elif now is not None:
            merged = merge.merge(after.text, now, before.text)
            if not merged.clean:
                return now, False
            now = merged.text
        else:
            return now, False
    return now, True


def _outcome(before: str | None, after: str | None) -> Outcome:
    if before == after:
        return Outcome.NOTHING
    if after is None:
        return Outcome.DELETE
    return Outcome.RESTORE if before is None else Outcome.CHANGE


def _take(wiki: Wiki, actor: Actor, taken: Taken, reason: str) -> bool:
    """Commit it, if the page still says what it said; false if somebody was faster."""
    file = file_of(taken.path)
    with wiki.store.locked():
        entry = wiki.store.entry(file)
        now = contents.read(wiki, entry.blob if entry else "")
        if (now.text if entry else None) != taken.before:
            return False
        data = None
        if taken.after is not None:
            data = now.source.encode(taken.after) if entry else text.encode(taken.after)
        commits.commit(
            wiki,
            actor,
            Event.UNDO,
            [Change(file, data)],
            expect={file: entry.blob if entry else None},
            summary=reason,
            trailers={"Reverts": " ".join(revision.commit for revision in taken.revisions[:50])},
        )
    return True
