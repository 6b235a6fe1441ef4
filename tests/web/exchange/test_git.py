"""Git over HTTP, by a real git: who may clone, what may be pushed, and what it is told."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.fixtures.access import set_rule
from tests.fixtures.serving import git, served
from wiki.database.history import hiding
from wiki.database.history.history import identity
from wiki.database.history.history import of_page as revisions
from wiki.domain.access.rights import Actor
from wiki.domain.history.revisions import Part
from wiki.domain.login.access_tokens import Scope
from wiki.engine import Wiki
from wiki.services.access import rules
from wiki.services.exchange import git_door
from wiki.services.login import access_tokens


@dataclass
class Site:
    """A wiki that is served, and what a member needs to come in."""

    wiki: Wiki
    url: str
    folder: Path

    def address(self, actor: Actor | None = None, token: str = "") -> str:
        """Where to clone from, as somebody."""
        if actor is None:
            return f"{self.url}/git"
        return self.url.replace("//", f"//{actor.username}:{token or self.token(actor)}@") + "/git"

    def token(self, actor: Actor, *scopes: Scope) -> str:
        """A token of theirs that is good for editing, or for what is named."""
        wanted = scopes or [Scope.EDIT]
        return access_tokens.make(
            self.wiki, actor, 0, name="git", scopes=wanted, days="9", password=PASSWORD
        )

    def clone(self, actor: Actor | None, name: str = "clone", token: str = "") -> str:
        """Clone; gives what git said."""
        return git(self.folder, "clone", self.address(actor, token), name).stderr


@pytest.fixture
def site(app: Any, wiki: Wiki, page: Callable[..., str], tmp_path: Path) -> Iterator[Site]:
    page("hof/plan", "# Plan\n\nEen plan.\n")
    page("vragen/een", "# Een\n\nEen vraag.\n")
    with served(app) as url:
        yield Site(wiki, url, tmp_path)


def of_page(wiki: Wiki, path: str) -> list[Any]:
    with wiki.database.read() as connection:
        return list(revisions(connection, identity(connection, path), limit=9))


class Clone:
    """A clone in which somebody works."""

    def __init__(self, site: Site, actor: Actor, name: str = "clone", token: str = "") -> None:
        said = site.clone(actor, name, token)
        self.folder = site.folder / name
        assert self.folder.is_dir(), said
        self.configure("user.name", actor.username)
        self.configure("user.email", f"{actor.uid}@members.invalid")

    def configure(self, key: str, value: str) -> None:
        git(self.folder, "config", key, value)

    def commit(self, file: str, data: str | bytes | None, message: str = "wijzig") -> None:
        where = self.folder / file
        if data is None:
            where.unlink()
        else:
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_bytes(data.encode() if isinstance(data, str) else data)
        git(self.folder, "add", "-A")
        made = git(self.folder, "commit", "-q", "-m", message)
        assert made.returncode == 0, made.stderr

    def push(self, *words: str) -> str:
        """Give what git says of a push; empty if it came in."""
        done = git(self.folder, "push", "-q", "origin", *(words or ("HEAD:main",)))
        return done.stderr if done.returncode else ""

    def back(self) -> None:
        """Be again what the wiki is."""
        git(self.folder, "reset", "-q", "--hard", "origin/main")


def test_who_asks_for_the_head_alone_holds_up_nobody(
    client: Any, wiki: Wiki, page: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page("een", "# Een\n")
    wiki.settings = replace(wiki.settings, git_anonymous=True)
    monkeypatch.setattr(git_door, "PATIENCE", 0.0)
    address = "/git/info/refs?service=git-upload-pack"
    for _ in range(git_door.AT_ONCE + 1):
        with client.head(address) as answer:
            assert answer.status_code == 200
    assert wiki.store.head().encode() in client.get(address).data


def test_who_may_clone(
    site: Site, person: Callable[..., Actor], admin: Actor, caplog: pytest.LogCaptureFixture
):
    wiki, anna = site.wiki, person("anna")
    caplog.set_level(logging.INFO)
    token = site.token(anna)
    assert "Authentication failed" in site.clone(None) or "could not read Username" in site.clone(
        None
    )
    assert "Deze toegangssleutel werkt niet" in site.clone(anna, "wrong", "dt_other")
    assert (
        "Deze toegangssleutel werkt niet"
        in git(site.folder, "clone", site.address(admin, token), "other").stderr
    )
    alone = site.url.replace("//", f"//{token}@") + "/git"
    assert git(site.folder, "clone", "-q", alone, "alone").returncode == 0
    Clone(site, anna)
    assert (site.folder / "clone/hof/plan.md").read_text().startswith("# Plan")
    assert git(site.folder / "clone", "log", "--oneline").stdout.count("\n") == 2

    wiki.settings = replace(wiki.settings, git_anonymous=True)
    assert git(site.folder, "clone", "-q", site.address(), "public").returncode == 0

    set_rule(wiki, admin, prefix="hof", right="read", role="moderator")
    assert "could not read Username" in site.clone(None, "closed")
    assert "remote: Een kloon bevat elke pagina" in site.clone(anna, "closed", token)
    assert git(site.folder / "clone", "pull").returncode
    assert git(site.folder, "clone", "-q", site.address(admin), "whole").returncode == 0
    rules.remove(wiki, admin, rules.listing(wiki, admin)[0].id)

    with wiki.database.write() as connection:
        newest = wiki.store.head()
        hiding.hide(
            connection, [(newest, "vragen/een")], Part.TEXT, "grof", admin.own_id(), wiki.clock()
        )
    assert "moderators hebben er verborgen" in site.clone(anna, "hidden", token)
    assert git(site.folder, "clone", "-q", site.address(admin), "hidden").returncode == 0
    assert token not in caplog.text
    assert "git-fetch member=" in caplog.text


def test_a_push_is_looked_at_as_a_save_is(
    site: Site, person: Callable[..., Actor], editor: Actor, admin: Actor
):
    wiki, anna = site.wiki, person("anna")
    set_rule(wiki, admin, prefix="hof", right="edit", role="moderator")
    clone = Clone(site, anna)
    before = wiki.store.head()

    def refused(*words: str) -> None:
        said = clone.push()
        assert "! [remote rejected]" in said, said
        for word in words:
            assert word in said, said
        assert wiki.store.head() == before
        clone.back()

    clone.commit("hof/plan.md", "# Ander plan\n")
    refused("remote: ", "hof/plan.md: Je mag dit niet wijzigen")
    clone.commit("hof/nieuw.md", "# Nieuw\n")
    clone.commit("hof/nieuw.md", None)
    refused("hof/nieuw.md: Je mag dit niet wijzigen")
    clone.commit("vragen/een.md", None)
    refused("vragen/een.md: Je mag deze pagina niet verwijderen")
    clone.commit("vragen/twee.md", b"# caf\xe9\n")
    refused("vragen/twee.md: ", "UTF-8")
    clone.commit("vragen/twee.md", "x" * (wiki.settings.max_text_bytes + 1))
    refused("vragen/twee.md: ", "hooguit 2 MB")
    clone.commit("vragen/EEN.md", "# Een\n")
    refused("vragen/EEN.md: ", "vragen/een")
    clone.commit("vragen/con.md", "# Apparaat\n")
    refused("vragen/con.md: ")
    clone.commit(".verborgen.md", "# Punt\n")
    refused(".verborgen.md: ")
    clone.commit("vragen/twee.md", "---\nkind: dialogue\ndate: gisteren\n---\n# Twee\n")
    refused("vragen/twee.md: ")
    (clone.folder / "vragen/link.md").symlink_to("/etc/passwd")
    clone.commit("vragen/twee.md", "# Twee\n")
    refused("vragen/link.md: De wiki neemt alleen gewone bestanden aan")

    clone.commit("vragen/twee.md", "# Twee\n", "erbij\n\nDenktank: undo")
    refused("schrijft alleen de wiki zelf")
    clone.configure("user.email", f"{editor.uid}@members.invalid")
    clone.commit("vragen/twee.md", "# Twee\n")
    refused("Je kunt niet namens een ander lid tekenen")
    clone.configure("user.email", f"{anna.uid}@members.invalid")
    assert "hidden ref" in clone.push("HEAD:refs/heads/zijpad")
    assert "wordt niet verwijderd" in clone.push(":main") or "deletion" in clone.push(":main")
    clone.commit("vragen/twee.md", "# Twee\n")
    git(clone.folder, "commit", "-q", "--amend", "-m", "herschreven")
    assert not clone.push()
    git(clone.folder, "reset", "-q", "--hard", "HEAD~1")
    clone.commit("vragen/drie.md", "# Drie\n")
    assert "rejected" in clone.push("--force", "HEAD:main")
    assert wiki.store.read("vragen/drie.md") is None

    reads = site.token(anna, Scope.READ)
    git(clone.folder, "remote", "set-url", "origin", site.address(anna, reads))
    assert "remote: Met deze toegangssleutel mag je niet pushen" in clone.push()
    git(clone.folder, "remote", "set-url", "origin", site.address(None))
    wiki.settings = replace(wiki.settings, git_anonymous=True)
    assert "could not read Username" in clone.push()
    assert wiki.store.fsck() == []


def test_what_is_pushed_and_saved_meanwhile_is_merged(
    site: Site, person: Callable[..., Actor], page: Callable[..., str]
):
    wiki, anna = site.wiki, person("anna")
    page("vragen/een", "# Een\n\nEerste alinea.\n\nTweede alinea.\n")
    clone = Clone(site, anna)
    clone.commit("vragen/een.md", "# Een\n\nEerste alinea, langer.\n\nTweede alinea.\n")
    clone.commit("bijlage/kaart.txt", "kaart")
    page("vragen/een", "# Een\n\nEerste alinea.\n\nTweede alinea, korter.\n")
    assert "fetch first" in clone.push()
    assert not clone.push("HEAD:refs/for/main")
    found = wiki.store.read("vragen/een.md")
    assert found.data.decode() == "# Een\n\nEerste alinea, langer.\n\nTweede alinea, korter.\n"
    assert wiki.store.read("bijlage/kaart.txt").data == b"kaart"
    newest = wiki.store.get(wiki.store.head())
    assert newest.sealed
    assert newest.author.uid == anna.uid
    revisions = [one.author.name for one in of_page(wiki, "vragen/een")]
    assert "anna" in revisions[0]

    git(clone.folder, "pull", "-q")
    clone.commit("vragen/een.md", "# Een\n\nVan de kloon.\n")
    page("vragen/een", "# Een\n\nVan de wiki.\n")
    head = wiki.store.head()
    assert "remote: Haal eerst op en voeg samen" in clone.push("HEAD:refs/for/main")
    assert wiki.store.head() == head


def test_a_merge_that_takes_the_old_side_needs_the_right_to(
    site: Site, person: Callable[..., Actor], page: Callable[..., str], admin: Actor
):
    page("hof/plan", "# Plan\n\nEen beter plan.\n")
    set_rule(site.wiki, admin, prefix="hof", right="edit", role="moderator")
    clone, head = Clone(site, person("anna")), site.wiki.store.head()
    words = ("HEAD~1^{tree}", "-p", "HEAD", "-p", "HEAD~1", "-m", "terug")
    merge = git(clone.folder, "commit-tree", *words).stdout.strip()
    assert "mag dit niet wijzigen" in clone.push(f"{merge}:refs/heads/main")
    assert site.wiki.store.head() == head
    assert site.wiki.store.fsck() == []


def test_what_comes_by_http_alone(site: Site, client: Any, person: Callable[..., Actor]):
    anna = person("anna")
    bearer = {"Authorization": f"Bearer {site.token(anna)}"}
    assert "git clone http://localhost/git" in client.get("/git").text
    for service in ("", "git-upload-archive", "x"):
        asked = client.get("/git/info/refs", query_string={"service": service}, headers=bearer)
        assert asked.status_code == 404
    assert client.get("/git/info/refs?service=git-upload-pack").status_code == 401
    for header in ("Basic", "Basic %%%", "Basic /w==", "Digest x", "Bearer x"):
        answer = client.get("/git/info/refs", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.mimetype == "text/plain"
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    answer = client.post("/git/git-receive-pack", data={"x": "y"}, headers=bearer)
    assert (answer.status_code, answer.text.strip()) == (400, "Dit is niet wat git stuurt.")
    refs = client.get("/git/info/refs?service=git-upload-pack", headers=bearer)
    assert refs.status_code == 200
    assert b"refs/heads/main" in refs.data
    # A request that is packed as git packs long ones, and one that is no request at all.
    want = f"0032want {site.wiki.store.head()}\n00000009done\n".encode()
    kind = {"Content-Type": "application/x-git-upload-pack-request", **bearer}
    zipped = {"Content-Encoding": "gzip", **kind}
    packed = client.post("/git/git-upload-pack", data=gzip.compress(want), headers=zipped)
    assert b"PACK" in packed.data
    assert client.post("/git/git-upload-pack", data=b"\0" * 99, headers=kind).status_code < 600
    assert client.post("/git/git-upload-pack", data=b"\0" * 99, headers=zipped).status_code < 600
