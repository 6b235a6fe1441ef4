"""A node that joins, saves, follows another one and tidies up, and marks each answer in a record.

`python -m tests.faults.saving_node FOLDER OTHER URL LOG`: its disk, that is FOLDER, is looked at.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.faults.recorded import mark
from wiki.database.history.ledger import PostgresLedger
from wiki.domain.history.revisions import Author
from wiki.store.shared import bases
from wiki.store.shared.store import SharedStore
from wiki.store.store import Change

ANNA = Author("anna", "a1b2@members.invalid")
TURNS = 8


def save(store: SharedStore, text: str) -> str:
    """Save one file; gives the revision."""
    change = Change("p/a.md", text.encode())
    trailers = {"Denktank": "edit"}
    return store.commit([change], author=ANNA, message=text, trailers=trailers, expect={})


def main(folder: str, other: str, url: str, log: str) -> None:
    """Do it all."""
    far = SharedStore.enter(Path(other), PostgresLedger.at(url))
    save(far, "before")
    near = SharedStore.enter(Path(folder), PostgresLedger.at(url))
    bases._LEAST = 1
    for turn in range(TURNS):
        mark(Path(log), save(near, f"near {turn}"))
        save(far, f"far {turn}")
        near.refresh(all=True)
        if turn == TURNS // 2:
            near.maintain()


if __name__ == "__main__":
    main(*sys.argv[1:])
