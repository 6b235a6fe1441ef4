"""How a save can be written to git: `python -m bench.store_writes [COMMITS]` prints a table.

Each way edits one page of 3,000 in one folder and moves the branch, with every object flushed
where the library can do that. The store's own way includes its lock and its expectation.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import git
import pygit2

from wiki.domain.history.revisions import Author
from wiki.store.store import Change, Store

PAGES = 3_000
FILE = "vragen/zorg/page-1500.md"
AUTHOR = Author("anna", "a1b2@members.invalid")
TEXT = b"Een zin over samen werken. " * 450

Save = Callable[[bytes], None]


def main() -> None:
    """Measure each way on its own repository; milliseconds."""
    commits = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    out = sys.stdout.write
    out(f"one page of 12 KB in a folder of {PAGES}, {commits} saves\n")
    out(f"{'way':<34}{'p50':>8}{'p99':>8}\n")
    for name, prepare in WAYS.items():
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            store = Store.open(Path(folder, "pages"))
            pages = [Change(f"vragen/zorg/page-{n:04}.md", b"%d" % n) for n in range(PAGES)]
            store.commit(pages, author=AUTHOR, message="all", trailers={}, expect={})
            times = sorted(_timed(prepare(store), commits))
            assert not store.fsck()
        p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
        out(f"{name:<34}{p50:>8.1f}{p99:>8.1f}\n")


def _timed(save: Save, commits: int) -> list[float]:
    times = []
    for number in range(commits):
        text = TEXT + b"%d\n" % number
        start = time.perf_counter()
        save(text)
        times.append((time.perf_counter() - start) * 1_000)
    return times


def own(store: Store) -> Save:
    """The store as it is."""

    def save(text: bytes) -> None:
        entry = store.entry(FILE)
        store.commit(
            [Change(FILE, text)],
            author=AUTHOR,
            message="save",
            trailers={"Denktank": "edit"},
            expect={FILE: entry.blob if entry else None},
        )

    return save


def libgit2(flushed: bool) -> Callable[[Store], Save]:
    """pygit2's own writing, with or without its flushes."""

    def prepare(store: Store) -> Save:
        pygit2.settings.enable_fsync_gitdir(flushed)
        repository = pygit2.Repository(str(store.git))
        person = pygit2.Signature("anna", "a@members.invalid")

        def save(text: bytes) -> None:
            head = repository.references["refs/heads/main"].peel(pygit2.Commit)
            id, mode = repository.create_blob(text), pygit2.enums.FileMode.BLOB
            *folders, name = FILE.split("/")
            chain: list[Any] = [head.tree]
            for folder in folders:
                chain.append(chain[-1][folder])
            for tree, part in zip(reversed(chain), [name, *reversed(folders)], strict=True):
                builder = repository.TreeBuilder(tree)
                builder.insert(part, id, mode)
                id, mode = builder.write(), pygit2.enums.FileMode.TREE
            repository.create_commit("refs/heads/main", person, person, "save", id, [head.id])

        return save

    return prepare


def processes(store: Store) -> Save:
    """GitPython: one git process for each step, flushed by git's own setting."""
    command = git.Git(store.folder)
    base = ["git", "-c", "core.fsync=all", f"--git-dir={store.git}"]
    person = {"GIT_AUTHOR_NAME": "anna", "GIT_AUTHOR_EMAIL": "a", "GIT_INDEX_FILE": "bench.index"}
    person |= {"GIT_COMMITTER_NAME": "anna", "GIT_COMMITTER_EMAIL": "a"}

    def run(*arguments: str) -> str:
        return str(command.execute([*base, *arguments], env=person))

    run("read-tree", "main")

    def save(text: bytes) -> None:
        (store.folder / "text").write_bytes(text)
        blob = run("hash-object", "-w", "text")
        run("update-index", "--cacheinfo", f"100644,{blob},{FILE}")
        head = run("rev-parse", "main")
        commit = run("commit-tree", run("write-tree"), "-p", head, "-m", "save")
        run("update-ref", "refs/heads/main", commit, head)

    return save


def fast_import(store: Store) -> Save:
    """One `git fast-import` process for each save."""

    def save(text: bytes) -> None:
        stream = b"commit refs/heads/main\ncommitter a <a> 1700000000 +0000\ndata 4\nsave\n"
        stream += b"from refs/heads/main^0\nM 100644 inline %s\n" % FILE.encode()
        stream += b"data %d\n%s\n" % (len(text), text)
        subprocess.run(
            ["git", f"--git-dir={store.git}", "fast-import", "--quiet"], input=stream, check=True
        )

    return save


def dulwich(store: Store) -> Save:
    """dulwich, if it is installed; it flushes neither objects nor folders."""
    from dulwich.objects import Blob, Commit
    from dulwich.repo import Repo

    repository = Repo(str(store.git))

    def save(text: bytes) -> None:
        objects, head = repository.object_store, repository.refs[b"refs/heads/main"]
        chain = [objects[objects[head].tree]]
        *folders, name = FILE.encode().split(b"/")
        for folder in folders:
            chain.append(objects[chain[-1][folder][1]])
        new, mode = Blob.from_string(text), 0o100644
        objects.add_object(new)
        for tree, part in zip(reversed(chain), [name, *reversed(folders)], strict=True):
            tree[part] = (mode, new.id)
            objects.add_object(tree)
            new, mode = tree, 0o040000
        commit = Commit()
        commit.tree, commit.parents, commit.message = new.id, [head], b"save"
        commit.author = commit.committer = b"anna <a>"
        commit.author_time = commit.commit_time = int(time.time())
        commit.author_timezone = commit.commit_timezone = 0
        objects.add_object(commit)
        repository.refs.set_if_equals(b"refs/heads/main", head, commit.id)

    return save


WAYS: dict[str, Callable[[Store], Save]] = {
    "the store (flushed)": own,
    "pygit2 (flushed)": libgit2(True),
    "pygit2 (not flushed)": libgit2(False),
    "GitPython processes (flushed)": processes,
    "git fast-import (a pack each)": fast_import,
}

try:
    import dulwich as _  # noqa: F401
except ImportError:
    pass
else:
    WAYS["dulwich (not flushed)"] = dulwich


if __name__ == "__main__":
    main()
