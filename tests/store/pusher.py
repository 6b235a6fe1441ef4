"""What git's hooks run in the tests of several nodes: `pusher.py URL FOLDER NAME`."""

from __future__ import annotations

import sys
from pathlib import Path

from wiki.database.history.ledger import PostgresLedger
from wiki.store.shared import pushing
from wiki.store.shared.store import SharedStore


def main(url: str, folder: str, hook: str) -> None:
    """Answer one hook."""
    pushing.forget_outer()
    ledger = PostgresLedger.at(url)
    if hook == "pre-receive":
        SharedStore.enter(Path(folder), ledger)
        return
    try:
        pushing.transact(Path(folder) / ".git", ledger, sys.stdin)
    except pushing.NotMoved as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main(*sys.argv[1:])
