"""Backup and restore: killed anywhere, beside a wiki that runs, and where others already are."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.running import CHECKOUT, PASSWORD, denktank
from wiki.database.notices import outbox
from wiki.domain.access.rights import Role
from wiki.domain.errors import Unavailable
from wiki.domain.history.revisions import Author
from wiki.engine import UNFINISHED, open_wiki
from wiki.services.members import members
from wiki.services.operation import backup
from wiki.settings import Settings
from wiki.store.store import Change

pytestmark = pytest.mark.slow


def make(settings: Settings, file: Path) -> None:
    """A wiki with an administrator and some pages, and its backup."""
    wiki = open_wiki(settings)
    members.add(wiki, username="chef", email="", password=PASSWORD, role=Role.ADMIN)
    pages = [Change(f"p{n}.md", f"# Pagina {n}\n".encode() + os.urandom(9000)) for n in range(200)]
    who = Author("chef", f"chef@{Author.DOMAIN}")
    wiki.store.commit(pages, author=who, message="x", trailers={}, expect={}, when=wiki.clock())
    with wiki.database.write() as connection:
        outbox.add(connection, "anna@example.org", "Nieuws", "tekst", wiki.clock())
    backup.write(wiki, file)
    wiki.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a wiki on SQLite."""
    folder = tmp_path_factory.mktemp("source")
    make(Settings(data=folder / "wiki"), folder / "backup.tar.gz")
    return folder / "backup.tar.gz"


def killed_when(words: list[str], there: Callable[[], bool]) -> None:
    """Run the command and kill it as soon as something is there, or it is through."""
    process = subprocess.Popen([sys.executable, "-m", "wiki", *words], cwd=CHECKOUT)
    while process.poll() is None and not there():
        time.sleep(0.001)
    process.kill()
    process.wait()


def has_people(settings: Settings) -> bool:
    wiki = open_wiki(settings)
    try:
        return not members.needs_setup(wiki)
    finally:
        wiki.close()


def test_mail_that_was_not_sent_is_held(archive: Path, tmp_path: Path) -> None:
    """The wiki that was backed up may have sent it since."""
    backup.restore(archive, tmp_path / "wiki", {}, "")
    wiki = open_wiki(Settings(data=tmp_path / "wiki"))
    with wiki.database.write() as connection:
        assert outbox.due(connection, wiki.clock()) == []
        (held,) = outbox.unsent(connection, given_up=True)
        assert (held.recipient, held.error) == ("anna@example.org", backup.HELD)
        outbox.all_again(connection, wiki.clock())
        assert len(outbox.due(connection, wiki.clock())) == 1
    wiki.close()


@pytest.mark.parametrize("at", [UNFINISHED, "pages/.git/objects", "wiki.identity"])
def test_a_restore_that_was_killed_is_run_again(archive: Path, tmp_path: Path, at: str) -> None:
    data = tmp_path / "wiki"
    words = ["restore", str(archive), "--data", str(data)]
    killed_when(words, (data / at).exists)
    if (data / UNFINISHED).exists():
        with pytest.raises(Unavailable, match="restore_unfinished"):
            open_wiki(Settings(data=data))
        served = denktank("serve", "--data", data, "--port", "0")
        assert (served.returncode, "Run it again" in served.stderr) == (2, True)
        done = denktank(*words)
        assert done.returncode == 0, done.stderr
    assert has_people(Settings(data=data))
    assert denktank(*words).returncode == 2


@pytest.mark.postgres
def test_a_drill_never_touches_the_database_of_the_wiki_that_runs(
    tmp_path: Path, postgres_url: str, another_url: str
) -> None:
    production = Settings(data=tmp_path / "wiki", database_url=postgres_url)
    production.data.mkdir()
    cfg = f"SITE_NAME = Wij\nDATABASE_URL = {postgres_url}\n"
    (production.data / "denktank.cfg").write_text(cfg)
    archive = tmp_path / "backup.tar.gz"
    make(production, archive)
    words = ["restore", archive, "--data"]

    unasked = denktank(*words, tmp_path / "drill")
    assert (unasked.returncode, "--database" in unasked.stderr) == (2, True)
    assert not (tmp_path / "drill").exists()
    for url in (postgres_url, f"{postgres_url}?application_name=x"):
        taken = denktank(*words, tmp_path / "drill", "--database", url)
        assert (taken.returncode, "not empty" in taken.stderr) == (2, True)

    done = denktank(*words, tmp_path / "drill", "--database", "sqlite")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "drill" / "denktank.cfg").read_text() == "SITE_NAME = Wij\n"
    assert has_people(Settings(data=tmp_path / "drill"))

    done = denktank(*words, tmp_path / "moved", "--database", another_url)
    assert done.returncode == 0, done.stderr
    assert f"DATABASE_URL = {another_url}" in (tmp_path / "moved" / "denktank.cfg").read_text()
    assert has_people(Settings(data=tmp_path / "moved", database_url=another_url))
    with pytest.raises(Unavailable, match="database_foreign"):
        open_wiki(Settings(data=tmp_path / "moved", database_url=postgres_url))
    assert has_people(production)


@pytest.mark.postgres
def test_a_restore_into_a_server_that_was_killed_is_run_again(
    archive: Path, tmp_path: Path, postgres_url: str
) -> None:
    data = tmp_path / "wiki"
    words = ["restore", str(archive), "--data", str(data), "--database", postgres_url]
    killed_when(words, (data / "wiki.identity").exists)
    if (data / UNFINISHED).exists():
        assert denktank(*words).returncode == 0
    assert has_people(Settings(data=data, database_url=postgres_url))


def test_a_backup_that_was_killed_leaves_nothing_after_the_next(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "wiki")
    make(settings, tmp_path / "first.tar.gz")
    words = ["backup", str(settings.data / "b.tar.gz"), "--data", str(settings.data)]
    killed_when(words, lambda: any(settings.data.glob(".backup-*/people.jsonl")))
    assert not (settings.data / "b.tar.gz").exists()
    assert denktank(*words).returncode == 0
    assert not list(settings.data.glob(".backup-*"))


def test_a_backup_to_a_disk_that_is_full_says_so(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "wiki")
    make(settings, tmp_path / "first.tar.gz")
    target = tmp_path / "b.tar.gz"
    words = ["backup", str(target), "--data", str(settings.data)]
    done = subprocess.run(
        ["prlimit", "--fsize=1000000", sys.executable, "-m", "wiki", *words],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "Error: " in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr
    assert not target.exists()
    assert not list(tmp_path.glob(".backup-*"))
