"""What everybody may read as a repository for all: never a word of what is closed."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.serving import git, served
from wiki.domain.access.rights import SYSTEM, Actor, Right, Role, Rule
from wiki.domain.errors import Unavailable
from wiki.engine import Wiki
from wiki.services.editing import renaming
from wiki.services.exchange import public_mirror
from wiki.services.history import hiding, history
from wiki.settings import Settings

SECRET = "zwaluwstaart"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, git_public=True)


@pytest.fixture
def url(app: Any) -> Iterator[str]:
    with served(app) as at:
        yield f"{at}/git-public"


def close(wiki: Wiki, prefix: str) -> None:
    from wiki.database.access import rules

    with wiki.database.write() as connection:
        rules.put(connection, Rule(prefix, Right.READ, Role.MODERATOR))
    wiki.renew()


def whole(folder: Path) -> str:
    """Everything that a repository holds, in every object."""
    every = ["git", "-C", str(folder), "cat-file", "--batch-all-objects", "--batch"]
    objects = subprocess.run(every, capture_output=True, check=True).stdout
    return objects.decode("utf-8", "replace")


def test_anybody_clones_and_fetches_what_all_may_read(
    wiki: Wiki, page: Callable[..., str], url: str, tmp_path: Path
) -> None:
    page("open", "# Open\n")
    page("hof/plan", f"# Plan\n\n{SECRET}\n")
    close(wiki, "hof")
    refused = git(tmp_path, "clone", url, "early")
    assert "503" in refused.stderr
    public_mirror.catch_up(wiki)
    assert git(tmp_path, "clone", url, "clone").returncode == 0
    clone = tmp_path / "clone"
    assert (clone / "open.md").read_text() == "# Open\n"
    assert SECRET not in whole(clone)
    assert "hof" not in whole(clone)
    first = git(clone, "rev-parse", "HEAD").stdout
    about = urllib.request.urlopen(url).read().decode()
    assert f"git clone {url}" in about
    page("open", "# Open, en meer\n")
    public_mirror.catch_up(wiki)
    assert git(clone, "pull", "--ff-only").returncode == 0
    assert (clone / "open.md").read_text() == "# Open, en meer\n"
    assert git(clone, "rev-parse", "HEAD~1").stdout == first
    pushed = git(clone, "push", "origin", "HEAD:refs/heads/main")
    assert pushed.returncode != 0


def test_what_is_closed_hidden_or_moved_away_is_gone_at_once(
    wiki: Wiki, page: Callable[..., str], moderator: Actor, tmp_path: Path
) -> None:
    page("open", "# Open\n")
    page("plan", f"# Plan\n\n{SECRET}\n")
    page("later", f"# Later\n\n{SECRET}\n")

    def mirrored() -> str:
        public_mirror.catch_up(wiki)
        return whole(public_mirror.require(wiki))

    assert SECRET in mirrored()
    bad = page("brief", f"# Brief\n\n{SECRET} brief\n")
    assert f"{SECRET} brief" in mirrored()
    page("brief", "# Brief\n")
    assert f"{SECRET} brief" in mirrored()
    wiki.follow()
    found = history.page_at(wiki, SYSTEM, "brief")
    revision = history.revision_of(wiki, found.page, bad, SYSTEM)
    hiding.change(wiki, moderator, found.page, revision, ["text"], "persoonlijk")
    with pytest.raises(Unavailable):
        public_mirror.require(wiki)
    assert f"{SECRET} brief" not in mirrored()
    close(wiki, "dicht")
    with pytest.raises(Unavailable):
        public_mirror.require(wiki)
    assert SECRET in mirrored()
    renaming.rename(wiki, SYSTEM, "plan", "dicht/plan")
    with pytest.raises(Unavailable):
        public_mirror.require(wiki)
    page("later", "# Later\n")
    text = mirrored()
    assert SECRET not in text
    assert "open.md" in text


def test_the_same_wiki_makes_the_same_mirror_and_a_broken_one_is_made_anew(
    wiki: Wiki, page: Callable[..., str]
) -> None:
    page("open", "# Open\n")
    public_mirror.catch_up(wiki)
    folder = public_mirror.require(wiki)
    made = git(folder, "rev-parse", "HEAD").stdout
    subprocess.run(["rm", "-rf", str(folder / "objects")], check=True)
    page("open", "# Open\n\nEen.\n")
    public_mirror.catch_up(wiki)
    again = git(folder, "rev-list", "HEAD").stdout.split()
    assert len(again) == 1
    (folder / public_mirror.NOTE).unlink()
    public_mirror.catch_up(wiki)
    assert git(folder, "rev-list", "HEAD").stdout.split() == again
    assert made.strip() not in again
    wiki.settings = replace(wiki.settings, git_public=False)
    public_mirror.catch_up(wiki)
    assert not folder.exists()
