"""Each promise of docs/security.md is shown by a test, and the test is there; docs/asvs.md too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
PAGE = CHECKOUT / "docs" / "security.md"
STANDARD = CHECKOUT / "docs" / "asvs.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PROMISE = re.compile(r"^- .*(?:\n  .*)*", re.MULTILINE)


def defined_in(file: str) -> set[str]:
    """The names of a file's tests; none if there is no such file."""
    if not (CHECKOUT / file).is_file():
        return set()
    tree = ast.parse((CHECKOUT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", [PAGE, STANDARD], ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    named = NAMED.findall(page.read_text(encoding="utf-8"))
    assert named
    assert [f"{file}::{name}" for file, name in named if name not in defined_in(file)] == []


def test_every_chapter_of_the_standard_says_how_it_stands() -> None:
    chapters = re.findall(
        r"^## V(\d+) .*\n\n(.+)", STANDARD.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [int(number) for number, _ in chapters] == list(range(1, 18))


def test_every_promise_names_a_test() -> None:
    promises = PROMISE.findall(PAGE.read_text(encoding="utf-8"))
    assert [promise for promise in promises if not NAMED.search(promise)] == []
