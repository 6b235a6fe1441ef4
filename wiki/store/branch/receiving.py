"""Putting the hook into the repository that lets pushes land beside saves; see `receive.py`."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from pathlib import Path

import pygit2

from wiki.keeping import keep
from wiki.store.branch import receive

SETTING = "receive.procreceiverefs"
_SCRIPT = "denktank.receive.py"
_MARK = "# Denktank: a push lands, whoever saves meanwhile."
_EXECUTABLE = 0o755
_DOOR = "denktank.door"
_DOOR_HOOKS = {
    "pre-receive": 'exec {python} -S -E {script} pre-receive "$@"',
    "proc-receive": 'exec {python} -S -E {script} "$@"',
    # Whoever has hooks of their own keeps them; `receive.py` sees to the first one.
    "post-receive": 'test -x hooks/post-receive || exit 0\nexec hooks/post-receive "$@"',
}
"""The hooks of a push that comes by the wiki itself."""


def set_up(config: pygit2.Config, branch: str) -> None:
    """Let git leave these refs to the hook."""
    refs = [receive.HEADS + branch, receive.OFFERED + branch]
    if list(config.get_multivar(SETTING)) != refs:
        with suppress(KeyError):
            config.delete_multivar(SETTING, ".*")
        for ref in refs:
            config.set_multivar(SETTING, "^$", ref)


def install(git: Path) -> bool:
    """Write the hook, unless somebody has one of their own; gives whether it is ours."""
    hook = git / "hooks" / "proc-receive"
    there = hook.read_bytes() if hook.exists() else b""
    if there and _MARK.encode() not in there:
        return False
    hook.parent.mkdir(exist_ok=True)
    # Whoever pushes may have another Python, or none on their path.
    lines = ["#!/bin/sh", _MARK, f"for python in {shlex.quote(sys.executable)} python3; do"]
    lines += [f'  command -v "$python" >/dev/null && exec "$python" "$GIT_DIR/{_SCRIPT}"']
    lines += ["done", "echo 'No Python runs here, which the wiki needs.' >&2", "exit 1", ""]
    for file, data, mode in (
        (git / _SCRIPT, Path(receive.__file__).read_bytes(), 0o644),
        (hook, "\n".join(lines).encode(), _EXECUTABLE),
    ):
        if not file.exists() or file.read_bytes() != data:
            keep(file, data, mode)
    return True


def install_door(git: Path) -> Path:
    """Write the hooks for pushes that come by the wiki itself; gives the folder with them."""
    folder = git / _DOOR
    folder.mkdir(exist_ok=True)
    words = {"python": shlex.quote(sys.executable), "script": shlex.quote(receive.__file__)}
    for name, line in _DOOR_HOOKS.items():
        data = f"#!/bin/sh\n{line.format(**words)}\n".encode()
        hook = folder / name
        if not hook.exists() or hook.read_bytes() != data:
            keep(hook, data, _EXECUTABLE)
    return folder
