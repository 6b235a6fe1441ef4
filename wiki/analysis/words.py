"""The word lists of this package, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def listed(name: str) -> frozenset[str]:
    """The words of `data/<name>.txt`, folded: one word on each line."""
    return frozenset(_read(name).split())


def lines(name: str) -> list[str]:
    """The lines of `data/<name>.txt`."""
    return _read(name).splitlines()


@cache
def paired(name: str) -> dict[str, str]:
    """The pairs of `data/<name>.txt`: a form and what it is a form of on each line."""
    return dict(line.split() for line in lines(name))


@cache
def grouped(name: str) -> dict[str, str]:
    """For each word of `data/<name>.txt` the first word of its line, which is its own as well."""
    groups = map(str.split, lines(name))
    return {word: group[0] for group in groups for word in group}


def _read(name: str) -> str:
    return files("wiki.analysis").joinpath("data", f"{name}.txt").read_text(encoding="utf-8")
