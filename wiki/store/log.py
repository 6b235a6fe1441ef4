"""Commits one by one, in order, and what each of them did."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import pygit2
from pygit2.enums import SortMode

from wiki.domain.errors import NotFound
from wiki.store import command, commits, differences, seals
from wiki.store.reading import Reader
from wiki.store.versions import Commit, FileDiff

# From here on git's own process is faster than comparing trees one pair at a time.
_MANY = 500
_LONGEST_LINE = 50
_FULL = re.compile(r"[0-9a-f]{40}")
_DIFF = (
    "log",
    "--no-walk=unsorted",
    "--stdin",
    "--raw",
    "-z",
    "-c",
    "--root",
    "--no-renames",
    "--no-abbrev",
    "--no-show-signature",
    "--no-notes",
    "--format=%H",
)


def commit(reader: Reader, revision: str) -> Commit | None:
    """The commit of that full id, or None."""
    if not _FULL.fullmatch(revision):
        return None
    try:
        return _known(reader, revision)
    except KeyError:
        return None


def tree_of(reader: Reader, revision: str) -> str:
    """The id of a revision's tree; raises NotFound (`revision_unknown`)."""
    if _FULL.fullmatch(revision):
        try:
            return reader.read_as("commit", revision)[5:45].decode()
        except KeyError:
            pass
    raise NotFound("revision_unknown", revision=revision)


def changes(reader: Reader, commit: Commit) -> list[FileDiff]:
    """What a commit did; a merge: the files that differ from every parent."""
    parents = [tree_of(reader, parent) for parent in commit.parents]
    return differences.of_commit(reader, commit, parents)


def log(reader: Reader, since: str, until: str) -> Iterator[Commit]:
    """Commits reachable from `until` and not from `since`, parents before children."""
    for id in _ids(reader, since, until):
        yield _known(reader, id)


def reachable(reader: Reader, since: str, until: str) -> frozenset[str]:
    """The ids of the commits reachable from `until` and not from `since`."""
    return frozenset(_ids(reader, since, until))


def history(reader: Reader, since: str, until: str) -> Iterator[tuple[Commit, list[FileDiff]]]:
    """The same, each commit with its changes."""
    ids = _ids(reader, since, until)
    if len(ids) <= _MANY:
        for commit in (_known(reader, id) for id in ids):
            yield commit, changes(reader, commit)
        return
    for id, diffs in _changes_of_many(reader, ids):
        yield _known(reader, id), diffs


def _ids(reader: Reader, since: str, until: str) -> list[str]:
    for revision in filter(None, (since, until)):
        tree_of(reader, revision)
    if not until:
        return []
    if since:
        line = _line(reader, since, until)
        if line is not None:
            return line
        # A commit with an author that is not well formed stops libgit2, not git.
        with suppress(pygit2.GitError):
            walker = reader.repository().walk(until, SortMode.TOPOLOGICAL | SortMode.REVERSE)
            walker.hide(since)
            few = [str(found.id) for found in islice(walker, _MANY + 1)]
            if len(few) <= _MANY:
                return few
    limits = [until, f"^{since}"] if since else [until]
    return command.run(reader.git, "rev-list", "--topo-order", "--reverse", *limits).split()


def _line(reader: Reader, since: str, until: str) -> list[str] | None:
    """The ids after `since` up to `until` if they stand in one short line, else None.

    That is how saves follow each other; libgit2's walk costs a hundred times as much.
    """
    line: list[str] = []
    id = until
    while id != since:
        parents = _known(reader, id).parents
        if len(parents) != 1 or len(line) == _LONGEST_LINE:
            return None
        line.append(id)
        id = parents[0]
    return line[::-1]


def _known(reader: Reader, id: str) -> Commit:
    """The commit of that id, without the parents that a shallow clone lacks; or KeyError."""
    raw = reader.read_as("commit", id)
    is_sealed = reader.seal.holds(raw)
    commit = commits.parse(id, seals.without(raw) if is_sealed else raw, sealed=is_sealed)
    return commits.without_parents(commit) if id in reader.shallow else commit


def _changes_of_many(reader: Reader, ids: list[str]) -> Iterator[tuple[str, list[FileDiff]]]:
    with tempfile.TemporaryFile() as asked:
        asked.write("\n".join(ids).encode() + b"\n")
        asked.seek(0)
        found: list[FileDiff] = []
        current = ""
        fields = command.fields(reader.git, asked, *_DIFF)
        for field in fields:
            field = field.lstrip(b"\n")
            if field.startswith(b":"):
                diff = _parse(field, next(fields))
                if diff:
                    found.append(diff)
            elif field:
                if current:
                    yield current, sorted(found, key=lambda diff: diff.file)
                current, found = field.decode(), []
        if current:
            yield current, sorted(found, key=lambda diff: diff.file)


def _parse(field: bytes, path: bytes) -> FileDiff | None:
    """One raw line: as many colons as parents; their modes, ours, their blobs, ours, letters."""
    parents = len(field) - len(field.lstrip(b":"))
    parts = field[parents:].split(b" ")
    blobs = [
        blob.decode() if mode.startswith(b"100") else ""
        for mode, blob in zip(parts[: parents + 1], parts[parents + 1 :], strict=False)
    ]
    *before, after = blobs
    try:
        return None if after in before else FileDiff(path.decode(), before[0], after)
    except UnicodeDecodeError:
        return None
