"""Every class, id and custom property in wiki/static/css is one that something uses."""

from __future__ import annotations

import re
from pathlib import Path

WIKI = Path(__file__).parents[3] / "wiki"
SHEETS = {
    file.name: re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
    for file in (WIKI / "static" / "css").glob("*.css")
}
USERS = "\n".join(
    file.read_text()
    for pattern in ("templates/**/*.html", "static/js/*.js", "render/**/*.py", "web/**/*.py")
    for file in WIKI.glob(pattern)
)
WORDS = set(re.findall(r"[\w-]+", USERS))
MADE = tuple(set(re.findall(r"([\w-]+-)(?:\{\{|\{[a-z]|\$\{)", USERS)))
"""How names begin that a template makes: `level-{{ heading.level }}`."""


def test_every_class_and_id_is_used() -> None:
    unused = {
        (sheet, name)
        for sheet, text in SHEETS.items()
        for name in re.findall(r"[.#]([a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", text))
        if name not in WORDS and not name.startswith(MADE)
    }
    assert not unused


def test_every_custom_property_is_used() -> None:
    defined = {name for text in SHEETS.values() for name in re.findall(r"(--[\w-]+)\s*:", text)}
    used = {name for text in SHEETS.values() for name in re.findall(r"var\((--[\w-]+)", text)}
    assert defined - used - WORDS == set()
