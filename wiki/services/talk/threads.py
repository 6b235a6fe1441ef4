"""A page's talk as a reader gets it: thread by thread, with the passages it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from math import ceil

from markupsafe import Markup

from wiki.database.engine.connection import Connection
from wiki.database.talk import closings, comments, premoderation
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.paths import file_of
from wiki.domain.talk.anchors import Standing
from wiki.domain.talk.closings import Closing
from wiki.domain.talk.comments import PAGE_SIZE, Comment, Resolved, State
from wiki.engine import Wiki
from wiki.render.slots import Labels
from wiki.services.access import moderators
from wiki.services.talk import anchors
from wiki.services.talk.anchors import Passage
from wiki.services.talk.comments import htmls_of, may_resolve, new_nonce

LEVELS = 2
"""How far threads are indented; deeper replies say whom they answer."""


class Sort(StrEnum):
    """Which thread comes first; within a thread it is always the oldest comment."""

    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as one reader gets it; `answers` names whom it answers where one cannot see that.

    `html` is empty where the text is not for this reader. `passage` is what it is about.
    """

    comment: Comment
    html: Markup
    level: int
    answers: str
    may_edit: bool
    may_delete: bool
    may_hide: bool
    may_look_back: bool
    may_reply: bool
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A thread on one screen; `first` is None where it began on an earlier screen.

    `count` is how many answers it has in all.
    """

    id: int
    first: CommentView | None
    answers: Sequence[CommentView]
    count: int
    resolved: Resolved | None


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage to mark on the page, the comment about it, and whether this screen shows that."""

    comment: int
    called: str
    start: int
    end: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Threads:
    """One screen of a page's talk: `count` can be read in all, `number` of `pages` is shown.

    `nonce` marks this showing of the form to post; `held` are all comments here that wait for a
    moderator, `own` those of the reader; `closed` says why only moderators comment. `is_behind`
    while the worker finds out where the passages are.
    """

    path: str
    items: Sequence[CommentView]
    groups: Sequence[Group]
    count: int
    number: int
    pages: int
    sort: Sort
    may_post: bool
    may_resolve: bool
    nonce: str
    marks: Sequence[Marked] = ()
    held: Sequence[Comment] = ()
    own: Sequence[CommentView] = ()
    closed: Closing | None = None
    may_moderate: bool = False
    is_behind: bool = False


def show(
    wiki: Wiki,
    actor: Actor,
    page: str,
    path: str,
    *,
    number: int = 1,
    sort: Sort = Sort.OLDEST,
    labels: Labels | None = None,
) -> Threads:
    """A screen of the talk of the page with this identity, which is now at this path.

    A number beyond the last screen gives the last. Raises LoginRequired, Forbidden.
    """
    wiki.rights.require(actor, Right.READ, path)
    standing = _standing(wiki, page, path)
    standings = standing or {}
    with wiki.database.read() as connection:
        at = comments.here(connection, page)
        counts = comments.counts(connection, at)
        pages = max(1, ceil(counts.listed / PAGE_SIZE))
        number = min(max(1, number), pages)
        roots: list[Comment] = []
        if counts.listed:
            roots = comments.listing(
                connection,
                at,
                limit=PAGE_SIZE,
                offset=(number - 1) * PAGE_SIZE,
                newest_first=sort is Sort.NEWEST,
            )
        held = [placed.comment for placed in premoderation.on(connection, page)]
        closed = closings.of(connection, page)
        view = _Reader(wiki, actor, path, closed, labels)
        view.prepare(connection, [*roots, *held], standings)
        answered = _answered(connection, roots)
        items = [view.show(comment, answered.get(comment.id, "")) for comment in roots]
        groups = _groups(connection, items)
        anchored = comments.anchored(connection, at) if standings else []
    return Threads(
        path=path,
        items=items,
        groups=groups,
        count=counts.live,
        number=number,
        pages=pages,
        sort=sort,
        may_post=view.may_post,
        may_resolve=may_resolve(wiki, actor, path),
        nonce=new_nonce(),
        marks=_marks(anchored, standings, {comment.id for comment in roots}),
        held=held,
        own=[view.show(comment, "") for comment in held if comment.author == actor.id],
        closed=closed,
        may_moderate=view.may_moderate,
        is_behind=standing is None,
    )


def _standing(wiki: Wiki, page: str, path: str) -> Mapping[int, Standing] | None:
    """Where the page's anchors stand, or None while that is found out; quick where it has none."""
    with wiki.database.read() as connection:
        if not comments.has_anchors(connection, page):
            return {}
    entry = wiki.store.entry(file_of(path))
    return anchors.standing(wiki, page, path, entry.blob) if entry else {}


def _marks(
    anchored: Sequence[comments.Anchored], standings: Mapping[int, Standing], listed: set[int]
) -> list[Marked]:
    marks = []
    for comment in anchored:
        standing = standings.get(comment.id)
        if standing and not standing.gone:
            place = standing.place
            marks.append(
                Marked(comment.id, comment.called, place.start, place.end, comment.id in listed)
            )
    return marks


def _groups(connection: Connection, items: Sequence[CommentView]) -> list[Group]:
    """The comments of one screen by thread."""
    threads = [(id, list(some)) for id, some in groupby(items, lambda item: item.comment.thread)]
    if not threads:
        return []
    answered = [id for id, some in threads if len(some) > 1 or some[0].comment.id != id]
    counts = comments.answers(connection, answered) if answered else {}
    # Where a thread goes on from an earlier screen, its first comment is not here to say so.
    cut = [id for id, some in threads[:1] if some[0].comment.id != id]
    resolved = comments.resolutions(connection, cut) if cut else {}
    groups = []
    for id, some in threads:
        first = some[0] if some[0].comment.id == id else None
        groups.append(
            Group(
                id=id,
                first=first,
                answers=some[1:] if first else some,
                count=counts.get(id, 0),
                resolved=first.comment.resolved if first else resolved.get(id),
            )
        )
    return groups


def _answered(connection: Connection, comments_shown: Sequence[Comment]) -> dict[int, str]:
    """Name whom a comment answers, where its parent is not right above or the indent ends."""
    named = {}
    before: Comment | None = None
    for comment in comments_shown:
        if comment.parent is not None:
            follows = before is not None and before.id == comment.parent
            if comment.depth > LEVELS or (before is None) or not (follows or comment.depth <= 1):
                named[comment.id] = comment.parent
        before = comment
    names = comments.callers(connection, sorted(set(named.values()))) if named else {}
    return {id: names.get(parent, "") for id, parent in named.items()}


class _Reader:
    """One reader's rights to see and change the comments on one page."""

    def __init__(
        self,
        wiki: Wiki,
        actor: Actor,
        path: str,
        closed: Closing | None,
        labels: Labels | None,
    ) -> None:
        self.wiki = wiki
        self.actor = actor
        self.path = path
        self.labels = labels
        self.may_moderate = moderators.may(wiki, actor, path)
        is_open = closed is None or self.may_moderate
        self.may_post = is_open and actor.is_member and wiki.rights.may(actor, Right.COMMENT, path)
        self.htmls: Mapping[str, Markup] = {}
        self.passages: Mapping[int, Passage] = {}

    def prepare(
        self, connection: Connection, listed: Sequence[Comment], standings: Mapping[int, Standing]
    ) -> None:
        """Look up at once what these comments need to be shown."""
        seen = [comment for comment in listed if self._may_see(comment)]
        texts = {comment.text for comment in seen}
        self.htmls = htmls_of(self.wiki, self.actor, texts, self.path, self.labels)
        self.passages = anchors.passages(
            self.wiki, connection, self.actor, self.path, seen, standings
        )

    def _may_see(self, comment: Comment) -> bool:
        return comment.state is State.LIVE or self._is_own(comment) or self.may_moderate

    def _is_own(self, comment: Comment) -> bool:
        is_there = comment.state in (State.LIVE, State.HELD)
        return self.actor.is_member and comment.author == self.actor.id and is_there

    def show(self, comment: Comment, answers: str) -> CommentView:
        """The comment for this reader."""
        live, own = comment.state is State.LIVE, self._is_own(comment)
        return CommentView(
            comment=comment,
            html=self.htmls[comment.text] if self._may_see(comment) else Markup(),
            level=min(comment.depth, LEVELS),
            answers=answers,
            may_edit=own and self.may_post,
            may_delete=own,
            may_hide=self.may_moderate and comment.state in (State.LIVE, State.HIDDEN),
            may_look_back=self.may_moderate and comment.edited is not None,
            may_reply=live and self.may_post,
            passage=self.passages.get(comment.id),
        )
