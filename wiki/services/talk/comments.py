"""Talk beside the text: post a comment, answer, change, delete, hide; lists over all pages."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from math import ceil

from markupsafe import Markup

from wiki.database.content import leads
from wiki.database.editing import drafts
from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.pages import catalogue
from wiki.database.talk import comments
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.content.names import Lead
from wiki.domain.content.setaside import Item, mark_of
from wiki.domain.editing.drafts import key_of_talk
from wiki.domain.errors import Conflict, Forbidden, Gone, Invalid, LoginRequired, NotFound, TooFast
from wiki.domain.history.diff import Change, Op, split_words
from wiki.domain.history.revisions import Revision
from wiki.domain.members.members import fold_username
from wiki.domain.notices.notifications import Kind
from wiki.domain.talk.comments import (
    PAGE_SIZE,
    WITHHELD,
    Comment,
    NewComment,
    PlacedComment,
    State,
    Version,
    check_text,
    excerpt,
)
from wiki.engine import Wiki
from wiki.projections.setaside import VIEW, Trial
from wiki.render.markdown import Remark, Renderer
from wiki.render.slots import Labels
from wiki.services.access import audit, moderators, sight
from wiki.services.content import linking
from wiki.services.history import hiding
from wiki.services.history.history import revision_of
from wiki.services.notices import notifications
from wiki.services.talk import anchors, premoderation
from wiki.services.talk.closings import require_open

RESOLVE = Right.RENAME
"""Editors mark threads as dealt with: the right that a role above member has by default."""

NONCE_MOST = 40


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a comment is to be seen: its page's path, and the screen of its talk."""

    id: int
    path: str
    number: int


@dataclass(frozen=True, slots=True)
class Talk:
    """A comment in a list over all pages, with its page's title."""

    comment: Comment
    path: str
    title: str
    excerpt: str


def new_nonce() -> str:
    """A mark for one showing of a form."""
    return secrets.token_urlsafe(12)


def html_of(wiki: Wiki, actor: Actor, text: str, path: str, labels: Labels | None = None) -> Markup:
    """A comment's text as HTML; its links to pages are live where this reader may go."""
    return htmls_of(wiki, actor, [text], path, labels)[text]


def htmls_of(
    wiki: Wiki, actor: Actor, texts: Collection[str], path: str, labels: Labels | None = None
) -> dict[str, Markup]:
    """The HTML of each of some comments on one page, by text."""
    trial = Trial(wiki.store.git, wiki.clock)
    items = {text: Item(VIEW, "comment", mark_of(text)) for text in texts}
    remarks = {
        text: trial.of(items[text], partial(_read, wiki.renderer, text, path), lambda reason: None)
        for text in texts
    }
    read = [remark for remark in remarks.values() if remark]
    every = {target for remark in read for target in remark.targets}
    names = {name for remark in read for name in remark.mentions}
    targets: Mapping[str, Lead | None] = {}
    people: Mapping[str, str] = {}
    if every or names:
        with wiki.database.read() as connection:
            targets = leads.of_page(connection, path, every, sight=sight.of(wiki, actor))
            known = members.named(connection, sorted(names)) if names else []
            people = {fold_username(one.username): one.username for one in known}
    states = linking.states(wiki, actor, targets)

    return {
        text: trial.of(
            items[text],
            partial(wiki.renderer.fill_comment, remark, states, people, labels),
            partial(_as_written, text),
        )
        if remark
        else _as_written(text, "")
        for text, remark in remarks.items()
    }


def _as_written(text: str, reason: str) -> Markup:
    """A comment that cannot be rendered."""
    del reason
    return Markup('<pre class="too-deep">{}</pre>').format(text)


@lru_cache(maxsize=2048)
def _read(renderer: Renderer, text: str, path: str) -> Remark:
    return renderer.comment(text, path=path)


# -- posting --


def post(
    wiki: Wiki,
    actor: Actor,
    path: str,
    text: str,
    *,
    parent: int | None = None,
    anchor: str = "",
    nonce: str = "",
) -> Spot:
    """Comment on the page at a path, or answer a comment there; says where to see it.

    The same nonce by the same member gives the same comment; a new member's may wait for a
    moderator. `anchor` names the words that it is about, see `domain.talk.anchors`. Raises
    LoginRequired, Forbidden (also `comments_closed`), Invalid (fields `text`, `anchor`), TooLarge,
    NotFound, Gone, Conflict (`comment_closed`: what it answers is deleted or hidden), TooFast.
    """
    wiki.rights.require(actor, Right.READ, path)
    author = _author(wiki, actor, path)
    text = check_text(text)
    if len(nonce) > NONCE_MOST:
        raise Invalid("form_wrong")
    with wiki.database.read() as connection:
        page, revision = _newest(connection, path)
        require_open(wiki, connection, actor, page, path)
        premoderation.check_links(wiki, connection, actor, text)
        held = premoderation.is_held(wiki, connection, actor)
        if parent is not None:
            _check_parent(connection, parent, page)
    new = NewComment(path, revision, author, text, wiki.clock(), parent, nonce=nonce, held=held)
    if anchor.strip():
        new = _anchored(wiki, actor, page, new, anchor)
    id = _keep(wiki, new, key_of_talk(page))
    wiki.wake()
    return spot(wiki, actor, id)


def _anchored(wiki: Wiki, actor: Actor, page: str, new: NewComment, anchor: str) -> NewComment:
    """The comment as one on the words that its anchor names."""
    made = anchors.place(wiki, actor, page, anchor)
    return replace(
        new,
        path=made.path,
        revision=made.revision,
        anchor=made.anchor.words,
        start=made.anchor.start,
        end=made.anchor.end,
    )


def _author(wiki: Wiki, actor: Actor, path: str) -> int:
    wiki.rights.require(actor, Right.COMMENT, path)
    if actor.id is None:
        # A site may let every reader comment; a comment still has an author.
        raise LoginRequired("login_required", right=Right.COMMENT.value, path=path)
    return actor.id


def _newest(connection: Connection, path: str) -> tuple[str, str]:
    """The page that lives at a path, and the revision in which a reader sees it now."""
    page = history.identity(connection, path)
    if not page:
        gone = history.deleted(connection, path)
        raise Gone("page_deleted", path=path) if gone else NotFound("page_missing", path=path)
    return page, history.of_page(connection, page, limit=1)[0].commit


def _check_parent(connection: Connection, parent: int, page: str) -> None:
    placed = comments.get(connection, parent)
    if placed is None or placed.page != page:
        raise NotFound("comment_missing")
    if placed.comment.state is not State.LIVE:
        raise Conflict("comment_closed")


def _keep(wiki: Wiki, new: NewComment, draft: str) -> int:
    try:
        with wiki.database.write() as connection:
            earlier = comments.sent_before(connection, new.author, new.nonce)
            if earlier is not None:
                return earlier
            _slow_down(wiki, connection, new.author, new.created)
            id = comments.add(connection, new)
            drafts.drop(connection, new.author, draft)
            if new.held:
                premoderation.tell_moderators(wiki, connection, new.path, id, new.author)
            return id
    except comments.SentBefore:
        with wiki.database.read() as connection:
            earlier = comments.sent_before(connection, new.author, new.nonce)
        if earlier is None:
            raise
        return earlier


def _slow_down(wiki: Wiki, connection: Connection, author: int, now: datetime) -> None:
    rates = (
        (timedelta(minutes=1), wiki.settings.comments_per_minute),
        (timedelta(hours=1), wiki.settings.comments_per_hour),
    )
    for window, most in rates:
        oldest = comments.made_before(connection, author, most) if most else now
        if oldest is not None and oldest > now - window:
            wait = oldest + window - now
            raise TooFast("comments_fast", seconds=max(1, ceil(wait.total_seconds())))


# -- one comment --


def answered(
    wiki: Wiki, actor: Actor, path: str, parent: int | None, right: Right = Right.COMMENT
) -> PlacedComment | None:
    """Return what a new comment on the page at a path answers; None if it begins a thread.

    Only for who has the right there. Raises LoginRequired, Forbidden; NotFound for the parent.
    """
    wiki.rights.require(actor, Right.READ, path)
    if right is not Right.READ:
        wiki.rights.require(actor, right, path)
    return get(wiki, actor, parent) if parent else None


def get(wiki: Wiki, actor: Actor, id: int) -> PlacedComment:
    """A comment and where its page is now.

    Raises NotFound, also for one on a page that this reader may not read.
    """
    with wiki.database.read() as connection:
        placed = comments.get(connection, id)
    if placed is None or not wiki.rights.may(actor, Right.READ, placed.path):
        raise NotFound("comment_missing")
    is_own = actor.is_member and placed.comment.author == actor.id
    is_theirs = is_own or moderators.may(wiki, actor, placed.path)
    if placed.comment.state in WITHHELD and not is_theirs:
        raise NotFound("comment_missing")
    return placed


def spot(wiki: Wiki, actor: Actor, id: int) -> Spot:
    """Where a comment is to be seen today. Raises NotFound."""
    placed = get(wiki, actor, id)
    with wiki.database.read() as connection:
        before = comments.position(connection, placed)
    return Spot(id, placed.path, before // PAGE_SIZE + 1)


def own(wiki: Wiki, actor: Actor, id: int) -> PlacedComment:
    """A comment of the actor's own that can still be changed.

    Raises NotFound, LoginRequired, Forbidden (`comment_not_yours`), Conflict (`comment_closed`).
    """
    placed = get(wiki, actor, id)
    if not actor.is_member:
        raise LoginRequired("login_required", path=placed.path)
    if placed.comment.author != actor.id:
        raise Forbidden("comment_not_yours")
    if placed.comment.state not in (State.LIVE, State.HELD):
        raise Conflict("comment_closed")
    return placed


def edit(wiki: Wiki, actor: Actor, id: int, text: str) -> Spot:
    """Change the text of one's own comment. Raises as `own`, and Invalid, TooLarge."""
    placed = own(wiki, actor, id)
    wiki.rights.require(actor, Right.COMMENT, placed.path)
    text = check_text(text)
    if text != placed.comment.text:
        with wiki.database.write() as connection:
            premoderation.check_links(wiki, connection, actor, text)
            comments.change_text(connection, id, text, wiki.clock())
        wiki.wake()
    return spot(wiki, actor, id)


def delete(wiki: Wiki, actor: Actor, id: int) -> Spot:
    """Delete one's own comment; with answers below it, its place stays. Raises as `own`."""
    own(wiki, actor, id)
    there = spot(wiki, actor, id)
    with wiki.database.write() as connection:
        comments.delete(connection, id)
    wiki.wake()
    return there


def hide(wiki: Wiki, actor: Actor, id: int, reason: str) -> Spot:
    """Hide a comment's text from readers, for moderators. Raises NotFound, Forbidden, Conflict."""
    return _moderate(wiki, actor, id, State.HIDDEN, reason)


def show(wiki: Wiki, actor: Actor, id: int, reason: str = "") -> Spot:
    """Show a hidden comment again, for moderators. Raises NotFound, Forbidden, Conflict."""
    return _moderate(wiki, actor, id, State.LIVE, reason)


def moderated(wiki: Wiki, actor: Actor, id: int) -> PlacedComment:
    """A comment that this moderator may hide or show. Raises NotFound, Forbidden, Conflict."""
    placed = get(wiki, actor, id)
    wiki.rights.require(actor, Right.MODERATE, placed.path)
    if placed.comment.state not in (State.LIVE, State.HIDDEN):
        raise Conflict("comment_closed")
    return placed


def _moderate(wiki: Wiki, actor: Actor, id: int, state: State, reason: str) -> Spot:
    placed = moderated(wiki, actor, id)
    with wiki.database.write() as connection:
        put_state(wiki, connection, actor, placed, state, reason)
    wiki.wake()
    return spot(wiki, actor, id)


def put_state(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    placed: PlacedComment,
    state: State,
    reason: str,
) -> None:
    """Hide a comment or show it again in the caller's transaction; its writer is told of hiding."""
    id, author = placed.comment.id, placed.comment.author
    comments.set_state(connection, id, state)
    act = LoggedAct.COMMENT_HIDE if state is State.HIDDEN else LoggedAct.COMMENT_SHOW
    audit.write(wiki, connection, actor, act, url_of("comment", id), reason)
    if state is State.HIDDEN:
        told = {"reason": reason}
        kind = Kind.COMMENT_HIDDEN
        notifications.tell(
            wiki,
            connection,
            [author],
            kind,
            path=placed.path,
            comment=id,
            by=actor.id,
            values=told,
        )


# -- threads that are dealt with --


def resolvable(wiki: Wiki, actor: Actor, id: int) -> PlacedComment:
    """The first comment of a thread that this editor may mark as dealt with, or open again.

    Raises NotFound, LoginRequired, Forbidden.
    """
    placed = get(wiki, actor, id)
    if placed.comment.thread != id:
        placed = get(wiki, actor, placed.comment.thread)
    _require_resolve(wiki, actor, placed.path)
    return placed


def may_resolve(wiki: Wiki, actor: Actor, path: str) -> bool:
    """Whether the actor marks threads as dealt with on the page at a path: editors may."""
    return actor.is_member and wiki.rights.may(actor, RESOLVE, path)


def newest(wiki: Wiki, actor: Actor, placed: PlacedComment, limit: int = 20) -> list[Revision]:
    """The newest revisions of a comment's page, in one of which its thread was dealt with."""
    with wiki.database.read() as connection:
        found = history.of_page(connection, placed.page, limit=limit)
        return hiding.redact(wiki, connection, actor, found)


def resolve(wiki: Wiki, actor: Actor, id: int, revision: str = "") -> Spot:
    """Mark a comment's thread as dealt with in a revision of its page; by default the newest.

    A thread that is dealt with already stays as it was marked. Raises as `resolvable`, and
    NotFound (`revision_missing`).
    """
    placed = resolvable(wiki, actor, id)
    with wiki.database.read() as connection:
        newest = history.of_page(connection, placed.page, limit=1)[0].commit
    version = revision_of(wiki, placed.page, revision, actor).commit if revision else newest
    if placed.comment.resolved is None:
        thread = placed.comment.id
        with wiki.database.write() as connection:
            comments.resolve(connection, thread, actor.id or 0, wiki.clock(), version)
            told = comments.writers(connection, thread)
            notifications.tell(
                wiki,
                connection,
                told,
                Kind.RESOLVED,
                path=placed.path,
                comment=thread,
                by=actor.id,
            )
        wiki.wake()
    return spot(wiki, actor, id)


def reopen(wiki: Wiki, actor: Actor, id: int) -> Spot:
    """Take back that a comment's thread is dealt with. Raises as `resolvable`."""
    placed = resolvable(wiki, actor, id)
    if placed.comment.resolved is not None:
        with wiki.database.write() as connection:
            comments.reopen(connection, placed.comment.id)
        wiki.wake()
    return spot(wiki, actor, id)


def _require_resolve(wiki: Wiki, actor: Actor, path: str) -> None:
    if not actor.is_member:
        raise LoginRequired("login_required", right=RESOLVE.value, path=path)
    wiki.rights.require(actor, RESOLVE, path)


@dataclass(frozen=True, slots=True)
class Former:
    """A text that a comment had, or has, as it differs from the one before it."""

    written: datetime
    ops: Sequence[Op]


def former(wiki: Wiki, actor: Actor, id: int) -> tuple[PlacedComment, list[Former]]:
    """A comment and all texts that it had, the oldest first; for moderators.

    Raises NotFound, LoginRequired, Forbidden.
    """
    placed = get(wiki, actor, id)
    wiki.rights.require(actor, Right.MODERATE, placed.path)
    with wiki.database.read() as connection:
        versions = comments.former_texts(connection, id)
    now = placed.comment
    versions.append(Version(now.text, now.edited or now.created))
    before = ""
    texts = []
    for version in versions:
        ops = split_words(before, version.text) if before else (Op(Change.EQUAL, version.text),)
        texts.append(Former(version.written, ops))
        before = version.text
    return placed, texts


# -- lists over all pages --


def latest(
    wiki: Wiki, actor: Actor, limit: int = 10, *, before: int = 0, author: int | None = None
) -> list[Talk]:
    """The newest comments that the actor may read; of one member if `author` is given.

    `before` is the id of the comment to go on after.
    """
    with wiki.database.read() as connection:
        newest = comments.latest(
            connection, limit=limit, before=before, author=author, sight=sight.of(wiki, actor)
        )
        titles = catalogue.find(connection, sorted({placed.path for placed in newest}))
    return [
        Talk(
            comment=placed.comment,
            path=placed.path,
            title=titles[placed.path].title if placed.path in titles else placed.path,
            excerpt=excerpt(placed.comment.text),
        )
        for placed in newest
    ]


def count(wiki: Wiki, paths: Sequence[str]) -> dict[str, int]:
    """Count the comments that can be read at each path; paths without any are left out."""
    if not paths:
        return {}
    with wiki.database.read() as connection:
        return comments.count(connection, paths)
