"""Every error that the wiki can raise has a sentence in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wiki.database.engine.faults import DAMAGED, PASSING
from wiki.domain import errors
from wiki.domain.errors import FieldError, Invalid, WikiError
from wiki.domain.faults import DISK
from wiki.domain.members.members import Status
from wiki.i18n.errors import field_sentences, sentence
from wiki.i18n.languages import LANGUAGES, translations

WIKI = Path(__file__).parents[2] / "wiki"
PROBLEM = re.compile(r'problems\.append\("(\w+)"|\("((?:front_matter|too)_\w+)"')
OUT = [status.value for status in Status if status is not Status.ACTIVE]
CLASSES = {name for name, kind in vars(errors).items() if isinstance(kind, type)}


def calls() -> Iterator[ast.Call]:
    for file in WIKI.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def code_of(call: ast.Call) -> ast.expr | None:
    """The expression that gives the error's code, if the call makes an error."""
    name = ast.unparse(call.func).removeprefix("errors.")
    if name == "Invalid.field" or name == "FieldError":
        return call.args[1] if len(call.args) > 1 else None
    return call.args[0] if name in CLASSES and call.args else None


def raised() -> set[str]:
    """Every code in the source: of errors, of problems in front matter, of refused accounts."""
    found = (code_of(call) for call in calls())
    codes = {c.value for c in found if isinstance(c, ast.Constant) and isinstance(c.value, str)}
    keys = ("title", "tags", "status", "redirect", "location", "questions", "recording")
    codes |= {*PASSING, DAMAGED, *DISK.values()}
    return codes | problems() | {f"{key}_wrong" for key in keys} | {f"account_{s}" for s in OUT}


def problems() -> set[str]:
    text = "".join(file.read_text(encoding="utf-8") for file in (WIKI / "render").glob("*.py"))
    return {code for pair in PROBLEM.findall(text) for code in pair if code}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence(language: str) -> None:
    texts = translations(language)
    assert sorted(code for code in raised() if not texts.has(f"error.{code}")) == []


def test_languages_have_the_same_codes() -> None:
    keys = [{k for k in translations(lang).texts if k.startswith("error.")} for lang in LANGUAGES]
    assert all(found == keys[0] for found in keys)


def test_values_are_written_in_the_language() -> None:
    assert "2 MB" in sentence("nl", "text_large", {"bytes": 12_345_678, "most_bytes": 2_000_000})
    assert "12,3 MB" in sentence("nl", "text_large", {"bytes": 12_345_678, "most_bytes": 1})
    assert "12.3 MB" in sentence("en", "text_large", {"bytes": 12_345_678, "most_bytes": 1})


def test_an_unknown_code_or_a_missing_value_is_no_failure() -> None:
    assert sentence("nl", "never_heard_of") == sentence("nl", "unknown")
    assert "…" in sentence("en", "path_long")


def test_field_sentences() -> None:
    error = Invalid("form_wrong", fields=[FieldError("title", "title_missing", {})])
    assert field_sentences("nl", error) == [("title", "Geef een titel.")]
    assert field_sentences("nl", WikiError("unknown")) == []
