"""The languages of the screens, and which of them a reader gets."""

from __future__ import annotations

from functools import cache

from babel.core import negotiate_locale

from wiki.i18n.catalogue import Translations, load

LANGUAGES = ("nl", "en")


@cache
def translations(language: str) -> Translations:
    """The texts of one of `LANGUAGES`, read once."""
    return load(language)


def choose(accept: str, cookie: str = "", member: str = "", default: str = LANGUAGES[0]) -> str:
    """The language for a reader: their own choice, else their browser's, else the default.

    `accept` is the Accept-Language header, `cookie` and `member` a language code or empty.
    """
    for chosen in (cookie, member):
        if chosen in LANGUAGES:
            return chosen
    return negotiate_locale(_preferred(accept), LANGUAGES, sep="-") or default


def _preferred(accept: str) -> list[str]:
    """The language codes of an Accept-Language header, the most wanted first."""
    languages = []
    for place, part in enumerate(accept.split(",")[:20]):
        code, _, quality = part.strip().partition(";")
        languages.append((-_weight(quality), place, code.strip()))
    return [code for weight, _, code in sorted(languages) if weight and code]


def _weight(quality: str) -> float:
    text = quality.strip().removeprefix("q=")
    if not text:
        return 1.0
    return float(text) if text.replace(".", "", 1).isdecimal() else 0.0
