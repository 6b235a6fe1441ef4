"""The terms of use: which version is asked of everybody, and which one a member accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wiki.domain.numbers import whole


@dataclass(frozen=True, slots=True)
class Asking:
    """From this moment on everybody is asked to accept this version of the terms' page.

    `by` is a username, `reason` says what is new.
    """

    id: int
    revision: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The version (a commit and the blob in it) that a member accepted, and when."""

    revision: str
    blob: str
    at: datetime


def stamp(asking: int, revision: str) -> str:
    """Say for a form which terms were shown: those of this asking, this version."""
    return f"{asking}:{revision}"


def parse(stamped: str) -> tuple[int, str]:
    """The asking and the version in a stamp; (-1, "") for anything else."""
    written, colon, revision = stamped.partition(":")
    asking = whole(written)
    return (-1, "") if asking is None or not colon else (asking, revision)
