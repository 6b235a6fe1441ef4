"""Whatever lies at pages/ opens, or says clearly why not."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
from pathlib import Path

import pytest

from tests.fixtures import histories
from wiki.domain.history.revisions import Author
from wiki.store.store import Change, Store, StoreError

# commits, files and merges of a history that somebody else wrote
SIZES = {"made": (635, 65, 58), "real": (6_867, 648, 650)}


@pytest.fixture
def folder(tmp_path: Path, git, put) -> Path:
    """An ordinary repository with two commits on branch main."""
    git(tmp_path, "init", "-q", "-b", "main", "pages")
    put(tmp_path / "pages", {"a.md": "one\n", "Deep Folder/b c.md": "two\n"})
    put(tmp_path / "pages", {"a.md": "three\n"})
    return tmp_path / "pages"


def codes(store: Store) -> list[str]:
    return [notice.code for notice in store.notices]


def save(store: Store, file: str = "new.md") -> str:
    author = Author("anna", "a@members.invalid")
    head = store.commit(
        [Change(file, b"new")], author=author, message="new", trailers={}, expect={}
    )
    assert store.read(file).data == b"new"
    assert store.fsck() == []
    return head


def test_nothing_there_becomes_a_repository(tmp_path, git):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / ".gitkeep").touch()
    store = Store.open(tmp_path / "pages")
    assert (store.branch, store.notices, store.head()) == ("main", (), "")
    save(store)
    for name, value in {
        "core.bare": "true",
        "receive.denyNonFastForwards": "true",
        "receive.denyDeletes": "true",
        "core.logAllRefUpdates": "false",
        "gc.auto": "0",
    }.items():
        assert git(tmp_path, "--git-dir=pages/.git", "config", name).strip() == value
    assert Store.open(tmp_path / "pages").head() == store.head()


def test_a_folder_of_markdown_becomes_the_first_commit(tmp_path):
    for file in ("a.md", "A.md", "x/photo.png", ".hidden/c.md"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(file)
    (tmp_path / "link.md").symlink_to("a.md")
    store = Store.open(tmp_path)
    assert [entry.file for entry in store.list()] == ["A.md", "a.md", "x/photo.png"]
    assert codes(store) == ["store_imported"]
    assert store.fsck() == []
    assert codes(Store.open(tmp_path)) == []


def test_other_files_are_kept_and_reported(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    store = Store.open(tmp_path)
    assert (codes(store), store.head()) == (["store_kept"], "")


def test_an_ordinary_clone_is_taken_and_changed_files_reported(folder, git):
    (folder / "a.md").write_text("changed\n")
    (folder / "untracked.md").write_text("mine\n")
    (folder / "staged.md").write_text("staged\n")
    git(folder, "add", "staged.md")
    store = Store.open(folder)
    assert store.notices[0].code == "store_kept"
    assert store.notices[0].values["files"] == ("a.md", "staged.md", "untracked.md")
    assert store.read("a.md").data == b"three\n"
    assert (folder / "a.md").read_text() == "changed\n"
    assert not (folder / ".git/index").exists()
    assert git(folder, "--git-dir=.git", "rev-parse", "--is-bare-repository").strip() == "true"
    save(store)
    assert codes(Store.open(folder)) == []


def test_an_unfinished_merge_is_ended(folder, git, put):
    git(folder, "checkout", "-q", "-b", "side", "HEAD~1")
    put(folder, {"a.md": "side\n"})
    git(folder, "checkout", "-q", "main")
    subprocess.run(["git", "merge", "side"], cwd=folder, capture_output=True, check=False)
    assert (folder / ".git/MERGE_HEAD").exists()
    store = Store.open(folder)
    assert sorted(codes(store)) == ["store_kept", "store_unfinished"]
    assert not (folder / ".git/MERGE_HEAD").exists()
    assert "<<<<" in (folder / "a.md").read_text()
    save(store)


def test_an_unfinished_rebase_goes_back_to_its_branch(folder, git, put):
    git(folder, "checkout", "-q", "-b", "topic", "HEAD~1")
    put(folder, {"a.md": "topic\n"})
    subprocess.run(["git", "rebase", "main"], cwd=folder, capture_output=True, check=False)
    assert (folder / ".git/rebase-merge").exists()
    store = Store.open(folder)
    assert store.branch == "topic"
    assert store.read("a.md").data == b"topic\n"
    assert {"store_unfinished", "store_detached"} <= set(codes(store))
    assert not (folder / ".git/rebase-merge").exists()
    save(store)


def test_a_detached_head_takes_the_branch_that_is_there(folder, git):
    git(folder, "checkout", "-q", "--detach")
    store = Store.open(folder)
    assert (store.branch, codes(store)) == ("main", ["store_detached"])
    save(store)


def test_a_detached_head_elsewhere_gets_a_branch(folder, git):
    git(folder, "branch", "denktank")
    git(folder, "checkout", "-q", "--detach", "HEAD~1")
    store = Store.open(folder)
    assert (store.branch, codes(store)) == ("denktank-2", ["store_detached"])
    assert store.read("a.md").data == b"one\n"
    assert Store.open(folder).branch == "denktank-2"
    save(store)


def test_a_branch_of_any_name_is_used(folder, git):
    git(folder, "branch", "-m", "feature/thema's")
    store = Store.open(folder)
    assert (store.branch, codes(store)) == ("feature/thema's", [])
    save(store)
    git(folder, "--git-dir=.git", "pack-refs", "--all")
    assert Store.open(folder).head() == store.head()


def test_a_branch_that_is_another_name_is_followed(folder, git):
    git(folder, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    git(folder, "symbolic-ref", "HEAD", "refs/heads/alias")
    assert Store.open(folder).branch == "main"


def test_an_unborn_branch_gives_way_to_one_with_commits(folder, git):
    git(folder, "symbolic-ref", "HEAD", "refs/heads/nothing")
    store = Store.open(folder)
    assert (store.branch, codes(store)) == ("main", ["store_branch"])
    assert store.read("a.md").data == b"three\n"


def test_a_repository_without_commits_is_empty(tmp_path, git):
    git(tmp_path, "init", "-q", "-b", "trunk", "pages")
    (tmp_path / "pages/a.md").write_text("not committed")
    store = Store.open(tmp_path / "pages")
    assert (store.branch, store.head(), codes(store)) == ("trunk", "", ["store_kept"])
    save(store)


def test_a_bare_clone_put_at_dot_git_is_fine(folder, tmp_path, git):
    (tmp_path / "other").mkdir()
    git(tmp_path, "clone", "-q", "--bare", str(folder), "other/.git")
    store = Store.open(tmp_path / "other")
    assert codes(store) == []
    save(store)


def test_a_shallow_clone_begins_where_it_begins(folder, tmp_path, git):
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", "shallow")
    store = Store.open(tmp_path / "shallow")
    assert codes(store) == ["store_shallow"]
    save(store)
    log = list(store.log())
    assert [len(commit.parents) for commit in log] == [0, 1]
    assert len(store.changes(log[0])) == 2
    assert list(store.history()) == [(commit, store.changes(commit)) for commit in log]
    assert store.resolve(log[0].id) == log[0].id


def test_repositories_of_another_sort_are_refused(folder, tmp_path, git):
    git(tmp_path, "init", "-q", "--object-format=sha256", "sha256")
    git(tmp_path, "init", "-q", "reftable")
    git(tmp_path / "reftable", "config", "core.repositoryformatversion", "1")
    git(tmp_path / "reftable", "config", "extensions.refstorage", "reftable")
    git(tmp_path, "init", "-q", "--bare", "bare")
    git(folder, "worktree", "add", "-q", str(tmp_path / "gitfile"))
    for name in ("sha256", "reftable", "bare", "gitfile"):
        with pytest.raises(StoreError) as error:
            Store.open(tmp_path / name)
        assert error.value.code == f"store_{name}"
        assert error.value.values["folder"] == str(tmp_path / name)


def _truncate(git_folder: Path) -> None:
    for file in git_folder.glob("objects/??/*"):
        file.chmod(0o644)
        file.write_bytes(b"")


@pytest.mark.parametrize(
    "damage",
    [
        lambda g: (g / "HEAD").write_text("garbage"),
        lambda g: (g / "HEAD").write_bytes(b"\xff\xfe"),
        lambda g: (g / "HEAD").unlink(),
        lambda g: (g / "config").write_text("[core\nnonsense"),
        lambda g: (g / "config").unlink(),
        lambda g: (g / "refs/heads/main").write_text("0" * 39 + "1\n"),
        lambda g: (g / "objects").rename(g / "gone"),
        _truncate,
    ],
)
def test_a_damaged_repository_says_so(folder, damage):
    damage(folder / ".git")
    with pytest.raises(StoreError) as error:
        Store.open(folder)
    assert error.value.code in {"store_corrupt", "store_unwritable"}


def test_locks_that_git_left_behind_do_not_stop_us(folder):
    for name in ("index.lock", "HEAD.lock", "config.lock"):
        (folder / ".git" / name).touch()
    old = folder / ".git/refs/heads/main.lock"
    old.touch()
    os.utime(old, (1, 1))
    save(Store.open(folder))


def test_a_repository_of_somebody_else_opens(folder, monkeypatch):
    if os.geteuid() == 0:
        for path in (folder, folder / ".git"):
            os.chown(path, 12345, 12345)
    else:
        # Only root can give files away; git's own tests have this for it.
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    store = Store.open(folder)
    save(store)
    assert len(list(store.history())) == 3


def test_many_processes_may_start_at_once(tmp_path):
    (tmp_path / "a.md").write_text("one")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        heads = pool.map(_open, [tmp_path] * 8)
    assert len(set(heads)) == 1


def _open(folder: Path) -> str:
    return Store.open(folder).head()


@pytest.mark.parametrize("name", histories.NAMES)
def test_somebody_elses_repository(name, tmp_path):
    commits, files, merged = SIZES[name]
    opened = Store.open(histories.clone(name, tmp_path / "pages"))
    log = list(opened.log())
    assert len(log) == commits
    seen: set[str] = set()
    for commit in log:
        assert seen.issuperset(commit.parents)
        seen.add(commit.id)
    assert len(list(opened.list())) == files
    many = {commit.id: diffs for commit, diffs in opened.history()}
    merges = [commit for commit in log if len(commit.parents) > 1]
    assert len(merges) == merged
    for commit in merges + log[:1_500]:
        assert many[commit.id] == opened.changes(commit)
    save(opened, "a new page.md")
