"""Events of a commit for pages: changed, born, renamed, dead, returned, brought together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wiki.domain.content.paths import file_of, page_of
from wiki.domain.history.revisions import Event
from wiki.domain.history.trailers import BASE, FROM, Told
from wiki.projections.lineage import Birth, Life, Lives, born
from wiki.store.objects.versions import Commit, FileDiff


@dataclass(frozen=True, slots=True)
class Touch:
    """One page that a commit touched; `blob` is empty where it died, `before` where it began."""

    path: str
    page: str
    blob: str
    before: str
    event: Event
    came_from: str = ""


@dataclass(slots=True)
class Step:
    """The changes of a commit.

    `left`: what it made of paths that no touch tells about. `stirred`: pages that may have lost
    their place to another.
    """

    touches: list[Touch] = field(default_factory=list)
    left: dict[str, Life | None] = field(default_factory=dict)
    births: dict[str, Birth] = field(default_factory=dict)
    same: list[tuple[str, str]] = field(default_factory=list)
    stirred: set[str] = field(default_factory=set)


class Facts(Protocol):
    """The questions that folding asks: about the repository, and about commits folded before."""

    def redirect(self, blob: str) -> str:
        """The path that a redirect stub names; empty if the text is no stub."""

    def renames(self, commit: Commit) -> Mapping[str, str]:
        """New file to old file, by similarity."""

    def blob(self, file: str, revision: str) -> str:
        """The file's blob in a revision; empty if it is not there."""

    def page(self, path: str, revision: str) -> str:
        """The page that a revision touched at the path; empty if it touched none there."""

    def reachable(self, revision: str, of: str) -> bool:
        """Whether a commit is an ancestor of another."""

    def birth(self, page: str) -> Birth:
        """When and where a page was born."""


def fold(
    facts: Facts,
    commit: Commit,
    date: int,
    told: Told,
    diffs: Sequence[FileDiff],
    parents: Sequence[Lives],
) -> tuple[Lives, Step]:
    """Tell what the commit did, and what lives after it.

    `date` is its corrected date, `diffs` its changes; `parents` must not be used afterwards.
    """
    pages = {path: diff for diff in diffs if (path := page_of(diff.file)) is not None}
    lives = parents[0] if parents else Lives()
    folding = _Folding(facts, commit, date, told, pages, lives)
    if len(parents) > 1:
        folding.merge(parents)
    else:
        folding.advance()
    return lives, folding.step


class _Folding:
    """One commit being folded into `lives`."""

    def __init__(
        self,
        facts: Facts,
        commit: Commit,
        date: int,
        told: Told,
        diffs: dict[str, FileDiff],
        lives: Lives,
    ) -> None:
        self._facts = facts
        self._commit = commit
        self._date = date
        self._told = told
        self._diffs = diffs
        self._lives = lives
        self.step = Step()

    # -- commits with one parent, or none --

    def advance(self) -> None:
        """Fold a commit that is no merge."""
        moves = self._moves()
        pages = {old: self._lives.alive(old) for old in moves.values()}
        for old in pages:
            self._lives.put(old, None)
        # A page that moves away leaves its path before another takes it.
        for path, diff in self._diffs.items():
            if path in moves:
                old = moves[path]
                self.step.stirred.add(self._lives.alive(path))
                self._lives.put(path, Life(pages[old]))
                before = self._diffs[old].before
                self._touch(path, pages[old], diff.after, before, self._event(moved=True), old)
            elif path in pages:
                self._left_behind(path, diff)
            else:
                self._change(path, diff)

    def _left_behind(self, path: str, diff: FileDiff) -> None:
        """A path whose page moved away: a new page (a stub) stands there, or nothing."""
        if diff.after:
            self._bear(path, diff.after, self._event(moved=True))
        else:
            self.step.left[path] = None

    def _change(self, path: str, diff: FileDiff) -> None:
        page = self._lives.alive(path)
        if not diff.after:
            if page:
                self._lives.put(path, Life(page, diff.before))
                self._touch(path, page, "", diff.before, self._event(gone=True))
        elif page:
            self._touch(path, page, diff.after, diff.before, self._event())
        else:
            self._arrive(path, diff.after)

    def _arrive(self, path: str, blob: str) -> None:
        """A page at a path where none lived: one that returns, or a new one."""
        page = self._returning(path, blob)
        if page and self._lives.home(page) is None:
            self._lives.put(path, Life(page))
            self._touch(path, page, blob, "", self._event())
        else:
            self._bear(path, blob, self._event())

    def _bear(self, path: str, blob: str, event: Event) -> None:
        page = born(self._commit.id, path)
        self.step.births[page] = Birth(self._date, self._commit.id, path)
        self._lives.put(path, Life(page))
        self._touch(path, page, blob, "", event)

    def _returning(self, path: str, blob: str) -> str:
        """The page that returns at a path; empty if a new one is born."""
        last = self._lives.at(path)
        told = self._told
        if told.event is Event.RESTORE:
            revision = told.trailers.get(FROM) or told.trailers.get(BASE, "")
            page = self._facts.page(path, revision) if revision else ""
            page = self._lives.same.get(page, page)
            if page and last and page == last.page:
                return page
            if page and self._facts.reachable(revision, self._commit.id):
                return page
            return last.page if last else ""
        same_text = last is not None and last.grave == blob and told.event is not Event.CREATE
        return last.page if last and same_text else ""

    def _moves(self) -> dict[str, str]:
        """New path to old path, for pages that this commit renamed."""
        diffs, told = self._diffs, self._told
        added = {path for path, diff in diffs.items() if not diff.before}
        if told.event is Event.RENAME or (told.event is Event.IMPORT and FROM in told.trailers):
            old = told.trailers.get(FROM, "")
            new = self._told_target(old, added)
            if new:
                return {new: old}
        if not added:
            return {}
        moves = {}
        for path, diff in diffs.items():
            if diff.before and diff.after:
                target = self._facts.redirect(diff.after)
                if target in added and not self._facts.redirect(diff.before):
                    moves[target] = path
        if any(not diff.after for diff in diffs.values()):
            for file, old_file in self._facts.renames(self._commit).items():
                new_path, old_path = page_of(file), page_of(old_file)
                if new_path in added and old_path in diffs and new_path not in moves:
                    moves[new_path] = old_path
        return {new: old for new, old in moves.items() if self._lives.alive(old)}

    def _told_target(self, old: str, added: set[str]) -> str:
        """Where the page went that a rename by the wiki moved away from `old`; empty if unclear."""
        diff = self._diffs.get(old)
        if diff is None or not diff.before or not self._lives.alive(old):
            return ""
        if diff.after:
            target = self._facts.redirect(diff.after)
            return target if target in self._diffs and target != old else ""
        return next(iter(added)) if len(added) == 1 else ""

    # -- merges --

    def merge(self, sides: Sequence[Lives]) -> None:
        """Fold a commit with more than one parent."""
        lives = self._lives
        paths = set[str]().union(*(lives.differing(side) for side in sides[1:]))
        self._learn([pair for side in sides for pair in side.same.items()], sides)
        disputed = [
            path
            for path in sorted(paths)
            if any(side.at(path) != lives.at(path) for side in sides[1:])
        ]
        # To be asked before pages are found to be another.
        dead = self._dead(disputed, sides)
        settled = {path: self._settle(path, sides) for path in disputed}
        # What was settled first may since have been found to be another page.
        settled = {path: self._lives.known(life) for path, life in settled.items()}
        twice = self._claimed_twice(settled, sides)
        for path in settled:
            self.step.stirred.update(side.alive(path) for side in sides)
        for path in settled:
            lives.put(path, None)
        for path in settled.keys() - twice:
            lives.put(path, settled[path])
        for path, diff in self._diffs.items():
            self._change(path, diff)
        for path in sorted(twice - self._diffs.keys()):
            self._bear(path, self._blob(path), self._event())
        self._revive(dead)
        touched = {touch.path for touch in self.step.touches}
        self.step.left = {path: lives.at(path) for path in settled if path not in touched}

    def _settle(self, path: str, sides: Sequence[Lives]) -> Life | None:
        """Decide what becomes of a path about which the parents disagree."""
        lives = [side.at(path) for side in sides]
        alive = list(dict.fromkeys(life.page for life in lives if life and not life.grave))
        everywhere = all(life and not life.grave for life in lives)
        if alive and (everywhere or self._blob(path)):
            page = alive[0]
            for other in alive[1:]:
                page = self._choose(path, page, other, sides)
            return Life(page)
        return next((life for life in lives if life and life.grave), None)

    def _choose(self, path: str, left: str, right: str, sides: Sequence[Lives]) -> str:
        """Which of two pages a path keeps: the one that did not move; else they are the same."""
        moved = [
            any(side.home(page) not in (None, path) for side in sides) for page in (left, right)
        ]
        if any(moved):
            return right if moved == [True, False] else left
        self.step.same.append((left, right))
        self._learn([(left, right)], sides)
        return self._lives.same.get(left, left)

    def _claimed_twice(
        self, settled: Mapping[str, Life | None], sides: Sequence[Lives]
    ) -> set[str]:
        """Paths that lose their page to another: it moved there on an earlier parent's side."""
        claims: dict[str, list[str]] = {}
        for path, life in settled.items():
            if life and not life.grave:
                claims.setdefault(life.page, []).append(path)
        lost: set[str] = set()
        for page, paths in claims.items():
            holders = [path for side in sides for path in paths if side.alive(path) == page]
            lost.update(path for path in paths if path != holders[0])
        return lost

    def _dead(self, paths: Iterable[str], sides: Sequence[Lives]) -> set[str]:
        """Pages that one of the parents knows as dead, found at paths on which they disagree."""
        graves = (
            (side, life) for path in paths for side in sides if (life := side.at(path)) is not None
        )
        return {life.page for side, life in graves if life.grave and side.home(life.page) is None}

    def _revive(self, dead: Iterable[str]) -> None:
        """Let the merge be a revision of pages that died on one side and live on.

        Their death can be the last that history's order knows of them.
        """
        touched = {touch.page for touch in self.step.touches}
        for page in sorted({self._lives.same.get(page, page) for page in dead} - touched):
            path = self._lives.home(page)
            if path is not None:
                before = self._facts.blob(file_of(path), self._commit.parents[0])
                self._touch(path, page, self._blob(path), before, self._event())

    def _learn(self, pairs: Sequence[tuple[str, str]], sides: Sequence[Lives]) -> None:
        for side in sides:
            side.learn(pairs, self._facts.birth)

    # -- both --

    def _blob(self, path: str) -> str:
        return self._facts.blob(file_of(path), self._commit.id)

    def _event(self, *, moved: bool = False, gone: bool = False) -> Event:
        """Name what the commit did to a page; others that it touched in passing were edited."""
        event = self._told.event
        passing = (event is Event.RENAME and not moved) or (event is Event.DELETE and not gone)
        return Event.EDIT if passing else event

    def _touch(
        self, path: str, page: str, blob: str, before: str, event: Event, came_from: str = ""
    ) -> None:
        self.step.touches.append(Touch(path, page, blob, before, event, came_from))
