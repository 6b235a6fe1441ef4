"""A push to one node is a push to all: git's hooks ask the ledger before a ref moves.

`pre-receive` lets the copy catch up, so that git compares with what the other nodes have;
`reference-transaction`, once git holds the refs, makes the same steps in the ledger, or refuses.
Whatever moves a ref here passes by it; our own commands, which follow the ledger, say that they do.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from wiki.domain.errors import Unavailable
from wiki.domain.history.ledger import Step
from wiki.keeping import keep
from wiki.store.branch import push_guard
from wiki.store.branch.refs import HEADS
from wiki.store.git import command
from wiki.store.objects.versions import StoreError
from wiki.store.rewriting import moving
from wiki.store.shared import bases
from wiki.store.shared.copy import OWN
from wiki.store.shared.ledger import Ledger

PREPARED = "prepared"
FETCH = "fetch first: the pages changed meanwhile on another node"
AWAY = "the database of the wiki cannot be asked now; push again later"
PURGING = "something is being purged from history here; push again later"
LONGEST = 250

_MARK = "# Denktank: a push to one node is a push to all."
_NOTHING = "0" * 40
_EXECUTABLE = 0o755


class NotMoved(Exception):
    """A ref may not move; the text is what the one who pushes reads."""


def install(git: Path, words: Sequence[str]) -> None:
    """Write the hooks, which run these words and their own name.

    Raises StoreError (`store_hook_taken`) where somebody has one of their own.
    """
    run = shlex.join(words)
    receive = [f"{run} pre-receive </dev/null || exit 1", push_guard.CHECK]
    transact = [
        f'[ "$1" = {PREPARED} ] && [ -z "${command.LOCAL}" ] || exit 0',
        f"exec {run} reference-transaction",
    ]
    for name, lines in (
        ("pre-receive", [push_guard.MARK, _MARK, *receive]),
        ("reference-transaction", [_MARK, *transact]),
    ):
        hook = git / "hooks" / name
        there = hook.read_text(encoding="utf-8", errors="replace") if hook.exists() else ""
        if there and _MARK not in there and push_guard.MARK not in there:
            raise StoreError("store_hook_taken", file=str(hook))
        hook.parent.mkdir(exist_ok=True)
        text = "\n".join(["#!/bin/sh", *lines, ""])
        if there != text:
            keep(hook, text, _EXECUTABLE)


def forget_outer() -> None:
    """Forget what git says to its hooks of where it is: our own commands are told."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]


def transact(git: Path, ledger: Ledger, lines: Iterable[str]) -> None:
    """Make the steps that git is about to make; raises NotMoved.

    `lines` are git's: old id, new id and name of each ref.
    """
    standing = ledger.standing()
    if standing is None:
        raise NotMoved(AWAY)
    here = {name: id for name, id, _ in moving.refs(git) if not name.startswith(OWN)}
    steps = []
    for line in lines:
        _, new, ref = line.rstrip("\n").split(" ", 2)
        new = "" if new == _NOTHING else new
        old = here.get(ref, "")
        if not ref.startswith("refs/") or ref.startswith(OWN):
            continue
        if new in (old, standing.refs.get(ref, "")) or (not new and _is_packed(git, ref, old)):
            continue
        if len(ref) > LONGEST:
            raise NotMoved(f"the name of a ref has at most {LONGEST} characters")
        if not new and ref == HEADS + standing.branch:
            raise NotMoved("the wiki's branch is not deleted")
        steps.append(Step(ref, old, new))
    if not steps:
        return
    try:
        pack = bases.thin(git, [step.new for step in steps if step.new], set(here.values()))
        if not ledger.move(steps, b"", pack):
            raise NotMoved(FETCH)
    except Unavailable as fault:
        if all(ledger.made(step) for step in steps):
            return
        raise NotMoved(AWAY) from fault


def _is_packed(git: Path, ref: str, id: str) -> bool:
    """Whether a ref's own file goes because it is among the packed ones: then nothing moves.

    Who deletes a ref holds these locked meanwhile.
    """
    try:
        packed = (git / "packed-refs").read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return False
    return f"{id} {ref}" in packed.splitlines() and not (git / "packed-refs.lock").exists()
