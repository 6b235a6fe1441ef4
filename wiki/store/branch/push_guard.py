"""The push guard: refuses a push of history that holds what was purged.

Merging an old clone with the new history would bring everything back. So the first commits that
held what was purged are kept, by id, and git's pre-receive hook (githooks(5)) looks for them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from wiki.store.git import command
from wiki.store.objects.writing import flush_folder, write_flushed

BARRED = "denktank.purged"
MARK = "# Denktank: what was purged does not come back."
CHECK = f"""[ -f "${{GIT_DIR:-.}}/{BARRED}" ] || exit 0
while read -r old new ref; do
  case "$new" in *[!0]*) ;; *) continue ;; esac
  if git rev-list "$new" --not --all | grep -q -F -x -f "${{GIT_DIR:-.}}/{BARRED}"; then
    echo "This history holds what was purged from the wiki. Make a new clone." >&2
    exit 1
  fi
done"""


def bar(git: Path, ids: Iterable[str]) -> bool:
    """Refuse pushes that bring any of these commits; gives whether the hook is ours."""
    file = git / BARRED
    listed = sorted(barred(git) | set(ids))
    if not listed:
        return True
    _put(git, file, "".join(f"{id}\n" for id in listed).encode())
    hook = git / "hooks" / "pre-receive"
    there = hook.read_text(encoding="utf-8", errors="replace") if hook.exists() else ""
    if there and MARK not in there:
        return False
    if CHECK in there:
        return True
    hook.parent.mkdir(exist_ok=True)
    draft = _put(git, hook, "\n".join(["#!/bin/sh", MARK, CHECK, ""]).encode())
    draft.chmod(0o755)
    return True


def barred(git: Path) -> frozenset[str]:
    """The commits that may not come back."""
    try:
        return frozenset((git / BARRED).read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()


def holds(git: Path) -> bool:
    """Whether a ref still reaches any of the commits that are barred."""
    return not barred(git).isdisjoint(command.run(git, "rev-list", "--all").split())


def _put(git: Path, file: Path, data: bytes) -> Path:
    draft = git / f"{BARRED}.new"
    write_flushed(os.fspath(draft), data)
    draft.replace(file)
    flush_folder(os.fspath(file.parent))
    return file
