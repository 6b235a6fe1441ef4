"""Writers elsewhere as somebody here: a member, or an account that is nobody's.

The second bears a name and nothing else: it has no address, no password, and a status in which
nobody logs in. It is made once for a person, however often they come by.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.members.members import NewMember
from wiki.domain.access.rights import Role
from wiki.domain.content.paths import slug
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.history.revisions import Author
from wiki.domain.imports.addresses import INSTEAD, is_machine, without_mail
from wiki.domain.imports.items import Person
from wiki.domain.members.members import NAME_BYTES, Member, Status
from wiki.engine import Wiki
from wiki.services.content.commits import author_of
from wiki.services.imports.ledger import digest

_NOBODY = Person("", "Onbekend")
_MARK = 6
_STEM_MOST = 24


class People:
    """The writers of one source. Nobody is made before `settle`."""

    def __init__(self, wiki: Wiki, source: str, told: Mapping[str, str]) -> None:
        """`told` gives usernames by login, key or name, and goes before what is found."""
        self._wiki = wiki
        self._source = source
        self._told = told
        self._persons: dict[str, Person] = {"": _NOBODY}
        self._found: dict[str, Member | None] = {}
        self._ids: dict[str, int] = {}
        with wiki.database.read() as connection:
            for username in told.values():
                if members.by_username(connection, username) is None:
                    raise NotFound("member_unknown", username=username)

    def know(self, persons: Iterable[Person]) -> None:
        """These are the people of the source."""
        self._persons |= {person.key: person for person in persons}

    def author(self, key: str) -> Author:
        """Tell who a person is in git; from then on they are one of the writers."""
        member = self._member(key)
        if member and member.status is not Status.IMPORTED:
            return author_of(member.username, member.uid)
        return author_of(self._name(key), self._uid(key))

    @property
    def listed(self) -> list[tuple[str, str]]:
        """Every writer: the name they had, and the username of the member they are, or empty."""
        found = [(self._name(key), self._shown(member)) for key, member in self._found.items()]
        return sorted(found, key=lambda one: (one[0].casefold(), one[1]))

    @staticmethod
    def _shown(member: Member | None) -> str:
        return member.username if member and member.status is not Status.IMPORTED else ""

    def settle(self) -> None:
        """Make an account for every writer who has none."""
        with self._wiki.database.write() as connection:
            for key in self._found:
                self._ids[key] = self._settled(connection, key)
        if self._ids:
            self._wiki.keep_people()

    def id(self, key: str) -> int:
        """The account of a writer, once all are settled."""
        return self._ids[key]

    def _settled(self, connection: Connection, key: str) -> int:
        member = self._found[key] or members.by_uid(connection, self._uid(key))
        return member.id if member else members.add(connection, self._new(connection, key)).id

    def _new(self, connection: Connection, key: str) -> NewMember:
        uid, name = self._uid(key), self._name(key)
        stem = slug(name)[:_STEM_MOST].strip("-")
        stem = stem if stem[:1].isalpha() else f"schrijver-{stem}".strip("-")[:_STEM_MOST]
        names = (f"{stem}-{uid[:length]}" for length in range(_MARK, 33 - len(stem) - 1))
        return NewMember(
            uid=uid,
            username=next(one for one in names if not members.is_taken(connection, one)),
            email="",
            password="",
            role=Role.MEMBER,
            status=Status.IMPORTED,
            joined=self._wiki.clock(),
            name=name,
        )

    def _uid(self, key: str) -> str:
        return digest("person", self._source, key)

    def _name(self, key: str) -> str:
        """Give the name of a person: never an address, of a person or a machine."""
        person = self._persons.get(key) or Person(key, key)
        for name in (person.name, person.login):
            words = " ".join(without_mail(name)[0].replace(INSTEAD, "").split())
            if words and not is_machine(words):
                return words.encode()[:NAME_BYTES].decode(errors="ignore")
        return _NOBODY.name

    def _member(self, key: str) -> Member | None:
        if key not in self._found:
            person = self._persons.get(key) or Person(key, key)
            with self._wiki.database.read() as connection:
                made = members.by_uid(connection, self._uid(key))
                self._found[key] = self._matching(connection, person) or made
        return self._found[key]

    def _matching(self, connection: Connection, person: Person) -> Member | None:
        """The member that a person is: as told, by their address, their login or their name."""
        names = (person.key, person.login, person.name, person.email)
        told = next((self._told[one] for one in names if one in self._told), "")
        if told:
            return members.by_username(connection, told)
        if not person.key:
            return None
        member = members.by_email(connection, person.email) if person.email else None
        member = member or (members.by_username(connection, person.login) if person.login else None)
        member = member or members.called(connection, person.name)
        return member if member and member.status is Status.ACTIVE else None


def told_in(file: Path | None) -> dict[str, str]:
    """Read a file about people: lines `login,username`. Raises Invalid (`import_people`)."""
    if file is None:
        return {}
    told: dict[str, str] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.reader(lines), 1):
            if not row or row[0].lstrip().startswith("#"):
                continue
            if len(row) != 2 or not all(cell.strip() for cell in row):
                raise Invalid("import_people", file=str(file), line=number)
            told[row[0].strip()] = row[1].strip()
    return told
