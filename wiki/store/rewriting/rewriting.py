"""History written anew without what a purge takes out.

Git lists all commits, parents first, each with what differs from its first parent. A commit is
written anew if something in it goes or one of its parents was written anew; every other keeps its
id. `git fast-import` writes trees and commits, as one pack; no branch moves here.

What names an old commit (a message, an address in a page that is written anew, a note) names the
new one. Signatures of commits that are written anew would be false, so they go; what bore our own
seal is sealed anew.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from wiki.domain.history.revisions import Author
from wiki.domain.operation.purging import Ids, Task, Words
from wiki.store.git import command
from wiki.store.git.fast_import import answer, blob_id, fast_import, quoted, say
from wiki.store.objects import commits, seals
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import StoreError
from wiki.store.rewriting.moving import refs

NOTES = "refs/notes/"
_SCRATCH = "refs/denktank/purge"
_LOG = (
    "log",
    "--topo-order",
    "--reverse",
    "--raw",
    "-z",
    "--root",
    "--diff-merges=first-parent",
    "--no-renames",
    "--no-abbrev",
    "--no-show-signature",
    "--no-notes",
    "--format=%H %P",
)
_PERSON = re.compile(rb"[^<>\n\0]+ <[^<>\n\0]*> \d{1,15} [+-]\d{4}")
_ADDRESS = (b"at=", b"from=", b"to=", b"revision=", b"#revision-")
_FOLDER, _FILE, _SUBMODULE = b"040000", b"100644", b"160000"
_GONE = "0" * 40
_TELL_EVERY = 500

Tell = Callable[[str, int, int], None]
"""Called as (what is being done, done, total) now and then."""


class Diff(NamedTuple):
    """One file that a commit changed against its first parent; without a blob it is gone."""

    path: bytes
    mode: bytes
    blob: str


class Node(NamedTuple):
    """One commit."""

    id: str
    parents: tuple[str, ...]
    diffs: tuple[Diff, ...]


@dataclass(slots=True)
class Survey:
    """The changes of a task in history, before anything is written.

    `changed` are the commits that hold something of it themselves, `written` all that get a new
    id. `texts` and `gone` are blobs; `files` the paths at which either stood. `binary` are files
    that hold the words and are no text. `refs` is where each ref pointed when this began.
    """

    task: Task
    refs: Mapping[str, str]
    nodes: list[Node]
    notes: list[Node]
    changed: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    linking: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    binary: set[str] = field(default_factory=set)

    @property
    def first(self) -> tuple[str, ...]:
        """The commits that get a new id though none of their parents does."""
        return tuple(
            node.id
            for node in self.nodes
            if node.id in self.written and self.written.isdisjoint(node.parents)
        )


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new history: new ids of commits and blobs by old, and where each ref goes.

    `moves` has (old, new) by ref; an empty new one is a ref that goes.
    """

    commits: Mapping[str, str]
    blobs: Mapping[str, str]
    moves: Mapping[str, tuple[str, str]]


def survey(git: Path, reader: Reader, task: Task, tell: Tell) -> Survey:
    """Return what the task changes. Raises StoreError (`purge_shallow`) in a shallow clone."""
    if reader.shallow:
        raise StoreError("purge_shallow")
    before = {name: id for name, id, _ in refs(git)}
    nodes = list(_nodes(git, f"--exclude={NOTES}*", "--all"))
    surveyed = Survey(task, before, nodes, list(_nodes(git, f"--glob={NOTES}*")))
    words = Words(task.words, instead=task.instead)
    surveyed.gone = {
        diff.blob for diff in _diffs(surveyed) if _name(diff) in task.files and diff.blob
    }
    surveyed.texts = set(task.texts)
    held = _scan(git, surveyed, words, tell)
    for diff in _diffs(surveyed):
        if diff.blob in surveyed.texts or diff.blob in surveyed.gone or _name(diff) in task.files:
            surveyed.files.add(_name(diff))
        if diff.blob in held:
            surveyed.binary.add(_name(diff))
        if task.words and words.stand_in(_name(diff)):
            surveyed.named.add(_name(diff))
    _mark(surveyed, reader, words, tell)
    return surveyed


def rewrite(git: Path, reader: Reader, survey: Survey, tell: Tell) -> Rewritten:
    """Write the commits that change, and all that follow them; gives what became of them."""
    writing = _Writing(git, reader, survey)
    total = len(survey.nodes) + len(survey.notes)
    with fast_import(git) as process:
        for number, node in enumerate((*survey.nodes, *survey.notes)):
            if node.id in survey.written:
                writing.commit(process, node, is_note=number >= len(survey.nodes))
            if number % _TELL_EVERY == 0:
                tell("history", number, total)
        say(process, f"reset {_SCRATCH}\nfrom {_GONE}\n\ndone\n".encode())
    tell("history", total, total)
    reader.reopen()
    moves = _moves(git, reader, survey, writing)
    return Rewritten(writing.ids.new, writing.blobs, moves)


# -- what there is --


def _nodes(git: Path, *refs: str) -> Iterator[Node]:
    with tempfile.TemporaryFile() as nothing:
        diffs: list[Diff] = []
        current: list[str] = []
        fields = command.fields(git, nothing, *_LOG, *refs)
        for item in fields:
            item = item.lstrip(b"\n")
            if item.startswith(b":"):
                diffs.append(_diff(item, next(fields)))
            elif item:
                if current:
                    yield Node(current[0], tuple(current[1:]), tuple(diffs))
                current, diffs = item.decode().split(), []
        if current:
            yield Node(current[0], tuple(current[1:]), tuple(diffs))


def _diff(item: bytes, path: bytes) -> Diff:
    _, mode, _, blob, _ = item.split(b" ")
    return Diff(path, mode, "" if blob == _GONE.encode() else blob.decode())


def _diffs(survey: Survey) -> Iterator[Diff]:
    for node in (*survey.nodes, *survey.notes):
        yield from node.diffs


def _name(diff: Diff) -> str:
    return diff.path.decode("utf-8", "surrogateescape")


def _scan(git: Path, survey: Survey, words: Words, tell: Tell) -> set[str]:
    """Look into every blob; gives those that hold the words and are no text."""
    marks = [mark.encode() for mark in words.marks]
    wanted = {d.blob for d in _diffs(survey) if d.blob and d.mode != _SUBMODULE} - survey.gone
    held = set()
    for number, (id, data) in enumerate(_contents(git, wanted)):
        if any(mark in data for mark in marks):
            if (text := _text(data)) is None:
                held.add(id)
            elif words.stand_in(text):
                survey.texts.add(id)
        if any(mark in data for mark in _ADDRESS):
            survey.linking.add(id)
        if number % _TELL_EVERY == 0:
            tell("files", number, len(wanted))
    tell("files", len(wanted), len(wanted))
    return held


def _contents(git: Path, wanted: set[str]) -> Iterator[tuple[str, bytes]]:
    """Blobs and their bytes, in the order in which the disk has them."""
    if not wanted:
        return
    every = ("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
    with tempfile.TemporaryFile() as ids:
        for id in command.run(git, *every).split():
            if id in wanted:
                ids.write(id.encode() + b"\n")
        ids.seek(0)
        with command.process(git, ids, "cat-file", "--batch", "--buffer") as process:
            out = process.stdout
            while head := out.readline():
                id, _, size = head.split()
                yield id.decode(), out.read(int(size))
                out.read(1)


def _text(data: bytes) -> str | None:
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _mark(survey: Survey, reader: Reader, words: Words, tell: Tell) -> None:
    """Which commits hold something themselves, and which follow one that does."""
    task = survey.task
    marks = [mark.encode() for mark in words.marks]
    if task.author:
        marks.append(f"<{Author('', task.author).email}@{Author.DOMAIN}>".encode())
    bad = survey.texts | survey.gone
    total = len(survey.nodes)
    for number, node in enumerate(survey.nodes):
        is_changed = (
            node.id in task.messages
            or any(diff.blob in bad or _name(diff) in task.files for diff in node.diffs)
            or (bool(marks) and _is_named(reader.read_as("commit", node.id), marks))
        )
        if is_changed:
            survey.changed.add(node.id)
        if is_changed or not survey.written.isdisjoint(node.parents):
            survey.written.add(node.id)
        if number % _TELL_EVERY == 0:
            tell("commits", number, total)
    for node in survey.notes:
        noted = {_joined(diff.path) for diff in node.diffs}
        if noted & survey.written or not survey.written.isdisjoint(node.parents):
            survey.written.add(node.id)
        if any(diff.blob in bad for diff in node.diffs):
            survey.changed.add(node.id)
            survey.written.add(node.id)
    tell("commits", total, total)


def _is_named(raw: bytes, marks: list[bytes]) -> bool:
    return any(mark in raw for mark in marks)


def _joined(path: bytes) -> str:
    return path.replace(b"/", b"").decode("latin-1")


# -- what is written --


class _Writing:
    """The commits written so far, and what each old id became."""

    def __init__(self, git: Path, reader: Reader, survey: Survey) -> None:
        self._git = git
        self._reader = reader
        self._found = survey
        self._words = Words(survey.task.words, instead=survey.task.instead)
        self.ids = Ids()
        self.blobs: dict[str, str] = {}
        self._marks: dict[str, bytes] = {}
        self._number = 0
        self._settled = self._elsewhere()
        self._taken = {diff.blob for diff in _diffs(survey)}

    def _elsewhere(self) -> set[str]:
        """Blobs that name revisions and stand in a commit that keeps its id: they stay."""
        found = self._found
        kept = (node for node in found.nodes if node.id not in found.written)
        return {diff.blob for node in kept for diff in node.diffs} & found.linking

    def commit(self, process: Any, node: Node, *, is_note: bool) -> None:
        """Write one commit; its parents are written."""
        raw = self._reader.read_as("commit", node.id)
        head, _, body = seals.without(raw).partition(b"\n\n")
        lines = dict(
            line.split(b" ", 1) for line in head.split(b"\n") if line[:1] != b" " and b" " in line
        )
        charset = lines.get(b"encoding", b"")
        message = seals.without(self.message(node.id, body, charset))
        operations = self._operations(process, node, is_note=is_note)
        parents = [self._marks.get(parent, parent.encode()) for parent in node.parents]
        people = [
            b"%s %s" % (role, self.person(lines.get(role, b"")))
            for role in (b"author", b"committer")
        ]
        people += [b"encoding %s" % charset] if charset else []
        if self._reader.seal.holds(raw):
            # A seal is made over the tree, which is known once the commit was written without.
            say(process, b'ls %s ""\n' % self._write(process, people, message, parents, operations))
            tree = process.stdout.readline().split()[2]
            message = self._sealed(node, tree, people, message)
            operations = [b'M %s %s ""\n' % (_FOLDER, tree)]
        mark = self._marks[node.id] = self._write(process, people, message, parents, operations)
        say(process, b"get-mark %s\n" % mark)
        self.ids.add(node.id, answer(process))

    def _sealed(self, node: Node, tree: bytes, people: Sequence[bytes], message: bytes) -> bytes:
        """The message with our seal for the commit as it is written anew."""
        parents = (self.ids.new.get(parent, parent) for parent in node.parents)
        named = [b"parent %s" % parent.encode() for parent in parents]
        raw = b"\n".join([b"tree %s" % tree, *named, *people, b"", message])
        return self._reader.seal.put(raw).partition(b"\n\n")[2]

    def _write(
        self,
        process: Any,
        people: Sequence[bytes],
        message: bytes,
        parents: Sequence[bytes],
        operations: Sequence[bytes],
    ) -> bytes:
        """Write a commit; gives its mark."""
        self._number += 1
        mark = b":%d" % self._number
        said = [b"" if parents else f"reset {_SCRATCH}\n\n".encode()]
        said += [f"commit {_SCRATCH}\n".encode(), b"mark %s\n" % mark]
        said += [person + b"\n" for person in people]
        said += [b"data %d\n%s\n" % (len(message), message)]
        said += [
            b"%s %s\n" % (b"merge" if at else b"from", parent) for at, parent in enumerate(parents)
        ]
        say(process, b"".join([*said, *operations, b"\n"]))
        return mark

    def person(self, line: bytes) -> bytes:
        """Tell who wrote a commit and when, as it will be written."""
        task = self._found.task
        if not _PERSON.fullmatch(line):
            line = commits.repaired(line)
        if task.author and f"<{task.author}@{Author.DOMAIN}>".encode() in line:
            return re.sub(rb"^[^<]*<", task.name.encode() + b" <", line)
        name, opening, rest = line.partition(b"<")
        address, closing, moment = rest.partition(b">")
        parts = [self._without(part) for part in (name, address)]
        safe = [re.sub(rb"[<>\n\0]", b"", part) for part in parts]
        return safe[0] + opening + safe[1].replace(b" ", b"") + closing + moment

    def message(self, id: str, body: bytes, charset: bytes) -> bytes:
        """A message as it will be written."""
        task = self._found.task
        if id in task.messages:
            return task.messages[id].encode()
        if task.author:
            by = re.escape(f"<{task.author}@{Author.DOMAIN}>".encode())
            body = re.sub(
                rb"(?m)^([A-Za-z-]+: )[^<\n]*(?=" + by + b")",
                rb"\g<1>" + task.name.encode() + b" ",
                body,
            )
        return self.ids.data(self._without(body, charset.decode("ascii", "replace")))

    def _without(self, data: bytes, charset: str = "") -> bytes:
        if not self._words.marks:
            return data
        for encoding in (charset or "utf-8", "utf-8", "latin-1"):
            try:
                return self._words.replaced(data.decode(encoding)).encode(encoding)
            except (LookupError, ValueError):
                continue
        return data

    def _operations(self, process: Any, node: Node, *, is_note: bool) -> list[bytes]:
        """Tell what the commit does to its first parent's files: what goes, then what comes."""
        gone, put = [], []
        for diff in node.diffs:
            path = self._noted(diff.path) if is_note else diff.path
            if (
                not diff.blob
                or diff.blob in self._found.gone
                or _name(diff) in self._found.task.files
            ):
                gone.append(b"D %s\n" % quoted(path))
            else:
                blob = diff.blob if diff.mode == _SUBMODULE else self.blob(process, diff.blob)
                mode = _FILE if diff.mode[:3] == b"100" and diff.mode != b"100755" else diff.mode
                put.append(b"M %s %s %s\n" % (mode, blob.encode(), quoted(path)))
        return gone + put

    def _noted(self, path: bytes) -> bytes:
        """A note's path, which names the commit that it is about."""
        new = self.ids.new.get(_joined(path))
        if new is None:
            return path
        parts = path.split(b"/")
        cut = sum(len(part) for part in parts[:-1])
        folders = [new[at : at + 2].encode() for at in range(0, cut, 2)]
        return b"/".join([*folders, new[cut:].encode()])

    def blob(self, process: Any, id: str) -> str:
        """Return what a blob becomes; it is written when first asked for."""
        known = self.blobs.get(id)
        if known is not None:
            return known
        survey = self._found
        if id in survey.task.texts:
            data = survey.task.texts[id]
        elif id in survey.texts or (id in survey.linking and id not in self._settled):
            before = self._reader.read_as("blob", id)
            data = self._words.replaced(before.decode()).encode() if id in survey.texts else before
            data = self.ids.data(data) if id in survey.linking else data
            if data == before:
                return id
        else:
            return id
        new = blob_id(data)
        # Texts that differed still differ: each revision of a page goes on to be one.
        while new in self._taken:
            data += b"\n"
            new = blob_id(data)
        self._taken.add(new)
        say(process, b"blob\ndata %d\n%s\n" % (len(data), data), flush=False)
        self.blobs[id] = new
        return new


# -- where the refs go --


def _moves(
    git: Path, reader: Reader, survey: Survey, writing: _Writing
) -> dict[str, tuple[str, str]]:
    moves = {}
    for name, id, kind in refs(git):
        if kind == "commit":
            new = writing.ids.new.get(id, id)
        elif kind == "tag":
            new = _tag(git, reader, writing, id)
        else:
            new = id if not (_under(git, id, kind) & (survey.texts | survey.gone)) else ""
        if name.startswith("refs/replace/") and name.rpartition("/")[2] in writing.ids.new:
            new = ""
        if new != id:
            moves[name] = (id, new)
    return moves


def _under(git: Path, id: str, kind: str) -> set[str]:
    if kind == "blob":
        return {id}
    return set(command.run(git, "ls-tree", "-r", "--format=%(objectname)", id).split())


def _tag(git: Path, reader: Reader, writing: _Writing, id: str) -> str:
    """Rewrite an annotated tag: it points at what its target became, without a signature."""
    raw = reader.read_as("tag", id)
    head, _, body = raw.partition(b"\n\n")
    lines = head.split(b"\n")
    target, kind = lines[0].split(b" ")[1].decode(), lines[1].split(b" ")[1]
    became = (
        _tag(git, reader, writing, target)
        if kind == b"tag"
        else writing.ids.new.get(target, target)
    )
    message = writing.message("", body.partition(b"-----BEGIN ")[0], b"")
    lines[0] = b"object " + became.encode()
    lines = [
        b"tagger " + writing.person(line[7:]) if line.startswith(b"tagger ") else line
        for line in lines
    ]
    if became == target and message == body and b"\n".join(lines) == head:
        return id
    with tempfile.NamedTemporaryFile(dir=git, prefix="denktank-tag-") as file:
        file.write(b"\n".join(lines) + b"\n\n" + message)
        file.flush()
        return command.run(git, "hash-object", "-t", "tag", "-w", os.fspath(file.name)).strip()
