"""Packs that git makes: the base of the ledger, and what came by a push or an import."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from wiki.domain.history.ledger import INDEX, PACK, Part
from wiki.store.git import command
from wiki.store.objects.versions import StoreError
from wiki.store.rewriting import pruning
from wiki.store.shared.copy import Copy, read_place
from wiki.store.shared.ledger import Ledger

_PIECE = 1 << 20
_LARGEST = 256 << 20
"""Bytes that come by one push or import at most: a row of the database has to hold them."""
_LEAST = 4 << 20
"""Bytes of moves that are little enough whatever the base has."""


def thin(git: Path, new: Iterable[str], known: Iterable[str]) -> bytes:
    """A pack of what these commits reach and the known ones do not; raises StoreError."""
    with tempfile.TemporaryFile() as file:
        _said(file, new, known)
        words = ("pack-objects", "--revs", "--thin", "--stdout", "-q")
        parts, size = [], 0
        with command.process(git, file, *words) as running:
            while some := running.stdout.read(_PIECE):
                size += len(some)
                if size > _LARGEST:
                    raise StoreError("store_move_large", most=_LARGEST >> 20)
                parts.append(some)
    return b"".join(parts)


@contextmanager
def parts(git: Path, ids: Iterable[str]) -> Iterator[Iterator[Part]]:
    """The pieces of a pack of all that these ids reach, and of its index.

    Both are made at once, which takes long: no transaction of who takes them waits for that.
    """
    with tempfile.TemporaryDirectory(prefix=pruning.DRAFT, dir=git) as name:
        if wanted := list(ids):
            _pack(git, wanted, Path(name))
        yield _pieces(Path(name))


def _pack(git: Path, ids: list[str], folder: Path) -> None:
    with tempfile.TemporaryFile() as file:
        _said(file, ids, ())
        words = ("-c", "pack.threads=1", "pack-objects", "--revs", "--delta-base-offset", "-q")
        with command.process(git, file, *words, str(folder / "base")) as running:
            running.stdout.read()


def _pieces(folder: Path) -> Iterator[Part]:
    for kind in (PACK, INDEX):
        for made in folder.glob(f"base-*.{kind}"):
            with made.open("rb") as whole:
                while some := whole.read(_PIECE):
                    yield Part(kind, some)


def renew(git: Path, ledger: Ledger, copy: Copy) -> bool:
    """Let a new base tell what has gathered since the last one, if it is half as much as that."""
    base, tail = ledger.tail()
    if tail < max(_LEAST, base // 2):
        return False
    copy.follow()
    standing, place = ledger.standing(), read_place(git)
    # Where somebody saved meanwhile the next try has more luck.
    if not standing or not place or (place.epoch, place.seq) != (standing.epoch, standing.seq):
        return False
    with parts(git, [id for id in standing.refs.values() if id]) as made:
        return ledger.rebase(standing, made)


def _said(file: IO[bytes], new: Iterable[str], known: Iterable[str]) -> None:
    file.write("".join([*(f"{id}\n" for id in new), *(f"^{id}\n" for id in known)]).encode())
    file.seek(0)
