"""What the guide and the Containerfile tell a reader to do, read from them as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCED = re.compile(r"^```[a-z]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SETTING = re.compile(r"[A-Z_]+ = ")
_FILE = re.compile(r"`(/[^`\s]+\.cfg)`")
_FOLDED = re.compile(r"[ \t]*\\\n\s*")


@dataclass(frozen=True)
class Step:
    """One thing to do: a line for the shell, or a text for a file."""

    text: str
    file: str = ""


def section(page: str, title: str) -> str:
    """Give what stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError(f"there is no heading {title!r}")
    return found[1]


def steps(text: str) -> list[Step]:
    """Give what the code of a section tells to do, in its order.

    Settings go into the file that was named last before them; any other line is for the shell.
    """
    made = []
    for block in _FENCED.finditer(text):
        if _SETTING.match(block[1]):
            made.append(Step(block[1], _FILE.findall(text[: block.start()])[-1]))
        else:
            lines = _FOLDED.sub(" ", block[1]).splitlines()
            made += [Step(line.strip()) for line in lines if line.strip()]
    return made


def packages(readme: str) -> str:
    """Give the command with which the README installs what it needs on Debian."""
    found = re.search(r"on Debian or Ubuntu: `(apt install [^`]+)`", readme)
    if found is None:
        raise ValueError("the README does not say what to install on Debian")
    return found[1]


def instructions(file: Path) -> list[tuple[str, str]]:
    """Give the steps of a Containerfile: the word and what stands after it."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    made = []
    for line in _FOLDED.sub(" ", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word:
            made.append((word, rest.strip()))
    return made


def let_in(ignore: Path) -> list[str]:
    """Give the paths that a .dockerignore which refuses all else lets in."""
    lines = ignore.read_text(encoding="utf-8").splitlines()
    return [line[1:] for line in lines if line[:1] == "!"]
