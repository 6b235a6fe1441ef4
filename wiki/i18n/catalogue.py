"""A language's texts: every `wiki/i18n/<language>/*.po` file, merged at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Translations:
    """The texts of one language; a text without a translation is given back as it is."""

    language: str
    texts: Mapping[str, str]
    plurals: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]

    def gettext(self, text: str) -> str:
        """The translation of a text, its `%(name)s` placeholders not yet filled."""
        return self.texts.get(text, text)

    def ngettext(self, singular: str, many: str, number: int) -> str:
        """The translation for this number, its placeholders not yet filled."""
        forms = self.plurals.get(singular)
        if forms is None:
            return singular if number == 1 else many
        return forms[min(self.form(number), len(forms) - 1)]

    def has(self, text: str) -> bool:
        """Whether the text has a translation."""
        return text in self.texts or text in self.plurals


def load(language: str, folder: Path = HERE) -> Translations:
    """The translations of a language, from all its files; an empty translation does not count."""
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in messages(language, folder):
        forms = forms_of(message)
        if not all(forms):
            continue
        if message.pluralizable:
            plurals[key_of(message)] = forms
        else:
            texts[key_of(message)] = forms[0]
    return Translations(language, texts, plurals, c2py(Catalog(locale=language).plural_expr))


def key_of(message: Message) -> str:
    """The text that is translated; of a text with a plural its singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def forms_of(message: Message) -> tuple[str, ...]:
    """The translation, or its plural forms; empty texts where there is none."""
    forms = message.string or ""
    return (forms,) if isinstance(forms, str) else tuple(forms)


def messages(language: str, folder: Path = HERE) -> Iterator[Message]:
    """Every message in a language's files, in order of file name."""
    for file in sorted((folder / language).glob("*.po")):
        with file.open("rb") as opened:
            yield from (message for message in read_po(opened, locale=language) if message.id)
