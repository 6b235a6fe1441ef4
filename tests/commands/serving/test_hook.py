"""Git's hook on a node: nothing is pushed there while something is purged from history."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wiki.engine import use
from wiki.store.rewriting import moving
from wiki.store.shared import pushing


@pytest.mark.parametrize("hook", ["pre-receive", "reference-transaction"])
def test_no_push_comes_in_while_history_is_purged(tmp_path: Path, hook: str) -> None:
    held = use(tmp_path, alone=True)
    assert answered(tmp_path, hook) == (1, pushing.PURGING)
    held.end()
    (tmp_path / "pages" / ".git" / moving.FOLDER).mkdir(parents=True)
    assert answered(tmp_path, hook) == (1, pushing.PURGING)


def answered(folder: Path, hook: str) -> tuple[int, str]:
    """What git gets of its hook; the database is one where nobody answers."""
    (folder / "denktank.cfg").write_text("DATABASE_URL = postgresql://127.0.0.1:1/wiki\n")
    command = [sys.executable, "-m", "wiki.commands.serving.hook", str(folder), hook]
    done = subprocess.run(command, input="", capture_output=True, text=True)
    return done.returncode, done.stderr.strip()
