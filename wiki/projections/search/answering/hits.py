"""A hit, made of what an engine keeps of a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from wiki.domain.search.search import Found, Hit, Scope, person_path
from wiki.projections.search.answering.snippets import Marker
from wiki.projections.search.storage.fields import NEVER


def hit_of(document: int, stored: Mapping[str, Any], marker: Marker, scope: Scope) -> Hit:
    """The hit that a document is within a scope, with its words marked."""
    kind, path, people = Found(stored["kind"]), str(stored["path"]), stored["people"]
    hit = Hit(
        kind=kind,
        path=person_path(scope, path, stored["title"]) if kind is Found.PERSON else path,
        title=marker.title(stored),
        number=stored["number"],
        revision=stored["revision"],
        page=stored["page"],
        hidden=stored["hidden"],
        when=None if stored["at"] == NEVER else datetime.fromtimestamp(stored["at"], UTC),
        is_day=stored["is_day"],
        status=stored["status"],
        tags=tuple(stored["tags"]),
        questions=tuple(filter(scope.holds, stored["questions"])),
        snippets=marker.snippets(document, stored),
    )
    spoken = kind in (Found.TURN, Found.COMMENT)
    return replace(hit, person=people[0]) if spoken and people else hit
