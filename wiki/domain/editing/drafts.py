"""Drafts: a text that a member has not saved yet, and who else is writing there now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

ID_MOST = 32
"""Characters of the id of a new page's draft."""
_ID = re.compile(f"[A-Za-z0-9_-]{{4,{ID_MOST}}}")

PRESENT = timedelta(seconds=45)
"""How long after their last sign a member still counts as editing."""


NEW = "new:"
"""How the keys of drafts of new pages begin."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsaved text: the whole form as it stood, and the blob that it started from."""

    base: str
    text: str
    fields: Mapping[str, str]
    updated: datetime


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that waits beside a draft: its name there, and what it was `given` as."""

    name: str
    given: str
    bytes: int


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


def is_id(draft: str) -> bool:
    """Whether this can be the id of a new page's draft."""
    return _ID.fullmatch(draft) is not None


def key_of_new(draft: str) -> str:
    """The key of a draft of a new page that has no path yet, by its id."""
    return NEW + draft


def id_of_new(key: str) -> str:
    """The id of the draft of a new page that has this key."""
    return key.removeprefix(NEW)


def key_of_talk(page: str) -> str:
    """The key of a member's unsent comment on a page with this identity."""
    return f"talk:{page}"
