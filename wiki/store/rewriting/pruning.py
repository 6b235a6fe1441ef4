"""Pruning: what no ref reaches any more is taken off the disk for good."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path

from wiki.store.branch.refs import SEEN
from wiki.store.git import command, lock, maintenance

DRAFT = "denktank.base-"
"""What folders are called in which a pack of the whole history is made."""
_LEFT = (
    "logs",
    "rr-cache",
    "lost-found",
    "COMMIT_EDITMSG",
    "MERGE_MSG",
    "SQUASH_MSG",
    "FETCH_HEAD",
    "ORIG_HEAD",
    "AUTO_MERGE",
    "index.before-denktank",
    "config.damaged",
    SEEN,
)
"""What git or its users keep beside the objects, with words or names of what is gone."""


def prune(git: Path) -> list[str]:
    """Keep only what refs reach, in one pack; gives other repositories that it borrowed from.

    Nobody else may write to the repository meanwhile.
    """
    for name in _LEFT:
        if (git / name).is_dir():
            shutil.rmtree(git / name)
        (git / name).unlink(missing_ok=True)
    objects = git / "objects"
    borrowed = _alternates(objects)
    # A pack that is to be kept as it is would keep what is to go.
    for pattern in ("pack/*.keep", "pack/tmp_*", "pack/.tmp-*", "info/commit-graph*", "tmp_obj_*"):
        for file in objects.glob(pattern):
            _remove(file)
    sweep(git)
    for file in git.glob("fast_import_crash_*"):
        _remove(file)
    command.run(git, "pack-refs", "--all", "--prune")
    quiet = ("-c", "repack.writeBitmaps=false", "-c", "pack.threads=1")
    with lock.held_file(git / maintenance.LOCK), maintenance.unguarded(git) as view:
        command.run(view, *quiet, "repack", "-a", "-d", "-q")
        (objects / "info" / "alternates").unlink(missing_ok=True)
        command.run(view, "prune", "--expire=now")
    maintenance.write_graph(git)
    return borrowed


def sweep(git: Path, age: float = 0) -> None:
    """Remove packs, at least so many seconds old, that somebody was making who died."""
    for folder in git.glob(f"{DRAFT}*"):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime >= age:
                shutil.rmtree(folder)


def _alternates(objects: Path) -> list[str]:
    try:
        written = (objects / "info" / "alternates").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    lines = written.splitlines()
    return [str((objects / line).resolve()) for line in lines if line and not line.startswith("#")]


def _remove(file: Path) -> None:
    if file.is_dir():
        shutil.rmtree(file)
    else:
        file.unlink(missing_ok=True)
