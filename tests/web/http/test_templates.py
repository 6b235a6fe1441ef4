"""Templates stay easy to read: short lines, and no reckoning in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).parents[3] / "templates"
FILES = sorted(path for path in TEMPLATES.rglob("*.*") if path.is_file())
LONGEST = 140
ARITHMETIC = (
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Pow,
)


def long_lines(source: str) -> list[int]:
    """Return the numbers of the lines that do not fit."""
    return [at for at, line in enumerate(source.splitlines(), 1) if len(line) > LONGEST]


def reckoning(source: str) -> list[int]:
    """Return the numbers of the lines with a sum in them; `[:-1]` is no sum."""
    tree = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).parse(source)
    return sorted(node.lineno for kind in ARITHMETIC for node in tree.find_all(kind))


@pytest.mark.parametrize("check", [long_lines, reckoning])
def test_templates_are_easy_to_read(check) -> None:
    found = {str(file.relative_to(TEMPLATES)): check(file.read_text("utf-8")) for file in FILES}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_checks_see_what_they_look_for() -> None:
    assert len(FILES) > 100
    assert long_lines("short\n" + "x" * 141) == [2]
    assert reckoning("a\n{{ b + 1 }}\n{% set c = [1][:-1] %}{{ 2 // c }}") == [2, 3]
