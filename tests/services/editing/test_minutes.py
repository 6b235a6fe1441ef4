"""Minutes become dialogues: many in one commit, one by one, never twice."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from tests.domain.pages.test_turns import MINUTES
from wiki.cli import main
from wiki.domain.access.rights import SYSTEM
from wiki.domain.errors import Invalid, NotFound
from wiki.services.editing import minutes
from wiki.services.pages import pages

FRONT = (
    "---\nkind: dialogue\nstatus: held\ndate: 2025-05-28\nparticipants:\n"
    "  - {name: Anna de Boer, role: Gemeente}\n  - {name: Karel Vis, role: Provincie}\n---\n"
)


def text(wiki: Any, path: str) -> bytes:
    return bytes(wiki.store.read(f"{path}.md").data)


@pytest.fixture
def folder(page: Any) -> None:
    page("verslagen/2025-05-28", MINUTES)
    page("verslagen/2025-05-29", MINUTES.replace("\n", "\r\n"))
    page("verslagen/2025-05-30", "Gewone tekst.\n")
    page("verslagen/zonder-datum", MINUTES)
    page("verslagen/met-datum", "---\ndate: 2025-06-01\ntags: [a]\n---\n" + MINUTES)
    page("verslagen/2025-06-02", "---\nkind: page\n---\n" + MINUTES)
    page("verslagen/2025-06-03", '+++\ntitle = "A"\n+++\n' + MINUTES)
    page("elders/2025-05-28", MINUTES)


def test_a_folder_of_minutes_becomes_dialogues_in_one_commit(wiki: Any, folder: None) -> None:
    head = wiki.store.head()
    tried = minutes.adopt_folder(wiki, SYSTEM, "verslagen", dry_run=True)
    assert wiki.store.head() == head
    done = minutes.adopt_folder(wiki, SYSTEM, "verslagen/")
    assert [one.path for one in done.pages] == [one.path for one in tried.pages]
    assert [one.path for one in done.pages] == [
        "verslagen/2025-05-28",
        "verslagen/2025-05-29",
        "verslagen/met-datum",
    ]
    assert {one.path: one.why_not for one in done.left} == {
        "verslagen/2025-05-30": "minutes_none",
        "verslagen/2025-06-02": "minutes_have_kind",
        "verslagen/2025-06-03": "minutes_toml",
        "verslagen/zonder-datum": "minutes_undated",
    }
    assert done.revision == wiki.store.head()
    assert text(wiki, "verslagen/2025-05-28").decode() == FRONT + MINUTES
    assert b"\r\nkind: dialogue\r\n" in text(wiki, "verslagen/2025-05-29")
    assert b"tags: [a]\nkind: dialogue\nstatus: held\npart" in text(wiki, "verslagen/met-datum")
    assert text(wiki, "elders/2025-05-28").decode() == MINUTES
    view = pages.read(wiki, SYSTEM, "verslagen/2025-05-28")
    assert view.html.count('class="turn"') == 3
    assert view.title == "Verslag"


def test_adopting_again_changes_nothing(wiki: Any, folder: None) -> None:
    minutes.adopt_folder(wiki, SYSTEM, "verslagen")
    head = wiki.store.head()
    again = minutes.adopt_folder(wiki, SYSTEM, "verslagen")
    assert (again.pages, again.revision, wiki.store.head()) == ([], "", head)


def test_one_page_of_minutes_becomes_a_dialogue(wiki: Any, folder: None) -> None:
    assert minutes.adopt(wiki, SYSTEM, "verslagen/2025-05-28") == "verslagen/2025-05-28"
    assert text(wiki, "verslagen/2025-05-28").decode() == FRONT + MINUTES
    for path in ("verslagen/2025-05-28", "verslagen/2025-05-30", "verslagen/zonder-datum"):
        with pytest.raises(Invalid):
            minutes.adopt(wiki, SYSTEM, path)


def test_a_folder_that_is_not_there(wiki: Any) -> None:
    with pytest.raises(NotFound):
        minutes.adopt_folder(wiki, SYSTEM, "nergens")


def test_the_command_says_what_it_does(wiki: Any, folder: None) -> None:
    data = str(wiki.settings.data)
    run = CliRunner()
    tried = run.invoke(main, ["adopt-minutes", "verslagen", "--dry-run", "--data", data])
    assert "verslagen/2025-05-28: 2025-05-28, 2 people, 3 turns" in tried.output, tried.output
    assert "3 pages would become dialogues, with 9 turns." in tried.output
    assert "verslagen/2025-05-30: left alone: nobody speaks in it" in tried.output
    done = run.invoke(main, ["adopt-minutes", "verslagen", "--data", data])
    assert f"Commit {wiki.store.head()}." in done.output, done.output
    assert run.invoke(main, ["adopt-minutes", "nergens", "--data", data]).exit_code == 1
