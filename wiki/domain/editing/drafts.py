"""Drafts: a text that a member has not saved yet, and who else is writing there now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

PRESENT = timedelta(seconds=45)
"""How long after their last sign a member still counts as editing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsaved text: the whole form as it stood, and the blob that it started from."""

    base: str
    text: str
    fields: Mapping[str, str]
    updated: datetime


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who has a page open in the editor."""

    username: str
    name: str
    seen: datetime


def key_of_page(page: str) -> str:
    """The key of drafts of an existing page; `page` is its identity, so a rename keeps them."""
    return f"page:{page}"


def key_of_path(path: str) -> str:
    """The key of drafts of a page that does not exist yet."""
    return f"path:{path}"


def key_of_kind(kind: str) -> str:
    """The key of the one draft of a new page of this kind that has no path yet."""
    return f"new:{kind}"


def key_of_talk(page: str) -> str:
    """The key of a member's unsent comment on a page with this identity."""
    return f"talk:{page}"
