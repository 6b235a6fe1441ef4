"""An import: everything of one source, in the order in which it happened.

Versions become commits on a line of their own, dated as they were; then the branch takes the line
in. What members changed here meanwhile is merged, and stays where that is not possible. Remarks
follow, each with a nonce, so that whoever is killed on the way can simply begin again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from wiki.database.notices import fan_out
from wiki.database.talk import comments
from wiki.domain.access.rights import SYSTEM
from wiki.domain.content.paths import page_of
from wiki.domain.content.text import decode
from wiki.domain.errors import Conflict, WikiError
from wiki.domain.history.revisions import Event
from wiki.domain.imports.addresses import without_machines, without_mail
from wiki.domain.imports.items import Person, Remark, Report, Version
from wiki.domain.talk.comments import NewComment, check_text
from wiki.engine import Wiki
from wiki.services.content import commits, joining
from wiki.services.imports import ledger as ledgers
from wiki.services.imports.ledger import Ledger, digest
from wiki.services.imports.people import People
from wiki.services.imports.places import Places
from wiki.store.rewriting.bulk import Line
from wiki.store.store import Change

BATCH = 200
"""Remarks that are written in one transaction."""
_SUBJECT_MOST = 500
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)

Tell = Callable[[str, int, int], None]
"""Called as (what is being done, done, total) now and then."""


class Source(Protocol):
    """An export that is read: what it leaves out it says to the report that it was given."""

    def people(self) -> Iterable[Person]:
        """Everybody that it knows."""

    def versions(self) -> Iterator[Version]:
        """Every version of every file; those of one file in their order."""

    def remarks(self) -> Iterable[Remark]:
        """Every comment; what it answers comes before it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an import is to be done.

    `into` is the folder that it goes to, `told` gives usernames by what people are called there.
    E-mail addresses stay in texts if `keep_addresses`; in names and messages they never do.
    """

    importer: str
    into: str = ""
    told: dict[str, str] = field(default_factory=dict)
    keep_addresses: bool = False
    dry_run: bool = False


Open = Callable[[Report, Places], Source]
"""Gives the source to read, which tells the report what it leaves out and asks where things go."""


def run(wiki: Wiki, wanted: Wanted, source: Open, tell: Tell) -> Report:
    """Take in whatever is new of a source; tried dry, only say what that would be.

    Raises NotFound (`member_unknown`), Conflict (`import_busy`), StoreError.
    """
    wiki.follow()
    ledger = ledgers.read(wiki, wanted.importer, wanted.into)
    report = Report()
    places = Places(wiki, ledger, wanted.into)
    people = People(wiki, ledger.source, wanted.told)
    made = _Run(wiki, wanted, ledger, report, people, tell)
    items = source(report, places)
    people.know(items.people())
    with wiki.store.line(ledger.tip) as line:
        if (
            wiki.store.head() != ledger.head
            and ledgers.read(wiki, wanted.importer, wanted.into).tip != ledger.tip
        ):
            # Another import of the same source ended just before this one began.
            raise Conflict("import_busy")
        versions = made.kept(items.versions(), line)
        remarks = made.remarks(items.remarks(), places)
        if not wanted.dry_run:
            people.settle()
        made.write(versions, line)
        line.end()
        made.join(line)
    if not wanted.dry_run:
        wiki.follow()
        made.say(remarks, places)
        wiki.wake()
    report.people = people.listed
    return report


@dataclass(frozen=True, slots=True)
class _Kept:
    """A version whose bytes are written: what is left to be said of it."""

    version: Version
    blob: str
    number: int


class _Run:
    """One import on its way."""

    def __init__(
        self,
        wiki: Wiki,
        wanted: Wanted,
        ledger: Ledger,
        report: Report,
        people: People,
        tell: Tell,
    ) -> None:
        self._wiki = wiki
        self._wanted = wanted
        self._ledger = ledger
        self._report = report
        self._people = people
        self._tell = tell
        self._before = {came.file: came.blob for came in ledger.things.values()}
        self._after: dict[str, str] = {}
        self._made: dict[str, list[tuple[datetime, str]]] = {}

    # -- versions --

    def kept(self, versions: Iterator[Version], line: Line) -> list[_Kept]:
        """Write the bytes of whatever is new; give it in the order in which it happened."""
        written: list[_Kept] = []
        latest: dict[str, datetime] = {}
        blobs = dict(self._before)
        now = self._wiki.clock()
        for version in versions:
            came = self._ledger.came(version.thing)
            key = self._ledger.key(version.thing, version.version)
            if key in self._ledger.versions:
                self._report.known += 1
                self._people.author(version.by)
                self._note(version.file, version.when, self._ledger.versions[key])
                continue
            if came and version.when < came.when:
                self._report.leave(version.file, "import_older")
                continue
            # Whatever clock wrote it: versions of one file follow each other, none before today.
            since = max(latest.get(one, _EARLIEST) for one in (version.file, version.came_from))
            when = min(max(version.when, since), now)
            latest |= dict.fromkeys(filter(None, (version.file, version.came_from)), when)
            blob = self._blob(version, line)
            if blob is None or (blob == blobs.get(version.file, "") and not version.came_from):
                continue
            self._people.author(version.by)
            blobs[version.file] = blob
            blobs.pop(version.came_from, None)
            written.append(_Kept(replace(version, when=when, data=None), blob, len(written)))
            if len(written) % BATCH == 0:
                self._tell("reading", len(written), 0)
        return sorted(written, key=lambda one: (one.version.when, one.number))

    def _blob(self, version: Version, line: Line) -> str | None:
        """Write a version's bytes; empty where it goes, None where it does not come along."""
        if version.data is None:
            return ""
        settings = self._wiki.settings
        most = settings.max_text_bytes if version.is_page else settings.max_file_bytes
        if len(version.data) > most:
            size = len(version.data)
            self._report.leave(version.file, "import_large", bytes=size, most_bytes=most)
            return None
        data = version.data
        if version.is_page and not self._wanted.keep_addresses:
            data = self._without_addresses(data)
        return line.write(data)

    def _without_addresses(self, data: bytes) -> bytes:
        if b"@" not in data:
            return data
        source = decode(data)
        words, count = without_mail(source.text)
        self._report.lost["mail"] += count
        return source.encode(words) if count and source.readable else data

    def write(self, versions: Sequence[_Kept], line: Line) -> None:
        """Write a commit for each version."""
        pages, files = set[str](), set[str]()
        system = commits.author(SYSTEM)
        for number, each in enumerate(versions, 1):
            version = each.version
            moved = {"From": page_of(version.came_from) or version.came_from}
            revision = line.commit(
                {**({version.came_from: ""} if version.came_from else {}), version.file: each.blob},
                author=self._people.author(version.by),
                committer=system,
                when=version.when,
                message=_message(version.message),
                trailers={
                    "Denktank": Event.IMPORT.value,
                    **(moved if version.came_from else {}),
                    **self._ledger.trailers(version.thing, version.version),
                },
            )
            (pages if version.is_page else files).add(version.file)
            self._note(version.file, version.when, revision)
            self._after |= {version.file: each.blob}
            if version.came_from:
                self._after[version.came_from] = ""
            if number % BATCH == 0:
                self._tell("writing", number, len(versions))
        self._report.pages = len({file for file in pages if self._after[file]})
        self._report.files = len({file for file in files if self._after[file]})
        self._report.revisions = len(versions)

    def _note(self, file: str, when: datetime, revision: str) -> None:
        self._made.setdefault(file, []).append((when, revision))

    # -- the branch --

    def join(self, line: Line) -> None:
        """Let the branch take in the line, each file as it is there and here."""
        if not self._after:
            return
        if self._wanted.dry_run:
            self._changes(line)
            return
        self._wiki.store.land(
            line,
            lambda: self._changes(line),
            author=commits.author(SYSTEM),
            message=f"import {self._wanted.importer}",
            trailers={"Denktank": Event.IMPORT.value},
            when=self._wiki.clock(),
        )

    def _changes(self, line: Line) -> list[Change]:
        found = (self._change(line, file, blob) for file, blob in sorted(self._after.items()))
        return [change for change in found if change]

    def _change(self, line: Line, file: str, there: str) -> Change | None:
        """Decide what becomes of one file; None if it stays as it is here."""
        entry = self._wiki.store.entry(file)
        here, before = entry.blob if entry else "", self._before.get(file, "")
        if here == there:
            return None
        if here == before:
            return Change(file, None, there)
        data = None
        if here and there and page_of(file) is not None:
            data = joining.merged(*(line.read(id) if id else b"" for id in (before, here, there)))
        if data is None:
            self._report.leave(file, "import_changed_here")
            return None
        return Change(file, data)

    # -- remarks --

    def remarks(self, remarks: Iterable[Remark], places: Places) -> list[Remark]:
        """Those that are new and can be shown."""
        listed: list[Remark] = []
        for remark in remarks:
            file = places.given(remark.thing)
            words = remark.text
            if not self._wanted.keep_addresses:
                words, count = without_mail(words)
                self._report.lost["mail"] += count
            try:
                words = check_text(words)
            except WikiError as error:
                self._report.leave(f"{file} {remark.id}".strip(), error.code, **error.values)
                continue
            if not file:
                self._report.leave(remark.id, "import_no_page")
                continue
            self._people.author(remark.by)
            listed.append(replace(remark, text=words))
        known = self._said_before(listed)
        self._report.known += len(known)
        self._report.comments = len(listed) - len(known)
        return listed

    def _said_before(self, remarks: Sequence[Remark]) -> dict[str, int]:
        nonces = {self._nonce(remark.id): remark.id for remark in remarks}
        with self._wiki.database.read() as connection:
            return {nonces[nonce]: id for nonce, id in comments.with_nonces(connection, nonces)}

    def _nonce(self, id: str) -> str:
        return comments.IMPORTED + digest(self._ledger.source, "remark", id)

    def say(self, remarks: Sequence[Remark], places: Places) -> None:
        """Put the remarks that are new beside their pages; nobody is told of them."""
        ids = self._said_before(remarks)
        waiting = [remark for remark in remarks if remark.id not in ids]
        for done in range(0, len(waiting), BATCH):
            self._tell("comments", done, len(waiting))
            with self._wiki.database.write() as connection:
                for remark in waiting[done : done + BATCH]:
                    file = places.given(remark.thing)
                    new = self._comment(remark, file, ids.get(remark.answers))
                    if new is None:
                        continue
                    ids[remark.id] = comments.add(connection, new)
                    fan_out.skip(connection, ids[remark.id])

    def _comment(self, remark: Remark, file: str, parent: int | None) -> NewComment | None:
        page, made = page_of(file), self._made.get(file)
        if not page or not made:
            return None
        # The page as it was then; what was said before it was there is said of its beginning.
        past = [revision for when, revision in made if when <= remark.when]
        return NewComment(
            path=page,
            revision=past[-1] if past else made[0][1],
            author=self._people.id(remark.by),
            text=remark.text,
            created=min(max(remark.when, _EARLIEST), self._wiki.clock() - timedelta(seconds=1)),
            parent=parent,
            nonce=self._nonce(remark.id),
        )


def _message(said: str) -> str:
    """Give what somebody said of a version: in one line, without any address."""
    return without_machines(without_mail(" ".join(said.split())[:_SUBJECT_MOST])[0])
