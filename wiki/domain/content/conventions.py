"""What pages mean that do not say it: the zone of their times, and which of them are dialogues.

`notulen/{date}*, raad/{year}/**/{day}-{month}` are two rules. `{date}` is `2025-05-28`, `20250528`
and the like; `{year}`, `{month}` and `{day}` are numbers; `*` is anything in a name, `**` any
folders. What a page says itself always holds.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from functools import lru_cache

from wiki.domain.content.paths import has_suffix, without_suffix

_MOST_PATH = 400
"""Characters of a path that is still compared with rules."""
_MOST_WRITTEN = 2_000
_PARTS = ("year", "month", "day")
_KNOWN = {
    "date": r"(?<!\d)(?P<year>\d{4})[-_.]?(?P<month>\d{2})[-_.]?(?P<day>\d{2})(?!\d)",
    "year": r"(?<!\d)(?P<year>\d{4})(?!\d)",
    "month": r"(?<!\d)(?P<month>\d{1,2})(?!\d)",
    "day": r"(?<!\d)(?P<day>\d{1,2})(?!\d)",
}
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """The names of a path that is a dialogue's; `below` those that stand behind any folders."""

    names: Sequence[re.Pattern[str]]
    below: Sequence[re.Pattern[str]] | None

    def day(self, path: Sequence[str]) -> str:
        """The day that a path in parts names, `2025-05-28`; empty if it does not fit."""
        names = list(zip(self.names, path, strict=False))
        if self.below is None:
            if len(path) != len(self.names):
                return ""
        elif len(path) < len(self.names) + len(self.below):
            return ""
        else:
            names += zip(self.below, path[len(path) - len(self.below) :], strict=True)
        said: dict[str, str] = {}
        for pattern, name in names:
            match = pattern.fullmatch(name)
            if match is None:
                return ""
            said.update(match.groupdict())
        try:
            return date(*(int(said[part]) for part in _PARTS)).isoformat()
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class Dialogues:
    """The rules by which pages are dialogues of a day, as they are written."""

    written: str = ""
    rules: Sequence[Rule] = ()

    def day(self, path: str) -> str:
        """The day of the dialogue that a page is by its path; empty if no rule says so."""
        if not self.rules or len(path) > _MOST_PATH:
            return ""
        parts = without_suffix(path).split("/")
        return next(filter(None, (rule.day(parts) for rule in self.rules)), "")


@dataclass(frozen=True, slots=True)
class Conventions:
    """What holds for pages that do not say it themselves."""

    zone: tzinfo = UTC
    dialogues: Dialogues = field(default_factory=Dialogues)

    @property
    def mark(self) -> int:
        """A number that differs for another zone or other rules, by which rows were made."""
        return mark(str(self.zone), self.dialogues.written)


def mark(*said: str) -> int:
    """A number from 1 to a million that differs, but for chance, where anything said does."""
    return zlib.crc32("\0".join(said).encode()) % 1_000_000 + 1


PLAIN = Conventions()


@lru_cache(maxsize=16)
def dialogues(written: str) -> Dialogues:
    """Read rules, with commas between them; raises ValueError with a sentence that says what to do.

    Each rule has to name a whole day.
    """
    if len(written) > _MOST_WRITTEN:
        raise ValueError(f"at most {_MOST_WRITTEN} characters")
    rules = [rule for part in written.split(",") if (rule := part.strip().strip("/"))]
    return Dialogues(", ".join(rules), tuple(map(_rule, rules)))


def _rule(written: str) -> Rule:
    bare = without_suffix(written) if has_suffix(written) else written
    named = [
        part for place in _PLACE.findall(bare) for part in (_PARTS if place == "date" else [place])
    ]
    for place in _PLACE.findall(bare):
        if place not in _KNOWN:
            known = ", ".join(f"{{{name}}}" for name in _KNOWN)
            raise ValueError(f"'{written}': {{{place}}} is not known, only {known} are")
    if sorted(named) != sorted(_PARTS):
        raise ValueError(
            f"'{written}' has to name a day once: "
            "by {date}, or by {year}, {month} and {day} together"
        )
    names = bare.split("/")
    if "" in names:
        raise ValueError(f"'{written}' has a folder without a name")
    if names.count("**") > 1 or any("**" in name and name != "**" for name in names):
        raise ValueError(f"'{written}': ** stands for folders, once, and alone between slashes")
    if "**" not in names:
        return Rule(tuple(map(_pattern, names)), None)
    at = names.index("**")
    return Rule(tuple(map(_pattern, names[:at])), tuple(map(_pattern, names[at + 1 :])))


def _pattern(name: str) -> re.Pattern[str]:
    """A name as a pattern that looks at each letter a few times at most: stars never go back."""
    first, *others = map(_chunk, name.split("*"))
    if not others:
        return re.compile(first)
    *middle, last = others
    return re.compile(first + "".join(f"(?>.*?{chunk})" for chunk in middle) + ".*" + last)


def _chunk(written: str) -> str:
    parts = _PLACE.split(written)
    # Every second part is the name of a place.
    return "".join(_KNOWN[part] if at % 2 else re.escape(part) for at, part in enumerate(parts))
