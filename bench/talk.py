"""The people and the talk of a corpus: members, and comments spread over its pages."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from bench.corpus import EPOCH, NOW, SIZES
from bench.site import Site
from bench.words import Prose
from wiki.database import catalogue, comments, members
from wiki.database.database import Database
from wiki.database.members import NewMember
from wiki.domain.comments import NewComment
from wiki.domain.members import Status
from wiki.domain.rights import Role


def fill(site: Site) -> None:
    """Put the corpus's members and comments into SQL, in one transaction."""
    size = SIZES[site.name]
    chance = random.Random(2)
    prose = Prose(chance, 3_000)
    began = datetime.fromtimestamp(EPOCH, UTC)
    database = Database.open("", site.data)
    with database.read() as connection:
        known = catalogue.find(connection, site.paths)
    with database.write() as connection:
        ids = [
            members.add(
                connection,
                NewMember(
                    f"u{number:04d}",
                    f"lid{number}",
                    "",
                    "",
                    Role.MEMBER,
                    Status.ACTIVE,
                    began,
                ),
            ).id
            for number in range(size.members)
        ]
        for number in range(size.comments):
            made = began + timedelta(seconds=(NOW - EPOCH) * number // size.comments)
            path = site.paths[int(chance.random() ** 2 * len(site.paths))]
            text = prose.paragraph(chance.randint(5, 80))
            comments.add(
                connection, NewComment(path, known[path].revision, chance.choice(ids), text, made)
            )
    database.close()
