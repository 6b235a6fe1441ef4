"""A backup: one file with everything that is not disposable, made while the wiki runs.

The file is a tar archive: `manifest.json`, `people.jsonl` (SQL as plain rows), `pages.bundle` (all
of git), and the settings and secret key as they were. SQL is copied first: a comment names the
revision it was made on, and that must be in the copy of git. The other way round nothing breaks,
since git knows nothing of SQL.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiki.database import dump
from wiki.database.database import Database
from wiki.domain.errors import Conflict, Invalid
from wiki.engine import Wiki
from wiki.services import signs
from wiki.settings import FILE, SECRET_FILE, Settings
from wiki.store.store import Store

FORMAT = 1
MANIFEST, PEOPLE, PAGES = "manifest.json", "people.jsonl", "pages.bundle"
KEPT = (FILE, SECRET_FILE)


@dataclass(frozen=True, slots=True)
class Report:
    """What a backup holds: its size in bytes, rows of SQL, and git's newest revision."""

    size: int
    rows: int
    head: str


def write(wiki: Wiki, target: Path) -> Report:
    """Write a backup to `target`, which appears complete or not at all; readable only by us."""
    target = target.resolve()
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as name:
        folder = Path(name)
        rows = _dump(wiki, folder / PEOPLE)
        wiki.store.backup(folder / PAGES)
        head = wiki.store.head()
        manifest = {
            "format": FORMAT,
            "made": wiki.clock().isoformat(),
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
    size = target.stat().st_size
    signs.leave(wiki, signs.BACKUP, file=str(target), size=size)
    return Report(size, rows, head)


def restore(source: Path, settings: Settings) -> Report:
    """Put a backup into the settings' data folder, which must not hold a wiki.

    The projections are made afterwards, by whoever opens the wiki. Raises Conflict if there is
    something in the folder already, Invalid if the file is not a backup.
    """
    data = settings.data
    if data.exists() and any(data.iterdir()):
        raise Conflict("restore_not_empty", folder=str(data))
    data.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(source, "r:gz") as tar:
            manifest = _manifest(tar)
            _keep(tar, data)
            _restore_pages(tar, data, manifest["branch"])
            rows = _restore_people(tar, settings)
    except (tarfile.TarError, EOFError) as error:
        raise Invalid("backup_unreadable", file=str(source)) from error
    return Report(source.stat().st_size, rows, manifest["head"])


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
        found = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise Invalid("backup_incomplete", missing=name)
    return found


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    with _member(tar, MANIFEST) as file:
        manifest: dict[str, Any] = json.load(io.TextIOWrapper(file, "utf-8"))
    if manifest.get("format") != FORMAT:
        raise Invalid("backup_format", format=str(manifest.get("format")))
    return manifest


def _keep(tar: tarfile.TarFile, data: Path) -> None:
    for name in KEPT:
        if name in tar.getnames():
            handle = os.open(data / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out, _member(tar, name) as file:
                out.write(file.read())


def _restore_pages(tar: tarfile.TarFile, data: Path, branch: str) -> None:
    with tempfile.NamedTemporaryFile(dir=data, prefix=".restore-") as bundle:
        with _member(tar, PAGES) as file:
            while chunk := file.read(1 << 20):
                bundle.write(chunk)
        bundle.flush()
        store = Store.open(data / "pages", branch)
        store.restore(Path(bundle.name))
        store.close()


def _restore_people(tar: tarfile.TarFile, settings: Settings) -> int:
    database = Database.open(settings.database_url, settings.data)
    try:
        with database.write() as connection:
            return dump.load(connection, _lines(tar))
    finally:
        database.close()


def _lines(tar: tarfile.TarFile) -> Iterator[bytes]:
    with _member(tar, PEOPLE) as file:
        yield from file
