"""The export: the files beside `pages/.git`, for people who look there.

A file is replaced or removed only if its content is what was last exported; what somebody else put
there is kept and reported. Symbolic links are never followed: every folder on the way is opened as
one that is no link, and files are replaced by a rename inside it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from wiki.domain.errors import WikiError
from wiki.keeping import keep
from wiki.store.branch.worktree import RECORD
from wiki.store.store import Store

log = logging.getLogger(__name__)

_LARGEST_NAME = 255
_OF_THE_NAME = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.ELOOP}
"""What a system says that does not take a name; anything else is the disk's trouble."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is not as the wiki would have it.

    `reason` is `changed`, `unsafe`, `blocked` or `damaged`.
    changed: somebody else wrote it; unsafe: its name may not be written here; blocked: something
    that is no folder (or no plain file) stands in its way; damaged: git cannot give it.
    """

    file: str
    reason: str


def catch_up(store: Store) -> list[Kept]:
    """Bring the files to the newest revision; gives all files that were kept as they are.

    Raises OSError if the folder cannot be written at all.
    """
    record = _read(store)
    head = store.head()
    # One that was killed has written some files: first it is finished, so that those are known.
    for goal in dict.fromkeys((record.going, head)):
        if goal in ("", record.commit) or not store.get(goal):
            continue
        known = record.commit if record.commit and store.get(record.commit) else ""
        _write(store, Record(record.commit, record.kept, goal))
        _follow(store, record, known, goal)
        record = Record(goal, record.kept)
        _write(store, record)
    return [Kept(file, reason) for file, (reason, _) in sorted(record.kept.items())]


def settle(store: Store) -> None:
    """Bring the files along, if there are any, while it is still known what was exported.

    For when old objects are about to go: a file that nobody knows any more would stay for good.
    """
    if (store.git / RECORD).exists():
        try:
            catch_up(store)
        except OSError:
            log.exception("files beside the repository could not be written")


def rebuild(store: Store) -> list[Kept]:
    """Write every file that is missing; files that differ are kept and reported."""
    record = _read(store)
    head = store.head()
    unchanged = {}
    for entry in store.list():
        last = record.kept.get(entry.file, ("", entry.blob))[1]
        reason = _put(store, entry.file, last, entry.blob)
        if reason:
            unchanged[entry.file] = (reason, last)
    _write(store, Record(head, unchanged))
    return [Kept(file, reason) for file, (reason, _) in sorted(unchanged.items())]


def check(store: Store, since: str = "") -> list[Kept]:
    """Files that are not what the newest revision has, or are missing (`missing`).

    Except those that somebody saved after a commit, `since`: they are being written.
    """
    differing = _differing(store)
    if not differing or not since:
        return differing
    written = {diff.file for diff in store.diff(since, store.head())}
    return [one for one in differing if one.file not in written]


def _differing(store: Store) -> list[Kept]:
    differing = []
    for entry in store.list():
        with _folder(store, entry.file, create=False) as (folder, name):
            if folder is None:
                differing.append(Kept(entry.file, name or "missing"))
                continue
            there = _blob_at(folder, name)
            if there != entry.blob:
                differing.append(Kept(entry.file, "missing" if there == "" else "changed"))
    return differing


@dataclass(slots=True)
class Record:
    """The last export: a commit, and the files that were kept with the blob before.

    `going` is the commit that an export was on its way to; empty if it came there.
    """

    commit: str
    kept: dict[str, tuple[str, str]]
    going: str = ""


def _follow(store: Store, record: Record, known: str, head: str) -> None:
    for diff in store.diff(known, head):
        # Of a file that was kept, what counts is what was exported there last.
        last = record.kept.pop(diff.file, ("", diff.before))[1]
        reason = _put(store, diff.file, last, diff.after)
        if reason:
            record.kept[diff.file] = (reason, last)


def _put(store: Store, file: str, last: str, blob: str) -> str:
    """Let a file be a blob (empty: absent) if it is now `last`; else the reason why not."""
    try:
        return _placed(store, file, last, blob)
    except WikiError:
        return "damaged"
    except OSError as error:
        if error.errno not in _OF_THE_NAME:
            raise
        return "unsafe"


def _placed(store: Store, file: str, last: str, blob: str) -> str:
    with _folder(store, file, create=bool(blob)) as (folder, name):
        if folder is None:
            return name if blob else ""
        there = _blob_at(folder, name)
        if there == blob:
            return ""
        if there is None:
            return "blocked"
        if there not in ("", last):
            return "changed"
        if blob:
            _replace(folder, name, store.blob(blob))
        else:
            os.unlink(name, dir_fd=folder)
    if not blob:
        _prune(store, file)
    return ""


def _replace(folder: int, name: str, data: bytes) -> None:
    temporary = f".denktank-{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(temporary, flags, 0o666, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
        raise


@contextmanager
def _folder(store: Store, file: str, *, create: bool) -> Iterator[tuple[int | None, str]]:
    """The open folder that holds a file and the file's name in it.

    Without a folder: None and the reason, empty if it merely is not there.
    """
    parts = file.split("/")
    if not all(map(_is_safe, parts)):
        yield None, "unsafe"
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    at = os.open(store.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=at)
            try:
                inner = os.open(part, flags, dir_fd=at)
            except FileNotFoundError:
                yield None, ""
                return
            except OSError:
                yield None, "blocked"
                return
            os.close(at)
            at = inner
        yield at, parts[-1]
    finally:
        os.close(at)


def _is_safe(part: str) -> bool:
    """Whether a name may be written: not one by which git or the system means something else."""
    folded = part.casefold().rstrip(". ")
    is_git = folded in (".git", "git~1") or folded.startswith(".git\u200c")
    plain = part not in ("", ".", "..") and "\0" not in part and "\\" not in part
    return plain and not is_git and len(part.encode()) <= _LARGEST_NAME


def _blob_at(folder: int, name: str) -> str | None:
    """The blob id of a file's content; empty if there is none, None if it is no plain file."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        return ""
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return None
        digest = hashlib.sha1(f"blob {status.st_size}\0".encode(), usedforsecurity=False)
        while some := file.read(1 << 20):
            digest.update(some)
    return digest.hexdigest()


def _prune(store: Store, file: str) -> None:
    """Remove the folders that a removed file left empty."""
    parts = file.split("/")[:-1]
    while parts:
        with _folder(store, "/".join(parts), create=False) as (folder, name):
            if folder is None:
                return
            try:
                os.rmdir(name, dir_fd=folder)
            except OSError:
                return
        parts.pop()


def _read(store: Store) -> Record:
    file = store.git / RECORD
    if not file.is_file():
        return Record("", {})
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        files = {name: (why, blob) for name, why, blob in kept["kept"]}
        return Record(kept["commit"], files, kept.get("going", ""))
    except (ValueError, KeyError, TypeError):
        # A record that cannot be read: as if nothing had been exported; files that differ are kept.
        return Record("", {})


def _write(store: Store, record: Record) -> None:
    kept = [[file, reason, blob] for file, (reason, blob) in sorted(record.kept.items())]
    told = {"commit": record.commit, "kept": kept, "going": record.going}
    keep(store.git / RECORD, json.dumps(told, ensure_ascii=False))
