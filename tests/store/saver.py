"""A process that saves: one page of its own and one that all share, a line each time.

`python saver.py FOLDER NAME COUNT PAUSE` prints `ready`, then every answered save.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from wiki.domain.history.revisions import Author
from wiki.store.store import Change, Stale, Store


def main(folder: str, name: str, count: str, pause: str) -> None:
    """Save `count` times with pauses of up to `pause` seconds."""
    store = Store.open(Path(folder))
    _say("ready")
    for number in range(int(count)):
        line = f"{name}-{number}"
        while True:
            try:
                revision = _save(store, name, line)
                break
            except Stale:
                continue
        _say(line, revision)
        time.sleep(random.random() * float(pause))


def _say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def _save(store: Store, name: str, line: str) -> str:
    with store.locked():
        shared = store.read("shared/page.md")
        text = (shared.data if shared else b"") + line.encode() + b"\n"
        return store.commit(
            [Change("shared/page.md", text), Change(f"own/{name}.md", line.encode())],
            author=Author(name, f"{name}@members.invalid"),
            message=line,
            trailers={"Denktank": "edit"},
            expect={"shared/page.md": shared.id if shared else None},
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
