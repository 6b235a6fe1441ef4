"""Queries: words and filters, read from one line of text. Reading never fails.

`burger wijk` both words · `"de burger"` in that order · `-wijk` without · `burger OR bewoner` ·
`particip*` by beginning · `title:wijk` in the title. Filters: `kind:` `tag:` `who:` `question:`
`status:` `after:` `before:` `in:`, in Dutch `soort:` `wie:` `vraag:` `na:` `voor:` and so on.
What is not understood becomes a notice and the rest is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, date, timedelta
from enum import StrEnum
from unicodedata import category

LONGEST = 500
MOST_WORDS = 20
MOST_ALTERNATIVES = 6
"""Words joined by OR: each is looked up in full, where wanted words narrow each other."""
SHORTEST_PREFIX = 2
MOST_PREFIXES = 6
"""Beginnings stand for many words each."""


class How(StrEnum):
    """How a text is to be found."""

    WORD = "word"
    PHRASE = "phrase"
    PREFIX = "prefix"


class Where(StrEnum):
    """The scopes of a search."""

    ALL = "all"
    PAGES = "pages"
    TURNS = "turns"
    COMMENTS = "comments"
    HISTORY = "history"


class Sort(StrEnum):
    """The order of what is found."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Term:
    """A text to be found, in the title only or anywhere."""

    text: str
    how: How = How.WORD
    title: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One of these terms is wanted, or (`wanted` false) none of them."""

    any_of: tuple[Term, ...]
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Filters:
    """Limits on what is found: one of the values of each; `after` included, `before` not."""

    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a search that the searcher should know: a code and one value."""

    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A search, read from what was typed."""

    text: str = ""
    clauses: tuple[Clause, ...] = ()
    filters: Filters = field(default_factory=Filters)
    where: Where = Where.ALL
    sort: Sort = Sort.RELEVANCE
    notices: tuple[Notice, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for: no word that is wanted and no filter."""
        return not any(clause.wanted for clause in self.clauses) and self.filters == Filters()


KINDS = {
    "page": "page",
    "pagina": "page",
    "question": "question",
    "vraag": "question",
    "vraagstuk": "question",
    "dialogue": "dialogue",
    "gesprek": "dialogue",
    "tweegesprek": "dialogue",
    "dialoog": "dialogue",
    "turn": "turn",
    "beurt": "turn",
    "comment": "comment",
    "reactie": "comment",
    "person": "person",
    "persoon": "person",
    "mens": "person",
    "file": "file",
    "bestand": "file",
    "bestanden": "file",
}
_FIELDS = {
    **dict.fromkeys(("kind", "soort", "type"), "kind"),
    **dict.fromkeys(("tag", "label", "trefwoord"), "tag"),
    **dict.fromkeys(("who", "wie", "author", "speaker"), "who"),
    **dict.fromkeys(("question", "vraag", "vraagstuk"), "question"),
    **dict.fromkeys(("status",), "status"),
    **dict.fromkeys(("after", "na", "sinds", "since"), "after"),
    **dict.fromkeys(("before", "voor", "until"), "before"),
    **dict.fromkeys(("in",), "in"),
    **dict.fromkeys(("title", "titel"), "title"),
}
_PLACES = {
    **dict.fromkeys(("all", "alles", "overal"), Where.ALL),
    **dict.fromkeys(("pages", "page", "pagina", "paginas", "pagina's"), Where.PAGES),
    **dict.fromkeys(("turns", "turn", "beurt", "beurten", "gesprekken"), Where.TURNS),
    **dict.fromkeys(("comments", "comment", "reactie", "reacties"), Where.COMMENTS),
    **dict.fromkeys(("history", "geschiedenis"), Where.HISTORY),
}
STATUS_WORDS = {
    "in gesprek": "in dialogue",
    "beantwoord": "answered",
    "geparkeerd": "parked",
    "aangekondigd": "announced",
    "gehouden": "held",
    "afgelast": "cancelled",
}
_OR = {"OR", "OF", "|"}
_NOT = {"NOT", "NIET"}
_QUOTES = dict.fromkeys(map(ord, "“”„«»"), '"')
_PIECE = re.compile(r'(-?)(?:([a-z]{2,12}):)?(?:"([^"]*)("?)|([^\s"]+))', re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DUTCH_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")


@dataclass(frozen=True, slots=True)
class _Piece:
    minus: bool
    field: str
    text: str
    quoted: bool
    open: bool


def parse(text: str) -> Query:
    """The query that a line of text asks; too long a line gives an empty one with a notice."""
    shown = text.strip()
    if len(shown) > LONGEST:
        return Query(text=shown[:LONGEST], notices=(Notice("search_long", str(LONGEST)),))
    plain = "".join(" " if ord(char) < 32 or char in "()\x7f" else char for char in shown)
    reader = _Reader(shown)
    pieces = list(_pieces(plain.translate(_QUOTES)))
    if _is_sentence(pieces):
        reader.note("search_sentence")
        pieces = [_as_word(piece) for piece in pieces if piece.text not in _OR | _NOT]
    for piece in pieces:
        reader.take(piece)
    return reader.query()


def day(text: str) -> date | None:
    """The first day of a year, month or day: `2009`, `2009-12`, `2009-12-02` or `2-12-2009`."""
    dutch = _DUTCH_DATE.fullmatch(text.strip())
    found = _DATE.fullmatch(text.strip())
    parts = dutch.group(3, 2, 1) if dutch else found.group(1, 2, 3) if found else None
    if parts is None:
        return None
    try:
        return date(int(parts[0]), int(parts[1] or 1), int(parts[2] or 1))
    except ValueError:
        return None


def day_after(text: str) -> date | None:
    """The day after a year, month or day: `to=2009-11` means November as well."""
    first = day(text)
    if first is None:
        return None
    dashes = text.strip().count("-")
    if dashes == 2:
        return first + timedelta(days=1) if first < date.max else None
    months = first.year * 12 + first.month + (0 if dashes else 11)
    return date(months // 12, months % 12 + 1, 1) if months // 12 <= MAXYEAR else None


def without(text: str, name: str, value: str) -> str:
    """The line of text without the filter that asks for this value."""
    plain = text.translate(_QUOTES)
    rest = plain
    for match in _PIECE.finditer(plain):
        _, written, quoted, _, bare = match.groups()
        same = (quoted if quoted is not None else bare or "").strip(" ,;") == value
        if same and _FIELDS.get((written or "").lower()) == name:
            rest = rest.replace(match.group(), " ", 1)
    return " ".join(rest.split())


def words_of(text: str) -> str:
    """The line of text without its filters: what stands above what was found."""
    plain = text.translate(_QUOTES)
    filters = (match for match in _PIECE.finditer(plain) if _is_filter(match[2]))
    for match in reversed(list(filters)):
        plain = plain[: match.start()] + plain[match.end() :]
    return " ".join(plain.split())


def typed(text: str, name: str) -> str:
    """The last value of a filter as it was typed (`2009-12`), or empty."""
    value = ""
    for match in _PIECE.finditer(text.translate(_QUOTES)):
        if _FIELDS.get((match[2] or "").lower()) == name:
            value = (match[3] or match[5] or "").strip(" ,;")
    return value


def _is_filter(name: str | None) -> bool:
    return _FIELDS.get((name or "").lower(), "title") != "title"


def _pieces(text: str) -> Iterator[_Piece]:
    for match in _PIECE.finditer(text):
        minus, name, quoted, close, bare = match.groups()
        if bare and bare.endswith(":") and bare[:-1].lower() in _FIELDS:
            name, bare = bare[:-1], ""
        field = _FIELDS.get((name or "").lower(), "")
        if name and not field:
            written = bare if quoted is None else f'"{quoted}"'
            yield _Piece(bool(minus), "", f"{name}:{written}", quoted is not None, False)
        else:
            inside = quoted is not None
            yield _Piece(bool(minus), field, quoted or bare or "", inside, inside and not close)


def _is_sentence(pieces: list[_Piece]) -> bool:
    """Whether a line reads as a sentence in which something looks like a sign of ours.

    A few options (`-Z`), a NOT or a word before a colon among many words are what it says.
    """
    filters = [piece for piece in pieces if piece.quoted or (piece.field and piece.text)]
    signs = [p for p in pieces if p.minus or p.field or p.text in _OR | _NOT]
    return bool(signs) and not filters and len(pieces) - len(signs) >= max(7, 3 * len(signs))


def _as_word(piece: _Piece) -> _Piece:
    return replace(piece, minus=False, field="", text=piece.text or piece.field)


class _Reader:
    """Takes the pieces of a line one by one and gathers the query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.clauses: list[Clause] = []
        self.found: dict[str, list[str]] = {"kind": [], "tag": [], "who": [], "question": []}
        self.found["status"] = []
        self.days: dict[str, date | None] = {"after": None, "before": None}
        self.where = Where.ALL
        self.notices: list[Notice] = []
        self.joins = self.refuses = False

    def take(self, piece: _Piece) -> None:
        """Add one piece."""
        if piece.open:
            self.note("search_quote_open")
        if piece.field and piece.field != "title":
            self._filter(piece)
        elif not piece.quoted and piece.text in _OR:
            self.joins = bool(self.clauses)
        elif not piece.quoted and piece.text in _NOT and not piece.minus:
            self.refuses = True
        else:
            self._term(piece)

    def note(self, code: str, value: str = "") -> None:
        """Remember something to tell, once."""
        notice = Notice(code, value)
        if notice not in self.notices:
            self.notices.append(notice)

    def query(self) -> Query:
        """Return what has been gathered."""
        filters = Filters(
            kinds=tuple(dict.fromkeys(self.found["kind"])),
            tags=tuple(dict.fromkeys(self.found["tag"])),
            people=tuple(dict.fromkeys(self.found["who"])),
            questions=tuple(dict.fromkeys(self.found["question"])),
            statuses=tuple(dict.fromkeys(self.found["status"])),
            after=self.days["after"],
            before=self.days["before"],
        )
        wanted = any(clause.wanted for clause in self.clauses)
        if self.clauses and not wanted and filters == Filters():
            self.note("search_only_not")
        return Query(
            self.text,
            tuple(self.clauses),
            filters,
            where=self.where,
            notices=tuple(self.notices),
        )

    def _term(self, piece: _Piece) -> None:
        term = self._read(piece)
        if term is None:
            return
        wanted = not (piece.minus or self.refuses)
        last = self.clauses[-1] if self.clauses else None
        terms = [one for clause in self.clauses for one in clause.any_of]
        if len(terms) >= MOST_WORDS:
            self.note("search_many_words", str(MOST_WORDS))
        elif term.how is How.PREFIX and _prefixes(terms) >= MOST_PREFIXES:
            self.note("search_many_prefixes", str(MOST_PREFIXES))
        elif self.joins and wanted and last and last.wanted:
            self._join(last, term)
        else:
            self.clauses.append(Clause((term,), wanted))
        self.joins = self.refuses = False

    def _join(self, last: Clause, term: Term) -> None:
        others = sum(len(one.any_of) for one in self.clauses if len(one.any_of) > 1)
        if others + (1 if len(last.any_of) > 1 else 2) > MOST_ALTERNATIVES:
            self.note("search_many_alternatives", str(MOST_ALTERNATIVES))
        else:
            self.clauses[-1] = replace(last, any_of=(*last.any_of, term))

    def _read(self, piece: _Piece) -> Term | None:
        title = piece.field == "title"
        if piece.quoted:
            words = " ".join(piece.text.split())
            return Term(words, How.PHRASE, title) if _has_word(words) else None
        bare = piece.text.strip("*?")
        if not _has_word(bare):
            if piece.text.strip("*"):
                return None
            self.note("search_wildcard_alone")
            return None
        if "*" not in piece.text and not piece.text.endswith("?*"):
            return Term(bare, How.WORD, title)
        return self._prefix(piece.text, title)

    def _prefix(self, text: str, title: bool) -> Term | None:
        start = next(part for part in text.split("*") if _has_word(part))
        if text != start + "*":
            self.note("search_wildcard_end", start + "*")
        if sum(char.isalnum() for char in start) < SHORTEST_PREFIX:
            self.note("search_prefix_short", start + "*")
            return Term(start, How.WORD, title)
        return Term(start, How.PREFIX, title)

    def _filter(self, piece: _Piece) -> None:
        written = f"{piece.field}:{piece.text}"
        value = piece.text.strip(" ,;")
        if piece.minus or not value:
            self.note("search_not_understood", ("-" if piece.minus else "") + written)
        elif piece.field in self.days:
            self._day(piece.field, value, written)
        elif piece.field == "in":
            self._place(value, written)
        elif piece.field == "kind":
            self._kind(value, written)
        else:
            value = STATUS_WORDS.get(value.lower(), value) if piece.field == "status" else value
            self.found[piece.field].append(value)

    def _day(self, name: str, value: str, written: str) -> None:
        date = day(value)
        if date is None:
            self.note("search_date", written)
        else:
            self.days[name] = date

    def _place(self, value: str, written: str) -> None:
        if value.lower() in _PLACES:
            self.where = _PLACES[value.lower()]
        else:
            self.note("search_not_understood", written)

    def _kind(self, value: str, written: str) -> None:
        kind = KINDS.get(value.lower()) or KINDS.get(value.lower().removesuffix("s"))
        if kind:
            self.found["kind"].append(kind)
        else:
            self.note("search_kind", written)


def _prefixes(terms: Iterable[Term]) -> int:
    return sum(term.how is How.PREFIX for term in terms)


def _has_word(text: str) -> bool:
    return any(char.isalnum() or category(char) == "So" for char in text)
