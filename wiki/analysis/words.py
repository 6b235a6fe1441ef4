"""The word lists of this package, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def listed(name: str) -> frozenset[str]:
    """The words of `data/<name>.txt`, folded: one word on each line."""
    return frozenset(_read(name).split())


@cache
def ranked(name: str) -> dict[str, int]:
    """The words of `data/<name>.txt` with their place in it, from 1."""
    return {word: rank for rank, word in enumerate(_read(name).split(), 1)}


@cache
def paired(name: str) -> dict[str, str]:
    """The pairs of `data/<name>.txt`: a form and what it is a form of on each line."""
    return dict(line.split() for line in _read(name).splitlines())


@cache
def grouped(name: str) -> dict[str, str]:
    """For each word of `data/<name>.txt` the first word of its line, which is its own as well."""
    lines = (line.split() for line in _read(name).splitlines())
    return {word: line[0] for line in lines for word in line}


def _read(name: str) -> str:
    return files("wiki.analysis").joinpath("data", f"{name}.txt").read_text(encoding="utf-8")
