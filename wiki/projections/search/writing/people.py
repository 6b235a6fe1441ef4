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
from wiki.projections.search.texts.documents import (
    Document,
    member_document,
    member_owner,
    person_document,
    person_owner,
)
from wiki.projections.search.writing.kept import Kept


def documents(
    index: Kept, site: Site, accounts: Mapping[str, Member], only: Collection[str] | None = None
) -> Iterator[Document]:
    """A document for each person (or only for those with these slugs) that a dialogue names."""
    names: dict[str, str] = {}
    said: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for person, path, when in index.named():
        key = person_slug(person)
        if key and (only is None or key in only):
            names.setdefault(key, person)
            said[key].append((path, when))
    for key, dialogues in said.items():
        if key in accounts:
            yield member_document(accounts[key], site, dialogues)
        else:
            yield person_document(key, names[key], dialogues, site)


def accounts(connection: Connection, only: Collection[str] | None = None) -> dict[str, Member]:
    """The members that people (or only those with these slugs) are, by the people's slugs."""
    by_slug = {}
    for key, username in catalogue.accounts(connection, only):
        member = members.by_username(connection, username)
        if member and member.status is Status.ACTIVE and person_slug(member.called) == key:
            by_slug[key] = member
    return by_slug


def named_by(index: Kept, owners: Iterable[str]) -> set[str]:
    """The slugs of the people whom the documents of these owners name."""
    stored = index.owned(owners)
    return {person_slug(person) for one in stored for person in one["people"]} - {""}


def members_in(index: Kept, paths: Iterable[str]) -> set[int]:
    """The ids of the members whose documents were made with dialogues at these paths."""
    return {stored["number"] for stored in index.below(paths, Found.PERSON)} - {0}


def owners(slugs: Collection[str], accounts: Mapping[str, Member]) -> list[str]:
    """The owners of these people's documents."""
    accounts_of = (member_owner(member.id) for member in accounts.values())
    return [*map(person_owner, sorted(slugs)), *accounts_of]
