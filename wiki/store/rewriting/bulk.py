"""Many commits at once, as an import brings them: all of them or none, and fast.

`git fast-import` writes them in a repository beside ours that borrows our objects. They are a
*line* of their own, with the dates of what they tell of; ours gets it whole, as one pack, and
then the branch takes it in by a merge. Who is killed before that leaves nothing but a folder that
the next one clears away.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from wiki.domain.errors import Conflict
from wiki.domain.history.revisions import Author
from wiki.store.git import command, lock
from wiki.store.git.fast_import import answer, blob_id, fast_import, object_id, quoted, say
from wiki.store.objects import commits, trees
from wiki.store.objects.seals import Seal

_FOLDER = "denktank.line"
_REF = "refs/denktank/line"


class Line:
    """Commits being written, one after the other; they are nowhere to be seen yet."""

    def __init__(self, beside: Path, process: Any, seal: Seal, tip: str) -> None:
        self._beside = beside
        self._process = process
        self._seal = seal
        self._number = 0
        self._parent = tip.encode()
        self._written: set[str] = set()
        self.tip = tip

    def write(self, data: bytes) -> str:
        """Keep a file's bytes; gives their blob id."""
        id = blob_id(data)
        if id not in self._written:
            self._written.add(id)
            say(self._process, b"blob\ndata %d\n%s\n" % (len(data), data), flush=False)
        return id

    def commit(
        self,
        files: Mapping[str, str],
        *,
        author: Author,
        committer: Author,
        when: datetime,
        message: str,
        trailers: Mapping[str, str],
    ) -> str:
        """Add a commit that puts these blobs at these files, an empty id for a file that goes.

        `trailers` are not empty. Gives its id.
        """
        event = next(iter(trailers.values()))
        text = commits.message_of(message, trailers, f"{event} {[*files][-1]}")
        people = (author, committer)
        plain = commits.compose(trees.EMPTY, (), people, when, text)
        operations = [_operation(file, id) for file, id in _going_first(files)]
        # A seal is made over the tree, which is known once the commit was written without.
        mark = self._add(plain, self._parent, operations)
        say(self._process, b'ls %s ""\n' % mark)
        tree = self._process.stdout.readline().split()[2]
        parents = (self.tip,) if self.tip else ()
        raw = self._seal.put(commits.compose(tree.decode(), parents, people, when, text))
        self._parent = self._add(raw, self._parent, [b'M 040000 %s ""\n' % tree])
        self.tip = object_id("commit", raw)
        return self.tip

    def _add(self, raw: bytes, parent: bytes, operations: list[bytes]) -> bytes:
        head, _, message = raw.partition(b"\n\n")
        people = [line for line in head.split(b"\n") if line.startswith((b"author", b"committer"))]
        self._number += 1
        mark = b":%d" % self._number
        said = [b"" if parent else b"reset %s\n\n" % _REF.encode()]
        said += [b"commit %s\nmark %s\n" % (_REF.encode(), mark), *(one + b"\n" for one in people)]
        said += [b"data %d\n%s\n" % (len(message), message)]
        said += [b"from %s\n" % parent] if parent else []
        say(self._process, b"".join([*said, *operations, b"\n"]))
        return mark

    def end(self) -> None:
        """Write everything down; nothing can be added any more."""
        if self._number:
            say(self._process, b"get-mark %s\n" % self._parent)
            if (found := answer(self._process)) != self.tip:
                raise AssertionError(f"git made {found} of {self.tip}")
        say(self._process, b"done\n")
        self._process.wait()

    def read(self, id: str) -> bytes:
        """A blob, ours or one of the line; after `end`."""
        return b"".join(command.stream(self._beside, "cat-file", "blob", id))

    def bring(self, git: Path) -> None:
        """Copy the commits into our repository, where no branch names them yet."""
        if not self._number:
            return
        words = ("--quiet", "--no-tags", "--no-write-fetch-head", str(self._beside), _REF)
        command.run(git, "-c", "fetch.unpackLimit=1", "fetch", *words)


@contextmanager
def line(git: Path, seal: Seal, tip: str) -> Iterator[Line]:
    """A line that goes on from the commit `tip` (empty: one that begins), until this is left.

    Raises Conflict (`import_busy`) while another one is written.
    """
    with lock.attempt(git / f"{_FOLDER}.lock") as is_ours:
        if not is_ours:
            raise Conflict("import_busy")
        beside = git / _FOLDER
        shutil.rmtree(beside, ignore_errors=True)
        try:
            command.run(beside, "init", "--bare", "--quiet")
            borrowed = f"{(git / 'objects').resolve()}\n"
            (beside / "objects/info/alternates").write_text(borrowed, encoding="utf-8")
            with fast_import(beside) as process:
                yield Line(beside, process, seal, tip)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _going_first(files: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(files.items(), key=lambda one: (bool(one[1]), one[0]))


def _operation(file: str, id: str) -> bytes:
    path = quoted(file.encode())
    return b"M 100644 %s %s\n" % (id.encode(), path) if id else b"D %s\n" % path
