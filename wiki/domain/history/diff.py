"""Differences between two texts, as people read them: paragraphs, then sentences, then words.

Joined in order, what a diff keeps and removes is exactly the old text, and what it keeps and adds
is exactly the new one, space included.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wiki.domain.content import frontmatter
from wiki.domain.content.alignment import Step, changes, outer
from wiki.domain.content.effort import Effort
from wiki.domain.history.likeness import bag, likeness, pair

_PARAGRAPH = re.compile(
    r"(?:[^\S\n]*+\n)*+(?:[^\S\n]*+\S[^\n]*+\n?+)++(?:[^\S\n]*+(?:\n|\Z))*+|\s++"
)
_SENTENCE = re.compile(r"(?<=[.!?…:;])(?=\s)|(?<=\n)(?=.)")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_WORD = re.compile(r"\w+")

_MOVED = 0.8
_RELATED = 0.25
_LEAST_MOVED_WORDS = 6
_MOST_COARSE = 2_000
"""Steps of a coarse difference."""


class Change(StrEnum):
    """The things that can happen to a piece of text."""

    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Op:
    """A piece of text, and whether it stayed, came or went."""

    change: Change
    text: str


class Fate(StrEnum):
    """The things that can happen to a block."""

    EQUAL = "equal"
    CHANGED = "changed"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (or several equal ones) and what happened to it.

    A moved block stands twice, with the same `move` number: where it left (all of it a deletion)
    and where it arrived (`ops` compare it with what left). Equal blocks hold one op. A `coarse` one
    says that its old text is gone and its new text came, though parts of them may be the same:
    comparing those would have cost too much.
    """

    fate: Fate
    ops: tuple[Op, ...]
    move: int = 0
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text by its places in the old and the new row of them; -1 where it is not.

    What moved stands twice, as a Block does: where it left (no new place), and where it arrived.
    """

    fate: Fate
    old: int
    new: int
    move: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a side-by-side view: line numbers from 1 (0: no line there) and their pieces."""

    fate: Fate
    old_number: int
    old: tuple[Op, ...]
    new_number: int
    new: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A front matter key whose value differs; empty: the key is absent."""

    key: str
    old: str
    new: str


def words(old: str, new: str, effort: Effort | None = None) -> list[Block]:
    """The two texts as blocks in reading order, each with the words that differ.

    `effort` is what may be spent on these and on others.
    """
    if old == new:
        return [Block(Fate.EQUAL, (Op(Change.EQUAL, old),))] if old else []
    effort = effort or Effort()
    before, after = paragraphs(old), paragraphs(new)
    comparison = _Pieces(before, after, effort)
    if effort.may_list(comparison.changed):
        return list(_blocks(comparison, before, after, effort))
    return list(_coarse_blocks(comparison.steps, before, after))


def paragraphs(text: str) -> list[str]:
    """The text in the paragraphs that are compared; joined they are exactly that text."""
    return _PARAGRAPH.findall(text)


def sentences(text: str) -> list[str]:
    """A paragraph in the sentences that are compared; joined they are exactly that text."""
    return [part for part in _SENTENCE.split(text) if part]


def pieces(before: Sequence[str], after: Sequence[str], effort: Effort) -> list[Piece]:
    """Tell what became of each of some pieces of text (paragraphs, say), in reading order.

    Space around them makes no difference. What `effort` has left no room for counts as gone and
    come.
    """
    return _Pieces(before, after, effort).run()


def stats(old: str, new: str) -> tuple[int, int]:
    """Count the words that came and those that went; a paragraph that only moved is none."""
    return count(words(old, new))


def count(blocks: Iterable[Block]) -> tuple[int, int]:
    """Count how many words came and how many went in a difference."""
    added = removed = 0
    for block in blocks:
        if block.fate in (Fate.EQUAL, Fate.MOVED_AWAY):
            continue
        for op in block.ops:
            if op.change is Change.INSERT:
                added += len(_WORD.findall(op.text))
            elif op.change is Change.DELETE:
                removed += len(_WORD.findall(op.text))
    return added, removed


def side(old: str, new: str) -> list[Row]:
    """The lines of both texts beside each other."""
    before, after = old.split("\n"), new.split("\n")
    effort = Effort()
    return [_row(piece, before, after, effort) for piece in _Pieces(before, after, effort).run()]


def fields(old_front: str | None, new_front: str | None) -> list[FieldChange]:
    """Front matter keys whose value differs, in the new order, then those that went."""
    old = frontmatter.values(old_front or "")
    new = frontmatter.values(new_front or "")
    return [
        FieldChange(key, shown(old.get(key, "")), shown(new.get(key, "")))
        for key in [*new, *(key for key in old if key not in new)]
        if old.get(key) != new.get(key)
    ]


def shown(value: str) -> str:
    """A front matter value as a reader sees it: no quotes or brackets around the whole of it."""
    if (
        len(value) > 1
        and value[0] == value[-1]
        and value[0] in "\"'"
        and value[0] not in value[1:-1]
    ):
        return value[1:-1]
    if value[:1] == "[" and value[-1:] == "]" and "{" not in value and value.count("[") == 1:
        return ", ".join(shown(item.strip()) for item in value[1:-1].split(",") if item.strip())
    return value


def split_words(old: str, new: str, effort: Effort | None = None) -> tuple[Op, ...]:
    """Two versions of one paragraph as words that stayed, came and went."""
    effort = effort or Effort()
    if not effort.may_split(len(old) + len(new)):
        return _whole(old, new)
    ops: list[Op] = []
    before, after = sentences(old), sentences(new)
    for equal, a, b, c, d in changes(before, after, effort):
        if equal:
            ops.append(Op(Change.EQUAL, "".join(before[a:b])))
        else:
            ops += _tokens("".join(before[a:b]), "".join(after[c:d]), effort)
    return _tidy(ops)


def _whole(old: str, new: str) -> tuple[Op, ...]:
    return tuple(_pieces([old] if old else [], [new] if new else []))


def _tokens(old: str, new: str, effort: Effort) -> list[Op]:
    if not old or not new:
        return [Op(Change.DELETE, old)] * bool(old) + [Op(Change.INSERT, new)] * bool(new)
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if old.strip() and new.strip() and likeness(Counter(before), Counter(after)) < _RELATED:
        return [Op(Change.DELETE, old), Op(Change.INSERT, new)]
    ops: list[Op] = []
    for equal, a, b, c, d in changes(before, after, effort):
        if equal:
            ops.append(Op(Change.EQUAL, "".join(before[a:b])))
            continue
        if a < b:
            ops.append(Op(Change.DELETE, "".join(before[a:b])))
        if c < d:
            ops.append(Op(Change.INSERT, "".join(after[c:d])))
    return ops


def _tidy(ops: Sequence[Op]) -> tuple[Op, ...]:
    """The same change with fewer, larger pieces: scraps between changes join them."""
    result: list[Op] = []
    gone: list[str] = []
    came: list[str] = []
    for number, op in enumerate(ops):
        if op.change is Change.DELETE:
            gone.append(op.text)
        elif op.change is Change.INSERT:
            came.append(op.text)
        elif (gone or came) and number + 1 < len(ops) and _is_scrap(op.text, gone, came):
            gone.append(op.text)
            came.append(op.text)
        else:
            result += _pieces(gone, came)
            gone, came = [], []
            result.append(op)
    result += _pieces(gone, came)
    return tuple(_joined(result))


def _is_scrap(text: str, gone: list[str], came: list[str]) -> bool:
    """Whether an unchanged piece between two changes is too small to help a reader."""
    if not text.strip():
        return bool(gone and came) and "\n" not in text
    return bool(gone and came) and len(text.strip()) < 3 and not any(map(str.isalnum, text))


def _pieces(gone: list[str], came: list[str]) -> Iterator[Op]:
    if gone:
        yield Op(Change.DELETE, "".join(gone))
    if came:
        yield Op(Change.INSERT, "".join(came))


def _joined(ops: Iterable[Op]) -> Iterator[Op]:
    last: Op | None = None
    for op in ops:
        if last and last.change is op.change:
            last = Op(op.change, last.text + op.text)
        else:
            if last:
                yield last
            last = op
    if last:
        yield last


def _row(piece: Piece, before: Sequence[str], after: Sequence[str], effort: Effort) -> Row:
    """A piece as a row; where it arrived, what moved is compared with what left."""
    if piece.new < 0:
        gone = (Op(Change.DELETE, before[piece.old]),)
        return Row(piece.fate, piece.old + 1, gone, 0, ())
    there = after[piece.new]
    if piece.old < 0:
        return Row(piece.fate, 0, (), piece.new + 1, (Op(Change.INSERT, there),))
    here = before[piece.old]
    same = (Op(Change.EQUAL, there),)
    ops = same if here == there else split_words(here, there, effort)
    right = tuple(op for op in ops if op.change is not Change.DELETE)
    if piece.fate is Fate.MOVED_HERE:
        return Row(piece.fate, 0, (), piece.new + 1, right)
    left = tuple(op for op in ops if op.change is not Change.INSERT)
    fate = Fate.EQUAL if here == there else Fate.CHANGED
    return Row(fate, piece.old + 1, left, piece.new + 1, right)


class _Pieces:
    """One comparison of pieces: in order, then what moved found among what came and went."""

    def __init__(self, before: Sequence[str], after: Sequence[str], effort: Effort) -> None:
        self.before = before
        self.after = after
        self.effort = effort
        self.found: list[Piece] = []
        keys = [text.strip() for text in before], [text.strip() for text in after]
        self.steps = changes(*keys, effort)

    @property
    def changed(self) -> int:
        """Count how many pieces came, went or changed."""
        return sum(b - a + d - c for equal, a, b, c, d in self.steps if not equal)

    def run(self) -> list[Piece]:
        for equal, a, b, c, d in self.steps:
            if equal:
                self.found += [Piece(Fate.EQUAL, a + n, c + n) for n in range(b - a)]
            else:
                self._gap(a, b, c, d)
        self._moves()
        return self.found

    def _gap(self, a: int, b: int, c: int, d: int) -> None:
        i, j = a, c
        pairs = pair(self.before[a:b], self.after[c:d], self.effort)
        for left, right in [*((a + m, c + n) for m, n in pairs), (b, d)]:
            self.found += [Piece(Fate.DELETED, at, -1) for at in range(i, left)]
            self.found += [Piece(Fate.INSERTED, -1, at) for at in range(j, right)]
            if left < b:
                self.found.append(Piece(Fate.CHANGED, left, right))
            i, j = left + 1, right + 1

    def _moves(self) -> None:
        gone = {piece.old: at for at, piece in enumerate(self.found) if piece.new < 0}
        came = [(at, piece.new) for at, piece in enumerate(self.found) if piece.old < 0]
        if len(gone) + len(came) > self.effort.pieces:
            return
        bags = {old: bag(self.before[old]) for old in gone} if came else {}
        places: dict[str, list[int]] = {}
        for old, held in bags.items():
            if held.total() >= _LEAST_MOVED_WORDS:
                for word in held:
                    places.setdefault(word, []).append(old)
        number = 0
        for at, new in came:
            origin = self._origin(bag(self.after[new]), bags, places)
            if origin is None:
                continue
            number += 1
            bags.pop(origin)
            self.found[gone[origin]] = Piece(Fate.MOVED_AWAY, origin, -1, number)
            self.found[at] = Piece(Fate.MOVED_HERE, origin, new, number)

    def _origin(
        self, here: Counter[str], bags: dict[int, Counter[str]], places: dict[str, list[int]]
    ) -> int | None:
        """The deleted piece that this inserted one was, found by its rarest words."""
        if here.total() < _LEAST_MOVED_WORDS:
            return None
        known = sorted((len(places[word]), word) for word in here if word in places)
        tried = dict.fromkeys(at for _, word in known[:4] for at in places[word][:4])
        alike = [(likeness(here, bags[at]), -at) for at in tried if at in bags]
        best = max(alike, default=(0.0, 0))
        return -best[1] if best[0] >= _MOVED else None


def _coarse_blocks(
    steps: Sequence[Step], before: Sequence[str], after: Sequence[str]
) -> Iterator[Block]:
    """List what stayed, and between it what went and what came, each as a whole.

    Where even that alternates too often, all between the beginnings and the ends that are the same.
    """
    if len(steps) > _MOST_COARSE:
        steps = outer(steps)
    for equal, a, b, c, d in steps:
        old, new = "".join(before[a:b]), "".join(after[c:d])
        if equal and old == new:
            yield Block(Fate.EQUAL, (Op(Change.EQUAL, new),))
        else:
            yield Block(Fate.CHANGED, _whole(old, new), coarse=True)


def _blocks(
    comparison: _Pieces, before: Sequence[str], after: Sequence[str], effort: Effort
) -> Iterator[Block]:
    """Two texts' paragraphs as blocks; equal ones that follow each other are one."""
    same: list[str] = []
    for piece in comparison.run():
        if piece.fate is Fate.EQUAL and before[piece.old] == after[piece.new]:
            same.append(before[piece.old])
            continue
        if same:
            yield Block(Fate.EQUAL, (Op(Change.EQUAL, "".join(same)),))
            same = []
        yield _block(piece, before, after, effort)
    if same:
        yield Block(Fate.EQUAL, (Op(Change.EQUAL, "".join(same)),))


def _block(piece: Piece, before: Sequence[str], after: Sequence[str], effort: Effort) -> Block:
    if piece.new < 0:
        return Block(piece.fate, (Op(Change.DELETE, before[piece.old]),), piece.move)
    if piece.old < 0:
        return Block(piece.fate, (Op(Change.INSERT, after[piece.new]),))
    if piece.fate is Fate.EQUAL:
        # Equal but for the space around them.
        ops = _tokens(before[piece.old], after[piece.new], effort)
        return Block(Fate.CHANGED, tuple(_joined(ops)))
    old, new = before[piece.old], after[piece.new]
    coarse = len(old) + len(new) > effort.characters
    return Block(piece.fate, split_words(old, new, effort), piece.move, coarse)
