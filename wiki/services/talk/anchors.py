"""The passages that comments are about: checked when one is made, and where they are today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wiki.database.engine.connection import Connection
from wiki.database.history import hiding as hidden
from wiki.database.history import history
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.setaside import Item
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.history.diff import Op, split_words
from wiki.domain.history.revisions import Part, Revision
from wiki.domain.talk import anchors
from wiki.domain.talk.anchors import Anchor, Standing, beginning, even
from wiki.domain.talk.comments import Comment
from wiki.engine import Wiki
from wiki.projections import anchors as following
from wiki.projections.anchors import Source
from wiki.projections.setaside import Trial
from wiki.services.history import hiding

MOST_AT_ONCE, MOST_TEXT = 20, 150_000
"""Revisions, and bytes of them, that are followed for one reader; more waits for the worker."""

LOOK_BACK = 200
"""Of so many newest revisions a passage can be one; of older ones its words are looked for now."""

_WORDS_SHOWN = 400
"""Characters of a passage beside a comment."""


class Fate(StrEnum):
    """The fate of a passage."""

    HERE = "here"
    EDITED = "edited"
    GONE = "gone"
    UNKNOWN = "unknown"
    """It is not known yet, or what it said is hidden."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The words that a comment is about, as it shows them.

    `words` are as they were, `revision` is where; `ops` say what became of them where they were
    edited. `gone` is the revision that removed them, at the moment `gone_at`.
    """

    fate: Fate
    words: str
    revision: str
    ops: Sequence[Op] = ()
    gone: str = ""
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An anchor that can be kept: where it was made, and the words."""

    path: str
    revision: str
    anchor: Anchor


def source(wiki: Wiki) -> Source:
    """Return what the wiki's anchors are followed with."""
    return Source(wiki.store, wiki.database, wiki.renderer)


def place(wiki: Wiki, actor: Actor, page: str, written: str) -> Made:
    """The anchor that was sent, on the page with this identity.

    Words that are not where the anchor says are looked for in what the page says now, and taken if
    they stand there once. Raises Invalid (field `anchor`).
    """
    wanted = anchors.parse(written)
    with wiki.database.read() as connection:
        newest = history.of_page(connection, page, limit=1)[0]
        named = newest
        if wanted.revision and not newest.commit.startswith(wanted.revision):
            named = _named(wiki, connection, page, wanted.revision) or newest
        newest, seen = hiding.redact(wiki, connection, actor, [newest, named])
    if wanted.revision and seen.commit.startswith(wanted.revision) and _is_readable(seen):
        try:
            return _made(wiki, seen, wanted)
        except Invalid:
            if not wanted.quote.strip():
                raise
    if not _is_readable(newest):
        raise Invalid.field("anchor", "anchor_missing")
    return _made(wiki, newest, wanted if not wanted.revision else anchors.Asked(quote=wanted.quote))


def _named(wiki: Wiki, connection: Connection, page: str, written: str) -> Revision | None:
    """One of a page's newest revisions, by its name."""
    commit = wiki.store.resolve(written)
    revision = history.revision(connection, page, commit) if commit else None
    if revision is None:
        return None
    number = history.number(connection, page, revision.commit)
    return revision if history.count(connection, page) - number < LOOK_BACK else None


def _is_readable(revision: Revision) -> bool:
    return bool(revision.blob) and Part.TEXT not in revision.withheld


def _made(wiki: Wiki, revision: Revision, asked: anchors.Asked) -> Made:
    text = source(wiki).plain(revision.blob, revision.path)
    start, end = anchors.locate(asked, text)
    return Made(revision.path, revision.commit, Anchor(revision.blob, start, end, text[start:end]))


def words(wiki: Wiki, actor: Actor, path: str, written: str) -> str:
    """The words that an anchor names on the page at a path, as they are quoted.

    Raises Invalid (field `anchor`), LoginRequired, Forbidden, NotFound.
    """
    wiki.rights.require(actor, Right.READ, path)
    with wiki.database.read() as connection:
        page = history.identity(connection, path)
    if not page:
        raise NotFound("page_missing", path=path)
    return beginning(place(wiki, actor, page, written).anchor.words, _WORDS_SHOWN)


def standing(wiki: Wiki, page: str, path: str, blob: str) -> Mapping[int, Standing] | None:
    """Where the page's anchors stand in its present blob, by comment.

    None if that takes too long for a reader to wait; then the worker is woken.
    """
    standings = Trial(wiki.store.git).of(
        Item(following.NAME, "page", page, blob),
        lambda: following.standing(source(wiki), page, path, blob, MOST_AT_ONCE, MOST_TEXT),
        lambda reason: {},
    )
    if standings is None:
        wiki.wake()
    return standings


def passages(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    path: str,
    listed: Sequence[Comment],
    standings: Mapping[int, Standing],
) -> dict[int, Passage]:
    """For each of the comments that has an anchor: its passage, as this reader may see it."""
    anchored = [one for one in listed if one.start is not None]
    if not anchored:
        return {}
    moments = history.written(connection, {one.gone for one in standings.values() if one.gone})
    closed = hidden.parts(connection, {one.revision for one in anchored})
    shown = {}
    for comment in anchored:
        passage = _passage(comment, standings.get(comment.id), moments)
        parts = closed.get((comment.revision, comment.path), frozenset())
        # What a reader sees on the page is no secret; what it said before may be one.
        is_open = passage.fate is Fate.HERE or hiding.may(wiki, actor, path)
        if Part.TEXT in parts and not is_open:
            passage = Passage(passage.fate, "", comment.revision, (), passage.gone, passage.gone_at)
        shown[comment.id] = passage
    return shown


def _passage(
    comment: Comment, standing: Standing | None, moments: Mapping[str, datetime]
) -> Passage:
    words = beginning(comment.anchor, _WORDS_SHOWN)
    if standing is None:
        return Passage(Fate.UNKNOWN, words, comment.revision)
    if standing.gone:
        moment = moments.get(standing.gone)
        return Passage(Fate.GONE, words, comment.revision, (), standing.gone, moment)
    now = standing.place.words
    if even(now) == even(comment.anchor):
        return Passage(Fate.HERE, words, comment.revision)
    ops = split_words(even(comment.anchor), even(now))
    return Passage(Fate.EDITED, words, comment.revision, ops)
