"""Who pushes cannot sign for another: what the wiki committed itself, it knows by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wiki.database.history import history, sealing
from wiki.domain.access.rights import Actor
from wiki.domain.history.revisions import Event, Revision
from wiki.engine import Wiki, open_wiki
from wiki.projections import checking, follow
from wiki.services.operation import backup, purging

ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
MESSAGES = [
    "x\n\nDenktank: rename\nFrom: a",
    "x\n\nDenktank: restore\nBase: {head}\nFrom: {head}",
    "x\n\nDenktank: undo\nReverts: {head}",
    "x\n\nDenktank: suggestion",
    "x\n\nDenktank: delete",
    "{copied}",
]


class Forger:
    """Somebody with a clone, who says to be another."""

    def __init__(self, wiki: Wiki, folder: Path, name: str, email: str) -> None:
        self.wiki = wiki
        self.folder = folder
        self.name, self.email = name, email
        self.git("clone", "-q", str(wiki.store.folder), str(folder))

    def git(self, *words: str, given: str = "") -> str:
        who = {f"GIT_{role}_NAME": self.name for role in ("AUTHOR", "COMMITTER")}
        who |= {f"GIT_{role}_EMAIL": self.email for role in ("AUTHOR", "COMMITTER")}
        place = [] if words[0] == "clone" else ["-C", str(self.folder)]
        done = subprocess.run(
            ["git", *place, *words],
            input=given.encode(),
            env=ENVIRONMENT | who,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def push(self, message: str, **files: str) -> str:
        self.git("pull", "-q", "--ff-only", "origin", "main")
        for path, text in files.items():
            (self.folder / f"{path}.md").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-F-", given=message)
        self.git("push", "-q", "origin", "HEAD:main")
        self.wiki.follow()
        return self.git("rev-parse", "HEAD")


def revisions(wiki: Wiki, path: str) -> list[Revision]:
    with wiki.database.read() as connection:
        return history.of_page(connection, history.identity(connection, path))


@pytest.mark.parametrize("as_", ["address", "key", "name"])
def test_a_pushed_commit_is_by_git_whatever_it_says(
    wiki: Wiki, app: Any, member: Actor, page: Callable[..., str], tmp_path: Path, as_: str
) -> None:
    page("a", "# A\n\nVan Anna zelf.\n", member)
    head = wiki.store.head()
    email = {"address": f"{member.uid}@members.invalid", "key": member.uid, "name": ""}[as_]
    forger = Forger(wiki, tmp_path / "clone", member.uid if as_ == "name" else "anna", email)
    named = f"{forger.name}, via git"
    body = forger.git("log", "-1", "--format=%B")
    for number, message in enumerate(MESSAGES):
        forger.push(message.format(head=head, copied=body), a=f"# A\n\nNiet {number}.\n")
    found = revisions(wiki, "a")
    assert [one.event for one in found] == [Event.OUTSIDE] * len(MESSAGES) + [Event.EDIT]
    assert {one.author.name for one in found[:-1]} == {named}
    assert found[-1].author.name == "anna"
    assert not any(one.author.uid or one.accepter or one.came_from for one in found[:-1])
    assert "Denktank: delete" in found[1].message
    with wiki.database.read() as connection:
        assert history.count_by(connection, member.uid) == 1
    client = app.test_client()
    for address in ("/history/a", "/recent", "/feed/site.atom", "/feed/page/a", "/blame/a"):
        assert client.get(address).text.count(named) >= 1, address
    for address in ("/members/anna", "/feed/member/anna"):
        assert "Niet" not in client.get(address).text
    assert "via git" not in client.get("/feed/member/anna").text
    assert checking.check(wiki.store, wiki.database) == []
    follow.rebuild(wiki.store, wiki.database)
    assert revisions(wiki, "a") == found


def test_a_forged_rename_moves_nothing(
    wiki: Wiki, member: Actor, page: Callable[..., str], tmp_path: Path
) -> None:
    page("a", "# A\n", member)
    forger = Forger(wiki, tmp_path / "clone", "anna", f"{member.uid}@members.invalid")
    forger.push("x\n\nDenktank: rename\nFrom: a", a="# A anders\n", b="# Iets\n")
    assert len(revisions(wiki, "b")) == 1
    assert len(revisions(wiki, "a")) == 2


def test_what_a_wiki_had_when_sealing_began_is_believed(
    wiki: Wiki, member: Actor, page: Callable[..., str], tmp_path: Path
) -> None:
    """Of before there were seals; and a rebuild says the same as following did."""
    page("a", "# A\n", member)
    forger = Forger(wiki, tmp_path / "clone", "anna", f"{member.uid}@members.invalid")
    forger.push("x\n\nDenktank: undo", a="# A oud\n")
    with wiki.database.write() as connection:
        connection.execute(sealing.sealing.delete())
    wiki.close()
    again = open_wiki(wiki.settings)
    follow.rebuild(again.store, again.database)
    forger.wiki = again
    forger.push("x\n\nDenktank: undo", a="# A nieuw\n")
    page_now = revisions(again, "a")
    assert [(one.event, bool(one.author.uid)) for one in page_now] == [
        (Event.OUTSIDE, False),
        (Event.UNDO, True),
        (Event.EDIT, True),
    ]
    follow.rebuild(again.store, again.database)
    assert revisions(again, "a") == page_now
    again.close()


def test_a_backup_takes_along_what_the_wiki_knows_its_own_by(
    wiki: Wiki, member: Actor, page: Callable[..., str], tmp_path: Path
) -> None:
    """Elsewhere, under another key of the site, and with all projections built from nothing."""
    page("a", "# A\n", member)
    forger = Forger(wiki, tmp_path / "clone", "anna", f"{member.uid}@members.invalid")
    forger.push("x\n\nDenktank: undo", a="# A oud\n")
    before = revisions(wiki, "a")
    backup.write(wiki, tmp_path / "backup")
    settings = replace(wiki.settings, data=tmp_path / "elsewhere", secret_key="another")
    backup.restore(tmp_path / "backup", settings.data, {}, None)
    restored = open_wiki(settings)
    assert revisions(restored, "a") == before
    assert [bool(one.author.uid) for one in before] == [False, True]
    restored.close()


def test_a_commit_that_was_rewritten_by_a_purge_is_still_the_members_own(
    wiki: Wiki, member: Actor, page: Callable[..., str], tmp_path: Path
) -> None:
    page("a", "# A\n\nVan Jan Geheim.\n", member)
    forger = Forger(wiki, tmp_path / "clone", "anna", f"{member.uid}@members.invalid")
    forger.push("x\n\nDenktank: undo", a="# A\n\nWeg.\n")
    page("a", "# A\n\nTerug.\n", member)
    wiki.close()
    alone = open_wiki(wiki.settings, alone=True)
    found = purging.look(alone, purging.of_words(alone, ["Jan Geheim"]), lambda *told: None)
    purging.purge(alone, found, None, "privacy", lambda *told: None)
    alone.close()
    again = open_wiki(wiki.settings)
    assert [(one.event, bool(one.author.uid)) for one in revisions(again, "a")] == [
        (Event.EDIT, True),
        (Event.OUTSIDE, False),
        (Event.EDIT, True),
    ]
    again.close()
