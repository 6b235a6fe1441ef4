"""The store of a wiki on several nodes: the ledger decides, the repository here is a copy of it.

A save writes its objects here without flushing, and asks the ledger to let the branch go on, with
all of them in a pack beside the move. Who was overtaken catches up and tries again, the second time
with the branch held. What was answered is in the ledger; what is here can be made anew.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from wiki.domain.errors import Unavailable, Unreadable
from wiki.domain.history.ledger import Step, Tip
from wiki.domain.history.revisions import Author
from wiki.store import adopt
from wiki.store.branch.refs import HEADS, Branch
from wiki.store.branch.worktree import RECORD
from wiki.store.git import command, maintenance
from wiki.store.git.lock import held_folder
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import Change, Stale, StoreError
from wiki.store.objects.writing import ObjectWriter
from wiki.store.rewriting import moving, pruning
from wiki.store.shared import bases, copy
from wiki.store.shared.copy import Copy
from wiki.store.shared.ledger import Ledger, Turn
from wiki.store.shared.packs import Packer
from wiki.store.store import Store

_OLD = ".git.denktank-old"
_PATIENCE = 20.0
"""Seconds in which a save that lost its connection looks for another."""
_PAUSE = 0.2
_DAY = 86_400


def _nobody(store: Store) -> None:
    """Nobody has to know that an old history goes."""


class SharedStore(Store):
    """One node's store; use `SharedStore.enter`. For the contract see `Store`.

    What is asked of the ledger raises Unavailable while that is away.
    """

    def __init__(
        self,
        folder: Path,
        adopted: adopt.Adopted,
        ledger: Ledger,
        forgetting: Callable[[Store], None],
    ) -> None:
        super().__init__(folder, adopted)
        self._branch = Branch(self.git, adopted.branch, lasting=False)
        self._ref = HEADS + adopted.branch
        self._ledger = ledger
        told = partial(forgetting, self)
        self._copy = Copy(self.git, self._branch, self._reader, ledger, told)
        self._held = _Held()
        self._reader.when_missing = self._copy.catch_up

    @classmethod
    def enter(
        cls, folder: Path, ledger: Ledger, forgetting: Callable[[Store], None] = _nobody
    ) -> SharedStore:
        """The store in `folder`, as the ledger has it; one that is there begins an empty ledger.

        `forgetting` is called when the branch stands in a new history, before the old one goes.
        """
        standing = ledger.standing()
        branch = standing.branch if standing else "main"
        folder.mkdir(parents=True, exist_ok=True)
        if standing:
            _put_aside_unflushed(folder)
        adopted = adopt.adopt(folder, branch)
        copy.begin(adopted.git)
        _take_over(folder)
        if standing and adopted.branch != branch:
            command.run(adopted.git, "symbolic-ref", "HEAD", HEADS + branch)
            adopted = adopt.Adopted(adopted.git, branch, adopted.notices)
        store = cls(folder, adopted, ledger, forgetting)
        store._begin(is_begun=standing is not None)
        return store

    def _begin(self, *, is_begun: bool) -> None:
        if not is_begun:
            refs = {name: id for name, id, _ in moving.refs(self.git)}
            refs = {name: id for name, id in refs.items() if not name.startswith(copy.OWN)}
            with bases.parts(self.git, refs.values()) as base:
                named = {self._ref: "", **refs}
                if self._ledger.begin(self.branch, named, base):
                    self._copy.begun()
        self._copy.catch_up()

    @property
    def is_shared(self) -> bool:
        return True

    def refresh(self, *, all: bool = False) -> bool:
        return self._copy.follow() if all else self._copy.meet(self._ledger.tip(self._ref))

    def meet(self, tip: Tip) -> bool:
        """As `refresh`, for who knows already where the ledger has the branch."""
        return self._copy.meet(tip)

    @property
    def epoch(self) -> int:
        place = copy.read_place(self.git)
        return place.epoch if place else 0

    def lost(self) -> list[str]:
        return self._copy.lost()

    @contextmanager
    def locked(self) -> Iterator[bool]:
        with self._lock.held() as is_outermost, ExitStack() as stack:
            if is_outermost:
                stack.enter_context(self._turn())
            yield is_outermost

    def recover(self, candidates: Sequence[str]) -> str:
        del candidates
        was_lost = self.trouble() is not None
        self._copy.catch_up()
        return self.head() if was_lost else ""

    def backup(self, target: Path) -> None:
        self.refresh()
        super().backup(target)

    def maintain(self) -> None:
        super().maintain()
        pruning.sweep(self.git, _DAY)
        self.compact()

    def compact(self) -> bool:
        """Let a new base tell what has gathered since the last one, if that is much."""
        return bases.renew(self.git, self._ledger, self._copy)

    def close(self) -> None:
        super().close()
        self._ledger.close()

    def advance(self, tip: str) -> bool:
        self._reader.reopen()
        with self._lock.held():
            head = self._branch.read()
            if head and not maintenance.descends(self.git, tip, head):
                return False
            seq = self._move(Step(self._ref, head, tip), b"", self._thin(tip))
            if seq:
                self._copy.moved(seq, tip)
            return bool(seq)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Keep everybody on any node from moving the branch, and be up to date with it."""
        with self._ledger.turn(self._ref) as turn:
            self._copy.catch_up()
            self._held.turn = turn
            try:
                yield
            finally:
                self._held.turn = None

    def _add(
        self,
        changes: Sequence[Change] | Callable[[], Sequence[Change]],
        expect: Mapping[str, str | None],
        people: tuple[Author, Author],
        when: datetime,
        text: str,
        *,
        is_told: bool,
        tip: str = "",
    ) -> str:
        with ExitStack() as stack:
            self._held.again = stack
            try:
                return super()._add(changes, expect, people, when, text, is_told=is_told, tip=tip)
            except Stale:
                # What was expected may be what another node saved.
                if not self.refresh():
                    raise
            return super()._add(changes, expect, people, when, text, is_told=is_told, tip=tip)

    def _writer(self) -> ObjectWriter:
        return _Recorder(self.git / "objects", self._reader)

    def _publish(self, writer: ObjectWriter, head: str, revision: str, tip: str) -> bool:
        assert isinstance(writer, _Recorder)
        writer.flush()
        if tip:
            ids, pack = b"", self._thin(revision)
        else:
            ids, pack = writer.packer.ids, writer.packer.pack()
        seq = self._move(Step(self._ref, head, revision), ids, pack)
        if not seq:
            self._held.again.enter_context(self._turn())
            return False
        self._copy.moved(seq, revision)
        return True

    def _thin(self, revision: str) -> bytes:
        """A pack of what leads up to a revision and the ledger does not have."""
        known = {id for name, id, _ in moving.refs(self.git) if not name.startswith(copy.OWN)}
        return bases.thin(self.git, [revision], known)

    def _move(self, step: Step, ids: bytes, pack: bytes) -> int:
        """Make a step, also if the connection is lost meanwhile; its number, 0 if overtaken.

        Raises Unavailable where nobody can be asked whether it was made.
        """
        deadline = time.monotonic() + _PATIENCE
        turn, self._held.turn = self._held.turn, None
        was_lost = False
        while True:
            try:
                if was_lost and (made := self._ledger.made(step)):
                    return made
                seq = turn.move(step, ids, pack) if turn else self._ledger.move([step], ids, pack)
                return seq or (self._ledger.made(step) if was_lost else 0)
            except Unavailable as fault:
                if isinstance(fault, Unreadable) or time.monotonic() > deadline:
                    raise
                was_lost, turn = True, None
                time.sleep(_PAUSE)


class _Held(threading.local):
    """A thread's turn, and what ends when its save does."""

    turn: Turn | None = None
    again: ExitStack


class _Recorder(ObjectWriter):
    """Writes objects as those of a copy, and gathers every one of them for the ledger.

    Also those that lie here already: a save that failed may have left them, and nobody else has
    them then.
    """

    def __init__(self, objects: Path, reader: Reader) -> None:
        super().__init__(objects, lasting=False)
        self._reader = reader
        self.packer = Packer(lambda id: reader.read(id)[1])

    def write(self, kind: str, data: bytes, over: str = "") -> str:
        id = super().write(kind, data)
        self.packer.add(kind, id, data, over)
        return id


def _put_aside_unflushed(folder: Path) -> None:
    """Put a copy aside that another run of the machine made: it may not have reached the disk."""
    with held_folder(folder):
        git, old = folder / ".git", folder / _OLD
        if copy.is_unflushed(git):
            shutil.rmtree(old, ignore_errors=True)
            git.rename(old)


def _take_over(folder: Path) -> None:
    """Take from a copy that was put aside what no other node has, and what was exported here."""
    git, old = folder / ".git", folder / _OLD
    if not old.exists():
        return
    with held_folder(folder), suppress(StoreError):
        if old.exists() and command.run(old, "for-each-ref", copy.LOST):
            command.run(git, "fetch", "--quiet", str(old), f"+{copy.LOST}*:{copy.LOST}*")
    with held_folder(folder), suppress(FileNotFoundError):
        (old / RECORD).rename(git / RECORD)
    shutil.rmtree(old, ignore_errors=True)
