"""Diagrams in pages, drawn by the worker with a command of the operator, and kept by their source.

Without such a command, and until one is drawn, a diagram is the code that it is written as. A page
that is shown asks for what it lacks; the worker draws one at a time, in a process with limits on
time and memory, that knows nothing of the wiki's.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from wiki import keeping
from wiki.database.engine import changes
from wiki.domain.errors import NotFound
from wiki.engine import Wiki
from wiki.render import drawings
from wiki.services.content import limits

log = logging.getLogger(__name__)

WANTED = "wanted"
MOST_WANTED = 200
MOST_KEPT = 5_000
"""Drawings that are kept; beyond, those that were drawn longest ago go."""

AGAIN = 86_400.0
"""Seconds before one that could not be drawn is tried again."""

MOST_SECONDS = 60.0
MOST_MEMORY = 2_000_000_000

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CONFIG = {
    "securityLevel": "strict",
    "htmlLabels": False,
    "flowchart": {"htmlLabels": False},
    "maxTextSize": drawings.MOST_CHARACTERS,
}


def read(wiki: Wiki, digest: str) -> bytes:
    """The drawing of the source with a digest, which only who has the source can know.

    Raises NotFound.
    """
    if _DIGEST.fullmatch(digest):
        with suppress(OSError):
            drawn = drawings.file_of(_folder(wiki), digest).read_bytes()
            if drawn:
                return drawn
    raise NotFound("diagram_missing")


def want(wiki: Wiki, sources: Sequence[str]) -> None:
    """Ask the worker to draw what is not drawn yet; where nothing draws, nothing is asked."""
    if not sources or not wiki.settings.mermaid_command:
        return
    folder = _folder(wiki)
    has_new = False
    for source in sources:
        digest = drawings.digest(source)
        if len(source) > drawings.MOST_CHARACTERS or _is_known(folder, digest):
            continue
        # A full disk costs the drawing, not the page.
        with suppress(OSError):
            waiting = folder / WANTED
            waiting.mkdir(parents=True, exist_ok=True)
            if len(list(waiting.iterdir())) < MOST_WANTED:
                keeping.keep(waiting / digest, source, keeping.PRIVATE)
                has_new = True
    if has_new:
        wiki.wake()


def draw(wiki: Wiki) -> bool:
    """Draw the diagram that waits longest; whether more wait. For the worker."""
    command, folder = wiki.settings.mermaid_command, _folder(wiki)
    waiting = sorted(_waiting(folder), key=lambda one: one.stat().st_mtime)
    if not command or not waiting:
        return False
    first = waiting[0]
    drawn = b""
    try:
        drawn = drawings.sanitised(_run(command, first.read_text("utf-8")))
    except (OSError, ValueError) as error:
        log.warning("a diagram cannot be drawn: %s", error)
    keeping.keep(drawings.file_of(folder, first.name), drawn, keeping.PRIVATE)
    first.unlink(missing_ok=True)
    _tidy(folder)
    if drawn:
        # Pages that are kept show its source.
        with wiki.database.write() as connection:
            changes.record(connection, "diagram", first.name)
    return len(waiting) > 1


def forget(data: Path) -> None:
    """Throw all drawings away: what is taken out of the wiki may stand in one."""
    shutil.rmtree(data / drawings.FOLDER, ignore_errors=True)


def _folder(wiki: Wiki) -> Path:
    return Path(wiki.settings.data) / drawings.FOLDER


def _is_known(folder: Path, digest: str) -> bool:
    """Whether it is drawn, waits, or could not be drawn a short while ago."""
    if (folder / WANTED / digest).exists():
        return True
    try:
        about = drawings.file_of(folder, digest).stat()
    except OSError:
        return False
    return about.st_size > 0 or time.time() - about.st_mtime < AGAIN


def _waiting(folder: Path) -> list[Path]:
    try:
        return [one for one in (folder / WANTED).iterdir() if _DIGEST.fullmatch(one.name)]
    except OSError:
        return []


def _tidy(folder: Path) -> None:
    kept = sorted(folder.glob("*.svg"), key=lambda one: one.stat().st_mtime)
    for one in kept[: max(0, len(kept) - MOST_KEPT)]:
        one.unlink(missing_ok=True)


def _run(command: str, source: str) -> bytes:
    """What the command draws of a source. Raises OSError, ValueError."""
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        (here / "in.mmd").write_text(source, "utf-8")
        (here / "config.json").write_text(json.dumps(_CONFIG), "utf-8")
        words = [*shlex.split(command), "-i", "in.mmd", "-o", "out.svg", "-c", "config.json"]
        process = subprocess.Popen(
            words,
            cwd=here,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            # Nothing of what this process knows: its settings hold secrets.
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": place, "LANG": "C.UTF-8"},
        )
        reason = limits.wait(process, MOST_SECONDS, MOST_MEMORY)
        if reason:
            raise ValueError(reason)
        drawn = here / "out.svg"
        if not drawn.is_file() or drawn.is_symlink():
            raise ValueError("the command drew nothing")
        if drawn.stat().st_size > drawings.MOST_BYTES:
            raise ValueError("the drawing is too large")
        return drawn.read_bytes()
