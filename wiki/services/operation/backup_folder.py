"""Backups in a folder: each under its time, old ones removed by a rule, and one tried out.

Only what this wiki made there is ever removed: a file with such a name, whose manifest bears the
wiki's own mark. The newest always stays.
"""

from __future__ import annotations

import json
import re
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wiki import identity
from wiki.domain.operation.retention import Rule
from wiki.engine import Wiki, open_wiki
from wiki.services.operation import backup, projections
from wiki.services.operation.projections import Finding
from wiki.settings import Settings, load

_NAME = re.compile(r"denktank-[0-9]{8}T[0-9]{6}Z\.tar\.gz", re.ASCII)
MOST_MANIFEST = 100_000
MADE_ANEW = ("search", "lost", "export")
"""Projections that opening a restored wiki does not make."""


def write(wiki: Wiki, folder: Path) -> tuple[Path, backup.Report]:
    """Write a backup into a folder, named after this moment. Raises Unavailable."""
    target = folder / f"denktank-{wiki.clock().astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    return target, backup.write(wiki, target)


def tidy(wiki: Wiki, folder: Path, rule: Rule) -> Sequence[Path]:
    """Remove this wiki's backups that the rule does not keep; gives which. Raises OSError."""
    marked = identity.read(wiki.settings.data)
    made = dict(_made(folder, marked.mark)) if marked else {}
    kept = rule.kept(made.values())
    gone = sorted(file for file, when in made.items() if when not in kept)
    for file in gone:
        file.unlink(missing_ok=True)
    return gone


def _made(folder: Path, mark: str) -> Iterator[tuple[Path, datetime]]:
    """The backups of the wiki with this mark, and when each was made."""
    for file in folder.iterdir():
        if not _NAME.fullmatch(file.name) or file.is_symlink() or not file.is_file():
            continue
        manifest = _manifest(file)
        if manifest.get("mark") != mark:
            continue
        try:
            when = datetime.fromisoformat(str(manifest.get("made")))
        except ValueError:
            continue
        if when.tzinfo is not None:
            yield file, when


def _manifest(file: Path) -> Mapping[str, object]:
    """The manifest at the beginning of a backup; empty if the file is none."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            first = tar.next()
            if first is None or first.name != backup.MANIFEST or first.size > MOST_MANIFEST:
                return {}
            opened = tar.extractfile(first)
            manifest = json.load(opened) if opened else {}
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


@dataclass(frozen=True, slots=True)
class Drill:
    """The outcome of trying a backup: its contents, what does not agree, the seconds it took."""

    report: backup.Report
    findings: Sequence[Finding]
    seconds: float
    language: str


def drill(source: Path, place: Path | None = None) -> Drill:
    """Restore a backup into a folder that is gone afterwards, on SQLite, and check all of it.

    No server that the backup's settings name is asked for anything, and no mail is sent. `place` is
    where the folder is made (None: where the system has such). Raises as `backup.restore` does.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="denktank-drill-", dir=place) as name:
        data = Path(name) / "wiki"
        report = backup.restore(source, data, {}, "")
        settings = load(data, {})
        findings = _checked(settings)
        return Drill(report, findings, time.monotonic() - began, settings.language)


def _checked(settings: Settings) -> Sequence[Finding]:
    wiki = open_wiki(settings)
    try:
        projections.rebuild(wiki, MADE_ANEW, lambda name, done, total: None)
        return projections.check(wiki)
    finally:
        wiki.close()
