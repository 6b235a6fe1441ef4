"""Whatever happens in the repository, followed step by step or rebuilt: the same rows."""

from __future__ import annotations

import os
import posixpath
import random
import tempfile
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from tests.attack.trees import Hands, Push, pages
from tests.fixtures.outside import Symlink
from tests.projections.conftest import ANNA, START, Site
from wiki.database.content import entries
from wiki.database.engine.database import Database
from wiki.database.engine.rows import contents
from wiki.database.history import history
from wiki.domain.content.conventions import Conventions
from wiki.domain.content.paths import file_of, page_of
from wiki.engine import open_wiki
from wiki.projections import checking, follow
from wiki.settings import Settings
from wiki.store.store import Change

EXAMPLES = int(os.environ.get("DENKTANK_EXAMPLES", "60"))
PATHS = ["a", "b", "B", "f/a", "f/b"]
TEXTS = [
    "een\n",
    "twee\n",
    "drie [[a]]\n",
    "---\ntitle: Vier\n---\n# x\n",
    "---\nredirect: a\n---\n",
]
END_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)

paths = st.sampled_from(PATHS)
texts = st.sampled_from(TEXTS)
numbers = st.integers(0, 30)
flags = st.booleans()
edits = st.lists(st.tuples(paths, st.one_of(st.none(), texts)), min_size=1, max_size=3)
moves = st.tuples(paths, paths)

steps = st.one_of(
    st.tuples(st.just("create"), paths, texts),
    st.tuples(st.just("edit"), paths, texts),
    st.tuples(st.just("rename"), paths, paths),
    st.tuples(st.just("delete"), paths),
    st.tuples(st.just("restore"), paths, numbers),
    st.tuples(st.just("plain"), edits, numbers),
    st.tuples(st.just("git_mv"), moves, numbers),
    st.tuples(
        st.just("branch"),
        numbers,
        st.lists(st.one_of(edits, moves), max_size=3),
        numbers,
        flags,
        flags,
        edits,
    ),
    st.tuples(st.just("unrelated"), edits, flags),
    st.tuples(st.just("follow")),
)


class Story:
    """A wiki to which random things happen; steps that make no sense do nothing."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.commits: list[str] = []

    def tell(self, step: tuple) -> None:
        before = self.site.store.head()
        getattr(self, step[0])(*step[1:])
        if self.site.store.head() != before:
            self.commits.append(self.site.store.head())

    def create(self, path: str, text: str) -> None:
        if path not in self.site.pages() and not self._twin(path):
            self.site.save("create", {path: text})

    def edit(self, path: str, text: str) -> None:
        if path in self.site.pages():
            self.site.save("edit", {path: text})

    def rename(self, old: str, new: str) -> None:
        pages = self.site.pages()
        free = new not in pages or pages[new] == f"---\nredirect: {old}\n---\n"
        if (
            old in pages
            and new != old
            and free
            and (old.lower() == new.lower() or not self._twin(new))
        ):
            self.site.rename(old, new)

    def delete(self, path: str) -> None:
        if path in self.site.pages():
            self.site.save("delete", {path: None})

    def restore(self, path: str, number: int) -> None:
        if not self.commits:
            return
        revision = self.commits[number % len(self.commits)]
        found = self.site.store.read(f"{path}.md", revision)
        if found is not None and not self._twin(path):
            self.site.save("restore", {path: found.data.decode()}, Base=revision)

    def plain(self, changed: list, back: int) -> None:
        self.site.push(self._edited(self.site.pages(), changed), self._on_head(), self._old(back))

    def git_mv(self, move: tuple, back: int) -> None:
        pages = self.site.pages()
        if move[0] in pages:
            self.site.push(self._moved(pages, move), self._on_head(), self._old(back))

    def branch(
        self, number: int, commits: list, back: int, is_first: bool, is_ours: bool, evil: list
    ) -> None:
        """Somebody commits on an earlier commit, merges the branch, pushes."""
        if not self.commits:
            return
        base = side = self.commits[number % len(self.commits)]
        head = self.site.store.head()
        for change in commits:
            files = self._at(side)
            if isinstance(change, tuple):
                files = self._moved(files, change) if change[0] in files else files
            else:
                files = self._edited(files, change)
            side = self._commit(files, [side], self._old(back))
        was, theirs, ours = self._at(base), self._at(side), self._at(head)
        merged = dict(ours)
        for path in was.keys() | theirs.keys():
            if theirs.get(path) != was.get(path) and (
                ours.get(path) == was.get(path) or not is_ours
            ):
                merged = self._edited(merged, [(path, theirs.get(path))])
        if back % 4 == 0:
            merged = self._edited(merged, evil)
        self.site.push(merged, [side, head] if is_first else [head, side], self._old(back))

    def unrelated(self, changed: list, is_first: bool) -> None:
        """A history of its own is merged in."""
        head = self.site.store.head()
        if head:
            files = self._edited({}, changed)
            other = self._commit(files, [], START)
            parents = [other, head] if is_first else [head, other]
            self.site.push({**files, **self.site.pages()}, parents)

    def follow(self) -> None:
        self.site.follow()

    def _twin(self, path: str) -> bool:
        return any(other.lower() == path.lower() for other in self.site.pages() if other != path)

    def _on_head(self) -> list[str]:
        head = self.site.store.head()
        return [head] if head else []

    def _at(self, commit: str) -> dict[str, str]:
        return {f.removesuffix(".md"): t for f, t in self.site.outside.files(commit).items()}

    def _commit(self, pages: dict[str, str], parents: list[str], when: int | None) -> str:
        self.site.now += 1
        files = {f"{path}.md": text for path, text in pages.items()}
        return self.site.outside.commit(files, parents, self.site.now if when is None else when)

    def _old(self, back: int) -> int | None:
        return START - 1000 * back if back % 3 == 0 else None

    def _edited(self, pages: dict[str, str], changed: list) -> dict[str, str]:
        edited = {**pages, **dict(changed)}
        return {path: text for path, text in edited.items() if text is not None}

    def _moved(self, pages: dict[str, str], move: tuple) -> dict[str, str]:
        moved = dict(pages)
        moved[move[1]] = moved.pop(move[0])
        return moved


def anchors(site: Site) -> dict[tuple[str, str], str]:
    """The page of everything that could be said of any page in any revision."""
    with site.database.read() as connection:
        commits = list(connection.scalars(select(history.commits.c.commit)))
        asked = [(path, commit) for path in PATHS for commit in commits]
        return {each: history.page_of(connection, *each) for each in asked}


def same_as_rebuilt(site: Site) -> None:
    assert checking.check(site.store, site.database) == []
    before = anchors(site)
    follow.rebuild(site.store, site.database)
    assert anchors(site) == before


def holds_together(site: Site) -> None:
    """Every file is one page's place and the catalogue's; every page is at most at one place."""
    files = {page_of(entry.file): entry.blob for entry in site.store.list()}
    with site.database.read() as connection:
        places = contents(connection, history.places).values()
        living = {place["path"]: place["page"] for place in places if place["alive"]}
        listed = contents(connection, entries.catalogue)
        assert {path: row["blob"] for (path,), row in listed.items()} == files
        assert living.keys() == files.keys()
        assert len(living) == len(set(living.values())) == sum(place["alive"] for place in places)
        for place in places:
            assert history.page_of(connection, place["path"], place["commit"]) == place["page"]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(steps, min_size=1, max_size=14))
def test_followed_is_the_same_as_rebuilt_and_one_to_one(story: list[tuple]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            teller = Story(site)
            for step in story:
                teller.tell(step)
            site.follow()
            holds_together(site)
            same_as_rebuilt(site)
        finally:
            site.close()


def test_links_lead_where_a_rebuild_says() -> None:
    """Whatever comes, goes or is called otherwise, alone or with others, by any kind of name."""
    places = ["a", "A", "f/a", "f/index", "f/README", "f/g/b.MD", "b", "f", "plaat.png"]
    linked = ["wijs.md", "f/verder.md", "f/README.md", "b.md", "los.txt"]
    said = [*places, "f/g", "g/b", "Vier", "vier", "over b", "f/a.png", "nergens", "x/a"]
    said += ["wijs", "verder", "f/verder"]
    given = random.Random(2011)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        for _ in range(60):
            files = dict(site.outside.files(site.store.head())) if site.store.head() else {}
            for place in given.sample(places, given.choice([1, 1, 1, 4])):
                is_page = place != "plaat.png"
                if given.random() < 0.3:
                    files.pop(file_of(place) if is_page else place, None)
                    continue
                title = given.choice(["", "title: Vier\n", "aliases: [over b]\n", "redirect: b\n"])
                links = " ".join(f"[[{name}]]" for name in given.sample(said, 4))
                about = f"kind: dialogue\nquestions: [{given.choice(said)}]\n"
                written = f"---\n{title}{about}---\n{links} [x](/{given.choice(said)})\n"
                files[file_of(place) if is_page else place] = written
            for link in given.sample(linked, given.choice([0, 0, 1, 2])):
                files.pop(link, None)
                if given.random() < 0.7:
                    leads = given.choice(["a.md", "b.md", "f/a.md", "../x.md", *linked])
                    files[link] = Symlink(posixpath.relpath(leads, posixpath.dirname(link)))
            head = site.store.head()
            site.outside.push(site.outside.commit(files, [head] if head else [], site.now))
            site.follow()
            assert checking.check(site.store, site.database) == []
        site.close()


def test_a_story_on_both_databases(site_on: Site) -> None:
    teller = Story(site_on)
    mixed = [
        ("plain", [("a", TEXTS[0]), ("b", TEXTS[1])], 1),
        ("follow",),
        ("rename", "a", "f/a"),
        ("branch", 0, [[("b", TEXTS[2])], ("a", "f/b")], 3, True, True, []),
        ("follow",),
        ("delete", "b"),
        ("unrelated", [("b", TEXTS[1]), ("f/a", TEXTS[0])], True),
        ("follow",),
        ("git_mv", ("b", "B"), 2),
        ("restore", "b", 0),
        ("branch", 1, [[("a", None)]], 0, False, True, [("f/b", TEXTS[3])]),
    ]
    for step in mixed:
        teller.tell(step)
    site_on.follow()
    holds_together(site_on)
    same_as_rebuilt(site_on)


def test_another_process_may_follow_further_meanwhile(site: Site, monkeypatch) -> None:
    """Between looking for the newest revision and reading how far it was followed."""
    site.save("create", {"a": "een\n"})
    site.follow()
    site.save("edit", {"a": "twee\n"})
    asked = follow._followed

    def late(connection: Connection, meant: Conventions) -> str | None:
        monkeypatch.setattr(follow, "_followed", asked)
        site.save("edit", {"a": "drie\n"})
        site.follow()
        return asked(connection, meant)

    monkeypatch.setattr(follow, "_followed", late)
    site.follow()
    same_as_rebuilt(site)


def test_lists_that_another_process_made_are_followed_further(site: Site, monkeypatch) -> None:
    """It was first to make them, of an older revision than ours."""
    site.save("create", {"a": "een\n"})
    aside = Database.aside

    def late(database: Database) -> AbstractContextManager[Connection]:
        monkeypatch.setattr(Database, "aside", aside)
        site.follow()
        site.save("edit", {"a": "twee\n"})
        return aside(database)

    monkeypatch.setattr(Database, "aside", late)
    site.follow()
    with site.database.read() as connection:
        assert follow.is_current(site.store, connection)
    same_as_rebuilt(site)


@pytest.mark.postgres
def test_lists_of_a_server_that_took_the_place_of_another_are_followed_again(
    postgres_url: str, tmp_path: Path
) -> None:
    """What it knows of lists may be older: nobody waits until those are on a disk."""
    configured = Settings(data=tmp_path / "wiki", database_url=postgres_url, secret_key="x")
    with closing(open_wiki(configured)) as wiki:
        wiki.store.commit(
            [Change("a.md", b"een\n")], author=ANNA, message="", trailers={}, expect={}
        )
        wiki.follow()
        with closing(Database.open(postgres_url, tmp_path)) as other:
            other.reset()
            with other.beside().connect() as connection:
                connection.execute(END_OTHERS)
        assert wiki.rights
        wiki.follow()
        with wiki.database.read() as connection:
            assert follow.is_current(wiki.store, connection)


def test_a_folder_as_no_git_writes_it_leaves_no_rows_behind(site: Site, tmp_path: Path) -> None:
    site.save("create", {"a": "x"})
    hands = Hands(tmp_path / "hands", site.store.git)
    for what in ("twins", "modes", "twins"):
        assert hands.push(Push(what, 1)).accepted
        site.follow()
        same_as_rebuilt(site)


def test_what_no_database_takes_breaks_no_list(site_on: Site, tmp_path: Path) -> None:
    """NUL and halves of characters, by every way in which a text or a commit can name them."""
    odd = (
        '---\nkind: dialogue\ntitle: "a\\0b\\ud800"\ntags: ["x\\0"]\nstatus: "\\x01"\n'
        'participants: [{name: "p\\0\\ud83d"}]\nquestions: ["q\\0"]\naliases: ["n\\0"]\n'
        'redirect: "r\\0"\n---\n'
        "# k &#0; &#xd800;\n\n[a](x%00y) [b](/wiki/%ed%a0%80) ![c](p%00.png) [[d%00]] "
        '[e](f#%00) <a href="h%00&#0;">i</a>\n\n[j]: k%00l\n\n[j]\n'
    )
    site_on.save("create", {"a": "x"})
    hands = Hands(tmp_path / "hands", site_on.store.git)
    folder, _ = pages(hands, [odd.encode(), odd.replace("redirect", "lang").encode()])
    author = b"P\0Q <p@example.org> 1700000000 +0000"
    commit = hands.commit([site_on.store.head()], folder, b"wo\0ord\n\nDenktank: \0", author)
    assert hands._push(commit, forced=False).returncode == 0
    site_on.follow()
    same_as_rebuilt(site_on)
    with site_on.database.read() as connection:
        titles = connection.scalars(select(entries.catalogue.c.title)).all()
    assert sorted(titles) == ["a", "a\ufffdb\ufffd", "a\ufffdb\ufffd"]
