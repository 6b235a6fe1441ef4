"""Git's hook for pushes to one of several nodes: see `store/shared/pushing.py`.

`python -m wiki.commands.serving.hook FOLDER NAME`: no command of `denktank`, for nobody types it,
and no wiki is opened, for each push waits for this.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from wiki import settings
from wiki.database.history.ledger import PostgresLedger
from wiki.domain.errors import Unavailable, WikiError
from wiki.engine import PAGES, use
from wiki.projections import export
from wiki.store.git.lock import Use
from wiki.store.objects.versions import StoreError
from wiki.store.rewriting import moving
from wiki.store.shared import pushing
from wiki.store.shared.store import SharedStore


def main(folder: str, hook: str) -> None:
    """Answer one hook; exits with a sentence if a ref may not move."""
    pushing.forget_outer()
    try:
        _answer(Path(folder), hook)
    except pushing.NotMoved as refusal:
        sys.exit(str(refusal))
    except settings.SettingError as error:
        sys.exit(f"the wiki's settings cannot be read: {error}")
    except StoreError as error:
        sys.exit(f"the copy of the pages here cannot take a push: {error} {error.values}")
    except WikiError:
        sys.exit(pushing.AWAY)


def _answer(folder: Path, hook: str) -> None:
    chosen = settings.load(folder, os.environ)
    if not chosen.database_url:
        raise pushing.NotMoved(f"say DATABASE_URL in {folder / settings.FILE}: git needs it too")
    git = folder / PAGES / ".git"
    held = _used(folder)
    try:
        if moving.is_begun(git):
            raise pushing.NotMoved(pushing.PURGING)
        ledger = PostgresLedger.at(chosen.database_url)
        if hook == "pre-receive":
            SharedStore.enter(folder / PAGES, ledger, export.settle)
        else:
            pushing.transact(git, ledger, sys.stdin)
    finally:
        held.end()


def _used(folder: Path) -> Use:
    """That nobody purges here meanwhile: refs would be where neither expects them."""
    try:
        return use(folder)
    except Unavailable:
        raise pushing.NotMoved(pushing.PURGING) from None


if __name__ == "__main__":
    main(*sys.argv[1:])
