"""The history projection: every commit folded into revisions of pages, parents before children.

A rebuild folds all commits into fresh tables; catching up folds only the new ones, on what the
rows say about the commits that they build on. Both give the same rows.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from wiki.database.content import titles
from wiki.database.engine import progress
from wiki.database.engine.connection import Connection, Table
from wiki.database.engine.database import Database
from wiki.database.history import history as tables
from wiki.database.history import lineage as kept
from wiki.database.history.files import file_revisions
from wiki.domain.content import text
from wiki.domain.content.paths import fold as fold_title
from wiki.domain.content.paths import page_of, without_suffix
from wiki.domain.content.setaside import Item
from wiki.domain.history import diff, trailers
from wiki.domain.history.revisions import Author, Event
from wiki.projections.catalogue import title_of
from wiki.projections.events import Step, fold
from wiki.projections.lineage import Birth, Life, Lives, Past, classes
from wiki.projections.setaside import Trial, is_passing, text_of
from wiki.render import frontmatter
from wiki.store.store import Commit, FileDiff, Store

log = logging.getLogger(__name__)

NAME = "history"
FORMAT = 10
WORDS = "words"
"""How far words are counted, in the same table."""

Read = tuple[Commit, list[FileDiff]]
"""A commit with its changes."""

NOBODY = Author("", "")

_BATCH = 4_000
_REDIRECT, _FRONT = b"redirect", 8_000


@dataclass(frozen=True, slots=True)
class Reading:
    """New commits, and what folding them asks of texts: read before anything is written."""

    last: str
    head: str
    commits: Sequence[Read]
    texts: Texts


class Much(Exception):
    """There is more to follow than was to be."""


def read(store: Store, last: str, head: str, most: int | None = None) -> Reading:
    """The commits of `head` that `last` (an ancestor) does not have.

    Raises Much if these and the files that they changed are more than `most`.
    """
    texts = Texts(store)
    commits, number = [], 0
    for commit, diffs in _commits(store, texts.trial, last, head):
        commits.append((commit, diffs))
        number += 1 + len(diffs)
        if most is not None and number > most:
            raise Much
    for commit, diffs in commits:
        texts.read(commit, diffs)
    return Reading(last, head, commits, texts)


def write(connection: Connection, store: Store, reading: Reading) -> None:
    """Fold the commits, in the caller's transaction on the projections."""
    _, children = _family(commit for commit, _ in reading.commits)
    run = _Following(connection, store, reading.texts, reading.last, reading.head, children)
    run.run(reading.commits)
    progress.put(connection, NAME, reading.head, FORMAT)


def rebuild(
    connection: Connection, store: Store, head: str, tell: Callable[[int, int], None]
) -> None:
    """Fold all commits of `head` into empty tables; `tell(done, total)` now and then."""
    total, children = _family(store.log(until=head))
    texts = Texts(store)
    commits = _told(_commits(store, texts.trial, "", head), total, tell)
    _Following(connection, store, texts, "", head, children).run(commits)
    progress.put(connection, NAME, head, FORMAT)


def _commits(store: Store, trial: Trial, last: str, head: str) -> Iterator[Read]:
    """Commits with what each changed; one of which that cannot be found out changed nothing."""
    seen = set()
    try:
        for commit, diffs in store.history(last, head):
            seen.add(commit.id)
            yield commit, diffs
        return
    except Exception as error:
        if is_passing(error):
            raise
        log.warning("commits are read one by one", exc_info=True)
    for commit in store.log(last, head):
        if commit.id not in seen:
            item = Item(NAME, "commit", commit.id)
            changes = partial(store.changes, commit)
            yield commit, trial.of(item, changes, lambda reason: [])


class Texts:
    """The answers of texts and trees that folding asks for; each is kept."""

    def __init__(self, store: Store) -> None:
        self.trial = Trial(store.git)
        # What a page could not be described for is noted by the catalogue.
        self._quiet = Trial(store.git)
        self._store = store
        self._redirects: dict[str, str] = {}
        self._renames: dict[str, Mapping[str, str]] = {}

    def read(self, commit: Commit, diffs: Sequence[FileDiff]) -> None:
        """Find out what folding a commit may ask."""
        pages = [one for one in diffs if page_of(one.file)]
        if len(commit.parents) > 1 or all(one.before for one in pages):
            return
        for change in pages:
            if change.before and change.after:
                self.redirect(change.after)
                self.redirect(change.before)
        if any(not one.after for one in pages):
            self.renames(commit)

    def redirect(self, blob: str) -> str:
        """The path that a redirect stub names; empty if the text is no stub."""
        if blob not in self._redirects:
            item = Item(NAME, "text", blob)
            target = self._quiet.of(item, partial(self._target, blob), lambda reason: "")
            self._redirects[blob] = target
        return self._redirects[blob]

    def _target(self, blob: str) -> str:
        data = text_of(self._store, blob)
        if _REDIRECT not in data[:_FRONT]:
            return ""
        written = frontmatter.read(text.decode(data).text).redirect
        return without_suffix(written.strip("/"))

    def renames(self, commit: Commit) -> Mapping[str, str]:
        """New file to old file, by similarity."""
        if commit.id not in self._renames:
            item = Item(NAME, "commit", commit.id)
            found = self.trial.of(item, partial(self._store.renames, commit), lambda reason: {})
            self._renames[commit.id] = found
        return self._renames[commit.id]


def count_words(store: Store, database: Database, limit: int = 500) -> int:
    """Count the words that revisions added and removed, the newest uncounted first.

    Their titles, where they are new, are noted on the way. Gives how many were counted, 0 once none
    is left; for the worker.
    """
    with database.read() as connection:
        waiting = kept.uncounted(connection, limit)
    counted = []
    called = []
    trial = Trial(store.git)
    for revision in waiting:
        item = Item(WORDS, "page", revision[1], revision[0])
        count = trial.of(item, partial(_count, store, *revision), lambda reason: _Count(0, 0, ""))
        counted.append((*revision[:2], count.added, count.removed))
        if count.title:
            called.append((*revision[:2], count.title))
    if counted:
        with database.project() as connection:
            kept.set_counts(connection, counted)
            titles.put(connection, called)
            # Kept pages show counts: a note makes them be made anew. While old revisions are
            # counted, batch after batch, pages stay as they are until the last.
            newest = counted[0][0]
            is_last = len(counted) < limit
            if is_last or newest == progress.get(connection, NAME)[0]:
                progress.put(connection, WORDS, newest, FORMAT)
    return len(counted)


class _Count(NamedTuple):
    """Words that a revision added and removed; its title, folded, where that is new."""

    added: int
    removed: int
    title: str


def _count(store: Store, commit: str, path: str, came_from: str, before: str, after: str) -> _Count:
    old, new = (_text(store, blob) for blob in (before, after))
    title = title_of(path, new) if after else ""
    is_new = after and (came_from or not before or title_of(path, old) != title)
    return _Count(*diff.stats(old, new), fold_title(title) if is_new else "")


class _Following:
    """One run over commits, parents before children."""

    def __init__(
        self,
        connection: Connection,
        store: Store,
        texts: Texts,
        last: str,
        head: str,
        children: Counter[str],
    ) -> None:
        self._connection = connection
        self._store = store
        self._last = last
        self._head = head
        self._left = children
        self._open: dict[str, Lives] = {}
        self._dates: dict[str, int] = {}
        self._texts = texts
        self._facts = _Facts(connection, store, texts)
        self._believed: frozenset[str] | None = None
        self._rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in kept.TABLES}
        self._newest: dict[tuple[str, str], tuple[int, str]] = {}
        self._arrived: set[tuple[str, str]] = set()
        self._stirred: set[str] = set()
        self._born: set[str] = set()
        self._pages: dict[str, str] = {}
        self._joins = False

    def run(self, commits: Iterable[Read]) -> None:
        """Fold the commits, each with its changes, and write what came of it."""
        for commit, diffs in commits:
            self._fold(commit, diffs)
            # What is read back of earlier commits must not hold rows of the new ones.
            if not self._last and len(self._rows[tables.revisions]) > _BATCH:
                self._flush()
        lives = self._open[self._head]
        if self._last:
            self._go_by()
        self._flush()
        renamed = self._join() if self._joins or not self._last else set()
        if self._last:
            self._settle(lives, renamed)
        else:
            self._settle_all(lives)
        self._texts.trial.keep(self._connection)

    def _fold(self, commit: Commit, diffs: Sequence[FileDiff]) -> None:
        date = max([commit.committed, *(self._date(parent) + 1 for parent in commit.parents)])
        commit, told = self._told(commit)
        parents = [self._lives_after(parent) for parent in dict.fromkeys(commit.parents)]
        lives, step = fold(self._facts, commit, date, told, diffs, parents)
        self._dates[commit.id] = date
        self._open[commit.id] = lives
        self._note_commit(commit, date, told)
        self._note_step(commit, date, step)
        self._note_files(commit, date, told, diffs)

    def _told(self, commit: Commit) -> tuple[Commit, trailers.Told]:
        """Give what of a commit's own telling is to be believed, and by whom it then is.

        Trailers and the addresses of members are our own; who pushes can write either.
        """
        told = trailers.read(commit.message)
        is_claim = told.event is not Event.OUTSIDE or commit.author.uid
        if commit.sealed or (is_claim and self._is_believed(commit.id)):
            return commit, told
        by = commit.author.from_outside()
        return replace(commit, author=by), trailers.outside(commit.message)

    def _is_believed(self, commit: str) -> bool:
        if self._believed is None:
            self._believed = self._store.believed(self._last)
        return commit in self._believed

    def _date(self, commit: str) -> int:
        known = self._dates.get(commit)
        if known is None:
            known = self._dates[commit] = kept.dates(self._connection, [commit])[commit]
        return known

    def _lives_after(self, commit: str) -> Lives:
        """Give what lives after a commit, to be changed by one of its children."""
        self._left[commit] -= 1
        lives = self._open.get(commit)
        if lives is None:
            past = _Stored(self._connection, self._store, self._facts, commit, self._last)
            lives = self._open[commit] = Lives(past)
        if self._left[commit] > 0 or commit == self._head:
            return lives.fork()
        del self._open[commit]
        return lives

    def _note_commit(self, commit: Commit, date: int, told: trailers.Told) -> None:
        offset = commit.authored.utcoffset()
        accepter = commit.committer if told.event is Event.SUGGESTION else NOBODY
        self._rows[tables.commits].append(
            {
                "commit": commit.id,
                "date": date,
                "written": commit.authored,
                "zone": int(offset.total_seconds()) // 60 if offset else 0,
                "name": commit.author.name,
                "email": commit.author.email,
                "message": told.words,
                "accepter": accepter.name,
                "accepter_email": accepter.email,
            }
        )

    def _note_step(self, commit: Commit, date: int, step: Step) -> None:
        author = commit.author.key
        for touch in step.touches:
            self._facts.pages[commit.id, touch.path] = touch.page
            self._rows[tables.revisions].append(
                {
                    "commit": commit.id,
                    "path": touch.path,
                    "page": touch.page,
                    "born": touch.page,
                    "date": date,
                    "blob": touch.blob,
                    "before": touch.before,
                    "event": touch.event.value,
                    "came_from": touch.came_from,
                    "author": author,
                }
            )
            name = (touch.page, touch.path)
            if touch.came_from or not touch.before:
                self._arrived.add(name)
            self._newest[name] = max((date, commit.id), self._newest.get(name, (0, "")))
        for path, life in step.left.items():
            self._rows[tables.crossings].append(
                {
                    "commit": commit.id,
                    "path": path,
                    "date": date,
                    "born": life.page if life else "",
                    "grave": life.grave if life else "",
                }
            )
            if life:
                self._stirred.add(life.page)
        self._stirred |= step.stirred
        for page, birth in step.births.items():
            self._facts.births[page] = birth
            self._born.add(page)
            self._rows[tables.identities].append({"born": page, "page": page, **birth._asdict()})
        self._joins = self._joins or bool(step.same)
        for one, other in step.same:
            self._rows[tables.joined].append({"commit": commit.id, "one": one, "other": other})

    def _note_files(
        self, commit: Commit, date: int, told: trailers.Told, diffs: Sequence[FileDiff]
    ) -> None:
        others = [one for one in diffs if page_of(one.file) is None]
        called = trailers.given_names(told) if others else {}
        for one in others:
            name = called.get(one.file.rpartition("/")[2], "").replace("\0", "")
            row = {"commit": commit.id, "file": one.file, "date": date, "blob": one.after}
            self._rows[file_revisions].append({**row, "name": name})

    def _flush(self) -> None:
        for table, values in self._rows.items():
            kept.add(self._connection, table, values)
            values.clear()
        self._facts.pages.clear()

    def _go_by(self) -> None:
        """Let rows of new commits name pages as earlier runs found that they go by.

        A commit on a branch from before two pages were joined only knows one of them.
        """
        touched = {page for page, _ in self._newest}
        # Earlier runs know nothing of a page that was born in this one.
        known = kept.page_by_birth(self._connection, touched - self._born)
        self._pages = known | {page: page for page in self._born}
        for row in self._rows[tables.revisions]:
            row["page"] = self._pages.get(row["born"], row["born"])

    def _join(self) -> set[str]:
        """Let pages go by the name of the earliest that they were joined with."""
        pairs = [(one, other) for _, one, other in kept.joins(self._connection)]
        same = classes(pairs, self._facts.birth)
        concerned: set[str] = set()
        for page, first in same.items():
            concerned |= kept.rename_page(self._connection, page, first)
        return concerned

    def _settle(self, lives: Lives, renamed: set[str]) -> None:
        """Write the names and places of the pages that these commits touched."""
        page_of = self._page_of(renamed)
        if not renamed and self._stayed(lives, page_of):
            return
        new = self._born - renamed
        self._note_names({(page_of[page], path) for page, path in self._arrived}, new)
        for page in sorted(renamed):
            kept.name_anew(self._connection, page)
        homes = {lives.alive(path): path for _, path in self._newest}
        first = []
        for page in sorted(renamed | set(page_of.values())):
            home = homes[page] if page in homes else lives.home(page)
            if home is not None and page in new and (page, home) in self._newest:
                first.append(_place(page, home, self._newest[page, home]))
            else:
                kept.put_place(self._connection, page, home)
        kept.add(self._connection, tables.places, first)

    def _note_names(self, names: set[tuple[str, str]], new: Collection[str]) -> None:
        """Note names that pages got; what a new page is called is not written yet."""
        first = [{"page": page, "path": path} for page, path in sorted(names) if page in new]
        kept.add(self._connection, tables.names, first)
        kept.name(self._connection, sorted(name for name in names if name[0] not in new))

    def _page_of(self, renamed: set[str]) -> dict[str, str]:
        """By birth, the page that each page goes by which these commits touched."""
        born = {page for page, _ in self._newest} | self._stirred - {""}
        if not renamed and born <= self._pages.keys():
            return self._pages
        return kept.page_by_birth(self._connection, born)

    def _stayed(self, lives: Lives, page_of: Mapping[str, str]) -> bool:
        """Whether pages were edited where they are and nothing else; then that is noted."""
        if self._arrived or self._stirred:
            return False
        newest = [(page_of[born], path, *last) for (born, path), last in self._newest.items()]
        is_all_here = all(lives.alive(path) == page for page, path, *_ in newest)
        return is_all_here and bool(newest) and kept.stay(self._connection, newest)

    def _settle_all(self, lives: Lives) -> None:
        """Write the names and places of all pages."""
        page_of = kept.page_by_birth(self._connection, self._facts.births)
        newest: dict[tuple[str, str], tuple[int, str]] = {}
        for (born, path), here in self._newest.items():
            name = (page_of[born], path)
            newest[name] = max(here, newest.get(name, here))
        names = [{"page": page, "path": path} for page, path in sorted(newest)]
        kept.add(self._connection, tables.names, names)
        homes = {page: path for path, page in lives.living().items()}
        last: dict[str, tuple[int, str, str]] = {}
        for (page, path), (date, commit) in newest.items():
            if homes.get(page, path) == path:
                last[page] = max((date, commit, path), last.get(page, (0, "", "")))
        places = [
            _place(page, path, (date, commit), is_alive=page in homes)
            for page, (date, commit, path) in last.items()
        ]
        kept.add(self._connection, tables.places, places)


class _Facts:
    """Answers from the repository, from this run and from the rows of earlier ones."""

    def __init__(self, connection: Connection, store: Store, texts: Texts) -> None:
        self._connection = connection
        self._store = store
        self._texts = texts
        self.births: dict[str, Birth] = {}
        self.pages: dict[tuple[str, str], str] = {}

    def redirect(self, blob: str) -> str:
        return self._texts.redirect(blob)

    def renames(self, commit: Commit) -> Mapping[str, str]:
        return self._texts.renames(commit)

    def blob(self, file: str, revision: str) -> str:
        entry = self._store.entry(file, revision)
        return entry.blob if entry else ""

    def page(self, path: str, revision: str) -> str:
        known = self.pages.get((revision, path))
        return known or kept.born_at(self._connection, path, revision)

    def reachable(self, revision: str, of: str) -> bool:
        return self._store.reachable(revision, of)

    def birth(self, page: str) -> Birth:
        known = self.births.get(page)
        if known is None:
            known = self.births[page] = Birth(*kept.birth(self._connection, page))
        return known


class _Stored:
    """The rows about one of the commits that an earlier run followed."""

    def __init__(
        self, connection: Connection, store: Store, facts: _Facts, commit: str, last: str
    ) -> None:
        self._connection = connection
        self._facts = facts
        later = () if commit == last else store.log(commit, last)
        self.later: Collection[str] = {other.id for other in later}
        self._known: dict[str, Life | None] = {}

    def life(self, path: str) -> Life | None:
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: str) -> Life | None:
        if not self.later:
            trace = kept.last_trace(self._connection, path)
        else:
            found = kept.traces(self._connection, path)
            trace = next((entry for entry in found if entry[0] not in self.later), None)
        return Life(trace[1], trace[2]) if trace and trace[1] else None

    def paths(self, page: str) -> Iterable[str]:
        return kept.homes(self._connection, page)

    def differing(self, other: Past | None) -> set[str]:
        if not isinstance(other, _Stored):
            return kept.all_paths(self._connection)
        return kept.paths_by(self._connection, set(self.later) ^ set(other.later))

    def same(self) -> Mapping[str, str]:
        pairs = [
            (one, other)
            for commit, one, other in kept.joins(self._connection)
            if commit not in self.later
        ]
        return classes(pairs, self._facts.birth)


def _place(
    page: str, path: str, newest: tuple[int, str], *, is_alive: bool = True
) -> dict[str, Any]:
    """Where a page lives, or last lived, with the date and commit of its newest revision there."""
    date, commit = newest
    return {"page": page, "path": path, "alive": is_alive, "date": date, "commit": commit}


def _family(commits: Iterable[Commit]) -> tuple[int, Counter[str]]:
    """How many commits there are, and of how many of them each commit is a parent."""
    total = 0
    children: Counter[str] = Counter()
    for commit in commits:
        total += 1
        for parent in set(commit.parents):
            children[parent] += 1
    return total, children


def _told(commits: Iterable[Read], total: int, tell: Callable[[int, int], None]) -> Iterator[Read]:
    for done, read in enumerate(commits):
        if done % 500 == 0:
            tell(done, total)
        yield read
    tell(total, total)


def _text(store: Store, blob: str) -> str:
    return text.decode(text_of(store, blob)).text if blob else ""
