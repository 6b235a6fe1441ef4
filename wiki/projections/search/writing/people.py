"""The people whom dialogues name: found in the index itself, from its dialogues.

Whoever has an account that dialogues name them with, by the same name, is one person with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.pages import catalogue
from wiki.domain.content.paths import person_slug
from wiki.domain.members.members import Member, Status
from wiki.domain.search.search import Found, Site
from wiki.projections.search.storage.view import Part, View
from wiki.projections.search.texts.documents import (
    Document,
    member_document,
    member_owner,
    person_document,
    person_owner,
)


def documents(
    view: View, site: Site, accounts: Mapping[str, Member], only: Collection[str] | None = None
) -> Iterator[Document]:
    """A document for each person (or only for those with these slugs) that a dialogue names."""
    names: dict[str, str] = {}
    said: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for part in view.parts:
        for document, person in _named(part):
            key = person_slug(person)
            if key and (only is None or key in only):
                names.setdefault(key, person)
                path, _ = part.segment.label(document)
                said[key].append((path, part.segment.when[document]))
    for key, dialogues in said.items():
        if key in accounts:
            yield member_document(accounts[key], site, dialogues)
        else:
            yield person_document(key, names[key], dialogues, site)


def accounts(connection: Connection, only: Collection[str] | None = None) -> dict[str, Member]:
    """The members that people (or only those with these slugs) are, by the people's slugs."""
    found = {}
    for key, username in catalogue.accounts(connection, only):
        member = members.by_username(connection, username)
        if member and member.status is Status.ACTIVE and person_slug(member.called) == key:
            found[key] = member
    return found


def named_by(view: View, owners: Iterable[str]) -> set[str]:
    """The slugs of the people whom the documents of these owners name."""
    names: set[str] = set()
    for part in view.parts:
        for owner in owners:
            for document in part.segment.postings("owner", owner):
                if document not in part.deleted:
                    names.update(map(person_slug, part.segment.values("people", document)))
    return names - {""}


def members_in(view: View, paths: Iterable[str]) -> set[int]:
    """The ids of the members whose documents were made with dialogues at these paths."""
    members: set[int] = set()
    for part in view.parts:
        kinds = part.segment.column("kind")
        for path in paths:
            for document in part.segment.postings("under", path):
                if kinds.values[kinds.codes[document]] == Found.PERSON:
                    members.add(part.segment.stored(document)["number"])
    return members - {0}


def owners(slugs: Collection[str], accounts: Mapping[str, Member]) -> list[str]:
    """The owners of these people's documents."""
    accounts_of = (member_owner(member.id) for member in accounts.values())
    return [*map(person_owner, sorted(slugs)), *accounts_of]


def _named(part: Part) -> Iterator[tuple[int, str]]:
    kinds = part.segment.column("kind")
    codes = {n for n, value in enumerate(kinds.values) if value == Found.DIALOGUE}
    for document in sorted(part.live(kinds.documents(codes))):
        for person in part.segment.values("people", document):
            yield document, person
