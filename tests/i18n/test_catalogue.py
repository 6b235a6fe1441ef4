"""The Dutch catalogue has every text of the screens, none too many, with the same placeholders."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment

from wiki.i18n.catalogue import HERE, forms_of, key_of, messages
from wiki.settings import table

HOUSE = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
WORDS = ("_", "gettext", "ngettext")


def from_templates() -> Iterator[str]:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    for file in (HOUSE / "templates").rglob("*.*"):
        tree = environment.extract_translations(file.read_text(encoding="utf-8"))
        for _, _, found in tree:
            text = found[0] if isinstance(found, tuple) else found
            # None: what is translated is known only when the page is made.
            if text is not None:
                yield text


def from_code() -> Iterator[str]:
    for file in (HOUSE / "wiki").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            text = node.args[0]
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in WORDS and isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def from_settings() -> Iterator[str]:
    """What each setting is for: the administrator's screen shows it."""
    yield from (setting.metadata["help"] for setting in table())


def translated() -> dict[str, tuple[str, ...]]:
    return {key_of(message): forms_of(message) for message in messages("nl")}


def shown() -> set[str]:
    return {*from_templates(), *from_code(), *from_settings()}


def test_every_text_has_a_translation() -> None:
    done = {text for text, forms in translated().items() if all(forms)}
    assert sorted(shown() - done) == []


def test_no_translation_is_left_over() -> None:
    keyed = {text for text in translated() if re.fullmatch(r"[a-z_]+\.[a-z0-9_.]+", text)}
    assert sorted(set(translated()) - shown() - keyed) == []


def test_placeholders_are_the_same() -> None:
    english = {key_of(message): forms_of(message)[0] for message in messages("en")}
    for text, forms in translated().items():
        wanted = set(PLACEHOLDER.findall(english.get(text, text)))
        for form in forms:
            assert set(PLACEHOLDER.findall(form)) <= wanted | {"num"}, text


def test_files_do_not_contradict_each_other() -> None:
    seen: dict[object, object] = {}
    for message in messages("nl"):
        assert seen.setdefault(message.id, message.string) == message.string, message.id


def test_no_file_has_a_text_twice() -> None:
    # Babel keeps the last one and says nothing.
    for file in HERE.glob("*/*.po"):
        written = re.findall(r'^msgid ((?:"[^\n]*"\n)+)', file.read_text(encoding="utf-8"), re.M)
        twice = [text for text, number in Counter(written).items() if number > 1]
        assert not twice, file
