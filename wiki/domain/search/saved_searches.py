"""Saved searches: what a member keeps looking for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

FIELDS = ("q", "kind", "tag", "person", "question", "status", "from", "to", "in")
"""What makes a search: its order and its page do not."""

LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that a member keeps.

    `address` is its query string; `new` how many hits came since they last looked; `counted` how
    far the index was when that was counted, empty if it never was.
    """

    id: int
    member: int
    address: str
    new: int
    counted: str
    created: datetime

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the search form."""
        return dict(parse_qsl(self.address))


def address_of(fields: Mapping[str, str]) -> str:
    """The query string of a search: the same for searches that ask the same; may be empty."""
    asked = {name: " ".join(fields.get(name, "").split()) for name in FIELDS}
    if asked["in"] == "all":
        asked["in"] = ""
    return urlencode({name: value for name, value in asked.items() if value})
