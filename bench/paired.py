"""`python -m bench.paired BASE [links] [S] [L] [REPOSITORY]`: follow as two checkouts do.

BASE is a commit of Denktank. It and the checkout at hand follow the same repository in turns, each
in a process of its own; what counts is processor time, so that other work on the machine matters
little. A repository is a corpus, `links` (3,000 pages with 20 links each), or a folder or bundle
of git.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import corpus

ROUNDS = 20
PUSHED = 50
HERE = Path(__file__).parent
_PAGES, _LINKS = 3_000, 20

Change = dict[str, str | None]
"""What a commit writes: the text of each file, None if it goes."""


@dataclass
class Side:
    """A checkout that follows its own copy of a repository."""

    name: str
    data: Path
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, name: str, checkout: Path, made: Path, data: Path) -> Side:
        """Copy the repository and start its follower."""
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        # As it would be pushed here: packed, whatever its own copy looks like.
        command = [
            "git",
            "clone",
            "-q",
            "--bare",
            "--no-local",
            str(made),
            str(data / "pages/.git"),
        ]
        subprocess.run(command, check=True)
        process = subprocess.Popen(
            [sys.executable, "-P", str(HERE / "follower.py"), str(data)],
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return cls(name, data, process)

    @property
    def git(self) -> list[str]:
        """The command that works on its repository."""
        return ["git", f"--git-dir={self.data}/pages/.git"]

    def ask(self, word: str) -> float:
        """The milliseconds that it takes to do this."""
        assert self.process.stdin
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> float:
        """The milliseconds that it says."""
        assert self.process.stdout
        return 1000 * float(self.process.stdout.readline())

    def stop(self) -> None:
        """Let it go, with its copy."""
        self.process.communicate()
        shutil.rmtree(self.data)


@dataclass
class Pages:
    """The pages of a repository, and changes of them, drawn from a fixed seed."""

    git: list[str]
    branch: str
    random: random.Random = field(default_factory=lambda: random.Random(2009))
    number: int = 0

    def __post_init__(self) -> None:
        listed = said([*self.git, "ls-tree", "-r", "-z", "--name-only", self.branch])
        self.files = [file for file in listed.split("\0") if file.endswith(".md")]

    def text(self, file: str) -> str:
        """What a page says now."""
        return said([*self.git, "cat-file", "blob", f"{self.branch}:{file}"])

    def save(self, links: int = 0) -> Change:
        """One more sentence on a page, with so many links that it did not have."""
        self.number += 1
        file = self.random.choice(self.files)
        return {file: f"{self.text(file)}\nSentence {self.number}. {self._linked(links)}\n"}

    def retitle(self) -> Change:
        """Another title in the front matter of a page."""
        self.number += 1
        file = self.random.choice(self.files)
        text = self.text(file)
        body = text.split("\n---\n", 1)[-1] if text.startswith("---\n") else text
        return {file: f"---\ntitle: Called {self.number}\n---\n{body}"}

    def make(self) -> Change:
        """A page with links."""
        self.number += 1
        file = self._beside(f"made {self.number}")
        self.files.append(file)
        return {file: f"# Made {self.number}\n\n{self._linked(_LINKS)}\n"}

    def delete(self) -> Change:
        """A page that goes."""
        file = self.random.choice(self.files)
        self.files.remove(file)
        return {file: None}

    def rename(self) -> Change:
        """A page that goes elsewhere."""
        old = self.random.choice(self.files)
        new = self._beside(f"moved {self.number}")
        text = self.text(old)
        self.files[self.files.index(old)] = new
        self.number += 1
        return {old: None, new: text}

    def _beside(self, name: str) -> str:
        return f"{self.random.choice(self.files).rpartition('/')[0]}/{name}.md".lstrip("/")

    def _linked(self, number: int) -> str:
        chosen = self.random.sample(self.files, number)
        return " ".join(f"[[{file.removesuffix('.md')}]]" for file in chosen)


def said(command: Sequence[str]) -> str:
    """What a command prints."""
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return run.stdout.decode("utf-8", "replace")


def commit(sides: Sequence[Side], branch: str, changes: Sequence[Change], clock: int) -> None:
    """The same commits, one for each change, in both repositories."""
    parent = f"from refs/heads/{branch}^0\n"
    for side in sides:
        _write(side.git, "".join(_commits(branch, changes, clock, parent)))


def _write(git: Sequence[str], stream: str) -> None:
    subprocess.run([*git, "fast-import", "--quiet"], input=stream.encode(), check=True)


def _commits(branch: str, changes: Sequence[Change], clock: int, parent: str = "") -> Iterator[str]:
    for at, change in enumerate(changes):
        yield f"commit refs/heads/{branch}\ncommitter a <a@b.example> {clock + at} +0000\n"
        yield "data 5\nsaved\n" + (parent if not at else "")
        for file, text in change.items():
            if text is None:
                yield f"D {file}\n"
            else:
                yield f"M 100644 inline {file}\ndata {len(text.encode())}\n{text}\n"


def measure(sides: Sequence[Side]) -> Iterator[tuple[str, list[tuple[float, ...]]]]:
    """What was done, and the milliseconds each side took each time, the base first."""
    # A bundle may not say which branch is its first.
    heads = said([*sides[0].git, "for-each-ref", "--format=%(refname:short)", "refs/heads"]).split()
    branch = "main" if "main" in heads else heads[0]
    yield "opening", [tuple(side.answer() for side in sides)]
    yield "a page rendered", [_both(sides, "render", turn) for turn in range(3)]
    pages = Pages(sides[0].git, branch)
    clock = int(said([*sides[0].git, "log", "-1", "--format=%ct", branch])) + 1
    kinds: list[tuple[str, Callable[[], Change], int]] = [
        ("save of a text", pages.save, 1),
        ("save with 2 new links", lambda: pages.save(2), 1),
        ("save with 20 new links", lambda: pages.save(20), 1),
        ("retitled page", pages.retitle, 1),
        ("new page", pages.make, 1),
        ("renamed page", pages.rename, 1),
        ("deleted page", pages.delete, 1),
        (f"push of {PUSHED} saves", pages.save, PUSHED),
        (f"push of {PUSHED} saves with 2 new links", lambda: pages.save(2), PUSHED),
    ]
    for what, change, number in kinds:
        took = []
        for turn in range(ROUNDS):
            commit(sides, branch, _apart(change, number), clock)
            clock += number
            took.append(_both(sides, "follow", turn))
        yield what, took


def _apart(change: Callable[[], Change], number: int) -> list[Change]:
    """So many changes, each of another page: all are of what is there before them."""
    made: dict[str, Change] = {}
    while len(made) < number:
        one = change()
        made.setdefault(next(iter(one)), one)
    return list(made.values())


def _both(sides: Sequence[Side], word: str, turn: int) -> tuple[float, ...]:
    """The time of each side; they go first by turns."""
    took = {side.name: side.ask(word) for side in (sides if turn % 2 else sides[::-1])}
    return tuple(took[side.name] for side in sides)


def checkout(base: str) -> Path:
    """A commit of this repository as files."""
    commit = said(["git", "-C", str(HERE), "rev-parse", f"{base}^{{commit}}"]).strip()
    folder = corpus.CACHE / "paired" / commit
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        top = said(["git", "-C", str(HERE), "rev-parse", "--show-toplevel"]).strip()
        archived = subprocess.run(
            ["git", "-C", top, "archive", commit], check=True, stdout=subprocess.PIPE
        )
        folder.mkdir()
        subprocess.run(["tar", "-x", "-C", str(folder)], input=archived.stdout, check=True)
    return folder


def linked() -> Path:
    """A repository in which every page has links to others."""
    folder = corpus.CACHE / f"paired-links-{_PAGES}-{_LINKS}"
    if folder.exists():
        return folder
    drawn = random.Random(2009)
    files = [f"map-{at % 30:02d}/pagina-{at:05d}.md" for at in range(_PAGES)]
    changes: list[Change] = []
    for at in range(0, _PAGES, 10):
        changes.append({})
        for file in files[at : at + 10]:
            chosen = drawn.sample(files, _LINKS)
            links = " ".join(f"over [[{other.removesuffix('.md')}]]" for other in chosen)
            changes[-1][file] = f"# Pagina {file[-8:-3]}\n\nDeze pagina gaat {links}.\n"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder], check=True)
    _write(["git", f"--git-dir={folder}"], "".join(_commits("main", changes, corpus.EPOCH)))
    return folder


def repository(name: str) -> Path:
    """A corpus, made if it is not there, or the repository in a folder or bundle."""
    if name == "links":
        return linked()
    return corpus.build(name) / "pages" if name in corpus.SIZES else Path(name)


def main() -> None:
    """Measure, and print a row for each operation as soon as it is known."""
    base, *names = sys.argv[1:]
    checkouts = {"base": checkout(base), "here": HERE.parent}
    for name in names or ["links"]:
        made, work = repository(name), corpus.CACHE / "paired-work"
        sides = [Side.start(side, at, made, work / side) for side, at in checkouts.items()]
        print(f"| {name} | base, ms | here, ms | ratio |\n|---|---|---|---|")
        for what, took in measure(sides):
            before, after = (statistics.median(times) for times in zip(*took, strict=True))
            print(f"| {what} | {before:.1f} | {after:.1f} | {after / before:.2f} |", flush=True)
        for side in sides:
            side.stop()


if __name__ == "__main__":
    main()
