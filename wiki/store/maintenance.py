"""What the worker does now and then: packing, checking, copying."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from wiki.store import command, lock

_MOST_LOOSE = 2_000
_HOUR = 3_600


def maintain(git: Path) -> None:
    """Pack loose objects if there are many; safe beside readers, writers and pushes.

    Does nothing if another process is at it.
    """
    with lock.attempt(git / "denktank.maintenance") as is_ours:
        if is_ours and _loose_objects(git / "objects") > _MOST_LOOSE:
            _clear(git / "objects")
            command.run(git, "-c", "pack.threads=1", "repack", "-d", "-q", "--geometric=2")
            # One file, not a chain: that is what libgit2 reads.
            command.run(git, "commit-graph", "write", "--reachable", "--no-progress")


def _clear(objects: Path) -> None:
    """Remove what a killed maintenance left; nobody else writes these names."""
    (objects / "info" / "commit-graph.lock").unlink(missing_ok=True)
    for file in (*objects.glob("pack/.tmp-*"), *objects.glob("pack/tmp_*")):
        # Younger ones may belong to a push that is coming in.
        if time.time() - file.stat().st_mtime > _HOUR or file.stat().st_size == 0:
            file.unlink(missing_ok=True)


def fsck(git: Path) -> list[str]:
    """What `git fsck --strict` finds wrong, one line each; empty if all is well."""
    _, out, err = command.attempt(git, "fsck", "--strict", "--no-dangling", "--no-progress")
    lines = (out + "\n" + err).splitlines()
    return [line for line in lines if line.strip() and not line.startswith("notice:")]


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
