"""Upkeep of the repository by the worker: packing, checking, copying."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wiki.store.git import command, lock

LOCK = "denktank.maintenance"
"""Held by who packs, prunes or checks."""

_MOST_LOOSE = 2_000
_HOUR = 3_600
_HARMLESS = ("notice:", "Checking ")


def maintain(git: Path) -> None:
    """Pack loose objects if there are many; safe beside readers, writers and pushes.

    Does nothing if another process is at it.
    """
    with lock.attempt(git / LOCK) as is_ours:
        if is_ours and _loose_objects(git / "objects") > _MOST_LOOSE:
            _clear(git / "objects")
            with unguarded(git) as view:
                command.run(view, "-c", "pack.threads=1", "repack", "-d", "-q", "--geometric=2")
            write_graph(git)


def extent(git: Path) -> tuple[int, int]:
    """Count the commits and the files of the branch; nothing is written. Zeros if it has none."""
    status, counted, _ = command.attempt(git, "rev-list", "--count", "HEAD")
    if status:
        return 0, 0
    files = command.run(git, "ls-tree", "-r", "-z", "--name-only", "HEAD")
    return int(counted), files.count("\0")


def write_graph(git: Path) -> None:
    """Write down which commits have which parents, for who walks them."""
    # One file, not a chain: that is what libgit2 reads. And without corrected dates: git, writing
    # them, never ends where a pushed commit says that it is of the year 584,554,051,223.
    version = ("-c", "commitGraph.generationVersion=1")
    command.run(git, *version, "commit-graph", "write", "--reachable", "--no-progress")


@contextmanager
def unguarded(git: Path) -> Iterator[Path]:
    """The same repository seen through a folder in which git may take objects away.

    The repository itself is marked so that git refuses that, whoever asks; who packs and prunes
    through this view knows what is being saved. One at a time.
    """
    view = git / "denktank.upkeep"
    shutil.rmtree(view, ignore_errors=True)
    view.mkdir()
    try:
        for name in ("objects", "refs"):
            (view / name).symlink_to(f"../{name}")
        for name in ("HEAD", "packed-refs", "shallow"):
            if (git / name).exists():
                shutil.copyfile(git / name, view / name)
        settings = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
        (view / "config").write_text(settings, encoding="ascii")
        yield view
    finally:
        shutil.rmtree(view, ignore_errors=True)


def _clear(objects: Path) -> None:
    """Remove what a killed maintenance left; nobody else writes these names."""
    (objects / "info" / "commit-graph.lock").unlink(missing_ok=True)
    for file in (*objects.glob("pack/.tmp-*"), *objects.glob("pack/tmp_*")):
        # Younger ones may belong to a push that is coming in.
        if time.time() - file.stat().st_mtime > _HOUR or file.stat().st_size == 0:
            file.unlink(missing_ok=True)


def fsck(git: Path) -> list[str]:
    """Return what `git fsck --strict` finds wrong, one line each; empty if all is well.

    It looks at the refs as they are now: git reads them last, and would miss the objects of a save
    that came meanwhile. Nor is anything packed while it looks.
    """
    with lock.held_file(git / LOCK):
        refs = command.run(git, "for-each-ref", "--format=%(objectname) %(refname)")
        with tempfile.TemporaryDirectory(prefix="denktank.still-", dir=git) as name:
            still = _still(git, refs, Path(name) / "git")
            _, out, err = command.attempt(still, "fsck", "--strict", "--no-dangling")
    lines = (out + "\n" + err).splitlines()
    return [line for line in lines if line.strip() and not line.startswith(_HARMLESS)]


def backup(git: Path, target: Path) -> None:
    """Write all branches and tags as one bundle, as they are at one moment."""
    refs = command.run(git, "for-each-ref", "--format=%(objectname) %(refname)")
    if not refs.strip():
        target.write_bytes(b"")
        return
    with tempfile.TemporaryDirectory(prefix=".still-", dir=target.resolve().parent) as name:
        still = _still(git, refs, Path(name) / "git")
        unborn, _, _ = command.attempt(still, "rev-parse", "--quiet", "--verify", "HEAD")
        named = ["--all"] if unborn else ["HEAD", "--all"]
        command.run(still, "bundle", "create", "--quiet", str(target.resolve()), *named)


def _still(git: Path, refs: str, folder: Path) -> Path:
    """A repository with these refs that borrows its objects.

    Git leaves out of a bundle, without a word, a branch that moves while it is being written.
    """
    command.run(folder, "init", "--bare", "--quiet")
    (folder / "objects/info/alternates").write_text(f"{git.resolve() / 'objects'}\n")
    if refs.strip():
        (folder / "packed-refs").write_text(refs.strip() + "\n")
    for file in ("HEAD", "shallow"):
        if (git / file).exists():
            shutil.copyfile(git / file, folder / file)
    return folder


def restore(git: Path, source: Path) -> None:
    """Take all branches and tags from a bundle that `backup` wrote, over what is there."""
    if source.stat().st_size:
        bundle = str(source.resolve())
        command.run(git, "fetch", "--quiet", "--update-head-ok", bundle, "+refs/*:refs/*")


def descends(git: Path, later: str, earlier: str) -> bool:
    """Whether one commit is another or its ancestor."""
    status, _, _ = command.attempt(git, "merge-base", "--is-ancestor", earlier, later)
    return status == 0


def _loose_objects(objects: Path) -> int:
    return sum(
        sum(1 for _ in folder.iterdir())
        for folder in objects.iterdir()
        if len(folder.name) == 2 and folder.is_dir()
    )
