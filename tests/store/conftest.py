"""What the store's tests share: a store, saving in one line, and git itself to compare with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import delete

from tests.conftest import fresh
from wiki.database.engine.database import Database
from wiki.database.history.ledger import (
    PostgresLedger,
    git_base,
    git_log,
    git_refs,
    git_state,
)
from wiki.domain.history.revisions import Author
from wiki.store.shared import pushing
from wiki.store.shared.store import SharedStore
from wiki.store.store import Change, Store

TABLES = (git_base, git_log, git_refs, git_state)
ANNA = Author("anna", "a1b2@members.invalid")
ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Outside",
    "GIT_AUTHOR_EMAIL": "outside@example.org",
    "GIT_COMMITTER_NAME": "Outside",
    "GIT_COMMITTER_EMAIL": "outside@example.org",
}

Git = Callable[..., str]
Save = Callable[..., str]


@pytest.fixture
def git() -> Git:
    """Run git in a folder; gives what it prints, or fails the test."""

    def run(folder: Path, *arguments: str, given: bytes = b"", **environment: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            input=given,
            env=ENVIRONMENT | environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout.decode(errors="surrogateescape")

    return run


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A new, empty store."""
    return Store.open(tmp_path / "pages")


@pytest.fixture(scope="session")
def nodes_url(postgres_server: str, postgres_blank: str) -> Iterator[str]:
    """The URL of a database in which a ledger has room."""
    with fresh(postgres_server, postgres_blank) as url:
        yield url


@pytest.fixture(scope="session")
def nodes_database(nodes_url: str) -> Iterator[Database]:
    """That database."""
    database = Database.open(nodes_url, Path())
    yield database
    database.close()


@pytest.fixture
def ledger(nodes_database: Database) -> Iterator[PostgresLedger]:
    """A ledger that nobody has begun."""
    with nodes_database.write() as connection:
        for table in TABLES:
            connection.execute(delete(table))
    ledger = PostgresLedger.of(nodes_database)
    yield ledger
    ledger.close()


@pytest.fixture
def join(nodes_url: str, ledger: PostgresLedger) -> Callable[[Path], SharedStore]:
    """The store of a node in a folder, its hooks in place."""

    def open(folder: Path) -> SharedStore:
        store = SharedStore.enter(folder, ledger)
        url = nodes_url
        pusher = Path(__file__).with_name("pusher.py")
        pushing.install(store.git, [sys.executable, str(pusher), url, str(folder)])
        return store

    return open


@pytest.fixture
def save(store: Store) -> Save:
    """Commit files (None deletes) to the store."""

    def commit(
        files: Mapping[str, bytes | None],
        expect: Mapping[str, str | None] | None = None,
        message: str = "test",
        event: str = "edit",
    ) -> str:
        return store.commit(
            [Change(file, data) for file, data in files.items()],
            author=ANNA,
            message=message,
            trailers={"Denktank": event},
            expect=expect or {},
        )

    return commit


@pytest.fixture
def clone(store: Store, tmp_path: Path, git: Git) -> Path:
    """An outsider's clone of the store."""
    git(tmp_path, "clone", "-q", str(store.folder), "clone")
    git(tmp_path / "clone", "checkout", "-q", "-B", "main")
    return tmp_path / "clone"


@pytest.fixture
def put(git: Git) -> Callable[..., str]:
    """Write files in a clone and commit them there; gives the commit's id."""

    def commit(folder: Path, files: Mapping[str, str], message: str = "outside") -> str:
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", message)
        return git(folder, "rev-parse", "HEAD").strip()

    return commit
