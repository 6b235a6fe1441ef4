"""Corpora to measure on: S is a young think tank, L one after many years.

The history is one `git fast-import` stream, made from a fixed seed: the same corpus everywhere.
It is kept in bench/.cache and made again when this file changes.
"""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bench.words import Prose

CACHE = Path(__file__).parent / ".cache"
EPOCH = 1_420_070_400  # 1 January 2015
NOW = 1_767_225_600  # 1 January 2026


@dataclass(frozen=True)
class Size:
    """What a corpus holds."""

    name: str
    pages: int
    commits: int
    largest_folder: int
    comments: int
    renames: int
    merges: int
    most_edited: int
    members: int


SIZES = {
    "S": Size("S", 200, 1_000, 60, 400, 5, 10, 120, 30),
    "L": Size("L", 10_000, 100_000, 3_000, 20_000, 500, 1_000, 12_000, 300),
    "crawled": Size("crawled", 500, 5_000, 100, 0, 20, 20, 200, 30),
}
MOST_EDITED = "vragen/de-meest-bewerkte"
LONG = "pagina/een-lange-pagina"


@dataclass
class Page:
    """A page while the history is made."""

    path: str
    head: str
    parts: list[str]
    renamed: bool = False

    def text(self) -> bytes:
        """The whole file."""
        return (self.head + "\n\n".join(self.parts) + "\n").encode()


@dataclass
class Maker:
    """Writes the stream; `out` is fast-import's standard input."""

    size: Size
    out: IO[bytes]
    random: random.Random = field(default_factory=lambda: random.Random(2009))
    mark: int = 0
    clock: int = EPOCH

    def __post_init__(self) -> None:
        self.prose = Prose(self.random, 30_000 if self.size.name == "L" else 8_000)
        self.pages: list[Page] = []
        self.step = (NOW - EPOCH) // (self.size.commits + 10)

    def make(self) -> list[Page]:
        """The whole history; gives the pages as they are at its end."""
        paths = list(self._paths())
        self._create(paths)
        plan = self._plan()
        for what in plan:
            if what == "rename":
                self._rename()
            elif what == "merge":
                self._merge()
            elif what == "most":
                self._edit(self.pages[0])
            else:
                self._edit(self._any())
        self.out.write(b"reset refs/heads/side\nfrom %s\n\ndone\n" % (b"0" * 40))
        return self.pages

    # -- the plan --

    def _plan(self) -> list[str]:
        size = self.size
        most = size.most_edited - 1
        left = size.commits - self.mark - most - size.renames - 3 * size.merges
        plan = ["most"] * most + ["rename"] * size.renames + ["merge"] * size.merges
        plan += ["edit"] * left
        self.random.shuffle(plan)
        return plan

    def _paths(self) -> Iterator[str]:
        yield MOST_EDITED
        yield LONG
        large = self.size.largest_folder
        for number in range(large):
            yield f"gesprekken/gesprek-{number:05d}"
        rest = self.size.pages - large - 2
        folders = max(4, rest // 60)
        for number in range(rest):
            group = number % folders
            if number % 5 == 0:
                yield f"vragen/groep-{group % 40:02d}/vraag-{number:05d}"
            else:
                yield f"pagina/map-{group % 20:02d}/deel-{group:03d}/pagina-{number:05d}"

    # -- commits --

    def _create(self, paths: list[str]) -> None:
        """Every page is born in a commit of ten pages, the special ones in the first."""
        for at in range(0, len(paths), 10):
            born = [self._page(path) for path in paths[at : at + 10]]
            self.pages += born
            self._commit("create", [(page.path, page.text()) for page in born], author=None)

    def _page(self, path: str) -> Page:
        if path == MOST_EDITED:
            return Page(path, self._head("question"), self._parts(24, 70))
        if path == LONG:
            return Page(path, self._head("page"), self._parts(80, 70))
        if path.startswith("gesprekken/"):
            return self._dialogue(path)
        kind = "question" if path.startswith("vragen/") else "page"
        return Page(path, self._head(kind), self._parts(self.random.randint(2, 10), 60))

    def _parts(self, count: int, words: int) -> list[str]:
        parts = [self.prose.paragraph(words) for _ in range(count)]
        for number in range(0, count, 5):
            parts[number] = f"## {self.prose.title()}\n\n{parts[number]}"
        linked = self.random.choice(self.pages).path if self.pages else "vragen/nergens"
        parts[-1] += f" Zie [[{linked}]]."
        return parts

    def _head(self, kind: str) -> str:
        tags = ", ".join(sorted(set(self.random.choices(self.prose.words[50:250], k=2))))
        status = "status: open\n" if kind == "question" else ""
        kind_line = f"kind: {kind}\n" if kind != "page" else ""
        return f"---\ntitle: {self.prose.title()}\n{kind_line}{status}tags: [{tags}]\n---\n"

    def _dialogue(self, path: str) -> Page:
        speakers = [f"Spreker {letter}" for letter in "ABCD"[: self.random.randint(2, 4)]]
        turns = [
            f"**{self.random.choice(speakers)}:** {self._said()}"
            for _ in range(self.random.randint(8, 32))
        ]
        people = ", ".join(f"{{name: {name}, role: deelnemer}}" for name in speakers)
        day = time.strftime("%Y-%m-%d", time.gmtime(self.random.randint(EPOCH, NOW)))
        head = (
            f"---\ntitle: {self.prose.title()}\nkind: dialogue\nstatus: held\n"
            f"date: {day}T15:00+01:00\nend: {day}T17:00+01:00\nlocation: Utrecht\n"
            f"participants: [{people}]\nquestions: [{MOST_EDITED}]\n---\n"
        )
        return Page(path, head, turns)

    def _said(self) -> str:
        return self.prose.paragraph(self.random.randint(15, 60))

    def _any(self) -> Page:
        """A page other than the most edited; those near the start are edited more often."""
        share = self.random.random() ** 2
        return self.pages[1 + int(share * (len(self.pages) - 1))]

    def _change(self, page: Page) -> None:
        at = self.random.randrange(len(page.parts))
        old = page.parts[at]
        start, _, _ = old.partition(" ")
        words = old.split(" ")
        if len(words) < 12 or self.random.random() < 0.3:
            fresh = self.prose.paragraph(self.random.randint(20, 70))
            page.parts[at] = f"{start} {fresh}" if start.startswith("**") else fresh
            return
        place = self.random.randrange(3, len(words) - 3)
        words[place : place + 3] = self.prose.choose(self.random.randint(1, 6))
        page.parts[at] = " ".join(words)

    def _edit(self, page: Page) -> None:
        self._change(page)
        self._commit("edit", [(page.path, page.text())])

    def _rename(self) -> None:
        page = self._any()
        if page.renamed or page.path in (LONG, MOST_EDITED):
            self._edit(self._other(page))
            return
        page.renamed = True
        old, page.path = page.path, f"{page.path}-nieuw"
        stub = f"---\nredirect: {page.path}\n---\n".encode()
        self._commit("rename", [(page.path, page.text()), (old, stub)], trailer=f"From: {old}\n")

    def _other(self, page: Page) -> Page:
        return self.pages[1] if page is self.pages[0] else page

    def _merge(self) -> None:
        """A push from outside: a commit beside ours, then their merge, theirs as first parent."""
        base = self.mark
        theirs, ours = self._any(), self._any()
        if theirs is ours:
            ours = self.pages[0]
        self._change(theirs)
        side = self._commit(
            "", [(theirs.path, theirs.text())], branch="side", parent=base, author="Buitenstaander"
        )
        self._change(ours)
        own = self._commit("edit", [(ours.path, ours.text())], parent=base)
        files = [(ours.path, ours.text())]
        self._commit("", files, parent=side, other=own, author="Buitenstaander")

    def _commit(
        self,
        event: str,
        files: list[tuple[str, bytes]],
        *,
        branch: str = "main",
        parent: int = 0,
        other: int = 0,
        author: str | None = "",
        trailer: str = "",
    ) -> int:
        self.mark += 1
        self.clock += self.step
        number = self.random.randrange(self.size.members)
        name, email = f"lid{number}", f"u{number:04d}@members.invalid"
        if author:
            name, email = author, "buiten@example.org"
        subject = " ".join(self.prose.choose(4))
        trailers = f"\nDenktank: {event}\n{trailer}" if event else ""
        message = f"{subject}\n{trailers}".encode()
        who = f"{name} <{email}> {self.clock} +0100\n".encode()
        write = self.out.write
        write(b"commit refs/heads/%s\nmark :%d\n" % (branch.encode(), self.mark))
        write(b"author " + who + b"committer " + who)
        write(b"data %d\n%s\n" % (len(message), message))
        if parent:
            write(b"from :%d\n" % parent)
        if other:
            write(b"merge :%d\n" % other)
        for path, data in files:
            write(b"M 100644 inline %s.md\ndata %d\n" % (path.encode(), len(data)))
            write(data)
            write(b"\n")
        write(b"\n")
        return self.mark


def build(name: str) -> Path:
    """The folder of a corpus (holding `pages/`), made if it is not there or out of date."""
    here = Path(__file__).parent
    source = (here / "corpus.py").read_bytes() + (here / "words.py").read_bytes()
    folder = CACHE / f"{name}-{hashlib.sha256(source).hexdigest()[:10]}"
    if (folder / "made").exists():
        return folder
    started = time.monotonic()
    print(f"corpus {name}: making {SIZES[name].commits} commits ...", file=sys.stderr)
    pages = folder / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "-b", "main", pages], check=True)
    command = ["git", "-C", str(pages), "fast-import", "--quiet", "--force", "--done"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=1 << 20) as process:
        assert process.stdin is not None
        made = Maker(SIZES[name], process.stdin).make()
        process.stdin.close()
        if process.wait():
            raise SystemExit("git fast-import failed")
    subprocess.run(["git", "-C", pages, "config", "core.bare", "true"], check=True)
    (folder / "paths").write_text("\n".join(page.path for page in made), encoding="utf-8")
    (folder / "made").touch()
    print(f"corpus {name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    return folder
