"""Front matter: what a page says about itself, read so that nothing in it can do harm.

YAML is read as events, never as objects: every scalar stays the text that was written (so `no` is a
word and a date a text), tags mean nothing, aliases are refused, and size, depth and number are
capped. Flat front matter, nearly all there is, takes a shorter way with the same result. TOML is
read by Python's own reader, with the same caps and every value as a text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from wiki.domain.content import frontmatter
from wiki.domain.content.conventions import Conventions
from wiki.domain.content.pages import STATUSES, Kind, Meta, Moment, Participant
from wiki.domain.content.paths import without_suffix
from wiki.domain.content.text import storable
from wiki.domain.pages import participants
from wiki.domain.pages.moments import typed
from wiki.render.values import write_value as write_value

Value = str | list[Any] | dict[str, Any]

MOST_CHARACTERS = 64_000
_MOST_LONG_WAY = 20_000
_MOST_KEPT = 4_000
_MOST_EVENTS = 600
_MOST_DEPTH = 12
_MOST_ITEMS = 200

_WORD = r"[\w./+(][\w ./+()&'’–-]*+"
_FLAT = re.compile(
    rf"""(?P<key>[A-Za-z_][\w-]*):
    (?: [ ]++ (?: (?P<plain>[\w/(](?:[^\s\#:]|[ ](?!\#)|:(?=\S))*+)
                | "(?P<double>[^"\\]*+)" | '(?P<single>[^']*+)'
                | \[(?P<list>[ ]*+(?:{_WORD}(?:,[ ]*+{_WORD})*+)?+)\] )
    )? (?:[ ]++\#.*)? [ ]*""",
    re.VERBOSE,
)
_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:(?:[Tt]|\s+)(\d\d?):(\d\d)(?::(\d\d)(?:\.\d*)?)?\s*(Z|[+-]\d\d?(?::?\d\d)?)?)?"
)
_KNOWN = frozenset(
    "title kind status tags lang redirect date end location perspective participants"
    " questions central_question recording".split()
)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read(text: str, zone: tzinfo = UTC, day: str = "") -> Meta:
    """Return what a page's text says in its front matter; never raises.

    A date without an offset is meant in `zone`; a page with a `day` is a dialogue that was held
    then, where it does not say otherwise. What is not right becomes a code in `problems`.
    """
    parts = frontmatter.cut(text)
    toml = None if parts else frontmatter.foreign(text)
    front = parts.front if parts else toml.front if toml else ""
    if not (parts or toml or day):
        return Meta()
    reading = _read_kept if len(front) <= _MOST_KEPT else _read
    return reading(front, zone, day, is_toml=toml is not None)


def read_at(path: str, text: str, meant: Conventions) -> Meta:
    """Return what the text of the page at a path says in its front matter, and its path does."""
    return read(text, meant.zone, meant.dialogues.day(path))


def _read(front: str, zone: tzinfo, day: str, *, is_toml: bool) -> Meta:
    values, problems = load_toml(front) if is_toml else load(front)
    if day and not values.get("kind") and not values.get("redirect"):
        said = {key: value for key, value in values.items() if value}
        values = {"kind": Kind.DIALOGUE.value, "status": "held", "date": day, **said}
    return _Reading(values, list(problems), zone).meta()


# A save reads the same front matter two or three times, and most saves do not change it.
_read_kept = lru_cache(maxsize=1_000)(_read)


def load(front: str) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The keys and values of a front matter, and codes of what kept it from being read."""
    if len(front) > MOST_CHARACTERS:
        return {}, ("front_matter_large",)
    flat = _flat(front)
    return (flat, ()) if flat is not None else _full(front)


def load_toml(front: str) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The same of a front matter that is TOML: numbers, dates and truths as they are written."""
    if len(front) > _MOST_LONG_WAY or sum(map(front.count, "[{.=")) > _MOST_EVENTS:
        return {}, ("front_matter_large",)
    try:
        values = {
            storable(key): _of_toml(value)
            for key, value in tomllib.loads(front, parse_float=str).items()
        }
    except _Deep:
        return {}, ("front_matter_deep",)
    except (ValueError, RecursionError):
        return {}, ("front_matter_broken",)
    return values, ()


class _Deep(Exception):
    """A value has more values inside values than one reads."""


def _of_toml(value: object, depth: int = 0) -> Value:
    """A value of TOML as one of YAML is kept."""
    if depth > _MOST_DEPTH:
        raise _Deep
    if isinstance(value, dict):
        return {storable(key): _of_toml(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_of_toml(inner, depth + 1) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return storable(str(value))


def foreign(text: str) -> list[str]:
    """The values, as words, of what a page's front matter says that means nothing to the wiki."""
    return [value for _, value in foreign_fields(text, " ")]


def foreign_fields(text: str, between: str = ", ") -> list[tuple[str, str]]:
    """The same, each value with its key; `between` the parts of a value."""
    parts, toml = frontmatter.cut(text), frontmatter.foreign(text)
    values: dict[str, Value] = {}
    if parts:
        values, _ = load(parts.front)
    elif toml:
        values, _ = load_toml(toml.front)
    said = ((key, _words(value)) for key, value in values.items() if key not in _KNOWN)
    return [(key, between.join(words)) for key, words in said if words]


def _words(value: Value) -> list[str]:
    """All that a value says; `load` bounds how deep it goes."""
    if isinstance(value, dict):
        return [word for inner in value.values() for word in _words(inner)]
    if isinstance(value, list):
        return [word for inner in value for word in _words(inner)]
    return [str(value)] if value else []


def _flat(front: str) -> dict[str, Value] | None:
    """Front matter of `key: value` and `key: [a, b]` only, or None if it is more than that."""
    values: dict[str, Value] = {}
    if front.count("\n") > _MOST_ITEMS:
        return None
    for line in front.split("\n"):
        if not line or line.startswith("#"):
            if not line.isprintable():
                return None
            continue
        entry = _FLAT.fullmatch(line)
        if not entry or entry["key"] in values or not line.isprintable():
            return None
        key = entry["key"]
        if entry["list"] is not None:
            inside = entry["list"].strip()
            values[key] = [_plain(item.strip()) for item in inside.split(",")] if inside else []
        elif entry["plain"] is not None:
            values[key] = _plain(entry["plain"].rstrip())
        else:
            values[key] = entry["double"] or entry["single"] or ""
    return values


def _plain(written: str) -> str:
    return "" if written in _NULLS else written


def _full(front: str) -> tuple[dict[str, Value], tuple[str, ...]]:
    if len(front) > _MOST_LONG_WAY or front.count("[") + front.count("{") > _MOST_EVENTS:
        return {}, ("front_matter_large",)
    building = _Building()
    try:
        for number, event in enumerate(YAML(typ="safe", pure=True).parse(front)):
            if number > _MOST_EVENTS:
                return {}, ("front_matter_large",)
            building.take(event)
            if building.problem:
                return {}, (building.problem,)
    except (YAMLError, ValueError, RecursionError, NotImplementedError):
        return {}, ("front_matter_broken",)
    if building.root is None:
        return {}, ()
    if not isinstance(building.root, dict):
        return {}, ("front_matter_broken",)
    return building.root, ("front_matter_duplicate",) * building.duplicate


class _Building:
    """Events of one document as dicts, lists and texts."""

    def __init__(self) -> None:
        self.root: Value | None = None
        self.problem = ""
        self.duplicate = False
        self.open: list[tuple[Value, list[str]]] = []

    def take(self, event: Event) -> None:
        """Add one event; `problem` is set if it may not be."""
        if isinstance(event, AliasEvent):
            self.problem = "front_matter_alias"
        elif isinstance(event, ScalarEvent):
            value = storable(event.value)
            self._add(_plain(value) if event.implicit[0] else value)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            made: Value = {} if isinstance(event, MappingStartEvent) else []
            self._add(made)
            self.open.append((made, []))
            if len(self.open) > _MOST_DEPTH:
                self.problem = "front_matter_deep"
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.open.pop()

    def _add(self, value: Value) -> None:
        if not self.open:
            self.root = value
            return
        holder, key = self.open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif not key:
            key.append(value if isinstance(value, str) else "")
        elif isinstance(holder, dict):
            name = key.pop()
            self.duplicate = self.duplicate or name in holder
            holder.setdefault(name, value)


class _Reading:
    """Values turned into a Meta, each wrong one into a problem."""

    def __init__(self, values: Mapping[str, Value], problems: list[str], zone: tzinfo) -> None:
        self.values = values
        self.problems = problems
        self.zone = zone

    def meta(self) -> Meta:
        kind = self._kind()
        date, end = self._moment("date"), self._moment("end")
        if date and end and end.start < date.start and not (end.is_day and date.is_day is False):
            self.problems.append("end_before_date")
        meta = Meta(
            kind=kind,
            title=self._text("title"),
            status=self._status(kind),
            tags=self._list("tags", _tag),
            lang=self._text("lang"),
            redirect=self._text("redirect"),
            date=date,
            end=end,
            location=self._text("location"),
            perspective=self._text("perspective"),
            central_question=self._text("central_question"),
            participants=self._participants(),
            questions=self._list("questions", _page),
            recording=self._text("recording"),
            aliases=self._aliases(),
        )
        return _with_problems(meta, self.problems)

    def _text(self, key: str) -> str:
        value = self.values.get(key, "")
        if isinstance(value, str):
            return " ".join(value.split())
        self.problems.append(f"{key}_wrong")
        return ""

    def _kind(self) -> Kind:
        written = self._text("kind").lower()
        if written in set(Kind) or not written:
            return Kind(written or Kind.PAGE)
        self.problems.append("kind_unknown")
        return Kind.PAGE

    def _status(self, kind: Kind) -> str:
        written = self._text("status")
        if written.lower() in STATUSES[kind]:
            return written.lower()
        if kind is not Kind.PAGE:
            self.problems.append("status_unknown" if written else "status_missing")
        return written

    def _items(self, key: str) -> Sequence[Any]:
        value = self.values.get(key, "")
        if isinstance(value, dict):
            self.problems.append(f"{key}_wrong")
            return []
        items = value.split(",") if isinstance(value, str) and value.strip() else value or []
        if len(items) > _MOST_ITEMS:
            self.problems.append(f"{key}_wrong")
        return items[:_MOST_ITEMS]

    def _list(self, key: str, clean: Callable[[str], str]) -> tuple[str, ...]:
        values: dict[str, None] = {}
        for item in self._items(key):
            while isinstance(item, list) and len(item) == 1:
                item = item[0]
            if isinstance(item, str):
                values.setdefault(clean(" ".join(item.split())))
            else:
                self.problems.append(f"{key}_wrong")
        values.pop("", None)
        return tuple(values)

    def _aliases(self) -> tuple[str, ...]:
        """Other names of the page, `aliases` or `alias`: other programs' word, never a problem."""
        others: dict[str, None] = {}
        for key in ("aliases", "alias"):
            value = self.values.get(key, "")
            items = value.split(",") if isinstance(value, str) else value
            names = (item for item in list(items)[:_MOST_ITEMS] if isinstance(item, str))
            others.update((" ".join(name.split()), None) for name in names)
        others.pop("", None)
        return tuple(others)

    def _participants(self) -> tuple[Participant, ...]:
        participants = []
        for item in self._items("participants"):
            if isinstance(item, str):
                item = _named(item)
            if not isinstance(item, dict):
                self.problems.append("participants_wrong")
                continue
            values = [item.get(key, "") for key in ("name", "role", "member", "organisation")]
            if not all(isinstance(value, str) for value in values):
                self.problems.append("participants_wrong")
            name, role, member, organisation = (
                " ".join(value.split()) if isinstance(value, str) else "" for value in values
            )
            if not name:
                self.problems.append("participant_unnamed")
            if name or role or member or organisation:
                person = Participant(name, role, member.removeprefix("@"), organisation)
                participants.append(person)
        return tuple(participants)

    def _moment(self, key: str) -> Moment | None:
        written = self._text(key)
        if not written:
            return None
        moment = parse_moment(written, self.zone)
        if moment is None:
            self.problems.append(f"{key}_unreadable")
        return moment


def parse_moment(written: str, zone: tzinfo = UTC) -> Moment | None:
    """Return what `2009-12-02T15:00+01:00` or a day as people write it means, or None.

    The first and the last year there are have moments that no other zone can name: they are none.
    """
    match = _DATE.fullmatch(written.strip()) or _spoken(written)
    if not match:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    if not MINYEAR < int(year) < MAXYEAR:
        return None
    try:
        start = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
        )
        return Moment(written.strip(), _placed(start, offset, zone), hour is None)
    except (ValueError, OverflowError):
        return None


def _spoken(written: str) -> re.Match[str] | None:
    meant = typed(written)
    return _DATE.fullmatch(meant.written) if meant else None


def _placed(start: datetime, offset: str | None, zone: tzinfo) -> datetime:
    if not offset:
        return start.replace(tzinfo=zone)
    if offset == "Z":
        return start.replace(tzinfo=UTC)
    digits = offset[1:].replace(":", "")
    hours, minutes = (digits, "00") if len(digits) < 3 else (digits[:-2], digits[-2:])
    return datetime.fromisoformat(f"{start.isoformat()}{offset[0]}{int(hours):02d}:{minutes}")


def _with_problems(meta: Meta, problems: list[str]) -> Meta:
    return replace(meta, problems=tuple(dict.fromkeys(problems)))


def _named(written: str) -> dict[str, Value]:
    """A participant in one line: a comma or a dash separates the role from the name."""
    person = participants.read(written)
    return {
        "name": person.name or written,
        "role": person.role,
        "member": person.member,
        "organisation": person.organisation,
    }


def _tag(written: str) -> str:
    return written.removeprefix("#").strip()


def _page(written: str) -> str:
    inside = written.removeprefix("[[").removesuffix("]]").split("|")[0].strip()
    return without_suffix(inside.strip("/"))
