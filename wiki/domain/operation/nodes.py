"""The nodes that a wiki runs on, and what the database that they share promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SILENT = 15.0
"""Seconds without a sign of life after which a node's worker counts as gone."""


class Standby(StrEnum):
    """Whether another server has what is answered; `UNKNOWN` where one may not look."""

    SYNCHRONOUS = "synchronous"
    ASYNCHRONOUS = "asynchronous"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Node:
    """A node as its worker last told of it, `seen` then by the database's clock, `ago` seconds ago.

    `behind` counts the moves of branches that it lacks, -1: it still has a history from before a
    purge. `leads`: its worker does what is done once. `has_twin`: two have this name.
    `differs`: its settings are not those that most nodes of its version have.
    """

    name: str
    version: str
    seen: datetime
    ago: float
    behind: int
    leads: bool
    has_twin: bool
    differs: bool

    @property
    def is_alive(self) -> bool:
        """Whether its worker gave a sign of life lately."""
        return self.ago < SILENT
