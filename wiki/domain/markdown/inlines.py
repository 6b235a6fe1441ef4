"""The inline nodes of a block's text: CommonMark 0.31, GitHub's strikes and bare addresses.

Also links to pages as `[[path|words]]`, notes as `[^label]`, formulas as `$a$` and `@name`. One
walk over the text, with a stack of brackets and one of runs of marks (CommonMark, "Appendix: A
parsing strategy"). What could be searched for again and again is remembered: where code spans can
end, that nothing closes any more, below which run of marks none can open.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from wiki.domain.markdown import addresses, emoji
from wiki.domain.markdown.abbreviations import Abbreviations
from wiki.domain.markdown.dollars import Dollars
from wiki.domain.markdown.marks import (
    BLANK,
    MOST_IN_LABEL,
    PUNCTUATION,
    Target,
    character,
    entities,
    entity,
    fold,
    inline_target,
    label,
    tag,
)
from wiki.domain.markdown.nodes import Content, Definition, Inline, Kind

MOST_INSIDE = 24
"""Inline nodes in each other."""

_SPECIAL = re.compile(r"[\\`*_~=^$\[\]!<&\n]")
_ANY = re.compile(r"[\\`*_~=^$\[\]!<&\n:w@]")
_ONLY_OF_ADDRESS = r"(?:(?<![:w])|(?<=:)(?=//|[a-z0-9_+-]{1,60}+:)|(?<=w)(?=ww\.))"
_SPECIAL_OR_ADDRESS = re.compile(r"[\\`*_~=^$\[\]!<&\n:w]" + _ONLY_OF_ADDRESS)
_OUTSIDE_LINKS = re.compile(r"[\\`*_~=$\[!<:w]" + _ONLY_OF_ADDRESS)
"""What can begin a link or keep one from being read; breaks and entities cannot."""
_RAISED = re.compile(r"\^([^\s^~*_=`\[\]<>\\&:@!]{1,50}+)\^")
_LOWERED = re.compile(r"~([^\s^~*_=`\[\]<>\\&:@!]{1,50}+)~(?!~)")
_TICKS = re.compile("`++")
_WIKILINK = re.compile(r"\[\[([^\[\]|\n]{1,300}+)(?:\|([^\[\]\n]{1,300}+))?\]\]")
_NOTE = re.compile(r"\[\^((?:[^\\\[\]\s]|\\[^\s]){1,500}+)\]")
_ADDRESS = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1f]*+)>")
_MAIL = re.compile(
    r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]++@[A-Za-z0-9][A-Za-z0-9-]*+(?:\.[A-Za-z0-9][A-Za-z0-9-]*+)*+)>"
)
_CLOSED_BY = (("<?", "?>"), ("<![CDATA[", "]]>"), ("<!--", "-->"), ("<!", ">"))
_AFTER_BREAK = re.compile(r"[ \t]*+")


@dataclass(frozen=True, slots=True)
class Known:
    """The meanings of labels and abbreviations, and whether `@name` calls somebody."""

    definitions: Mapping[str, Definition]
    notes: Container[str]
    mentions: bool
    abbreviations: Abbreviations | None = None


@dataclass(slots=True, eq=False)
class _Run:
    """A run of marks: how many are left, and the nodes they end and begin, by how many marks."""

    char: str
    start: int
    end: int
    opens: bool
    closes: bool
    number: int
    left: int
    ended: list[int] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Bracket:
    """A `[` or `![`: where its text begins, and what it turns out to open."""

    start: int
    end: int
    run: int
    holds_bracket: bool = False
    node: Inline | None = None


@dataclass(slots=True, eq=False)
class _End:
    """Where the text of a link or picture ends, and all of it."""

    start: int
    end: int


_LINKS = (Kind.LINK, Kind.IMAGE)
_KINDS = {"~": Kind.STRIKE, "=": Kind.MARK}
_Piece = tuple[int, int] | Inline | _Run | _Bracket | _End


def inlines(content: Content, meanings: Known) -> list[Inline]:
    """The inline nodes of a text."""
    text = content.text
    if text and not _ANY.search(text) and not meanings.abbreviations:
        return [Inline(Kind.TEXT, content.at(0), content.at(len(text) - 1) + 1, text)]
    return _Builder(content, meanings).build(_Scanner(content.text, meanings).run())


def links(content: Content, meanings: Known) -> list[Inline]:
    """The links and pictures that `inlines` gives, but for addresses of mail without marks.

    What stands around them may be left out, which takes less time; what is in them is complete.
    """
    return _Builder(content, meanings).build(
        _Scanner(content.text, meanings, only_links=True).run()
    )


class _Scanner:
    """One walk over a text; the pieces it gives are plain stretches, nodes, and marks in pairs."""

    def __init__(self, text: str, meanings: Known, *, only_links: bool = False) -> None:
        self.text = text
        self.known = meanings
        self.only_links = only_links
        self.at = self.plain = 0
        self.pieces: list[_Piece] = []
        self.brackets: list[_Bracket] = []
        self.runs: list[_Run] = []
        self.dead = 0
        self.ticks: dict[int, list[int]] | None = None
        self.never: set[str] = set()
        self.dollars: Dollars | None = None

    def run(self) -> list[_Piece]:
        """The pieces, in order."""
        text = self.text
        has_address = "://" in text or "www." in text or emoji.WRITTEN.search(text)
        search = (_SPECIAL_OR_ADDRESS if has_address else _SPECIAL).search
        outside = _OUTSIDE_LINKS.search if self.only_links else search
        actions = _ACTIONS
        found = outside(text, 0)
        while found:
            self.at = found.start()
            self.at = actions[text[self.at]](self)
            found = (search if self.brackets else outside)(text, self.at)
        if self.plain < len(text) and not self.only_links:
            self.pieces.append((self.plain, len(text)))
        self._pair(0)
        return self.pieces

    def _put(self, piece: _Piece, end: int) -> int:
        """Add a piece that begins here; where it ends."""
        at = self.at
        if self.plain < at and (not self.only_links or self.brackets or isinstance(piece, _End)):
            self.pieces.append((self.plain, at))
        self.pieces.append(piece)
        self.plain = end
        return end

    # What begins at a mark; each gives where to go on

    def _backslash(self) -> int:
        at = self.at
        following = self.text[at + 1 : at + 2]
        if following == "\n":
            return self._break(at, at + 1, hard=True)
        if following not in PUNCTUATION:
            return at + 1
        return self._put(Inline(Kind.TEXT, at, at + 2, following), at + 2)

    def _newline(self) -> int:
        start = self.at
        while start > self.plain and self.text[start - 1] in BLANK:
            start -= 1
        return self._break(start, self.at, hard=self.text.endswith("  ", start, self.at))

    def _break(self, start: int, newline: int, *, hard: bool) -> int:
        after = _AFTER_BREAK.match(self.text, newline + 1)
        end = after.end() if after else newline + 1
        self.at = start
        return self._put(Inline(Kind.HARD_BREAK if hard else Kind.SOFT_BREAK, start, end), end)

    def _backtick(self) -> int:
        at = self.at
        if self.ticks is None:
            self.ticks = {}
            for found in _TICKS.finditer(self.text):
                self.ticks.setdefault(found.end() - found.start(), []).append(found.start())
        run = _TICKS.match(self.text, at)
        assert run is not None
        size = run.end() - at
        places = self.ticks.get(size, [])
        place = bisect_left(places, run.end())
        if place == len(places):
            return run.end()
        end = places[place]
        code = self.text[run.end() : end].replace("\n", " ")
        if len(code) > 2 and code[0] == " " == code[-1] and code.strip(" "):
            code = code[1:-1]
        return self._put(Inline(Kind.CODE, at, end + size, code), end + size)

    def _entity(self) -> int:
        at = self.at
        written = entity(self.text, at)
        if not written:
            return at + 1
        end = at + len(written)
        return self._put(Inline(Kind.TEXT, at, end, character(written)), end)

    def _marks(self) -> int:
        text, at = self.text, self.at
        char = text[at]
        end = at + 1
        size = len(text)
        while end < size and text[end] == char:
            end += 1
        before = _sort_of(text[at - 1]) if at else 1
        after = _sort_of(text[end]) if end < size else 1
        left = after == 0 or (after == 2 and before != 0)
        right = before == 0 or (before == 2 and after != 0)
        if char in "_=":
            left, right = left and (not right or before == 2), right and (not left or after == 2)
        if not (left or right) or (char == "~" and end - at > 2) or (char == "=" and end - at != 2):
            return end
        run = _Run(char, at, end, left, right, len(self.runs), end - at)
        self.runs.append(run)
        return self._put(run, end)

    def _tilde(self) -> int:
        """Put in what is written low, right behind a letter or digit, else what is struck out."""
        at = self.at
        if at and self.text[at - 1].isalnum():
            found = _LOWERED.match(self.text, at)
            if found:
                return self._small(Kind.SUB, found)
        return self._marks()

    def _caret(self) -> int:
        found = _RAISED.match(self.text, self.at)
        return self._small(Kind.SUPER, found) if found else self.at + 1

    def _dollar(self) -> int:
        text, at = self.text, self.at
        self.dollars = self.dollars or Dollars(text)
        found = self.dollars.formula(at)
        if found:
            return self._put(found, found.end)
        end = at + 1
        while text.startswith("$", end):
            end += 1
        return end

    def _small(self, kind: Kind, found: re.Match[str]) -> int:
        inside = (Inline(Kind.TEXT, *found.span(1), found[1]),)
        return self._put(Inline(kind, *found.span(), "", inside), found.end())

    def _exclamation(self) -> int:
        text, at = self.text, self.at
        if text.startswith("[[", at + 1):
            return self._wikilink(at + 1) or at + 1
        if not text.startswith("[", at + 1):
            return at + 1
        return self._open(_Bracket(at, at + 2, len(self.runs)))

    def _bracket(self) -> int:
        text, at = self.text, self.at
        if text.startswith("[[", at):
            end = self._wikilink(at)
            if end:
                return end
        if text.startswith("[^", at):
            match = _NOTE.match(text, at)
            if match and fold(match[1]) in self.known.notes:
                note = Inline(Kind.NOTE, at, match.end(), target=match[1])
                return self._put(note, match.end())
        return self._open(_Bracket(at, at + 1, len(self.runs)))

    def _open(self, bracket: _Bracket) -> int:
        if self.brackets:
            self.brackets[-1].holds_bracket = True
        self.brackets.append(bracket)
        return self._put(bracket, bracket.end)

    def _wikilink(self, at: int) -> int:
        """Where the link to a page ends whose brackets stand at a place; 0 if it is none.

        With a mark before them, what it leads to is meant to be shown.
        """
        text = self.text
        match = _WIKILINK.match(text, at)
        if not match:
            return 0
        target, words = match[1], match[2] or ""
        end = match.end()
        if not words:
            definitions = self.known.definitions
            if definitions and fold(target) in definitions:
                return 0
            if text.startswith("(", end) and inline_target(text, end):
                return 0
            if text.startswith("[", end) and fold(label(text, end)[0]) in definitions:
                return 0
        elif target[-1] == "\\":
            target = target[:-1]
        place = at + 2, at + 2 + len(target)
        kind = Kind.WIKILINK if at == self.at else Kind.EMBED
        link = Inline(kind, self.at, end, entities(words), (), entities(target), place=place)
        return self._put(link, end)

    def _closing(self) -> int:
        at = self.at
        if not self.brackets:
            return at + 1
        bracket = self.brackets.pop()
        is_image = bracket.end - bracket.start == 2
        is_dead = len(self.brackets) < self.dead and not is_image
        self.dead = min(self.dead, len(self.brackets))
        if is_dead:
            return at + 1
        found = self._target(bracket)
        if not found:
            return at + 1
        target, is_inline = found
        bracket.node = Inline(
            Kind.IMAGE if is_image else Kind.LINK,
            bracket.start,
            target.end,
            target=target.target,
            title=target.title,
            place=(target.start, target.stop) if is_inline else None,
        )
        self._put(_End(at, target.end), target.end)
        self._pair(bracket.run)
        if not is_image:
            # A link holds no other link: brackets before it open none any more.
            self.dead = len(self.brackets)
        return target.end

    def _target(self, bracket: _Bracket) -> tuple[Target, bool] | None:
        """Where the link that ends here leads, and whether that stands in parentheses after it."""
        text, after = self.text, self.at + 1
        if text.startswith("(", after):
            found = inline_target(text, after)
            if found:
                return found, True
        if not self.known.definitions:
            return None
        name, end = label(text, after) if text.startswith("[", after) else ("", -1)
        if end < 0 or not name.strip():
            if bracket.holds_bracket or self.at - bracket.end > MOST_IN_LABEL:
                return None
            name = text[bracket.end : self.at]
            end = after + 2 if text.startswith("[]", after) else after
        known = self.known.definitions.get(fold(name))
        return (Target(known.target, known.title, 0, 0, end), False) if known else None

    def _angle(self) -> int:
        text, at = self.text, self.at
        address = _ADDRESS.match(text, at)
        mail = None if address else _MAIL.match(text, at)
        if address or mail:
            address = address or mail
            assert address is not None
            inside = (Inline(Kind.TEXT, at + 1, address.end() - 1, address[1]),)
            target = f"mailto:{address[1]}" if mail else address[1]
            link = Inline(Kind.LINK, at, address.end(), "", inside, target)
            return self._put(link, address.end())
        end = self._html_end(at)
        if end < 0:
            return at + 1
        is_comment = text.startswith("<!--", at)
        kind = Kind.COMMENT if is_comment else Kind.HTML
        return self._put(Inline(kind, at, end, text[at:end]), end)

    def _html_end(self, at: int) -> int:
        text = self.text
        if text.startswith(("<!-->", "<!--->"), at):
            return text.index(">", at) + 1
        for opening, closing in _CLOSED_BY:
            if not text.startswith(opening, at):
                continue
            if closing in self.never or (opening == "<!" and not text[at + 2 : at + 3].isalpha()):
                return -1
            end = text.find(closing, at + len(opening))
            if end < 0:
                self.never.add(closing)
            return end + len(closing) if end >= 0 else -1
        return tag(text, at)

    def _colon(self) -> int:
        found = emoji.sign(self.text, self.at, self.plain)
        if not found:
            return self._address()
        sign, end = found
        return self._put(Inline(Kind.TEXT, self.at, end, sign), end)

    def _address(self) -> int:
        """A bare address; its scheme may stand in the plain text before here."""
        found = addresses.bare(self.text, self.at, self.plain, bool(self.brackets))
        if not found:
            return self.at + 1
        self.at, end, target = found
        inside = (Inline(Kind.TEXT, self.at, end, self.text[self.at : end]),)
        return self._put(Inline(Kind.LINK, self.at, end, "", inside, target), end)

    def _pair(self, first: int) -> None:
        """Find what the runs of marks from number `first` on open and close between them."""
        waiting: list[_Run] = []
        bottoms: dict[tuple[str, bool, int], int] = {}
        for run in self.runs[first:]:
            if run.closes:
                _close_with(run, waiting, bottoms)
            if run.opens and run.left:
                waiting.append(run)
        del self.runs[first:]


def _close_with(run: _Run, waiting: list[_Run], bottoms: dict[tuple[str, bool, int], int]) -> None:
    """Let a run close those that wait, the nearest first."""
    size = run.end - run.start
    key = (run.char, run.opens, size if run.char in "~=" else size % 3)
    while run.left:
        bottom = bottoms.get(key, -1)
        place = len(waiting) - 1
        while place >= 0 and waiting[place].number > bottom and not _fit(waiting[place], run):
            place -= 1
        if place < 0 or waiting[place].number <= bottom:
            bottoms[key] = run.number - 1
            return
        opener = waiting[place]
        used = run.left if run.char in "~=" else 2 if run.left > 1 and opener.left > 1 else 1
        opener.begun.append(used)
        run.ended.append(used)
        opener.left -= used
        run.left -= used
        del waiting[place + (opener.left > 0) :]


def _fit(opener: _Run, closer: _Run) -> bool:
    if opener.char != closer.char:
        return False
    first, second = opener.end - opener.start, closer.end - closer.start
    if opener.char in "~=":
        return first == second
    if not (opener.closes or closer.opens):
        return True
    return (first + second) % 3 != 0 or (first % 3 == 0 and second % 3 == 0)


def _sort_of(char: str) -> int:
    """0 for a letter and the like, 1 for space, 2 for punctuation."""
    if char.isalnum():
        return 0
    if char in PUNCTUATION:
        return 2
    if char.isspace():
        return 1
    return 2 if unicodedata.category(char)[0] in "PS" else 0


_ACTIONS = {
    "\\": _Scanner._backslash,
    "\n": _Scanner._newline,
    "`": _Scanner._backtick,
    "&": _Scanner._entity,
    "*": _Scanner._marks,
    "_": _Scanner._marks,
    "~": _Scanner._tilde,
    "=": _Scanner._marks,
    "^": _Scanner._caret,
    "$": _Scanner._dollar,
    "!": _Scanner._exclamation,
    "[": _Scanner._bracket,
    "]": _Scanner._closing,
    "<": _Scanner._angle,
    ":": _Scanner._colon,
    "w": _Scanner._address,
}


class _Builder:
    """Makes a tree of pieces; what nests too deep stays as written."""

    def __init__(self, content: Content, meanings: Known) -> None:
        self.content = content
        self.text = content.text
        self.shift = content.sources[0] if len(content.offsets) == 1 else -1
        self.mentions = meanings.mentions
        self.short = meanings.abbreviations
        self.calls = "@" in content.text
        self.nodes: list[Inline] = []
        self.outer: list[tuple[list[Inline], Inline | None]] = []
        self.low = self.high = 0
        self.in_link = 0

    def build(self, pieces: Sequence[_Piece]) -> list[Inline]:
        """The nodes at the top."""
        for piece in pieces:
            if isinstance(piece, tuple):
                self._text(*piece)
            elif isinstance(piece, Inline):
                self._node(piece)
            elif isinstance(piece, _Run):
                self._marks(piece)
            elif isinstance(piece, _End):
                self._close(piece.start, piece.end)
            elif piece.node:
                self._open(piece.node, piece.end)
            else:
                self._text(piece.start, piece.end)
        self._flush()
        return self.nodes

    def _text(self, start: int, end: int) -> None:
        """Keep a stretch of plain text: what follows it may belong to the same node."""
        if self.high != start:
            self._flush()
            self.low = start
        self.high = end

    def _flush(self) -> None:
        low, high = self.low, self.high
        if low == high:
            return
        self.low = high
        if self.calls and not self.in_link:
            for node in addresses.calls(self.text, low, high, mentions=self.mentions):
                if node.kind is Kind.TEXT:
                    self._words(node.start, node.end)
                else:
                    self.nodes.append(self._place(node))
            return
        self._words(low, high)

    def _words(self, low: int, high: int) -> None:
        if self.short:
            self.nodes += map(self._place, self.short.split(self.text, low, high))
            return
        start, end = self._span(low, high)
        self.nodes.append(Inline(Kind.TEXT, start, end, self.text[low:high]))

    def _span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the source a part of the text stands."""
        if self.shift >= 0:
            return start + self.shift, end + self.shift
        return self.content.span(start, end)

    def _node(self, node: Inline) -> None:
        if self.low != self.high:
            self._flush()
        self._place(node)
        if self.in_link and node.kind is Kind.LINK:
            self.nodes += node.children
        else:
            self.nodes.append(node)

    def _place(self, node: Inline) -> Inline:
        """Say where in the source a node stands, that knew where in the text it does."""
        node.start, node.end = self._span(node.start, node.end)
        if node.place:
            node.place = self._span(*node.place)
        for child in node.children:
            self._place(child)
        return node

    def _marks(self, run: _Run) -> None:
        at = run.start
        for size in run.ended:
            self._close(at, at + size)
            at += size
        if run.left:
            self._text(at, at + run.left)
            at += run.left
        for size in reversed(run.begun):
            kind = _KINDS.get(run.char) or (Kind.STRONG if size == 2 else Kind.EMPHASIS)
            self._open(Inline(kind, at, at + size), at + size)
            at += size

    def _open(self, node: Inline, end: int) -> None:
        if len(self.outer) >= MOST_INSIDE:
            self._text(node.start, end)
            self.outer.append((self.nodes, None))
            return
        if self.low != self.high:
            self._flush()
        self.outer.append((self.nodes, node))
        self.nodes = []
        self.in_link += node.kind in _LINKS

    def _close(self, start: int, end: int) -> None:
        nodes, node = self.outer.pop()
        if node is None:
            self._text(start, end)
            return
        self._flush()
        node.children = self.nodes
        node.start, node.end = self._span(node.start, end)
        if node.place:
            node.place = self._span(*node.place)
        self.nodes = nodes
        self.nodes.append(node)
        self.in_link -= node.kind in _LINKS
