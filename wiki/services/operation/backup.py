"""A backup: one file with everything that is not disposable, made while the wiki runs.

The file is a tar archive: `manifest.json`, `people.jsonl` (SQL as plain rows), `pages.bundle` (all
of git), and the settings and secret key as they were. SQL is copied first: a comment names the
revision it was made on, and that must be in the copy of git. The other way round nothing breaks,
since git knows nothing of SQL.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiki import identity
from wiki.database.engine import dump
from wiki.database.engine import identity as marks
from wiki.database.engine.database import Database, contents, make_shown
from wiki.database.members import members
from wiki.database.notices import outbox
from wiki.domain.errors import Conflict, Invalid, Unavailable
from wiki.domain.faults import chain
from wiki.engine import UNFINISHED, Wiki
from wiki.keeping import PRIVATE, keep
from wiki.services.operation import last_runs
from wiki.settings import (
    FILE,
    PREFIX,
    SECRET_FILE,
    Settings,
    with_database,
    written_in,
)
from wiki.store.store import Store

FORMAT = 1
MANIFEST, PEOPLE, PAGES = "manifest.json", "people.jsonl", "pages.bundle"
KEPT = (FILE, SECRET_FILE)
DRAFT = ".backup-"
HELD = "restored from a backup"
"""Why mail waits that was not sent when the backup was made."""
RESTORED = (
    *(UNFINISHED, FILE, SECRET_FILE, identity.FILE, identity.REACHED),
    *("pages", "restore-", "wiki.db", "wiki.lock", "serve.lock", "projections"),
)
"""How the names begin of what stands in the folder of a restore that was broken off."""


@dataclass(frozen=True, slots=True)
class Report:
    """The contents of a backup: its size in bytes, rows of SQL, and git's newest revision."""

    size: int
    rows: int
    head: str


def write(wiki: Wiki, target: Path) -> Report:
    """Write a backup to `target`, which appears complete or not at all; readable only by us.

    Raises Unavailable (`backup_target`) where that cannot be written.
    """
    target = target.resolve()
    with _where(target):
        rows, head = _write(wiki, target)
    size = target.stat().st_size
    last_runs.record(wiki, last_runs.BACKUP, file=str(target), size=size)
    return Report(size, rows, head)


@contextmanager
def _where(target: Path) -> Iterator[None]:
    """Name the place where there is no room, or no way in: it need not be the wiki's own disk."""
    try:
        yield
    except (OSError, Unavailable) as error:
        for one in chain(error):
            if isinstance(one, OSError):
                detail = one.strerror or str(one)
                raise Unavailable("backup_target", file=str(target), detail=detail) from error
        raise


def _write(wiki: Wiki, target: Path) -> tuple[int, str]:
    _tidy(target.parent)
    with tempfile.TemporaryDirectory(prefix=DRAFT, dir=target.parent) as name, _held(Path(name)):
        folder = Path(name)
        rows = _dump(wiki, folder / PEOPLE)
        wiki.store.backup(folder / PAGES)
        head = wiki.store.head()
        marked = identity.read(wiki.settings.data)
        manifest = {
            "format": FORMAT,
            "made": wiki.clock().isoformat(),
            "mark": marked.mark if marked else "",
            "site": wiki.settings.site_name,
            "branch": wiki.store.branch,
            "head": head,
            "rows": rows,
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        archive = folder / "archive"
        handle = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar:
                _fill(tar, folder, wiki.settings)
            file.flush()
            os.fsync(file.fileno())
        archive.replace(target)
    return rows, head


def restore(source: Path, data: Path, environment: Mapping[str, str], url: str | None) -> Report:
    """Put a backup into a data folder, which must not hold a wiki; all of it, or it can be redone.

    As long as it is not finished a file in the folder says so: no wiki is opened there, and the
    next restore begins anew. `url` is the database for people and talk, empty for SQLite in the
    folder, None for what the environment or the backup's settings say; but a server that those
    settings name is never used unasked: the wiki that was backed up may be running on it. What is
    restored is a wiki of its own, with its own mark. The projections are made by whoever opens it.
    Raises Conflict if folder or database hold something, Invalid if the file is not a backup,
    SettingError.
    """
    _check_empty(data)
    try:
        with tarfile.open(source, "r:gz") as tar:
            manifest = _manifest(tar)
            settings = _settings(tar, data, environment, url)
            mark = _begin(settings)
            _keep(tar, settings)
            _restore_pages(tar, data, manifest["branch"])
            rows, has_people = _restore_people(tar, settings, mark)
    except (tarfile.TarError, zlib.error, EOFError, KeyError, ValueError) as error:
        raise Invalid("backup_unreadable", file=str(source)) from error
    identity.write(data, identity.Identity(mark, has_people))
    (data / UNFINISHED).unlink()
    return Report(source.stat().st_size, rows, manifest["head"])


def _check_empty(data: Path) -> None:
    """Pass if a wiki can be put in a folder; what a broken-off restore left is removed."""
    there = sorted(data.iterdir()) if data.exists() else []
    if not there:
        return
    if not (data / UNFINISHED).exists() or not all(_is_ours(file.name) for file in there):
        raise Conflict("restore_not_empty", folder=str(data))
    for file in there:
        if file.name == UNFINISHED:
            continue
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


def _is_ours(name: str) -> bool:
    return name.lstrip(".").startswith(RESTORED)


def _settings(
    tar: tarfile.TarFile, data: Path, environment: Mapping[str, str], url: str | None
) -> Settings:
    """Where the restored wiki will be; raises Conflict about its database."""
    text = _text(tar, FILE)
    named = written_in(text).get("database_url", "")
    forced = environment.get(f"{PREFIX}DATABASE_URL")
    if forced is not None and url is not None and forced != url:
        raise Conflict("restore_two_databases")
    chosen = forced if url is None else url
    if chosen is None and named:
        raise Conflict("restore_names_database", database=make_shown(named))
    return Settings(data=data, database_url=chosen or "")


def _begin(settings: Settings) -> str:
    """Say in the folder that a restore goes on; gives the mark of the wiki to come.

    Raises Conflict (`restore_database_taken`) if the database holds anything that is not of an
    earlier try.
    """
    data = settings.data
    data.mkdir(parents=True, exist_ok=True)
    note = data / UNFINISHED
    mark = note.read_text(encoding="ascii").strip() if note.exists() else ""
    holds = contents(settings.database_url, data)
    if holds is not None and (not mark or holds != mark):
        raise Conflict("restore_database_taken")
    mark = mark or marks.new()
    keep(note, mark + "\n")
    return mark


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder as long as a backup is being made in it; gives whether nobody else does."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _tidy(folder: Path) -> None:
    """Remove what backups that were killed left beside their target."""
    for left in folder.glob(f"{DRAFT}*"):
        with _held(left) as is_dead:
            if is_dead:
                shutil.rmtree(left)


def _dump(wiki: Wiki, file: Path) -> int:
    rows = 0
    with wiki.database.read() as connection, file.open("wb") as out:
        for line in dump.lines(connection):
            out.write(line)
            rows += 1
    return rows


def _fill(tar: tarfile.TarFile, folder: Path, settings: Settings) -> None:
    for name in (MANIFEST, PEOPLE, PAGES):
        tar.add(folder / name, name)
    for name in KEPT:
        if (settings.data / name).exists():
            tar.add(settings.data / name, name)


def _member(tar: tarfile.TarFile, name: str) -> Any:
    """An open file of the archive, by its exact name; Invalid if it is not there."""
    try:
        file = tar.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise Invalid("backup_incomplete", missing=name)
    return file


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    with _member(tar, MANIFEST) as file:
        manifest: dict[str, Any] = json.load(io.TextIOWrapper(file, "utf-8"))
    if manifest.get("format") != FORMAT:
        raise Invalid("backup_format", format=str(manifest.get("format")))
    return manifest


def _text(tar: tarfile.TarFile, name: str) -> str:
    """A small file of the archive; empty if it is not there."""
    if name not in tar.getnames():
        return ""
    with _member(tar, name) as file:
        return str(file.read().decode())


def _keep(tar: tarfile.TarFile, settings: Settings) -> None:
    """Put settings and key where they were; the settings name the database that was chosen."""
    text = with_database(_text(tar, FILE), settings.database_url)
    for name, kept in ((FILE, text), (SECRET_FILE, _text(tar, SECRET_FILE))):
        if kept:
            keep(settings.data / name, kept, PRIVATE)


def _restore_pages(tar: tarfile.TarFile, data: Path, branch: str) -> None:
    with tempfile.NamedTemporaryFile(dir=data, prefix=".restore-") as bundle:
        with _member(tar, PAGES) as file:
            while chunk := file.read(1 << 20):
                bundle.write(chunk)
        bundle.flush()
        store = Store.open(data / "pages", branch)
        store.restore(Path(bundle.name))
        store.close()


def _restore_people(tar: tarfile.TarFile, settings: Settings, mark: str) -> tuple[int, bool]:
    """Fill the database; gives the number of rows, and whether an account was ever made."""
    database = Database.open(settings.database_url, settings.data)
    try:
        with database.write() as connection:
            rows = dump.load(connection, _lines(tar))
            # The wiki that was backed up may have sent it since.
            outbox.hold(connection, HELD)
            marks.put(connection, mark)
            has_people = members.any_ever(connection)
        database.harden()
        return rows, has_people
    finally:
        database.close()


def _lines(tar: tarfile.TarFile) -> Iterator[bytes]:
    with _member(tar, PEOPLE) as file:
        yield from file
