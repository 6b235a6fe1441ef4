"""A purge leaves nothing of what had to go, and everything else as it was."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wiki.database.engine import dump
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Actor
from wiki.domain.errors import Invalid, NotFound, Unavailable
from wiki.domain.history.revisions import Author, Part
from wiki.domain.talk.comments import Comment
from wiki.engine import Wiki, open_wiki
from wiki.projections import export as exporting
from wiki.services.access import audit
from wiki.services.content import files
from wiki.services.editing import drafts
from wiki.services.history import hiding, history
from wiki.services.operation import erasing, purging
from wiki.services.operation.purging import Wanted
from wiki.services.pages import pages
from wiki.services.talk import anchors, comments
from wiki.settings import Settings
from wiki.store.store import Change

SECRET = "Jannetje van Zeldzaam"
SAID = "Het adres van de klager is Dorpsstraat 12 te Lutjebroek."


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


@pytest.fixture
def wiki(settings: Settings) -> Iterator[Wiki]:
    opened = open_wiki(settings)
    yield opened
    opened.close()


def quiet(what: str, done: int, total: int) -> None:
    """Nobody looks at the progress."""


def purge(wiki: Wiki, wanted: Callable[[Wiki], Wanted]) -> tuple[Wiki, purging.Result]:
    """Purge with nobody else there, and open the wiki again."""
    wiki.close()
    alone = open_wiki(wiki.settings, alone=True)
    try:
        found = purging.look(alone, wanted(alone), quiet)
        done = purging.purge(alone, found, None, "op verzoek", quiet)
    finally:
        alone.close()
    return open_wiki(wiki.settings), done


def git(wiki: Wiki, *words: str, data: bytes = b"") -> bytes:
    command = ["git", f"--git-dir={wiki.settings.data}/pages/.git", *words]
    who = {"GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@example.org"}
    who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
    return subprocess.run(command, input=data, check=True, capture_output=True, env=who).stdout


def everything(wiki: Wiki) -> bytes:
    """Every byte of the data folder, objects unpacked, and every row of the truth."""
    folder = wiki.settings.data
    objects = git(wiki, "cat-file", "--batch-all-objects", "--batch", "--buffer")
    found = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    with wiki.database.read() as connection:
        rows = b"".join(dump.lines(connection))
    return b"\0".join([objects, rows, *found])


def commits(wiki: Wiki) -> list[str]:
    return git(wiki, "rev-list", "--topo-order", "--reverse", "main").decode().split()


def truth_of(wiki: Wiki, member: Actor) -> list[Comment]:
    return [comments.get(wiki, member, id).comment for id in (1, 2, 3)]


def export_differs(wiki: Wiki) -> list[exporting.Kept]:
    return exporting.check(wiki.store)


@pytest.fixture
def world(wiki: Wiki, page: Callable[..., str], member: Actor, editor: Actor) -> dict[str, str]:
    """A page whose second and third revisions hold secrets, and people who quote them."""
    told = {}
    told["first"] = page("b", "# B\n\nRustig.\n", editor)
    told["start"] = page("a", "# A\n\nEen gewone alinea over beleid.\n", member)
    told["secret"] = page("a", f"# A\n\nEen gewone alinea over beleid.\n\n{SAID}\n", member)
    wiki.follow()
    comments.post(wiki, member, "a", f"> {SAID}\n\nKan dit weg?", anchor="Dorpsstraat 12 te")
    comments.post(wiki, member, "a", "Mooi.", anchor="gewone alinea")
    text = f"# A\n\n{SECRET} was erbij. Een gewone alinea over beleid.\n"
    told["named"] = page("a", text, member)
    wiki.follow()
    comments.post(wiki, editor, "a", f"Wie is {SECRET}?", anchor="alinea over beleid")
    blob = wiki.store.entry("a.md", at=told["secret"])
    assert blob
    drafts.keep(wiki, member, "a", text=f"Nog eens: {SAID}", base=blob.blob, fields={})
    told["after"] = page("a", "# A\n\nEen gewone alinea over beleid, herzien.\n", editor)
    at = f"[toen](/wiki/a?at={told['secret']}) [kort](/wiki/a?at={told['named'][:10]})"
    told["linking"] = page("b", f"# B\n\n{at}\n", editor)
    git(wiki, "tag", "-a", "v1", "-m", f"met {SECRET}", told["named"])
    git(wiki, "notes", "add", "-m", "een noot", told["after"])
    exporting.catch_up(wiki.store)
    wiki.search.update(wiki.store, wiki.database)
    return told


def test_a_revision_goes_and_the_rest_stands(
    wiki: Wiki, world: dict[str, str], member: Actor, moderator: Actor
) -> None:
    before = commits(wiki)
    assert SAID.encode() in everything(wiki)
    wiki, done = purge(wiki, lambda wiki: purging.of_revisions(wiki, "a", [world["secret"]]))
    try:
        assert not done.files
        after = commits(wiki)
        assert [a == b for a, b in zip(before, after, strict=True)] == [True] * 2 + [False] * 4
        new = dict(zip(before, after, strict=True))
        left = everything(wiki)
        assert SAID.encode() not in left
        assert b"Dorpsstraat" not in left
        revisions = history.listing(wiki, ANONYMOUS, "a").revisions
        assert [one.commit for one in revisions] == [
            new[world[name]] for name in ("after", "named", "secret", "start")
        ]
        old = pages.read(wiki, ANONYMOUS, "a", at=world["secret"][:12])
        assert old.revision == new[world["secret"]]
        assert "weggehaald" in old.html
        linking = wiki.store.read("b.md")
        assert linking
        assert f"at={new[world['secret']]})".encode() in linking.data
        assert f"at={new[world['named']][:10]})".encode() in linking.data
        listed = truth_of(wiki, member)
        assert [one.revision for one in listed] == [
            new[world[n]] for n in ("secret", "secret", "named")
        ]
        assert [one.anchor for one in listed] == ["", "", "alinea over beleid"]
        kept, _ = drafts.arrive(wiki, member, "a")
        assert kept
        assert kept.text == "Nog eens: (weggehaald)"
        assert git(wiki, "notes", "show", new[world["after"]]) == b"een noot\n"
        assert git(wiki, "fsck", "--strict") == b""
        assert not export_differs(wiki)
    finally:
        wiki.close()


def test_hidden_texts_go_together(wiki: Wiki, world: dict[str, str], moderator: Actor) -> None:
    page = history.page_at(wiki, ANONYMOUS, "a").page
    for name in ("secret", "named"):
        revision = history.revision_of(wiki, page, world[name])
        hiding.change(wiki, moderator, page, revision, ["text", "message"], "privacy")
    wiki, _ = purge(wiki, lambda wiki: purging.of_revisions(wiki, "a", []))
    try:
        left = everything(wiki)
        assert SAID.encode() not in left
        assert f"{SECRET} was erbij".encode() not in left
        assert SECRET.encode() in left, "a comment says it in words of its own"
        assert "weggehaald" in pages.read(wiki, ANONYMOUS, "a", at=world["named"]).html
        hidden = [one.hidden for one in history.listing(wiki, moderator, "a").revisions]
        assert hidden == [frozenset(), {Part.MESSAGE}, {Part.MESSAGE}, frozenset()]
    finally:
        wiki.close()


def test_words_go_from_texts_messages_tags_and_talk(
    wiki: Wiki, world: dict[str, str], member: Actor, editor: Actor
) -> None:
    change = Change("b/naam.bin", b"\x00\xff" + SECRET.encode())
    outside = Author(SECRET, "j@zeldzaam.example")
    wiki.store.commit([change], author=outside, message=f"van {SECRET}", trailers={}, expect={})
    with wiki.database.write() as connection:
        audit.write(wiki, connection, SYSTEM, LoggedAct.MEMBER_WARN, "y", f"klacht van {SECRET}")
    wanted = (SECRET, "j@zeldzaam.example")
    before = everything(wiki)
    wiki, done = purge(wiki, lambda wiki: purging.of_words(wiki, wanted, "NN"))
    try:
        left = everything(wiki)
        assert before.count(SECRET.encode()) >= 8
        assert b"zeldzaam.example" not in left
        # What is no text is left as it is, once in git and once beside it, and named.
        assert list(done.files) == ["b/naam.bin", "pages/b/naam.bin"]
        assert left.count(SECRET.encode()) == 1 + exported(wiki, "b/naam.bin")
        assert "NN was erbij" in pages.read(wiki, ANONYMOUS, "a", at=world["named"]).html
        assert git(wiki, "tag", "-l", "--format=%(contents)").strip() == b"met NN"
        third = comments.get(wiki, member, 3).comment
        assert (third.text, third.anchor) == ("Wie is NN?", "alinea over beleid")
        blob = wiki.store.entry("a.md", at=third.revision)
        assert blob
        assert anchors.source(wiki).plain(blob.blob)[third.start : third.end] == third.anchor
        newest = audit.entries(wiki, SYSTEM)
        assert [one.reason for one in newest[:2]] == ["op verzoek", "klacht van NN"]
        assert git(wiki, "fsck", "--strict") == b""
    finally:
        wiki.close()


def exported(wiki: Wiki, file: str) -> bool:
    return (wiki.settings.data / "pages" / file).exists()


def test_an_author_and_a_message_go(
    wiki: Wiki, world: dict[str, str], member: Actor, admin: Actor
) -> None:
    erasing.erase(wiki, admin, "anna", confirm="anna")
    trees = git(wiki, "log", "--format=%T", "main")
    wiki, _ = purge(wiki, lambda wiki: purging.of_author(wiki, "anna"))
    try:
        names = git(wiki, "log", "--format=%an %cn", "main").decode()
        assert "anna" not in names
        assert f"member-{member.uid[:8]}" in names
        assert member.uid in git(wiki, "log", "--format=%ae", "main").decode()
        at = world["secret"]
        wiki, _ = purge(wiki, lambda wiki: purging.of_message(wiki, [commits(wiki)[2]]))
        assert b"(weggehaald)\n\nDenktank: edit" in git(wiki, "log", "--format=%B", "main")
        assert pages.read(wiki, ANONYMOUS, "a", at=at).revision == commits(wiki)[2], "moved twice"
        links = b"a?at=%s)" % commits(wiki)[2].encode()
        assert links in git(wiki, "show", "main:b.md")
        assert len(git(wiki, "log", "--format=%T", "main")) == len(trees)
    finally:
        wiki.close()


def test_a_file_goes_with_its_copies(wiki: Wiki, world: dict[str, str], member: Actor) -> None:
    data = b"\x89PNG geheim plaatje"
    files.add(wiki, member, "a", "foto.png", data)
    files.add(wiki, member, "b", "zelfde.png", data)
    files.add(wiki, member, "b", "andere.png", b"\x89PNG ander")
    exporting.catch_up(wiki.store)
    wiki, _ = purge(wiki, lambda wiki: purging.of_files(wiki, ["a/foto.png"]))
    try:
        assert b"geheim plaatje" not in everything(wiki)
        found = [entry.file for entry in wiki.store.list()]
        assert found == ["a.md", "b.md", "b/andere.png"]
        assert not (wiki.settings.data / "pages/a").exists()
        assert git(wiki, "fsck", "--strict") == b""
    finally:
        wiki.close()


def test_what_cannot_be_purged_is_refused(
    wiki: Wiki, world: dict[str, str], member: Actor, admin: Actor
) -> None:
    with pytest.raises(Unavailable, match="wiki_in_use"):
        open_wiki(wiki.settings, alone=True)
    for wrong in (
        lambda: purging.of_revisions(wiki, "a", ["ffffffff"]),
        lambda: purging.of_revisions(wiki, "a", [world["first"]]),
        lambda: purging.of_revisions(wiki, "nergens", [world["first"]]),
        lambda: purging.of_author(wiki, "niemand"),
        lambda: purging.by_admin(wiki, "niemand"),
        lambda: purging.look(wiki, purging.of_files(wiki, ["a/niets.png"]), quiet),
    ):
        with pytest.raises(NotFound):
            wrong()
    for wrong in (
        lambda: purging.of_revisions(wiki, "a", []),
        lambda: purging.of_words(wiki, ["  "]),
        lambda: purging.of_words(wiki, ["x"], "x y"),
        lambda: purging.by_admin(wiki, "anna"),
    ):
        with pytest.raises(Invalid):
            wrong()
    assert purging.by_admin(wiki, "chef").id == admin.id
    nothing = purging.look(wiki, purging.of_words(wiki, ["nergensgenoemd"]), quiet)
    assert nothing.is_empty


def test_while_one_is_alone_nobody_gets_in(settings: Settings) -> None:
    alone = open_wiki(settings, alone=True)
    with pytest.raises(Unavailable, match="wiki_purging"):
        open_wiki(settings)
    alone.close()
    open_wiki(settings).close()


def test_an_old_clone_does_not_bring_it_back(
    wiki: Wiki, world: dict[str, str], tmp_path: Path
) -> None:
    def run(folder: Path, *words: str) -> int:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        command = ["git", "-C", str(folder), *who, *words]
        return subprocess.run(command, capture_output=True).returncode

    old, new = tmp_path / "old", tmp_path / "new"
    assert run(tmp_path, "clone", str(wiki.store.git), str(old)) == 0
    wiki, done = purge(wiki, lambda wiki: purging.of_revisions(wiki, "a", [world["secret"]]))
    try:
        assert done.is_barred
        merged = ("merge", "-q", "-s", "ours", "-m", "samen", "FETCH_HEAD")
        assert run(old, "fetch", "-q", "origin", "main") == run(old, *merged) == 0
        assert run(old, "push", "-q", "origin", "HEAD:main") != 0
        assert run(old, "push", "-q", "origin", "HEAD:refs/heads/oud") != 0
        assert run(tmp_path, "clone", str(wiki.store.git), str(new)) == 0
        assert run(new, "commit", "-q", "--allow-empty", "-m", "verder") == 0
        assert run(new, "push", "-q", "origin", "HEAD:main") == 0
        assert SAID.encode() not in everything(wiki)
    finally:
        wiki.close()
