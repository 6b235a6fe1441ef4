"""A store, its database, a member who saves through the wiki and an outsider who pushes."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.outside import Outside
from wiki.database.engine.database import Database
from wiki.database.history import history
from wiki.domain.content.paths import file_of
from wiki.domain.editing.renames import stub
from wiki.domain.history.revisions import Author, Revision
from wiki.projections import follow
from wiki.store.store import Change, Store

ANNA = Author("anna", "a1b2@members.invalid")
START = 1_700_000_000


@cache
def _blank() -> Path:
    """A folder with nothing followed yet: to copy it is faster than to make one."""
    data = Path(tempfile.mkdtemp(prefix="denktank-blank-"))
    atexit.register(shutil.rmtree, data)
    Database.open("", data).close()
    Store.open(data / "pages").close()
    return data


class Site:
    """A wiki without its services: saves as they are written, and what the projections say."""

    def __init__(self, data: Path, url: str = "") -> None:
        if not url:
            shutil.copytree(_blank(), data, dirs_exist_ok=True)
        self.store = Store.open(data / "pages")
        self.database = Database.open(url, data)
        self.outside = Outside(self.store.git, self.store.branch)
        self.now = START

    def close(self) -> None:
        self.database.close()
        self.store.close()

    def save(self, event: str, files: dict[str, str | None], **trailers: str) -> str:
        """A commit by the wiki; a second passes."""
        self.now += 1
        changes = [
            Change(file_of(path), text.encode() if text is not None else None)
            for path, text in files.items()
        ]
        return self.store.commit(
            changes,
            author=ANNA,
            message=f"{event} something",
            trailers={"Denktank": event, **trailers},
            expect={},
            when=datetime.fromtimestamp(self.now, UTC),
        )

    def rename(self, old: str, new: str) -> str:
        """A rename as the wiki does it: a redirect stays, unless only case differs."""
        found = self.store.read(file_of(old))
        assert found is not None
        left = None if old.lower() == new.lower() else stub(new)
        return self.save("rename", {new: found.data.decode(), old: left}, From=old)

    def push(
        self, files: dict[str, str], parents: list[str] | None = None, when: int | None = None
    ) -> str:
        """An outside commit with exactly these pages, on the branch's head unless told."""
        self.now += 1
        head = self.store.head()
        on = ([head] if head else []) if parents is None else parents
        named = {file_of(path): text for path, text in files.items()}
        commit = self.outside.commit(named, on, self.now if when is None else when)
        self.outside.push(commit)
        return commit

    def pages(self) -> dict[str, str]:
        """Every page's text at the branch's head."""
        files = self.outside.files(self.store.head())
        return {file.removesuffix(".md"): text for file, text in files.items()}

    def follow(self) -> bool:
        return follow.catch_up(self.store, self.database)

    def identity(self, path: str) -> str:
        self.follow()
        with self.database.read() as connection:
            return history.identity(connection, path)

    def history(self, path: str) -> list[Revision]:
        """The revisions of the page that lives at the path, newest first."""
        page = self.identity(path)
        with self.database.read() as connection:
            return history.of_page(connection, page)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An empty wiki on SQLite."""
    made = Site(tmp_path)
    yield made
    made.close()


@pytest.fixture
def site_on(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """An empty wiki, once on SQLite and once on PostgreSQL."""
    made = Site(tmp_path, database_url)
    yield made
    made.close()
