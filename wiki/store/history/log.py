"""Commits one by one, in order, and what each of them did."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from wiki.domain.errors import NotFound, Unreadable
from wiki.store.git import command
from wiki.store.history import differences
from wiki.store.objects import commits, seals, trees
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import Commit, FileDiff, StoreError

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
    """The commit of that full id, or None; raises Unreadable."""
    if not _FULL.fullmatch(revision):
        return None
    try:
        return _known(reader, revision)
    except KeyError:
        return None


def tree_of(reader: Reader, revision: str) -> str:
    """The id of a revision's tree; raises NotFound (`revision_unknown`), Unreadable."""
    if _FULL.fullmatch(revision):
        try:
            return reader.root(revision)
        except KeyError:
            pass
    raise NotFound("revision_unknown", revision=revision)


def changes(reader: Reader, commit: Commit) -> list[FileDiff]:
    """Return what a commit did; a merge: the files that differ from every parent.

    A parent that cannot be read is none; what lies in a folder that cannot be read is left out.
    """
    parents = []
    for parent in commit.parents:
        with suppress(NotFound, Unreadable):
            parents.append(tree_of(reader, parent))
    return differences.of_commit(reader, commit, parents)


def log(reader: Reader, since: str, until: str) -> Iterator[Commit]:
    """Commits reachable from `until` and not from `since`, parents before children.

    Those that cannot be read are left out, also among the parents of others.
    """
    return _readable(reader, _ids(reader, since, until), set())


def reachable(reader: Reader, since: str, until: str) -> frozenset[str]:
    """The ids of the commits reachable from `until` and not from `since`."""
    return frozenset(_ids(reader, since, until))


def history(reader: Reader, since: str, until: str) -> Iterator[tuple[Commit, list[FileDiff]]]:
    """The same, each commit with its changes."""
    ids = _ids(reader, since, until)
    lost: set[str] = set()
    done = 0
    # Git would follow a tree that multiplies without end.
    by_git = len(ids) > _MANY and reader.weights.of(tree_of(reader, until)).is_whole
    # It stops at the first object that it cannot read: from there on one by one.
    with suppress(StoreError):
        for id, diffs in _changes_of_many(reader, ids) if by_git else ():
            done += 1
            for commit in _readable(reader, [id], lost):
                yield commit, diffs
    for commit in _readable(reader, ids[done:], lost):
        yield commit, changes(reader, commit)


def reached(reader: Reader, since: str, until: str) -> list[str]:
    """The ids of `log`, found by going through every commit that can be read."""
    known = set(_order(reader, since, set())) if since else set()
    return _order(reader, until, known)


def _order(reader: Reader, until: str, known: set[str]) -> list[str]:
    """All that one commit reaches but what is known, parents before children."""
    ordered: list[str] = []
    seen = set(known)
    waiting = [(until, False)]
    while waiting:
        id, are_parents_done = waiting.pop()
        if are_parents_done:
            ordered.append(id)
        elif id not in seen:
            seen.add(id)
            with suppress(KeyError, Unreadable):
                parents = _known(reader, id).parents
                waiting += [(id, True), *((parent, False) for parent in parents)]
    return ordered


def _ids(reader: Reader, since: str, until: str) -> list[str]:
    for revision in filter(None, (since, until)):
        tree_of(reader, revision)
    if not until:
        return []
    if since:
        line = _line(reader, since, until)
        if line is not None:
            return line
    limits = [until, f"^{since}"] if since else [until]
    try:
        return command.run(reader.git, "rev-list", "--topo-order", "--reverse", *limits).split()
    except StoreError:
        return reached(reader, since, until)


def _readable(reader: Reader, ids: Iterable[str], lost: set[str]) -> Iterator[Commit]:
    """The commits of these ids, parents first; those that cannot be read are noted as lost."""
    for id in ids:
        try:
            commit = _known(reader, id)
        except (KeyError, Unreadable):
            lost.add(id)
            continue
        if lost.isdisjoint(commit.parents):
            yield commit
        else:
            kept = tuple(parent for parent in commit.parents if parent not in lost)
            yield replace(commit, parents=kept)


def _line(reader: Reader, since: str, until: str) -> list[str] | None:
    """The ids after `since` up to `until` if they stand in one short line, else None.

    That is how saves follow each other; asking git costs a hundred times as much.
    """
    line: list[str] = []
    id = until
    while id != since:
        try:
            parents = _known(reader, id).parents
        except (KeyError, Unreadable):
            return None
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
    with tempfile.TemporaryFile() as pairs:
        pairs.write("\n".join(ids).encode() + b"\n")
        pairs.seek(0)
        diffs: list[FileDiff] = []
        current = ""
        fields = command.fields(reader.git, pairs, *_DIFF)
        for field in fields:
            field = field.lstrip(b"\n")
            if field.startswith(b":"):
                diff = _parse(field, next(fields))
                if diff:
                    diffs.append(diff)
            elif field:
                if current:
                    yield current, sorted(diffs, key=lambda diff: diff.file)
                current, diffs = field.decode(), []
        if current:
            yield current, sorted(diffs, key=lambda diff: diff.file)


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
        file = path.decode()
    except UnicodeDecodeError:
        return None
    is_none = after in before or not trees.is_shown(file)
    return None if is_none else FileDiff(file, before[0], after)
