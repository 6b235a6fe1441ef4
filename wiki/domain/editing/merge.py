"""Three-way merge of a page: front matter key by key, body by lines, a long line by sentences.

The result is a row of hunks that hold every line of all three texts, so a conflict can be shown,
posted back and resolved without anything kept on the server: the same three texts always give the
same hunks with the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain

from wiki.domain.content import frontmatter
from wiki.domain.content.alignment import matches
from wiki.domain.content.effort import Effort

Lines = tuple[str, ...]

_BETWEEN = re.compile(r"((?<=[.!?…])\s++|(?<=[.!?…][\"'”’)\]*_])\s++|\n)")
_ROW = re.compile(r"[ \t>]*\|")
_BARE_ROW = re.compile(r"[^|\n]*\|")
_ITEM = re.compile(r"[ \t>]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]")
_IN_LIST = re.compile(r"[ \t>]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]|[ \t]+[^ \t]")
_MOST_WOVEN = 60_000
MOST_CONFLICTS = 500
"""Of more conflicts than this one is made."""
_NO_SENTENCE = frozenset({"prof.", "bijv.", "resp.", "voorz."})
_FLOW_LIST = re.compile(r"([^:]++:\s*+)\[([^\[\]{}\"'#]*+)\]\s*+")


class Kind(StrEnum):
    """Which sides changed a hunk."""

    SAME = "same"
    THEIRS = "theirs"
    MINE = "mine"
    BOTH = "both"
    MIXED = "mixed"
    CONFLICT = "conflict"


class Take(StrEnum):
    """The ways in which a writer settles a conflict."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"
    EDIT = "edit"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a conflict; `text` counts for EDIT only, `parts` (by number) for PARTS."""

    take: Take
    text: str = ""
    parts: Mapping[int, Take] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines (without their ends) that stand at one place in the three texts.

    `both`: both sides made the same change. `mixed`: both changed different sentences of the same
    lines, or both added to the same list; `lines` holds the result. A conflict's `lines` are mine
    until someone chooses. `key` is the front matter key it concerns, if any. The
    `parts` of a conflict are its text cut between sentences, some of them conflicts of their own;
    none if it is about all of it.
    """

    kind: Kind
    base: Lines
    theirs: Lines
    mine: Lines
    lines: Lines = field(default=())
    key: str = ""
    parts: tuple[Hunk, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge: its hunks in order and, with mine in every conflict, its text."""

    text: str
    hunks: tuple[Hunk, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is left to choose."""
        return all(hunk.kind is not Kind.CONFLICT for hunk in self.hunks)

    @property
    def conflicts(self) -> list[int]:
        """The numbers of the hunks that need a choice."""
        return [n for n, hunk in enumerate(self.hunks) if hunk.kind is Kind.CONFLICT]


def merge(base: str, theirs: str, mine: str) -> Merged:
    """Merge what `theirs` and `mine` made of `base` into one text, where that can be (diff3).

    Lines are merged by the regions that both sides left alone; see Khanna, Kunal and Pierce, "A
    Formal Investigation of Diff3", 2007.
    """
    texts = (base, theirs, mine)
    parts = [frontmatter.cut(text) for text in texts]
    front = _front(parts) if any(parts) else []
    if front is None:
        front, parts = [], [None, None, None]
    bodies = [_body_lines(text, part) for text, part in zip(texts, parts, strict=True)]
    hunks = (*front, *_few(list(_body(Effort(), *bodies))))
    return Merged(resolve(hunks, {}), hunks)


def resolve(hunks: Sequence[Hunk], choices: Mapping[int, Choice]) -> str:
    """The text of a merge with a choice for each conflict (mine where none is given)."""
    lines: list[str] = []
    for number, hunk in enumerate(hunks):
        lines += _chosen(hunk, choices.get(number), lines[-1] if lines else "")
    return "\n".join(lines)


def _chosen(hunk: Hunk, choice: Choice | None, before: str) -> Lines:
    """The lines that a hunk comes to; `before` is the line that stands above them."""
    if hunk.kind is not Kind.CONFLICT or choice is None or choice.take is Take.MINE:
        return hunk.lines
    if choice.take is Take.THEIRS:
        return hunk.theirs
    if choice.take is Take.EDIT:
        return _lines(choice.text) if choice.text else ()
    if choice.take is Take.PARTS:
        pieces = [_part(one, choice.parts.get(n)) for n, one in enumerate(hunk.parts)]
        return _lines("".join(pieces)) if pieces else hunk.lines
    if hunk.key:
        return hunk.theirs + hunk.mine
    return _both(hunk.theirs, hunk.mine, before)


def _part(part: Hunk, take: Take | None) -> str:
    """Give the text that one part comes to."""
    theirs, mine = "\n".join(part.theirs), "\n".join(part.mine)
    if part.kind is not Kind.CONFLICT:
        return "\n".join(part.lines)
    if take is Take.THEIRS:
        return theirs
    if take is Take.BOTH and theirs.strip():
        return f"{theirs.rstrip()} {mine.lstrip()}" if mine.strip() else theirs
    return mine


def _both(theirs: Lines, mine: Lines, before: str) -> Lines:
    """Their lines and mine: rows of a table and items of a list stay together, the rest apart."""
    is_table = "|" in before
    there, here = _rows(theirs, is_table=is_table), _rows(mine, is_table=is_table)
    if there and here:
        return theirs[:there] + mine[:here] + _apart(theirs[there:], mine[here:])
    return _apart(theirs, mine)


def _rows(lines: Lines, *, is_table: bool) -> int:
    """How many lines from the first are rows of a table, or items of a list with what they hold."""
    is_row = _ROW.match if lines and _ROW.match(lines[0]) else None
    if is_row is None and is_table and lines and "|" in lines[0]:
        is_row = _BARE_ROW.match
    if is_row is None and lines and _ITEM.match(lines[0]):
        is_row = _IN_LIST.match
    if is_row is None:
        return 0
    return next((at for at, line in enumerate(lines) if not is_row(line)), len(lines))


def _apart(theirs: Lines, mine: Lines) -> Lines:
    """Their lines and mine as paragraphs of their own."""
    touch = theirs and mine and theirs[-1].strip() and mine[0].strip()
    return theirs + (("",) if touch else ()) + mine


def _body_lines(text: str, part: frontmatter.Parts | None) -> Lines:
    if part is None:
        return _lines(text)
    return _lines(part.body) if part.closing.endswith("\n") else ()


def _body(effort: Effort, base: Lines, theirs: Lines, mine: Lines) -> Iterator[Hunk]:
    """Hunks of three rows of lines."""
    for same, b, t, m in _regions(effort, base, theirs, mine):
        if same:
            yield Hunk(Kind.SAME, base[b], theirs[t], mine[m], mine[m])
        else:
            yield from _decide(base[b], theirs[t], mine[m], effort)


def _few(hunks: list[Hunk]) -> list[Hunk]:
    """The same hunks; where nobody could choose so often, one from the first conflict to the last.

    Many thousands of conflicts would also take seconds to show.
    """
    places = [at for at, hunk in enumerate(hunks) if hunk.kind is Kind.CONFLICT]
    if len(places) <= MOST_CONFLICTS:
        return hunks
    first, after = places[0], places[-1] + 1
    sides = [(hunk.base, hunk.theirs, hunk.mine) for hunk in hunks[first:after]]
    base, theirs, mine = (tuple(chain.from_iterable(side)) for side in zip(*sides, strict=True))
    return [*hunks[:first], Hunk(Kind.CONFLICT, base, theirs, mine, mine), *hunks[after:]]


def _regions(
    effort: Effort, base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]
) -> Iterator[tuple[bool, slice, slice, slice]]:
    """All three sequences cut where all agree: (whether equal, base, theirs, mine)."""
    b = t = m = 0
    agreed = _agreed(base, theirs, mine, effort)
    if len(agreed) > 2 and not effort.may_list(len(agreed)):
        # So many places that nobody can look at them: what lies between is one.
        agreed = agreed[:1] + agreed[-1:]
    ends = [(len(base), 0, len(theirs), len(mine))]
    for at, size, left, right in agreed + ends:
        if b < at or t < left or m < right:
            yield False, slice(b, at), slice(t, left), slice(m, right)
        b, t, m = at + size, left + size, right + size
        if size:
            yield True, slice(at, b), slice(left, t), slice(right, m)


def _agreed(
    base: Sequence[str], theirs: Sequence[str], mine: Sequence[str], effort: Effort
) -> list[tuple[int, int, int, int]]:
    """Runs that stand in all three: (start in base, length, start in theirs, start in mine)."""
    left, right = matches(base, theirs, effort), matches(base, mine, effort)
    agreed = []
    i = j = 0
    while i < len(left) and j < len(right):
        (a, t, n), (b, m, k) = left[i], right[j]
        start, end = max(a, b), min(a + n, b + k)
        if start < end:
            agreed.append((start, end - start, t + start - a, m + start - b))
        if a + n < b + k:
            i += 1
        else:
            j += 1
    return agreed


def _decide(base: Lines, theirs: Lines, mine: Lines, effort: Effort) -> Iterator[Hunk]:
    """Hunks for a place where not all three agree."""
    simple = _one_sided(base, theirs, mine)
    if simple:
        yield simple
        return
    head = _shared(theirs, mine)
    tail = _shared(theirs[head:][::-1], mine[head:][::-1])
    if head:
        yield Hunk(Kind.BOTH, (), theirs[:head], mine[:head], mine[:head])
    t, m = theirs[head : len(theirs) - tail], mine[head : len(mine) - tail]
    yield _one_sided(base, t, m) or _woven(base, t, m, effort)
    if tail:
        yield Hunk(Kind.BOTH, (), theirs[-tail:], mine[-tail:], mine[-tail:])


def _one_sided(base: Lines, theirs: Lines, mine: Lines, key: str = "") -> Hunk | None:
    if theirs == mine:
        kind = Kind.SAME if theirs == base else Kind.BOTH
        return Hunk(kind, base, theirs, mine, mine, key)
    if theirs == base:
        return Hunk(Kind.MINE, base, theirs, mine, mine, key)
    if mine == base:
        return Hunk(Kind.THEIRS, base, theirs, mine, theirs, key)
    return None


def _shared(one: Lines, other: Lines) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _woven(base: Lines, theirs: Lines, mine: Lines, effort: Effort) -> Hunk:
    """Merge lines that both changed: one result if they changed other sentences.

    Else a conflict, in parts as far as whole sentences lie between; without parts where the texts
    are too long, or `effort` is spent.
    """
    conflict = Hunk(Kind.CONFLICT, base, theirs, mine, mine)
    whole = ["\n".join(lines) for lines in (base, theirs, mine)]
    size = sum(map(len, whole))
    if size > _MOST_WOVEN or not all(map(_BETWEEN.search, whole)) or not effort.may_split(size):
        return conflict
    places = _places([_sentences(text) for text in whole], effort)
    parts = tuple(_part_of(place) for place in places)
    if all(part.kind is not Kind.CONFLICT for part in parts):
        result = "".join(_part(part, None) for part in parts)
        return Hunk(Kind.MIXED, base, theirs, mine, _lines(result))
    is_offered = len(parts) > 1 and effort.may_offer(len(parts))
    return replace(conflict, parts=parts) if is_offered else conflict


@dataclass(slots=True)
class _Place:
    """One place in lines that both changed, as it stands in the three texts."""

    base: str
    theirs: str
    mine: str
    is_same: bool


def _places(texts: Sequence[list[str]], effort: Effort) -> list[_Place]:
    """Places that are equal or not in turn; with nothing but blanks between, two are one."""
    places: list[_Place] = []
    for same, *cuts in _regions(effort, *texts):
        base, theirs, mine = ("".join(text[cut]) for text, cut in zip(texts, cuts, strict=True))
        parts_them = same and any(map(_separates, texts[0][cuts[0]]))
        here = _Place(base, theirs, mine, parts_them)
        if places and not (here.is_same or places[-1].is_same):
            last = places[-1]
            last.base += here.base
            last.theirs += here.theirs
            last.mine += here.mine
        else:
            places.append(here)
    return places


def _part_of(place: _Place) -> Hunk:
    base, theirs, mine = (_lines(text) for text in (place.base, place.theirs, place.mine))
    return _one_sided(base, theirs, mine) or Hunk(Kind.CONFLICT, base, theirs, mine, mine)


def _sentences(text: str) -> list[str]:
    """Sentences and the space between them, apart; joined they are the text."""
    return [part for part in _BETWEEN.split(text) if part]


def _separates(sentence: str) -> bool:
    letters = sum(map(str.isalnum, sentence))
    return letters > 3 and sentence.strip().casefold() not in _NO_SENTENCE


def _front(parts: Sequence[frontmatter.Parts | None]) -> list[Hunk] | None:
    """Hunks of the front matter, fences included; None if it can only be merged as text."""
    base, theirs, mine = map(_fenced, parts)
    whole = _one_sided(base, theirs, mine)
    if whole:
        return [whole]
    units = [_units(part) for part in parts]
    keyed = [unit for unit in units if unit is not None]
    if len(keyed) < len(units):
        return None
    hunks = list(_keys(*keyed))
    opening, closing = (
        next(lines[end] for lines in (mine, theirs, base) if lines) for end in (0, -1)
    )
    return [_fence(opening), *hunks, _fence(closing)]


def _fence(line: str) -> Hunk:
    return Hunk(Kind.SAME, (line,), (line,), (line,), (line,))


def _fenced(part: frontmatter.Parts | None) -> Lines:
    if part is None:
        return ()
    return _lines((part.opening + part.front + part.closing).removesuffix("\n"))


def _units(part: frontmatter.Parts | None) -> dict[str, Lines] | None:
    """Lines by key, each with the comments above it; None if some lines are no key's."""
    units: dict[str, Lines] = {}
    above: Lines = ()
    for entry in frontmatter.entries(part.front) if part else []:
        if entry.key in units or not (entry.key or entry.is_quiet):
            return None
        if entry.key:
            units[entry.key] = above + entry.lines
            above = ()
        else:
            above += entry.lines
    if above:
        units[""] = above
    return units


def _keys(
    base: Mapping[str, Lines], theirs: Mapping[str, Lines], mine: Mapping[str, Lines]
) -> Iterator[Hunk]:
    """A hunk for each key, in my order; keys that only they have follow their neighbour."""
    for key in [*_order(theirs, mine), ""]:
        b, t, m = (side.get(key, ()) for side in (base, theirs, mine))
        if b or t or m:
            yield (
                _one_sided(b, t, m, key)
                or _list_union(b, t, m, key)
                or Hunk(Kind.CONFLICT, b, t, m, m, key)
            )


def _order(theirs: Iterable[str], mine: Collection[str]) -> Iterator[str]:
    """The keys in my order, each followed by those that only they have after it."""
    following: dict[str, list[str]] = {}
    before = ""
    for key in theirs:
        if key in mine:
            before = key
        elif key:
            following.setdefault(before, []).append(key)
    for key in mine:
        if key:
            yield key
            yield from following.get(key, ())
    yield from following.get("", ())


def _list_union(base: Lines, theirs: Lines, mine: Lines, key: str) -> Hunk | None:
    """`tags: [a, b]` with what either side added and without what either side removed."""
    if len(theirs) != 1 or len(mine) != 1 or len(base) > 1:
        return None
    matches = [_FLOW_LIST.fullmatch(line) for line in (*base, *theirs, *mine)]
    lists = [_items(match[2]) for match in matches if match]
    if len(lists) < len(matches) or not matches[-1]:
        return None
    old = frozenset(lists[0] if base else ())
    here, there = frozenset(lists[-1]), frozenset(lists[-2])
    added = [item for item in lists[-2] if item not in old and item not in here]
    removed = old - there
    items = [item for item in lists[-1] if item not in removed] + added
    line = f"{matches[-1][1]}[{', '.join(items)}]"
    return Hunk(Kind.MIXED, base, theirs, mine, (line,), key)


def _items(written: str) -> list[str]:
    return [item.strip() for item in written.split(",") if item.strip()]


def _lines(text: str) -> Lines:
    return tuple(text.split("\n"))
