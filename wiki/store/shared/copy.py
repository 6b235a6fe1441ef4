"""A node's copy of what the ledger says: how far it is, and bringing it up to date.

Objects first, refs last, then the note of how far the copy is. None of it is flushed: after a crash
of the machine the copy is made anew. A lock of its own keeps others of this machine from bringing
it up to date at the same time; who holds it waits for nobody else.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from wiki.domain.history.ledger import INDEX, PACK, Move, Standing, Tip
from wiki.keeping import keep
from wiki.store.branch import push_guard
from wiki.store.branch.refs import HEADS, Branch
from wiki.store.git import command, maintenance
from wiki.store.git.lock import WriteLock
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import StoreError
from wiki.store.objects.writing import ObjectWriter
from wiki.store.rewriting import moving, pruning
from wiki.store.shared import packs
from wiki.store.shared.ledger import Ledger

NOTE = "denktank.place"
RUN = "denktank.run"
"""The run of the machine in which a copy was made, flushed before anything that is not."""
LOCK = "denktank.applying"
LOST = "refs/denktank/lost/"
OWN = "refs/denktank/"
"""Refs of this node alone."""

_TEMPORARY = "tmp_obj_applying"
_FEW = 50
_LARGE = 1 << 20
_MOST = 32 << 20
"""Bytes of packs that are put together before they are written."""
_COMMITS = 10_000
"""The newest commits of a copy among which the last one is looked for that the ledger knows."""
_TRIES = 5
_BOOT = Path("/proc/sys/kernel/random/boot_id")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a copy is: the number of the last move and where that led (empty: unknown)."""

    epoch: int
    seq: int
    mark: str


class _Gap(Exception):
    """Moves that were asked for are told by the base alone."""


class Copy:
    """This machine's copy of the ledger; safe among threads and processes."""

    def __init__(
        self,
        git: Path,
        branch: Branch,
        reader: Reader,
        ledger: Ledger,
        forgetting: Callable[[], None],
    ) -> None:
        self._git = git
        self._branch = branch
        self._ref = HEADS + branch.name
        self._reader = reader
        self._ledger = ledger
        self._forgetting = forgetting
        self._lock = WriteLock(git / LOCK)
        self._busy = threading.local()
        place = read_place(git)
        self._epoch = place.epoch if place else 0

    def meet(self, tip: Tip) -> bool:
        """Catch up if the branch is somewhere else than here; whether there was anything to do."""
        if tip.oid == self._here() and tip.epoch == self._epoch:
            return False
        return self.catch_up()

    def follow(self) -> bool:
        """Catch up if anything moved, the branch or any other ref."""
        tip, place = self._ledger.tip(self._ref), read_place(self._git)
        is_there = place and (place.epoch, place.seq) == (tip.epoch, tip.seq)
        return self.meet(tip) if is_there else self.catch_up()

    def catch_up(self) -> bool:
        """Bring objects and refs to where the ledger stands; whether anything changed."""
        if getattr(self._busy, "now", False):
            return False
        with self._lock.held():
            self._busy.now = True
            try:
                return self._catch_up()
            finally:
                self._busy.now = False

    def moved(self, seq: int, revision: str) -> None:
        """The branch of the ledger went to a revision that was made here, as this move."""
        with self._lock.held():
            place = read_place(self._git)
            if place is None or place.seq < seq - 1 or place.epoch != self._epoch:
                self.catch_up()
            elif place.seq < seq:
                self._branch.put(revision)
                self._note(place.epoch, seq, revision)

    def begun(self) -> None:
        """The ledger was begun with what is here."""
        self._note(1, 0, "")

    def lost(self) -> list[str]:
        """Commits that were here and that the ledger does not know."""
        form = ("for-each-ref", "--format=%(objectname)", LOST)
        return command.run(self._git, *form).split()

    def _here(self) -> str:
        try:
            return self._branch.read()
        except StoreError:
            return ""

    def _catch_up(self) -> bool:
        standing = self._ledger.standing()
        place = read_place(self._git)
        if standing is None:
            return False
        before = self._here()
        if place and place.epoch == standing.epoch:
            if self._epoch != standing.epoch:
                # Another process here dropped the old history; open files still have it.
                self._reader.forget()
            try:
                self._go_on(place, standing)
            except _Gap:
                self._seed(standing, is_purged=False)
        else:
            self._seed(standing, is_purged=place is not None)
        self._epoch = standing.epoch
        return before != self._here()

    def _go_on(self, place: Place, standing: Standing) -> None:
        moves = self._after(place, standing)
        if moves is None:
            self._turn_back(standing)
            return
        mark, refs = place.mark, set[str]()
        for move in self._applied(moves, place.seq, standing.seq):
            mark = move.step.new
            refs.add(move.step.ref)
        if refs - {self._ref}:
            self._set_others(standing.refs)
        self._set_branch(standing)
        if place.seq != standing.seq:
            self._note(standing.epoch, standing.seq, mark)

    def _after(self, place: Place, standing: Standing) -> Iterator[Move] | None:
        """The moves after a place; None if the ledger does not know of that."""
        moves = self._ledger.moves(place.seq, standing.seq)
        first = next(moves, None)
        if first is not None and first.seq == place.seq:
            return moves if first.step.new == place.mark or not place.mark else None
        if place.seq < standing.base:
            raise _Gap
        if place.seq > standing.base:
            return None
        return _chained(first, moves)

    def _turn_back(self, standing: Standing) -> None:
        """Go on from the last commit that the ledger and this copy have in common."""
        words = ("rev-list", f"--max-count={_COMMITS}", self._here() or "--all")
        status, said, _ = command.attempt(self._git, *words)
        common = self._ledger.last_of(said.split()) if not status and said else None
        if common is None or common.seq < standing.base:
            raise _Gap
        moves = self._ledger.moves(common.seq + 1, standing.seq)
        mark = common.step.new
        for move in self._applied(moves, common.seq, standing.seq):
            mark = move.step.new
        self._take(standing, mark)

    def _seed(self, standing: Standing, *, is_purged: bool) -> None:
        """Take the base, then all that came after it."""
        for _ in range(_TRIES):
            with suppress(_Gap):
                mark = ""
                self._take_base(standing)
                moves = self._ledger.moves(standing.base + 1, standing.seq)
                for move in self._applied(moves, standing.base, standing.seq):
                    mark = move.step.new
                self._take(standing, mark, is_purged=is_purged)
                return
            # It was replaced meanwhile.
            standing = self._ledger.standing() or standing
        raise StoreError("store_seed", folder=str(self._git))

    def _take_base(self, standing: Standing) -> None:
        folder = self._git / "objects" / "pack"
        folder.mkdir(parents=True, exist_ok=True)
        drafts = {kind: folder / f"tmp_base_{secrets.token_hex(8)}" for kind in (PACK, INDEX)}
        try:
            name = ""
            for part in self._ledger.base():
                with drafts[part.kind].open("ab") as file:
                    file.write(part.data)
                name = part.data[-20:].hex() if part.kind == PACK else name
            # Its pieces come one by one, and are of one base only if it still is the same.
            now = self._ledger.standing()
            if now is None or now.base != standing.base:
                raise _Gap
            for kind in (PACK, INDEX) if name else ():
                drafts[kind].chmod(0o444)
                drafts[kind].rename(folder / f"pack-{name}.{kind}")
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
        self._reader.reopen()

    def _applied(self, moves: Iterator[Move], after: int, last: int) -> Iterator[Move]:
        """Write the objects of moves that follow one another; yields each once it is there."""
        are_few = last - after <= _FEW
        waiting: list[Move] = []
        size = 0
        for move in moves:
            after += 1
            if move.seq != after:
                raise _Gap
            waiting.append(move)
            size += len(move.pack)
            if are_few or size > _MOST:
                self._write(waiting, are_few=are_few)
                yield from waiting
                waiting, size = [], 0
        if after != last:
            raise _Gap
        self._write(waiting, are_few=are_few)
        yield from waiting

    def _write(self, moves: list[Move], *, are_few: bool) -> None:
        # In their order: what one tells as a difference, another may have brought.
        for is_told, run in groupby(moves, key=lambda move: bool(move.ids)):
            some = list(run)
            if not is_told:
                self._index_each(some)
            elif are_few and all(len(move.pack) < _LARGE for move in some):
                self._write_loose(some)
            else:
                self._index(_without_doubles(some))
        self._reader.reopen()

    def _index_each(self, moves: Iterable[Move]) -> None:
        """Take what was pushed, also if it was pushed here.

        That the commit of a move is here says nothing of what came for another in the same push.
        """
        for move in moves:
            if move.pack:
                self._index([move.pack])

    def _write_loose(self, moves: Iterable[Move]) -> None:
        objects = self._git / "objects"
        with ObjectWriter(objects, lasting=False, name=_TEMPORARY) as writer:
            for move in moves:
                for _, kind, data in packs.objects(move.pack, move.ids, self._reader.read):
                    writer.write(kind, data)
                writer.flush()

    def _index(self, pack: Iterable[bytes]) -> None:
        """Let git keep a pack, made whole with the objects that it tells differences from."""
        with tempfile.TemporaryFile(dir=self._git) as file:
            for some in pack:
                file.write(some)
            file.seek(0)
            with command.process(self._git, file, "index-pack", "--stdin", "--fix-thin") as git:
                git.stdout.read()

    def _take(self, standing: Standing, mark: str, *, is_purged: bool = False) -> None:
        """Let every ref be where the ledger has it; what it does not know is kept aside."""
        if not is_purged:
            self._keep_lost(standing)
        self._set_others(standing.refs, also_own=is_purged)
        self._set_branch(standing)
        if barred := self._ledger.barred():
            push_guard.bar(self._git, barred)
        if is_purged:
            self._forgetting()
            pruning.prune(self._git)
            self._reader.forget()
        # Last: who dies before it does all of this again, so that nothing old stays.
        self._note(standing.epoch, standing.seq, mark)

    def _keep_lost(self, standing: Standing) -> None:
        here = {name: id for name, id, _ in moving.refs(self._git) if not name.startswith(OWN)}
        lost = [
            id
            for name, id in here.items()
            if not any(
                maintenance.descends(self._git, there, id) for there in _near(standing, name)
            )
        ]
        for id in lost:
            command.run(self._git, "update-ref", LOST + id, id)
            log.error("the other nodes do not know %s; it is kept as %s%s", id, LOST, id)
        if lost:
            # These are nowhere else.
            os.sync()

    def _set_branch(self, standing: Standing) -> None:
        there = standing.refs.get(self._ref, "")
        if there and there != self._here():
            self._branch.put(there)

    def _set_others(self, refs: Mapping[str, str], *, also_own: bool = False) -> None:
        here = {name: id for name, id, _ in moving.refs(self._git)}
        said = [
            f"update {name} {id}\n"
            for name, id in refs.items()
            if name != self._ref and here.get(name) != id
        ]
        said += [
            f"delete {name}\n"
            for name in here.keys() - refs.keys()
            if also_own or not name.startswith(OWN)
        ]
        if not said:
            return
        with command.process(self._git, command.PIPE, "update-ref", "--stdin") as git:
            git.stdin.write("".join(said).encode())
            git.stdin.close()

    def _note(self, epoch: int, seq: int, mark: str) -> None:
        draft = self._git / f"{NOTE}.new"
        draft.write_text(json.dumps(asdict(Place(epoch, seq, mark))), encoding="ascii")
        draft.replace(self._git / NOTE)
        self._epoch = epoch


def read_place(git: Path) -> Place | None:
    """How far the copy in a repository is; None where none was made."""
    try:
        return Place(**json.loads((git / NOTE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def is_unflushed(git: Path) -> bool:
    """Whether a copy is of another run of the machine: it may not have reached the disk."""
    try:
        return (git / RUN).read_text(encoding="ascii") != _run()
    except (FileNotFoundError, NotADirectoryError):
        return False


def begin(git: Path) -> None:
    """Note, lasting, that from here on a copy is written in this run of the machine."""
    if not (git / RUN).exists() or is_unflushed(git):
        keep(git / RUN, _run())


def _run() -> str:
    """Name this run of the machine, unlike all others; empty where the system does not say."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _chained(first: Move | None, rest: Iterator[Move]) -> Iterator[Move]:
    if first is not None:
        yield first
    yield from rest


def _near(standing: Standing, name: str) -> list[str]:
    """Where a commit of this ref may be known: at the ref itself, and on the wiki's branch."""
    found = (standing.refs.get(name, ""), standing.refs.get(HEADS + standing.branch, ""))
    return [id for id in found if id]


def _without_doubles(moves: Iterable[Move]) -> Iterator[bytes]:
    """One pack of what several hold: of objects that more than one has, the first."""
    seen: set[str] = set()
    raw = []
    for move in moves:
        for entry in packs.entries(move.pack, move.ids):
            if entry.id not in seen:
                seen.add(entry.id)
                raw.append(entry.raw)
    yield packs.joined(raw)
