"""Many refs moved as one step: all of them, or, if we die before `ready`, none.

Everything stands in one folder inside the repository. Each ref is locked as git does it, by a file
`<ref>.lock`, here a second name of the file in our folder that holds the new value: so a lock that
is ours can be told from anybody else's. Once `ready` has written the *intent*, whoever opens the
repository next finishes the move; before that, they take the locks away.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wiki.store.git import command
from wiki.store.objects.versions import StoreError
from wiki.store.objects.writing import flush_folder, write_flushed

FOLDER = "denktank.purge"
_INTENT = "intent"
_WAIT = 10.0


def is_begun(git: Path) -> bool:
    """Whether a move was begun and neither finished nor taken back."""
    return (git / FOLDER).is_dir()


def begin(git: Path, moves: Mapping[str, tuple[str, str]], before: Mapping[str, str]) -> None:
    """Lock every ref that moves (old and new value by name).

    Raises StoreError: `purge_moved` if any ref is not as it was `before`, `store_branch_locked` if
    somebody else holds one.
    """
    cancel(git)
    (git / FOLDER).mkdir()
    for name, (_, new) in moves.items():
        if new:
            write_flushed(os.fspath(_own(git, name)), new.encode() + b"\n")
            _lock(git, name)
    now = {name: id for name, id, _ in refs(git)}
    if now != before:
        cancel(git)
        raise StoreError("purge_moved")


def ready(git: Path, intent: Mapping[str, Any]) -> None:
    """Write down, flushed, what is to be done; from now on it will be."""
    draft = git / FOLDER / f"{_INTENT}.new"
    draft.touch(mode=0o600)
    write_flushed(os.fspath(draft), json.dumps(intent).encode())
    flush_folder(os.fspath(git / FOLDER))
    draft.rename(git / FOLDER / _INTENT)
    flush_folder(os.fspath(git / FOLDER))


def intent(git: Path) -> dict[str, Any] | None:
    """Return what is to be done, if it was decided."""
    try:
        found: dict[str, Any] = json.loads((git / FOLDER / _INTENT).read_bytes())
    except FileNotFoundError:
        return None
    return found


def move(git: Path, moves: Mapping[str, tuple[str, str]]) -> None:
    """Let every ref have its new value; those that have it already stay.

    One with a third value had it too, in a run that was killed since, and was moved on by a push.
    """
    now = {name: id for name, id, _ in refs(git)}
    for name, (old, new) in moves.items():
        if now.get(name, "") != old:
            continue
        if not new:
            command.run(git, "update-ref", "-d", name, old)
            continue
        if not _is_ours(git, name):
            _lock(git, name)
        _lock_file(git, name).rename(git / name)
        flush_folder(os.fspath((git / name).parent))


def end(git: Path) -> None:
    """Forget the intent: everything is done."""
    (git / FOLDER / _INTENT).unlink(missing_ok=True)
    flush_folder(os.fspath(git / FOLDER))
    cancel(git)


def cancel(git: Path) -> None:
    """Take away the locks and the folder; what was decided is never cancelled."""
    folder = git / FOLDER
    if not folder.is_dir() or (folder / _INTENT).exists():
        return
    for own in folder.iterdir():
        name = own.name.replace("%2F", "/").replace("%25", "%")
        if name.startswith("refs/") and _is_ours(git, name):
            _lock_file(git, name).unlink()
    shutil.rmtree(folder)


def refs(git: Path) -> Iterable[tuple[str, str, str]]:
    """Every ref that is no other name for one: its name, what it points at, and of what kind."""
    form = "--format=%(refname) %(objectname) %(objecttype) %(symref)"
    for line in command.run(git, "for-each-ref", form).splitlines():
        name, id, kind, *symbolic = line.split()
        if not symbolic:
            yield name, id, kind


def _own(git: Path, name: str) -> Path:
    return git / FOLDER / name.replace("%", "%25").replace("/", "%2F")


def _lock_file(git: Path, name: str) -> Path:
    return git / f"{name}.lock"


def _is_ours(git: Path, name: str) -> bool:
    try:
        return _own(git, name).samefile(_lock_file(git, name))
    except FileNotFoundError:
        return False


def _lock(git: Path, name: str) -> None:
    deadline = time.monotonic() + _WAIT
    while True:
        try:
            _lock_file(git, name).hardlink_to(_own(git, name))
            return
        except FileNotFoundError:
            # The ref is packed, and its folder is not there.
            _lock_file(git, name).parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            if time.monotonic() > deadline:
                raise StoreError("store_branch_locked", file=str(_lock_file(git, name))) from None
            time.sleep(0.01)
