"""The site map: every page that anybody may read, for search engines, so many in one part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from wiki.database.pages import catalogue
from wiki.domain.access.rights import ANONYMOUS, Right
from wiki.domain.errors import NotFound
from wiki.engine import Wiki
from wiki.services.access import sight

MOST = 50_000
"""Addresses in one part; more are not read (sitemaps.org)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the map: paths and when each page changed last; `parts` is how many there are."""

    pages: Sequence[tuple[str, datetime | None]]
    parts: int


def read(wiki: Wiki, number: int = 1) -> Part:
    """A part of the map. Raises NotFound (`sitemap_missing`) for a part that is not there.

    A site that not everybody may read has no map.
    """
    if not is_public(wiki):
        raise NotFound("sitemap_missing")
    seen = sight.of(wiki, ANONYMOUS)
    with wiki.database.read() as connection:
        parts = max(1, ceil(catalogue.count(connection, sight=seen) / MOST))
        if number > parts:
            raise NotFound("sitemap_missing")
        listed = catalogue.addresses(connection, (number - 1) * MOST, MOST, sight=seen)
    return Part(listed, parts)


def is_public(wiki: Wiki) -> bool:
    """Whether anybody may read the site."""
    return wiki.rights.may(ANONYMOUS, Right.READ, "")
