"""One table of addresses: each is a route, and nobody writes one by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes

from wiki.domain.content.addresses import RULES

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.is_file())
BUNDLE = ROOT / "wiki/static/js/editor.bundle.js"
SCRIPTS = sorted(set((ROOT / "wiki/static/js").glob("*.js")) - {BUNDLE})
TABLE = ROOT / "wiki/domain/content/addresses.py"
IMPORTS = TABLE.parents[2] / "services" / "imports"
"""These read addresses of other wikis."""
MODULES = {path: ast.parse(path.read_text()) for path in sorted((ROOT / "wiki").rglob("*.py"))}

_PLACE = re.compile(r"<(\w+:)?\w+>")
_FIRST = "|".join(sorted({re.escape(rule.split("/")[1]) for rule in RULES.values()} - {""}))
_WRITTEN = re.compile(rf"""(?<![<\w])["'`}}]/(?:{_FIRST})(?![\w-])""")
_IN_PYTHON = re.compile(rf"/(?:{_FIRST})(?![\w-])")
_OF_MARKDOWN = ("/wiki/", "/files/")
"""What links on pages and subjects in the log begin with: a format, not an address that is made."""


def test_every_address_is_a_route(app: Flask) -> None:
    routes = {_PLACE.sub(r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}
    unknown = {name for name, rule in RULES.items() if _PLACE.sub(r"<\1>", rule) not in routes}
    assert unknown == {"alive"}, "only what answers before Flask is no route"


def test_every_address_is_used_as_it_is_written() -> None:
    used = set[str]()
    for name, number in [*_in_templates(), *_in_modules()]:
        assert name in RULES, name
        assert number == len(_PLACE.findall(RULES[name])), f"{name} with {number} values"
        used.add(name)
    assert set(RULES) - used == set()


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=lambda path: path.name)
def test_no_template_or_script_writes_an_address_by_hand(path: Path) -> None:
    written = [line for line in path.read_text().splitlines() if _WRITTEN.search(line)]
    assert written == []


def test_no_module_writes_an_address_by_hand() -> None:
    written = {
        (str(path), text)
        for path, tree in MODULES.items()
        if path != TABLE and not path.is_relative_to(IMPORTS)
        for text in _texts(tree)
        if _IN_PYTHON.match(text) and text not in _OF_MARKDOWN
    }
    assert written == set()


def _in_templates() -> Iterator[tuple[str, int]]:
    environment = Environment()
    for path in TEMPLATES:
        for call in environment.parse(path.read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "url":
                for name in _names(call.args[0]):
                    yield name, len(call.args) - 1


def _names(given: nodes.Expr) -> Iterator[str]:
    """The names that an argument may be; none where the view chooses."""
    if isinstance(given, nodes.Const):
        yield given.value
    if isinstance(given, nodes.CondExpr):
        yield from _names(given.expr1)
        yield from _names(given.expr2) if given.expr2 else ()


def _in_modules() -> Iterator[tuple[str, int]]:
    for tree in MODULES.values():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "url_of":
                continue
            if isinstance(call.args[0], ast.Constant):
                yield str(call.args[0].value), len(call.args) - 1


def _texts(tree: ast.Module) -> Iterator[str]:
    """The texts in a module, but for those that make its routes."""
    routes = {
        id(part)
        for node in ast.walk(tree)
        for made in (
            *getattr(node, "decorator_list", ()),
            *([node] if isinstance(node, ast.keyword) and node.arg == "url_prefix" else ()),
        )
        for part in ast.walk(made)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in routes and node.value:
            yield str(node.value)
