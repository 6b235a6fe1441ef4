"""Blame: who wrote which sentence of a page, now or at any of its revisions."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from wiki.database.engine.connection import Connection
from wiki.database.history import sentences as kept
from wiki.database.history.sentences import Standing
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor
from wiki.domain.content.paths import file_of
from wiki.domain.content.setaside import SET_ASIDE
from wiki.domain.errors import NotFound, Refused, Unavailable
from wiki.domain.history.revisions import Author, Revision
from wiki.domain.history.sentences import cut
from wiki.engine import Wiki
from wiki.projections import sentences
from wiki.services.content import contents
from wiki.services.history import hiding
from wiki.services.history.history import PageNow, page_at, revision_of

MOST_AT_ONCE = 1_500
"""Revisions that are followed for one reader; a page with more is left to the worker."""

SECONDS = 0.7
"""Of processor time, after which no further revision is begun for a reader."""


@dataclass(frozen=True, slots=True)
class Run:
    """Sentences that stand together and were first written by one revision, the `number`-th.

    `earlier` is the page's revision before that one, empty for the first. `returned` is the
    revision that brought them back, or put them here, if that was a later one.
    """

    revision: Revision
    number: int
    sentences: tuple[str, ...]
    earlier: str = ""
    returned: Revision | None = None

    @property
    def text(self) -> str:
        """The sentences as they stand in the page."""
        return "".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Contributor:
    """An author, and how many words of a text they wrote."""

    author: Author
    words: int


@dataclass(frozen=True, slots=True)
class Blame:
    """A page's text by who wrote it; the runs' texts joined are the text without front matter.

    `at` is the revision that is shown, the `number`-th, and `older` the one before it; `is_now`
    if it is what the page says today.
    """

    page: PageNow
    title: str
    kind: str
    at: Revision
    number: int
    is_now: bool
    runs: Sequence[Run]
    contributors: Sequence[Contributor]
    older: str = ""
    newer: str = ""


def blame(wiki: Wiki, actor: Actor, path: str, at: str = "") -> Blame:
    """Find the writer of each sentence of the page at an address, now or at a revision of it.

    Of a deleted page: what it said last. Raises Invalid, LoginRequired, Forbidden, NotFound, Gone
    (the revision's text is hidden), Unavailable while the worker goes through a long history.
    """
    page = page_at(wiki, actor, path)
    wanted = revision_of(wiki, page.page, at) if at else None
    began = time.thread_time()
    whole = sentences.follow(wiki.store, wiki.database, page.page, MOST_AT_ONCE, SECONDS)
    # Who was served so long already is shown it next time.
    if not whole or time.thread_time() - began > 2 * SECONDS:
        wiki.wake()
        raise Unavailable("blame_not_ready", seconds=3)
    with wiki.database.read() as connection:
        followed = kept.reached(connection, page.page)
        # A page that was just pushed may be followed before its history has a revision of it.
        if followed is None or not followed.steps:
            raise Unavailable("blame_not_ready", seconds=3)
        last = followed.steps
        step = kept.step_of(connection, page.page, wanted.commit) if wanted else last
        if wanted is None and not page.alive:
            step = _last_with_text(connection, page.page, last)
        around = kept.commits_of(connection, page.page, {step - 1, step + 1})
        shown = hiding.require_text(_seen(wiki, connection, actor, page.page, {step})[step])
        stand = kept.standing(connection, page.page, step)
    if not shown.blob:
        raise NotFound("revision_deleted", revision=shown.commit, path=page.path)
    blob = shown.blob
    if wanted is None and page.alive:
        blob, stand = _today(wiki, page, blob, stand)
    content = contents.read(wiki, blob, page.path)
    with contents.spared():
        texts = cut(content.text)
    if len(texts) != len(stand):
        # Whoever wrote what could not be found out: the worker has set the page aside.
        raise Refused(SET_ASIDE)
    runs, contributors = _runs(wiki, actor, page.page, texts, stand)
    title, kind = _named(wiki, page, content)
    return Blame(
        page=page,
        title=title,
        kind=kind,
        at=shown,
        number=step,
        is_now=page.alive and step == last,
        runs=runs,
        contributors=contributors,
        older=around.get(step - 1, ""),
        newer=around.get(step + 1, ""),
    )


def contributors(wiki: Wiki, actor: Actor, page: str) -> list[Contributor]:
    """List the writers of a page with their words of today, most first; empty if not known yet."""
    with wiki.database.read() as connection:
        words = kept.shares(connection, page)
        seen = _seen(wiki, connection, actor, page, words) if words else {}
    return tally((seen[step].author, words[step]) for step in sorted(seen))


def tally(parts: Iterable[tuple[Author, int]]) -> list[Contributor]:
    """Words by author, most first; a member goes by their newest name."""
    words: dict[str, int] = {}
    names: dict[str, Author] = {}
    for author, number in parts:
        words[author.key] = words.get(author.key, 0) + number
        names[author.key] = author
    ordered = sorted(words, key=lambda key: (-words[key], names[key].name.casefold(), key))
    return [Contributor(names[key], words[key]) for key in ordered if words[key]]


def _named(wiki: Wiki, page: PageNow, content: contents.Content) -> tuple[str, str]:
    """The page's title and kind: as they are, or of one that was deleted, as this text says."""
    with wiki.database.read() as connection:
        summary = catalogue.get(connection, page.path) if page.alive else None
    if summary is not None:
        return summary.title, summary.meta.kind.value
    title = contents.title_of(wiki, content.blob)
    return title or page.path, content.meta.kind.value


def _last_with_text(connection: Connection, page: str, last: int) -> int:
    """The last step in which a page that was deleted still had a text."""
    step = last
    while step > 1:
        step -= 1
        if kept.standing(connection, page, step):
            return step
    return last


def _today(
    wiki: Wiki, page: PageNow, blob: str, stand: list[Standing]
) -> tuple[str, list[Standing]]:
    """The text that a page has and what stands in it, given those of its last revision.

    A merge that took the older of two sides is no revision of the page.
    """
    entry = wiki.store.entry(file_of(page.path))
    if entry is None or entry.blob == blob:
        return blob, stand
    return entry.blob, sentences.standing(wiki.store, wiki.database, page.page, entry.blob)


def _runs(
    wiki: Wiki, actor: Actor, page: str, texts: Sequence[str], stand: Sequence[Standing]
) -> tuple[list[Run], list[Contributor]]:
    """The text's sentences by the revision that first wrote them, and what each author wrote."""
    wanted = {sentence.origin for sentence in stand} | {sentence.born for sentence in stand}
    before = {sentence.origin - 1 for sentence in stand if sentence.origin > 1}
    with wiki.database.read() as connection:
        commits = kept.commits_of(connection, page, before)
        seen = _seen(wiki, connection, actor, page, wanted)
    runs = []
    together = groupby(zip(stand, texts, strict=True), lambda pair: (pair[0].origin, pair[0].born))
    for (origin, born), pairs in together:
        run = Run(
            revision=seen[origin],
            number=origin,
            sentences=tuple(text for _, text in pairs),
            earlier=commits.get(origin - 1, ""),
            returned=seen[born] if born != origin else None,
        )
        runs.append(run)
    parts = (
        (seen[sentence.origin].author, sentence.words) for sentence in sorted(stand, key=_by_origin)
    )
    return runs, tally(parts)


def _by_origin(one: Standing) -> int:
    return one.origin


def _seen(
    wiki: Wiki, connection: Connection, actor: Actor, page: str, steps: Collection[int]
) -> dict[int, Revision]:
    """The page's revisions that were these steps, as the actor sees them."""
    known = kept.revisions_at(connection, page, steps)
    redacted = hiding.redact(wiki, connection, actor, known.values())
    return dict(zip(known, redacted, strict=True))
