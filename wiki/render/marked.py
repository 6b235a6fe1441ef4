"""Two renderings of a page as one: the page as it reads, what came and what went marked in it.

Blocks are compared with blocks, lists item by item and tables row by row; what is left are runs of
words, which keep the links and the emphasis that they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from lxml.html import HtmlElement, fragment_fromstring, tostring
from markupsafe import Markup

from wiki.domain.content.alignment import changes
from wiki.domain.content.effort import Effort
from wiki.domain.history.diff import Fate, Piece, pieces
from wiki.render.diff import DiffLabels
from wiki.render.writing.sanitise import sanitise

_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 blockquote pre ul ol li dl dt dd table thead tbody tr th td hr div "
    "section details summary aside".split()
)
_VOID = frozenset(("br", "hr", "img", "input"))
_WHOLE = "math"
"""Stays or changes as a whole: half a formula is none."""

_MOVABLE = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol"))
_MOVABLE |= {"section", "dl"}

# What numbers and tools a page has is not what its writer changed.
_TOOLS = re.compile(r'<span class="(?:heading-tools|turn-meta)">.*?</span>', re.DOTALL)
_ID = re.compile(r' id="[^"]*"')
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

Token = tuple[str, tuple[str, ...]]
"""A word, a space or a void element, and the opening tags of the elements that it stands in."""

Step = tuple[bool, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A block, or a run of text (`tag` is empty) between blocks; `html` is all of it."""

    tag: str
    html: str
    text: str
    element: HtmlElement | None
    run: Sequence[Token] = ()

    @property
    def tokens(self) -> Sequence[Token]:
        """Its words, if it holds no blocks; made when asked, as most blocks stay as they were."""
        return self.run if self.element is None else [*_inside(self.element, ())]

    @property
    def bare(self) -> str:
        """The HTML without the names of places in it."""
        return _ID.sub("", self.html) if " id=" in self.html else self.html

    @property
    def open(self) -> str:
        """Its opening tag."""
        return _opening(self.element) if self.element is not None else ""

    @property
    def close(self) -> str:
        """Its closing tag."""
        return f"</{self.tag}>" if self.tag else ""


def rendered_html(old: str, new: str, labels: DiffLabels | None = None) -> Markup:
    """Two filled renderings as one page with `ins` and `del`, and what moved said to have moved."""
    mixed = _Mix(labels or DiffLabels()).run(_parsed(old), _parsed(new))
    return Markup(sanitise(mixed))


class _Mix:
    """One page made of two; counts what moved."""

    def __init__(self, labels: DiffLabels) -> None:
        self._labels = labels
        self._moves = 0
        self._effort = Effort()

    def run(self, old: Sequence[_Unit], new: Sequence[_Unit]) -> str:
        found = pieces([unit.text for unit in old], [unit.text for unit in new], self._effort)
        first = self._moves
        self._moves += max((piece.move for piece in found), default=0)
        met = _met(found, old, new)
        return "".join(self._piece(piece, old, new, first) for piece in met)

    def _piece(self, piece: Piece, old: Sequence[_Unit], new: Sequence[_Unit], first: int) -> str:
        if piece.old >= 0 and piece.new >= 0:
            mixed = self._pair(old[piece.old], new[piece.new])
            unit = new[piece.new]
        elif piece.new < 0:
            unit = old[piece.old]
            mixed = self._whole("del", unit)
        else:
            unit = new[piece.new]
            mixed = self._whole("ins", unit)
        if not piece.move:
            return mixed
        number = first + piece.move
        if unit.tag in _MOVABLE:
            name, mark = self._move(piece.fate, number)
            if piece.fate is Fate.MOVED_AWAY:
                mixed = _ID.sub("", unit.html)
            return f'<div class="{name}">{mark}{mixed}</div>'
        # A list item or a row cannot stand in a box of its own.
        return mixed if piece.fate is Fate.MOVED_AWAY else self._whole("ins", unit)

    def _move(self, fate: Fate, number: int) -> tuple[str, str]:
        away = fate is Fate.MOVED_AWAY
        here, there = ("from", "to") if away else ("to", "from")
        label = escape(self._labels.moved_away if away else self._labels.moved_here)
        link = f'id="move-{here}-{number}" href="#move-{there}-{number}"'
        return (
            f"diff-moved-{'away' if away else 'here'}",
            f'<a class="diff-move" {link}>{label}</a>',
        )

    def _pair(self, old: _Unit, new: _Unit) -> str:
        if old.bare == new.bare:
            return new.html
        if old.tag != new.tag:
            return self._whole("del", old) + self._whole("ins", new)
        if new.element is None or not _holds_blocks(old, new):
            return new.open + self._words(old.tokens, new.tokens) + new.close
        inner = (_units(unit.element) for unit in (old, new))
        mixed = self._cells(*inner) if new.tag == "tr" else self.run(*inner)
        return new.open + mixed + new.close

    def _cells(self, old: Sequence[_Unit], new: Sequence[_Unit]) -> str:
        """Cells beside each other: the third is compared with the third."""
        shared = min(len(old), len(new))
        mixed = [self._pair(*cells) for cells in zip(old, new, strict=False)]
        mixed += [self._whole("del", cell) for cell in old[shared:]]
        mixed += [self._whole("ins", cell) for cell in new[shared:]]
        return "".join(mixed)

    def _whole(self, mark: str, unit: _Unit) -> str:
        """A unit all of which came (`ins`) or went (`del`)."""
        if unit.tag in _VOID:
            return f"<{mark}>{unit.html}</{mark}>"
        if unit.element is not None and _holds_blocks(unit):
            inner = "".join(self._whole(mark, one) for one in _units(unit.element))
        else:
            inner = self._marked(mark, unit.tokens)
        opening = unit.open if mark == "ins" else _ID.sub("", unit.open)
        return opening + inner + unit.close

    def _words(self, old: Sequence[Token], new: Sequence[Token]) -> str:
        out = []
        for equal, a, b, c, d in _without_scraps(changes(old, new, self._effort), new):
            if equal:
                out.append(_written(new[c:d]))
            else:
                out.append(self._marked("del", old[a:b]))
                out.append(self._marked("ins", new[c:d]))
        return "".join(out)

    def _marked(self, mark: str, tokens: Sequence[Token]) -> str:
        inner = _written(tokens)
        if not inner.strip():
            return inner if mark == "ins" else ""
        word = escape(self._labels.added if mark == "ins" else self._labels.removed)
        said = f'<span class="visually-hidden">[{word}] </span>'
        return f"<{mark}>{said}{_ID.sub('', inner) if mark == 'del' else inner}</{mark}>"


def _met(found: Sequence[Piece], old: Sequence[_Unit], new: Sequence[_Unit]) -> Iterator[Piece]:
    """The pieces; a list, table or turn that took another's place is that one, changed."""
    waiting = iter(found)
    for piece in waiting:
        following = next(waiting, None)
        while following is not None and not _is_one(piece, following, old, new):
            yield piece
            piece, following = following, next(waiting, None)
        yield piece if following is None else Piece(Fate.CHANGED, piece.old, following.new)


def _is_one(left: Piece, right: Piece, old: Sequence[_Unit], new: Sequence[_Unit]) -> bool:
    if (left.fate, right.fate) != (Fate.DELETED, Fate.INSERTED):
        return False
    before, after = old[left.old], new[right.new]
    return before.tag == after.tag and _holds_blocks(before) and _holds_blocks(after)


def _without_scraps(steps: Sequence[Step], new: Sequence[Token]) -> list[Step]:
    """The steps with a space between two changes taken as part of them."""
    whole: list[Step] = []
    for at, (equal, a, b, c, d) in enumerate(steps):
        is_between = 0 < at < len(steps) - 1
        changed = not equal or (is_between and all(token.isspace() for token, _ in new[c:d]))
        if changed and whole and not whole[-1][0]:
            _, first, _, there, _ = whole.pop()
            whole.append((False, first, b, there, d))
        else:
            whole.append((not changed, a, b, c, d))
    return whole


def _parsed(html: str) -> list[_Unit]:
    return _units(fragment_fromstring(_TOOLS.sub("", html), create_parent="div"))


def _units(parent: HtmlElement | None) -> list[_Unit]:
    """Give what stands in an element: blocks, and the runs of text between them."""
    if parent is None:
        return []
    units: list[_Unit] = []
    run: list[Token] = list(_split(parent.text, ()))
    for child in parent:
        if child.tag in _BLOCKS:
            if run:
                units += _run(run)
                run = []
            units.append(_block(child))
        else:
            run += _tokens(child, ())
        if child.tail:
            run += _split(child.tail, ())
    return units + _run(run) if run else units


def _run(tokens: Sequence[Token]) -> list[_Unit]:
    text = "".join(token for token, _ in tokens)
    return [_Unit("", _written(tokens), text, None, tokens)] if text.strip() else []


def _block(element: HtmlElement) -> _Unit:
    html = str(tostring(element, encoding="unicode", with_tail=False))
    text = str(element.text_content())
    return _Unit(str(element.tag), html, text if text.strip() else html, element)


def _holds_blocks(*units: _Unit) -> bool:
    return any(
        child.tag in _BLOCKS for unit in units if unit.element is not None for child in unit.element
    )


def _tokens(element: HtmlElement, around: tuple[str, ...]) -> Iterator[Token]:
    if element.tag in _VOID:
        yield _opening(element), around
    elif element.tag == _WHOLE:
        yield str(tostring(element, encoding="unicode", with_tail=False)), around
    else:
        yield from _inside(element, (*around, _opening(element)))


def _inside(element: HtmlElement, around: tuple[str, ...]) -> Iterator[Token]:
    yield from _split(element.text, around)
    for child in element:
        yield from _tokens(child, around)
        yield from _split(child.tail, around)


def _split(text: str | None, around: tuple[str, ...]) -> Iterator[Token]:
    return ((escape(token), around) for token in _TOKEN.findall(text or ""))


def _written(tokens: Iterable[Token]) -> str:
    """Tokens as HTML, the elements around them opened and closed where they begin and end."""
    out: list[str] = []
    open: tuple[str, ...] = ()
    for text, around in tokens:
        if around != open:
            shared = 0
            while shared < min(len(open), len(around)) and open[shared] == around[shared]:
                shared += 1
            out += [_closing(tag) for tag in reversed(open[shared:])]
            out += around[shared:]
            open = around
        out.append(text)
    out += [_closing(tag) for tag in reversed(open)]
    return "".join(out)


def _opening(element: HtmlElement) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.items())
    return f"<{element.tag}{attributes}>"


def _closing(opening: str) -> str:
    return f"</{opening[1:].partition(' ')[0].rstrip('>')}>"
