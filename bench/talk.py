"""The people and the talk of a corpus, and what a page with very much talk costs."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.corpus import EPOCH, NOW, SIZES
from bench.report import Figure
from bench.site import Site, value_of
from bench.views import timed
from bench.words import Prose
from wiki.database.engine import changes
from wiki.database.engine.database import Database
from wiki.database.members import members
from wiki.database.members.members import NewMember
from wiki.database.notices import fan_out
from wiki.database.pages import catalogue
from wiki.database.talk import comments
from wiki.domain.access.rights import Role
from wiki.domain.content.paths import file_of
from wiki.domain.members.members import Status
from wiki.domain.talk.comments import NewComment
from wiki.engine import Wiki, open_wiki
from wiki.services.talk import anchors
from wiki.settings import Settings

CROWD, ON_PASSAGES = 10_000, 300
"""Comments on one page, and how many of them are about a passage."""


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


def measure(site: Site) -> list[Figure]:
    """The first screen of a page with 10,000 comments, and posting one more."""
    wiki = open_wiki(Settings(data=site.data))
    path = site.paths[5]
    _crowd(wiki, path)
    wiki.close()
    address = site.page(path)
    member = site.member()
    # An address that nobody asked for before is on no kept page.
    read = timed(member, [f"{address}?measured={number}" for number in range(60)])[10:]
    newest = timed(member, [f"{address}?sort=newest&measured={number}" for number in range(60)])
    shown = statistics.median(read)
    token = value_of(member.get(address)[1], "csrf_token")
    times = []
    for number in range(60):
        form = {"text": f"Gemeten {number}", "nonce": f"n{number}", "csrf_token": token}
        start = time.perf_counter()
        status, body = member.post(address.replace("/wiki/", "/comments/", 1), form)
        times.append(1000 * (time.perf_counter() - start))
        if status != 303:
            raise SystemExit(f"comment on {path}: {status}\n{body[:3000]}")
    posted = statistics.median(times[10:])
    return [
        Figure(
            site.name,
            f"first screen of {CROWD:,} comments, {ON_PASSAGES} on passages",
            f"p50 {shown:.1f} ms; newest first {statistics.median(newest[10:]):.1f} ms",
            "p50 ≤ 50 ms",
            shown <= 50,
        ),
        Figure(
            site.name,
            f"a comment posted beside {CROWD:,}",
            f"p50 {posted:.1f} ms",
            "p50 ≤ 15 ms",
            posted <= 15,
        ),
    ]


def _crowd(wiki: Wiki, path: str) -> None:
    """Very many comments on one page: half of them answers, some on its passages."""
    chance = random.Random(3)
    entry = wiki.store.entry(file_of(path))
    text = anchors.source(wiki).plain(entry.blob if entry else "")
    with wiki.database.read() as connection:
        revision = catalogue.find(connection, [path])[path].revision
        people = [member.id for member in members.some(connection, range(1, 100))]
    with wiki.database.write() as connection:
        made: list[int] = []
        for number in range(CROWD):
            parent = chance.choice(made) if made and chance.random() < 0.5 else None
            new = NewComment(
                path,
                revision,
                chance.choice(people),
                f"Reactie {number}: daar is *meer* over te zeggen, zie [[{path}]].",
                wiki.clock() - timedelta(days=1),
                parent,
            )
            if number < ON_PASSAGES:
                start = chance.randrange(len(text) - 60)
                words = text[start : start + 50]
                start += len(words) - len(words.lstrip())
                words = words.strip()
                new = replace(new, anchor=words, start=start, end=start + len(words))
            made.append(comments.add(connection, new))
        # That the worker would follow them all is not what is measured here.
        changes.done(connection, max(one.id for one in changes.pending(connection, 10 * CROWD)))
        for number, _ in fan_out.waiting(connection, 10 * CROWD):
            fan_out.done(connection, number)
