"""Packs of saves: what git makes of them, and what is read back.

`make fuzz-packs` does the same with many more saves.
"""

from __future__ import annotations

import os
import random

import pytest

from wiki.domain.errors import Unreadable
from wiki.store.objects.writing import ObjectWriter
from wiki.store.shared import packs

IS_FUZZ = "DENKTANK_FUZZ" in os.environ
"""Whether git looks at every pack by itself too, not only at all that follow one another."""
EACH = 50
SAVES = int(os.environ.get("DENKTANK_FUZZ", "300"))


class Saves:
    """Random saves upon each other: pages and folders that begin and end as the ones before."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.known: dict[str, tuple[str, bytes]] = {}
        self._last: dict[str, str] = {}

    def next(self) -> packs.Packer:
        """One save: a few objects, most in the place of older ones."""
        packer = packs.Packer(lambda id: self.known[id][1])
        made = {}
        for kind in self._random.choices(("blob", "tree"), k=self._random.randint(1, 5)):
            over = self._last.get(kind, "")
            before = self.known[over][1] if over else b""
            data = self._tree(before) if kind == "tree" else self._text(before)
            id = packs.id_of(kind, data)
            packer.add(kind, id, data, over)
            made[kind, id] = data
        for (kind, id), data in made.items():
            self.known[id] = (kind, data)
            self._last[kind] = id
        return packer

    def _text(self, before: bytes) -> bytes:
        if not before or self._random.random() < 0.1:
            return self._random.randbytes(self._random.choice((0, 1, 63, 64, 65, 5_000, 70_000)))
        at = self._random.randint(0, len(before))
        end = min(len(before), at + self._random.choice((0, 0, 1, 40, 3_000)))
        new = self._random.randbytes(self._random.choice((0, 1, 127, 128, 300)))
        # What is repeated begins and ends alike in more than one way.
        return before[:at] + self._random.choice((new, before[at:end] * 2)) + before[end:]

    def _tree(self, before: bytes) -> bytes:
        names = {
            before[at : at + 16]: before[at + 16 : at + 36] for at in range(0, len(before), 36)
        }
        for _ in range(self._random.randint(1, 3)):
            name = b"100644 %08d\0" % self._random.randint(0, 400)
            names[name] = bytes.fromhex(self._last.get("blob") or packs.id_of("blob", b""))
        return b"".join(name + id for name, id in sorted(names.items()))


@pytest.mark.parametrize("seed", range(SAVES // EACH))
def test_git_takes_every_pack_and_it_says_what_was_saved(seed, tmp_path, git):
    git(tmp_path, "init", "-q", "--bare")
    # Trees name it, whatever was saved before.
    with ObjectWriter(tmp_path / "objects") as writer:
        writer.write("blob", b"")
        writer.flush()
    saves, waiting = Saves(seed), {}
    for _ in range(EACH):
        packer = saves.next()
        pack = packer.pack()
        read = packs.objects(pack, packer.ids, saves.known.__getitem__)
        assert {id: (kind, data) for id, kind, data in read} == {
            id: saves.known[id] for id in packs.split(packer.ids)
        }
        for entry in packs.entries(pack, packer.ids):
            waiting.setdefault(entry.id, entry.raw)
        if IS_FUZZ:
            git(tmp_path, "index-pack", "--strict", "--stdin", "--fix-thin", given=pack)
    whole = packs.joined(waiting.values())
    git(tmp_path, "index-pack", "--strict", "--stdin", "--fix-thin", given=whole)


def test_what_is_no_pack_or_not_this_one_is_unreadable():
    saves = Saves(1)
    saves.next()
    known = dict(saves.known)
    packer = saves.next()
    pack, ids = packer.pack(), packer.ids
    for at in range(0, len(pack), 7):
        broken = pack[:at] + bytes((pack[at] ^ 0x55,)) + pack[at + 1 :]
        with pytest.raises(Unreadable):
            list(packs.objects(broken, ids, known.__getitem__))
    for wrong in (pack[:-1], b"", pack[:40]):
        with pytest.raises(Unreadable):
            list(packs.objects(wrong, ids, known.__getitem__))
    with pytest.raises(Unreadable):
        list(packs.objects(pack, bytes(len(ids)), known.__getitem__))


@pytest.mark.parametrize(
    "said",
    [b"", b"\x05", b"\x04\x04\x00", b"\x04\x04\x90\x09", b"\x04\x02\x04abcd", b"\x04\x05\x01a"],
)
def test_a_difference_that_is_none_is_unreadable(said):
    with pytest.raises(Unreadable):
        packs.patched(b"abcd", said)
