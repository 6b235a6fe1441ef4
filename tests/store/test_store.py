"""The store's contract, through its own methods, with git as the judge."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pygit2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki.domain.errors import Conflict, Invalid, NotFound
from wiki.domain.history import trailers as messages
from wiki.domain.history.revisions import Author, Event, trailers
from wiki.store.objects import commits
from wiki.store.store import Change, Entry, FileDiff, Stale, Store

ANNA = Author("anna", "a1b2@members.invalid")


PUSHED_TO_SEVERAL = "test_a_push_is_seen_at_once_and_the_stamp_tells"
"""The one test of pushes that is done with a node too: its hooks load much."""


def pytest_generate_tests(metafunc):
    """Let the store be of one machine, and of one of several nodes."""
    asks = set(metafunc.fixturenames)
    is_few = not asks & {"clone", "git"} or metafunc.definition.name == PUSHED_TO_SEVERAL
    if "store" in asks and is_few:
        shared = pytest.param("shared", marks=pytest.mark.postgres)
        metafunc.parametrize("store", ["alone", shared], indirect=True)


@pytest.fixture
def store(request, tmp_path):
    """A new store."""
    if getattr(request, "param", "alone") == "alone":
        return Store.open(tmp_path / "pages")
    return request.getfixturevalue("join")(tmp_path / "pages")


def test_an_empty_store_has_no_versions(store):
    assert store.head() == ""
    assert store.read("a.md") is None
    assert list(store.list()) == list(store.log()) == list(store.history()) == []
    assert store.resolve("abcd") is None
    assert not store.reachable("0" * 40)
    assert store.fsck() == []


def test_what_is_saved_can_be_read_then_and_now(store, save):
    first = save({"a.md": b"one", "vragen/b.md": b"two"})
    second = save({"a.md": b"three"})
    assert store.read("a.md").data == b"three"
    assert store.read("a.md", first).data == b"one"
    assert store.read("vragen/b.md", second).data == b"two"
    assert store.read("vragen") is store.read("vragen/b.md/c") is store.read("nope") is None
    assert store.entry("a.md") == Entry("a.md", store.read("a.md").id, 0o100644)
    assert [entry.file for entry in store.list()] == ["a.md", "vragen/b.md"]
    assert [entry.file for entry in store.list("vragen")] == ["vragen/b.md"]
    assert [entry.file for entry in store.list("a.md", first)] == ["a.md"]
    assert store.get(second).parents == (first,)


def test_unknown_revisions_and_blobs_are_not_found(store, save):
    revision = save({"a.md": b"one"})
    for text in ("0" * 40, "HEAD", "--all", "x", "main"):
        with pytest.raises(NotFound):
            store.read("a.md", text)
        assert store.get(text) is None
    with pytest.raises(NotFound):
        store.blob(revision)


def test_expectations_are_checked_and_nothing_is_written(store, save):
    head = save({"a.md": b"one"})
    blob = store.entry("a.md").blob
    for expect in ({"a.md": None}, {"a.md": "0" * 40}, {"b.md": blob}):
        with pytest.raises(Stale) as stale:
            save({"a.md": b"two"}, expect)
        assert stale.value.files == {file: blob if file == "a.md" else None for file in expect}
    assert store.head() == head
    save({"a.md": b"two", "b.md": b"new"}, {"a.md": blob, "b.md": None})
    assert store.read("a.md").data == b"two"


def test_saving_what_is_there_makes_no_commit(store, save):
    head = save({"a.md": b"one"})
    assert save({"a.md": b"one", "gone.md": None}) == head
    assert save({}) == head


def test_emptied_folders_disappear_and_everything_may_go(store, save):
    save({"a/b/c/d.md": b"one", "a/e.md": b"two"})
    save({"a/b/c/d.md": None})
    assert [entry.file for entry in store.list()] == ["a/e.md"]
    save({"a/e.md": None})
    assert list(store.list()) == []
    assert store.fsck() == []
    save({"a/e.md": b"again"})
    assert store.read("a/e.md").data == b"again"


def test_a_file_and_a_folder_cannot_have_one_name(store, save):
    save({"a": b"file", "b/c": b"inside", "d.md": b"", "d/e.md": b""})
    for files in ({"a/b.md": b""}, {"b": b""}, {"n": b"", "n/m": b""}):
        with pytest.raises(Conflict) as conflict:
            save(files)
        assert conflict.value.code == "path_taken"
    save({"a": None, "a/b.md": b"swapped", "b/c": None, "b": b"swapped"})
    assert [e.file for e in store.list()] == ["a/b.md", "b", "d.md", "d/e.md"]
    assert store.fsck() == []


@pytest.mark.parametrize(
    ("there", "new", "other"),
    [
        ("Vragen/a.md", "vragen/b.md", "Vragen"),
        ("a.md", "A.md", "a"),
        ("é.md", "e\u0301.md", "é"),
        ("straße.md", "STRASSE.md", "straße"),
        ("a/b/C.png", "a/b/c.png", "a/b/C.png"),
        ("a/K.md", "a/\u212a.md", "a/K"),
    ],
)
def test_names_that_differ_only_by_case_or_unicode_form_are_refused(store, save, there, new, other):
    save({there: b"1"})
    with pytest.raises(Conflict) as conflict:
        save({new: b"2"})
    assert (conflict.value.code, conflict.value.values["other"]) == ("path_twin", other)
    with pytest.raises(Conflict):
        save({"x/Y": b"", "x/y": b""})
    save({there: None, new: b"renamed"})
    assert [entry.file for entry in store.list()] == [new]


@pytest.mark.parametrize(
    "file", ["", "/a", "a//b", "a/", "../a", "a/./b", ".git/config", "a/.GIT/x", "a\0b", "\ud800"]
)
def test_impossible_paths_are_refused(store, save, file):
    with pytest.raises(Invalid):
        save({file: b""})
    assert store.read(file) is None


def test_an_executable_file_keeps_its_mode(store, save, clone, put, git):
    put(clone, {"run.md": "#!"})
    git(clone, "update-index", "--chmod=+x", "run.md")
    git(clone, "commit", "-q", "-m", "mode")
    git(clone, "push", "-q", "origin", "main")
    save({"run.md": b"changed"})
    assert store.entry("run.md").mode == 0o100755


def test_messages_and_names_are_cleaned_of_what_git_refuses(store):
    author = Author("<Ev>\nil\0", "a <b>\n@x")
    when = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    store.commit(
        [Change("a.md", b"")],
        author=author,
        message="subject\r\nbody\0\x1b[31m\n\n\n\nDenktank: delete\ud800",
        trailers={"Denktank": "edit", "From": "a\nDenktank: rename", "Base": ""},
        expect={},
        when=when,
    )
    found = store.get(store.head())
    assert store.fsck() == []
    assert (found.author.name, found.author.email) == ("Ev il", "ab@x")
    assert found.authored == when
    assert found.authored.utcoffset() == when.utcoffset()
    assert trailers(found.message) == {"Denktank": "edit", "From": "a Denktank: rename"}
    assert messages.read(found.message).event is Event.EDIT


def test_a_writer_cannot_forge_trailers(store, save):
    store.commit(
        [Change("a.md", b"")],
        author=ANNA,
        message="x\n\nDenktank: rename",
        trailers={},
        expect={},
    )
    assert messages.read(store.get(store.head()).message).event is Event.OUTSIDE


def test_log_gives_parents_first_and_changes_are_what_each_commit_did(store, save):
    ids = [save({"a.md": b"%d" % number}) for number in range(5)]
    assert [commit.id for commit in store.log()] == ids
    assert [commit.id for commit in store.log(ids[1], ids[3])] == ids[2:4]
    changed = store.changes(store.get(ids[1]))
    assert changed == store.diff(ids[0], ids[1])
    assert [diff.file for diff in changed] == ["a.md"]
    assert store.diff("", ids[0]) == store.changes(store.get(ids[0]))
    assert store.diff(ids[0], "")[0].after == ""


def test_renames_are_found_by_similarity(store, save):
    text = b"".join(b"line %d\n" % number for number in range(50))
    save({"a.md": text, "b.md": b"other"})
    save({"a.md": None, "c/d.md": text + b"more\n", "e.md": b"unlike"})
    assert store.renames(store.get(store.head())) == {"c/d.md": "a.md"}


def test_resolve_answers_only_for_commits_of_the_branch(store, save, clone, put, git):
    first = save({"a.md": b"one"})
    blob = store.entry("a.md").blob
    git(clone, "pull", "-q", "origin", "main")
    aside = put(clone, {"b.md": "aside"})
    git(clone, "push", "-q", "origin", "main:aside")
    second = save({"a.md": b"two"})
    assert store.resolve(first) == store.resolve(first[:8]) == first
    assert store.resolve(second) == second
    for text in (aside, aside[:8], blob, "HEAD", "-1", first.upper(), first[:3], first + "00"):
        assert store.resolve(text) is None
    assert store.reachable(first)
    assert not store.reachable(aside)
    assert store.reachable(first, aside)
    assert not store.reachable(second, aside)


def test_a_push_is_seen_at_once_and_the_stamp_tells(store, save, clone, put, git):
    save({"a.md": b"one"})
    stamp = store.stamp()
    assert store.stamp() == stamp
    git(clone, "pull", "-q", "origin", "main")
    pushed = put(clone, {"b.md": "pushed"})
    git(clone, "push", "-q", "origin", "main")
    assert store.stamp() != stamp
    assert store.head() == pushed
    assert store.read("b.md").data == b"pushed"
    assert store.reachable(pushed)


def test_a_packed_branch_is_followed(store, save, git):
    first = save({"a.md": b"one"})
    git(store.folder, "--git-dir=.git", "pack-refs", "--all")
    assert not (store.git / "refs/heads/main").exists()
    assert store.head() == first
    second = save({"a.md": b"two"})
    assert store.head() == second
    git(store.folder, "--git-dir=.git", "pack-refs", "--all")
    assert store.head() == second


def test_a_merge_touches_only_what_differs_from_all_parents(store, save, clone, put, git):
    save({"a.md": b"1\n", "b.md": b"1\n", "c.md": b"1\n2\n3\n4\n5\n6\n"})
    git(clone, "pull", "-q", "origin", "main")
    git(clone, "checkout", "-q", "-b", "side")
    put(clone, {"b.md": "side\n", "c.md": "side\n2\n3\n4\n5\n6\n"})
    git(clone, "checkout", "-q", "main")
    put(clone, {"a.md": "main\n", "c.md": "1\n2\n3\n4\n5\nmain\n"})
    git(clone, "merge", "-q", "--no-edit", "side")
    git(clone, "push", "-q", "origin", "main")
    assert [diff.file for diff in store.changes(store.get(store.head()))] == ["c.md"]
    assert {commit.id: diffs for commit, diffs in store.history()} == {
        commit.id: store.changes(commit) for commit in store.log()
    }


def test_foreign_encodings_never_raise(store, clone, git):
    tree = git(clone, "mktree").strip()
    odd = [
        b"author J\xe9 <j@x> 99999999999999999 +9999\ncommitter J <> 1 -0130\nencoding latin-1",
        b"author \xff <j@x> -5 +0000\ncommitter C <c@x> 5 +0200",
        b"author J <j@x> 5 +0000\ncommitter C <c@x> 5 +0200\nencoding no-such-thing",
        b"author nobody\ncommitter",
    ]
    found = []
    for head in odd:
        raw = f"tree {tree}\n".encode() + head + b"\n\nb\xe9richt\n"
        (clone / "raw").write_bytes(raw)
        id = git(clone, "hash-object", "--literally", "-t", "commit", "-w", "raw").strip()
        git(clone, "push", "-q", "origin", f"{id}:refs/heads/odd-{len(found)}")
        found.append(store.get(id))
    assert [commit.message for commit in found] == ["bérîcht\n".replace("î", "i")] * 4
    assert found[0].author.name == "Jé"
    assert found[0].committer.email == ""
    assert found[1].authored == datetime.fromtimestamp(0, UTC)


def test_what_lies_too_deep_is_named_and_everything_else_is_there(store, save):
    save({"a.md": b"one"})
    head, repository = store.head(), pygit2.Repository(str(store.git))

    def tree(**entries: tuple[pygit2.Oid, int]) -> pygit2.Oid:
        builder = repository.TreeBuilder()
        for name, (id, mode) in entries.items():
            builder.insert(name.replace("_", "."), id, mode)
        return builder.write()

    file = (repository.create_blob(b"deep"), 0o100644)
    deep = tree(x_md=file)
    for _ in range(1_200):
        deep = tree(d=(deep, 0o40000))
    far = tree(x_md=file)
    for _ in range(4):
        far = tree(**{"n" * 250: (far, 0o40000)})
    root = tree(b_md=file, d=(deep, 0o40000), far=(far, 0o40000))
    person = pygit2.Signature("A", "a@b.c", 1_700_000_000, 0)
    new = str(repository.create_commit("refs/heads/main", person, person, "deep", root, [head]))
    assert [entry.file for entry in store.list()] == ["b.md"]
    assert [diff.file for diff in store.changes(store.get(new))] == ["a.md", "b.md"]
    assert [diff.file for diff in store.diff(head, new)] == ["a.md", "b.md"]
    assert store.entry("d/" * 1_200 + "x.md") is None
    assert len(store.odd_files()) == 2
    save({"c.md": b"three"})
    assert store.read("c.md").data == b"three"


def test_whatever_is_in_a_commit_can_be_read():
    people = ("A <a@b.c> -99999999999 +0000", "A <a@b.c> 253402300800 +9999", "", "x" * 100_000)
    for person in (*people, f"A <a@b.c> {'9' * 6_000} +0000"):
        lines = ["tree " + "0" * 40, f"author {person}", f"committer {person}", "", "m" * 1_000_000]
        found = commits.parse("1" * 40, "\n".join(lines).encode())
        assert 0 <= found.committed <= 253_402_300_799
        assert len(found.message) == 100_000
        assert len(found.author.name) <= 400


def test_links_submodules_and_odd_names_do_not_exist(store, save, clone, git):
    save({"a.md": b"one"})
    git(clone, "pull", "-q", "origin", "main")
    (clone / "link.md").symlink_to("/etc/passwd")
    (clone / "up").symlink_to("..")
    Path(os.fsdecode(os.fsencode(clone) + b"/caf\xe9.md")).write_text("odd")
    git(clone, "add", "-A")
    git(clone, "update-index", "--add", "--cacheinfo", f"160000,{store.head()},sub")
    git(clone, "commit", "-q", "-m", "odd")
    git(clone, "push", "-q", "origin", "main")
    assert [entry.file for entry in store.list()] == ["a.md"]
    assert store.odd_files() == ["caf\\xe9.md"]
    assert store.read("link.md") is store.read("up/a.md") is store.read("sub") is None
    assert store.changes(store.get(store.head())) == []
    for file in ("link.md", "up/x.md", "sub/x.md", "sub"):
        with pytest.raises(Conflict):
            save({file: b""})
    assert save({"link.md": None}) == store.head()


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_reads_and_writes_on_its_own(store, save):
    save({"a.md": b"one"})
    threading.Thread(target=store.read, args=("a.md",)).start()
    child = os.fork()
    if child == 0:
        written = save({"child.md": b"child"})
        os._exit(0 if store.head() == written and store.read("a.md") else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert store.read("child.md").data == b"child"


def test_the_lock_is_reentrant_and_holds_others_off(store, save):
    waited = []
    with store.locked(), store.locked():
        save({"a.md": b"one"})
        other = threading.Thread(target=lambda: waited.append(save({"b.md": b"two"})))
        other.start()
        other.join(0.05)
        assert not waited
    other.join()
    assert waited == [store.head()]


names = st.sampled_from(["a", "a.md", "a-b", "B", "b.md", "é", "z0", "a0"])
files = st.lists(names, min_size=1, max_size=3).map("/".join)
saves = st.lists(
    st.dictionaries(files, st.none() | st.sampled_from([b"", b"x", b"y"]), max_size=4), max_size=8
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(saves)
def test_any_sequence_of_saves_gives_what_a_dictionary_gives(sequence):
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder, "pages"))
        model: dict[str, bytes] = {}
        for changes in sequence:
            wanted = {k: v for k, v in (model | changes).items() if v is not None}
            try:
                store.commit(
                    [Change(file, data) for file, data in changes.items()],
                    author=ANNA,
                    message="x",
                    trailers={},
                    expect={},
                )
            except Conflict:
                assert _clash(wanted)
                continue
            assert not _clash(wanted)
            model = wanted
        if not store.head():
            assert not model
            return
        listed = subprocess.run(
            ["git", "--git-dir", store.git, "ls-tree", "-rz", "--name-only", "main"],
            capture_output=True,
            check=True,
        ).stdout.decode()
        assert sorted(filter(None, listed.split("\0"))) == sorted(model)
        assert {e.file: store.blob(e.blob) for e in store.list()} == model
        assert store.fsck() == []
        for (commit, diffs), parent in zip(
            store.history(), ["", *(c.id for c in store.log())], strict=False
        ):
            assert diffs == store.diff(parent, commit.id) == store.changes(commit)


def _clash(wanted: dict[str, bytes]) -> bool:
    folders = {file[:at] for file in wanted for at, char in enumerate(file) if char == "/"}
    return bool(folders & wanted.keys())


def test_a_large_folder_is_edited_in_place(store, save):
    save({f"big/page-{number:04}.md": b"%d" % number for number in range(3_000)})
    before = store.head()
    after = save({"big/page-1500.md": b"x", "big/page-1500b.md": b"y", "big/page-0000.md": None})
    assert [d.file for d in store.diff(before, after)] == [
        "big/page-0000.md",
        "big/page-1500.md",
        "big/page-1500b.md",
    ]
    assert isinstance(store.diff(before, after)[0], FileDiff)
    assert store.fsck() == []
