"""The sentence that a reader sees for an error: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from wiki.domain.errors import FieldError, WikiError
from wiki.i18n.dates import date_time, number, size
from wiki.i18n.languages import translations

PREFIX = "error."
NOTICE = "notice."
UNKNOWN = PREFIX + "unknown"


def sentence(language: str, code: str, values: Mapping[str, object] | None = None) -> str:
    """The sentence for an error code; a code without one gets a general sentence.

    Numbers are written as the language writes them, `*_bytes` values as a size, moments in their
    own time zone.
    """
    texts = translations(language)
    key = PREFIX + code if texts.has(PREFIX + code) else UNKNOWN
    written = {name: _write(name, value, language) for name, value in (values or {}).items()}
    return texts.gettext(key) % _Values(written)


def notice(language: str, code: str, values: Mapping[str, object]) -> str:
    """The sentence for something an administrator should know."""
    written = {name: _write(name, value, language) for name, value in values.items()}
    return translations(language).gettext(NOTICE + code) % _Values(written)


def field_sentences(language: str, error: WikiError) -> list[tuple[str, str]]:
    """(field, sentence) for every field that the error names; for `form.errors` in templates."""
    fields: tuple[FieldError, ...] = getattr(error, "fields", ())
    return [(found.field, sentence(language, found.code, found.values)) for found in fields]


def _write(name: str, value: object, language: str) -> str:
    if isinstance(value, datetime):
        return date_time(value, language, str(value.tzinfo or UTC))
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    return size(value, language) if name.endswith("bytes") else number(value, language)


class _Values(dict[str, str]):
    """The values of a sentence; one that is missing leaves a gap, never an exception."""

    def __missing__(self, name: str) -> str:
        return "…"
