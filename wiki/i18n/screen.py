"""Means of every template, on the screen and in mail: gettext, addresses, dates and numbers.

The filters: `date`, `short_date`, `long_date`, `date_time`, `full_time`, `clock`, `iso_time`,
`relative`, `short_moment`, `moment_in(pattern)`, `date_range(end)`, `number`, `percent`,
`file_size`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Moment
from wiki.i18n import dates
from wiki.i18n.languages import translations

HERE = Path(__file__).parents[1]


def templates() -> Path:
    """Where the templates are: in the package, or beside it where a checkout cannot hold links."""
    installed = HERE / "templates"
    return installed if installed.is_dir() else HERE.parent / "templates"


def install(
    environment: Environment,
    language: Callable[[], str],
    zone: Callable[[], str],
    now: Callable[[], datetime],
) -> None:
    """Give an environment `_`, `ngettext` and the filters; the callables speak of this request."""

    def gettext(text: str, /, **values: object) -> Markup:
        if not values:
            return _plain(language(), text)
        return Markup(translations(language()).gettext(text)) % values

    def ngettext(one: str, many: str, number: int, /, **values: object) -> Markup:
        text = translations(language()).ngettext(one, many, number)
        return Markup(text) % {"num": number, **values}

    # Jinja's own extension does the same at ten times the cost, ninety times a page.
    environment.globals.update(_=gettext, gettext=gettext, ngettext=ngettext, url=url_of)
    _install_dates(environment, language, zone, now)
    environment.filters["number"] = lambda value: dates.number(value, language())
    environment.filters["percent"] = lambda share: dates.percent(share, language())
    environment.filters["file_size"] = lambda count: dates.size(count, language())


@lru_cache(maxsize=4096)
def _plain(language: str, text: str) -> Markup:
    """A text without values, in a language: a doubled percent sign becomes one here too."""
    return Markup(translations(language).gettext(text)) % {}


def _install_dates(
    environment: Environment,
    language: Callable[[], str],
    zone: Callable[[], str],
    now: Callable[[], datetime],
) -> None:
    def filter_of(write: Callable[[datetime, str, str], str]) -> Callable[[datetime], str]:
        return lambda moment: write(moment, language(), zone())

    def short_moment(written: Moment) -> str:
        return dates.moment(written, language(), zone())

    def date_range(start: Moment, end: Moment | None = None) -> str:
        return dates.date_range(start, end, language(), zone())

    def moment_in(written: Moment, pattern: str) -> str:
        return dates.moment_in(written, pattern, language(), zone())

    environment.filters.update(
        date=filter_of(dates.date),
        short_date=filter_of(dates.short_date),
        long_date=filter_of(dates.long_date),
        date_time=filter_of(dates.date_time),
        full_time=filter_of(dates.full_time),
        clock=filter_of(dates.time),
        iso_time=iso_time,
        relative=lambda then: dates.relative(now(), then, language(), zone()),
        short_moment=short_moment,
        date_range=date_range,
        moment_in=moment_in,
        day=lambda written, pattern: dates.day(written, pattern, language()),
    )


def iso_time(moment: datetime) -> str:
    """Write a moment for `<time datetime>` (RFC 3339): UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
