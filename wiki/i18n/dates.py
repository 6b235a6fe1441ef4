"""Dates, times and numbers as a reader's language writes them.

Every function takes the language and, where it matters, the name of a time zone last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent

from wiki.domain.content.pages import Moment
from wiki.i18n.languages import translations

_LOCALES: Mapping[str, str] = {"nl": "nl", "en": "en_GB"}
_TIMES: Mapping[str, str] = {"nl": "HH.mm", "en": "HH:mm"}
_AFTER_TIME: Mapping[str, str] = {"nl": " uur"}


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


def _time_pattern(language: str) -> str:
    return _TIMES.get(language, "HH:mm")


@lru_cache(maxsize=8192)
def _write(moment: datetime, pattern: str, language: str, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment
    return format_datetime(local.replace(tzinfo=None), pattern, locale=_locale(language))


def date(moment: datetime, language: str, zone: str) -> str:
    """`2 december 2009`."""
    return _write(moment, "d MMMM y", language, zone)


def short_date(moment: datetime, language: str, zone: str) -> str:
    """`wo 2 dec 2009`."""
    return _write(moment, "EEE d MMM y", language, zone)


def long_date(moment: datetime, language: str, zone: str) -> str:
    """`woensdag 2 december 2009`."""
    return _write(moment, "EEEE d MMMM y", language, zone)


def time(moment: datetime, language: str, zone: str) -> str:
    """`09.05`."""
    return _write(moment, _time_pattern(language), language, zone)


def date_time(moment: datetime, language: str, zone: str) -> str:
    """`2 december 2009, 15.00`."""
    return f"{date(moment, language, zone)}, {time(moment, language, zone)}"


def full_time(moment: datetime, language: str, zone: str) -> str:
    """`woensdag 2 december 2009, 15.00 uur`."""
    after = _AFTER_TIME.get(language, "")
    return f"{long_date(moment, language, zone)}, {time(moment, language, zone)}{after}"


def relative(now: datetime, then: datetime, language: str, zone: str) -> str:
    """`2 uur geleden`, `vandaag 09.05`, `gisteren 18.02`, else the date and time."""
    seconds = (now - then).total_seconds()
    if 0 <= seconds < 6 * 3600:
        return format_timedelta(
            then - now, add_direction=True, threshold=1.0, locale=_locale(language)
        )
    days = (now.astimezone(ZoneInfo(zone)).date() - then.astimezone(ZoneInfo(zone)).date()).days
    if days not in (0, 1):
        return date_time(then, language, zone)
    texts = translations(language)
    day = texts.gettext("yesterday") if days else texts.gettext("today")
    return f"{day} {time(then, language, zone)}"


@lru_cache(maxsize=512)
def day(written: Date, pattern: str, language: str) -> str:
    """A day by a pattern of CLDR: `MMMM y` is `december 2026`, `EEE` is `ma`."""
    return format_date(written, pattern, locale=_locale(language))


def moment(written: Moment, language: str, zone: str) -> str:
    """A dialogue's beginning in short: `wo 2 dec 2009, 15.00`, or only its day."""
    if written.is_day:
        return _write(written.start.replace(tzinfo=None), "EEE d MMM y", language, zone)
    return f"{short_date(written.start, language, zone)}, {time(written.start, language, zone)}"


def moment_in(written: Moment, pattern: str, language: str, zone: str) -> str:
    """A dialogue's beginning by a pattern of CLDR, as `day` has it."""
    start = written.start.replace(tzinfo=None) if written.is_day else written.start
    return _write(start, pattern, language, zone)


def date_range(start: Moment, end: Moment | None, language: str, zone: str) -> str:
    """`woensdag 2 december 2009, 15.00–17.00 uur`; days without times; ranges of days."""
    first = _long(start, language, zone)
    if end is None or end.start <= start.start:
        return first if start.is_day else first + _AFTER_TIME.get(language, "")
    last = _long(end, language, zone)
    if start.is_day or end.is_day:
        return f"{first} – {last}" if last != first else first
    after = _AFTER_TIME.get(language, "")
    if long_date(start.start, language, zone) == long_date(end.start, language, zone):
        return f"{first}–{time(end.start, language, zone)}{after}"
    return f"{first} – {last}{after}"


def _long(written: Moment, language: str, zone: str) -> str:
    if written.is_day:
        return _write(written.start.replace(tzinfo=None), "EEEE d MMMM y", language, zone)
    return f"{long_date(written.start, language, zone)}, {time(written.start, language, zone)}"


@lru_cache(maxsize=4096)
def number(value: float, language: str) -> str:
    """`12.345` or `12,345`."""
    return format_decimal(value, locale=_locale(language))


def percent(share: float, language: str) -> str:
    """A share of one as whole hundredths: `46%`."""
    return format_percent(share, locale=_locale(language))


def size(count: int, language: str) -> str:
    """A number of bytes in the unit that suits it: `58 GB`, `2 MB`, `340 kB`, `12 bytes`."""
    if count < 1000:
        return f"{number(count, language)} bytes"
    if count < 1_000_000:
        return f"{number(round(count / 1000), language)} kB"
    if count < 1_000_000_000:
        return f"{number(round(count / 1_000_000, 1), language)} MB"
    return f"{number(round(count / 1_000_000_000, 1), language)} GB"
