"""Days and times as people type them, in Dutch and English, as they are written in front matter."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

_MONTHS = (
    "jan januari january|feb februari february|mrt maart mar march|apr april|mei may|jun juni june"
    "|jul juli july|aug augustus august|sep sept september|okt oktober oct october"
    "|nov november|dec december"
)
MONTHS = {name: n for n, names in enumerate(_MONTHS.split("|"), 1) for name in names.split()}
_FILLERS = frozenset(
    "ma di wo do vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
    " mon tue tues wed thu thur thurs fri sat sun"
    " monday tuesday wednesday thursday friday saturday sunday"
    " op om the of at on uur uren u h hrs hours".split()
)
_MOST = 100
"""Characters that a day and a time take, at most."""

_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ,]+(?P<clock>\d{1,2}[:.]\d{2})"
    r"(?P<rest>(?::\d{2}(?:\.\d+)?)?\s*(?:[Zz]|[+-]\d\d?:?(?:\d\d)?)?))?"
)
_CLOCK = re.compile(
    r"(?<![\d.:/-])(?P<hour>\d{1,2})(?:(?P<apart>[:.h]|u(?!ur))(?P<minute>\d{2})(?::\d{2})?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?|\s*(?P<word>uur|u\b|h\b))?(?![\d.:/-]*\d)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|e|de|ste)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed:
    """A moment as it was typed: a `day` (`2026-12-15`), a `clock` (`19:30`), either may be empty.

    `offset` is what stood after an ISO time: seconds and the distance to UTC.
    """

    day: str = ""
    clock: str = ""
    offset: str = ""

    @property
    def written(self) -> str:
        """The moment for front matter; of a clock alone there is none."""
        return f"{self.day}T{self.clock}{self.offset}" if self.day and self.clock else self.day


def typed(value: str) -> Typed | None:
    """Read `dinsdag 15 december 2026, 19.30 uur`, `15-12-2026 19:30`, ISO and the like, or None."""
    value = " ".join(value.split())
    if not value or len(value) > _MOST:
        return None
    iso = _ISO.fullmatch(value)
    if iso:
        clock = _clock(*iso["clock"].replace(".", ":").split(":")) if iso["clock"] else ""
        if clock is None or not _is_day(iso["day"]):
            return None
        return Typed(iso["day"], clock, (iso["rest"] or "").replace(" ", "").upper())
    return _spoken(_ORDINAL.sub("", value.replace(",", " ")))


def _spoken(value: str) -> Typed | None:
    """A day and a time in words or numbers, in either order."""
    day, rest = _day(value)
    clock = ""
    clocks = [match for match in _CLOCK.finditer(rest) if _is_clock(match)]
    if len(clocks) > 1:
        return None
    if clocks:
        match = clocks[0]
        read = _clock(match["hour"], match["minute"] or "0", (match["half"] or "").lower())
        if read is None:
            return None
        clock = read
        rest = rest[: match.start()] + " " + rest[match.end() :]
    if not (day or clock) or any(word not in _FILLERS for word in _words(rest)):
        return None
    return Typed(day, clock)


def _day(value: str) -> tuple[str, str]:
    """The day in a text (empty if none), and the text without it."""
    numbers = _NUMBERS.search(value)
    if numbers:
        day = _of_numbers(numbers[1], numbers[3], numbers[4])
        return day, value[: numbers.start()] + " " + value[numbers.end() :] if day else value
    words = [word for word in _WORD.finditer(value) if word[0].lower() not in ("of", "the")]
    for at, word in enumerate(words):
        month = MONTHS.get(word[0].lower())
        if not month:
            continue
        before = words[at - 1] if at else None
        after = words[at + 1 : at + 3]
        if before and before[0].isdigit() and after and len(after[0][0]) == 4:
            return _written(after[0][0], month, before[0]), _without(value, before, after[0])
        if len(after) == 2 and after[0][0].isdigit() and len(after[1][0]) == 4:
            return _written(after[1][0], month, after[0][0]), _without(value, word, after[1])
    return "", value


def _without(value: str, first: re.Match[str], last: re.Match[str]) -> str:
    return value[: first.start()] + " " + value[last.end() :].lstrip(".")


def _of_numbers(first: str, second: str, third: str) -> str:
    if len(first) == 4:
        return _written(first, int(second), third)
    year = f"20{third}" if len(third) == 2 else third
    if int(second) > 12 >= int(first):
        first, second = second, first
    return _written(year, int(second), first)


def _written(year: str, month: int, day: str) -> str:
    if not (year.isdecimal() and day.isdecimal()) or len(day) > 2:
        return ""
    written = f"{year:0>4}-{month:02}-{int(day):02}"
    return written if _is_day(written) else ""


def _is_day(written: str) -> bool:
    year, month, day = map(int, written.split("-"))
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _is_clock(match: re.Match[str]) -> bool:
    """Whether a number is a time: it has minutes, or says that it is one."""
    return bool(match["minute"] or match["half"] or match["word"])


def _clock(hour: str, minute: str, half: str = "") -> str | None:
    hours, minutes = int(hour), int(minute)
    if half and not 1 <= hours <= 12:
        return None
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    return f"{hours:02}:{minutes:02}" if hours < 24 and minutes < 60 else None


def _words(rest: str) -> list[str]:
    return [word[0].lower() for word in _WORD.finditer(rest)]
