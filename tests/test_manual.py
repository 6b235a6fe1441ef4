"""The manual: it can be built, names all there is, and says the same in two languages."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wiki import cli
from wiki.domain.content.addresses import RULES
from wiki.settings import table

DOCS = Path(__file__).parents[1] / "docs"
TAG = re.compile(r"<[^>]*>")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that the manual says."""
    to = tmp_path_factory.mktemp("manual")
    words = ["-q", "-n", "-W", "--keep-going", "-b", "html", str(DOCS), str(to)]
    made = subprocess.run(
        [sys.executable, "-m", "sphinx", *words], capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stderr) == (0, "")
    pages = [page.read_text(encoding="utf-8") for page in sorted(to.rglob("*.html"))]
    return html.unescape(TAG.sub("", "\n".join(pages)))


def test_settings_commands_and_addresses_are_named(built: str) -> None:
    names = [setting.name.upper() for setting in table()]
    names += [f"denktank {name}" for name in cli.NAMES]
    names += RULES.values()
    assert [name for name in names if name not in built] == []


def test_both_languages_have_the_same_chapters() -> None:
    def chapters(language: str) -> dict[str, int]:
        return {
            page.name: len(re.findall("^## ", page.read_text(encoding="utf-8"), re.MULTILINE))
            for page in (DOCS / language).glob("*.md")
        }

    english, dutch = chapters("en"), chapters("nl")
    # Programs are written in English.
    assert english.pop("developers.md")
    assert english == dutch
