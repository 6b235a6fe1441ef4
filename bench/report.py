"""Figures beside their budgets."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "report"


@dataclass(frozen=True)
class Figure:
    """One measured operation on one corpus; `met` is None where there is no budget."""

    corpus: str
    operation: str
    measured: str
    budget: str = ""
    met: bool | None = None


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table."""
    lines = ["| corpus | operation | measured | budget | met |", "|---|---|---|---|---|"]
    for figure in figures:
        met = "" if figure.met is None else ("yes" if figure.met else "**no**")
        cells = (figure.corpus, figure.operation, figure.measured, figure.budget, met)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(figures: Sequence[Figure]) -> Path:
    """Keep the table with the machine it was measured on; gives the file."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / time.strftime("%Y-%m-%d-%H%M.md")
    machine = f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}"
    file.write_text(f"{machine}\n\n{table(figures)}\n", encoding="utf-8")
    return file
