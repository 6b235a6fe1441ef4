"""A database that is missing, empty or another wiki's is never taken for a new wiki."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.running import PASSWORD, denktank
from wiki.domain.access.rights import Role
from wiki.domain.errors import Unavailable
from wiki.engine import open_wiki
from wiki.identity import FILE
from wiki.services.members import members
from wiki.settings import Settings


def make(data: Path, url: str = "") -> Settings:
    """A wiki with an administrator whose account is in the log beside the database only."""
    settings = Settings(data=data, database_url=url)
    wiki = open_wiki(settings)
    members.add(wiki, username="chef", email="", password=PASSWORD, role=Role.ADMIN)
    wiki.close()
    return settings


def refused(settings: Settings) -> str:
    with pytest.raises(Unavailable) as refusal:
        open_wiki(settings)
    return refusal.value.code


def delete(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def begin_anew(file: Path) -> None:
    other = file.parent.parent / "other"
    open_wiki(Settings(data=other)).close()
    shutil.copy(other / "wiki.db", file)


@pytest.mark.parametrize(
    ("harm", "code"),
    [(delete, "database_lost"), (empty, "database_lost"), (begin_anew, "database_foreign")],
)
def test_a_wiki_whose_people_are_gone_is_not_begun_anew(
    tmp_path: Path, harm: Callable[[Path], None], code: str
) -> None:
    settings = make(tmp_path / "wiki")
    file = settings.data / "wiki.db"
    kept = file.read_bytes()
    harm(file)
    for _ in range(2):
        assert refused(settings) == code
    assert not (settings.data / "setup-link").exists()
    file.write_bytes(kept)
    open_wiki(settings).close()


def test_people_do_not_depend_on_the_log_beside_the_database(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "wiki")
    wiki = open_wiki(settings)
    members.add(wiki, username="chef", email="", password=PASSWORD, role=Role.ADMIN)
    # As after a power cut that took the log with it.
    shutil.copytree(settings.data, tmp_path / "copy", ignore=shutil.ignore_patterns("*.db-*"))
    wiki.close()
    copy = open_wiki(Settings(data=tmp_path / "copy"))
    assert not members.needs_setup(copy)
    copy.close()


def test_people_that_were_rolled_back_are_missed(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "wiki")
    open_wiki(settings).close()
    before = (settings.data / "wiki.db").read_bytes()
    make(settings.data)
    for file in settings.data.glob("wiki.db*"):
        file.unlink()
    (settings.data / "wiki.db").write_bytes(before)
    assert refused(settings) == "database_lost"


def test_a_folder_from_before_there_were_marks_gets_one(tmp_path: Path) -> None:
    settings = make(tmp_path / "wiki")
    (settings.data / FILE).unlink()
    open_wiki(settings).close()
    (settings.data / "wiki.db").unlink()
    assert refused(settings) == "database_lost"


def test_the_command_says_what_to_do_and_shows_no_link(tmp_path: Path) -> None:
    settings = make(tmp_path / "wiki")
    for file in settings.data.glob("wiki.db*"):
        file.unlink()
    done = denktank("serve", "--data", settings.data, "--port", "0")
    assert done.returncode == 2
    assert "restore" in done.stderr
    assert "denktank init" in done.stderr
    assert "/setup/" not in done.stdout + done.stderr


@pytest.mark.postgres
def test_a_database_belongs_to_one_folder(tmp_path: Path, postgres_url: str) -> None:
    settings = make(tmp_path / "wiki", postgres_url)
    open_wiki(settings).close()
    other = Settings(data=tmp_path / "other", database_url=postgres_url)
    assert refused(other) == "database_taken"
    make(tmp_path / "third")
    assert refused(Settings(data=tmp_path / "third", database_url=postgres_url)) == (
        "database_foreign"
    )
    (other.data / "denktank.cfg").write_text(f"DATABASE_URL = {postgres_url}\n")
    done = denktank("init", "--adopt", "--empty", "--data", other.data)
    assert done.returncode == 0, done.stderr
    open_wiki(other).close()
