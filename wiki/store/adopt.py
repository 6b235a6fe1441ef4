"""Opening `pages/`: a new repository, or whatever somebody put there.

What is done, and in which order:

- nothing there (or only `.gitkeep`): a new repository;
- a folder of Markdown files that is no repository: they become its first commit;
- a repository: it gets `core.bare=true`, so that nobody commits in place, where a stale index
  would undo saves. An unfinished merge or rebase is ended, a detached HEAD gets a branch, the index
  is put aside. No file beside `.git` is touched; those that differ from the last commit are
  reported.

A repository that the wiki has worked on before (a note in it says so) is never refused for damage:
what can be read is served, an unreadable `HEAD` or `config` is written anew, and notices say what
is wrong.

Everything happens under a lock on the folder, so several processes may start at once; a process
that is killed half-way leaves something that the next start takes up.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pygit2

from wiki.domain.content.paths import has_suffix
from wiki.domain.errors import NotFound, Unreadable
from wiki.domain.history.revisions import Author
from wiki.keeping import flush
from wiki.store.branch import receiving, worktree
from wiki.store.branch.refs import HEADS, Branch, clear_locks, seen_branch
from wiki.store.git import command
from wiki.store.git.lock import held_folder
from wiki.store.history import log
from wiki.store.objects import commits, editing
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import Change, Notice, StoreError
from wiki.store.objects.writing import ObjectWriter, flush_folder, write_flushed

_SETTINGS = {
    # Nobody's `git gc` or `git prune` may take objects away that a save is about to name.
    "core.repositoryformatversion": "1",
    "extensions.preciousobjects": "true",
    "core.bare": "true",
    "core.logallrefupdates": "false",
    "core.fsync": "committed,reference",
    "core.filesreflocktimeout": "2000",
    "gc.auto": "0",
    "receive.denynonfastforwards": "true",
    "receive.denydeletes": "true",
}
_UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_START": "bisect",
    "sequencer": "sequence",
}
_LEFT = ("MERGE_MSG", "MERGE_MODE", "AUTO_MERGE", "REBASE_HEAD", "SQUASH_MSG", "BISECT_LOG")
_LEFT_LOCKS = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock")
_CONFIG = b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_HEAD = re.compile(rb"ref: ?refs/\S+\n?\Z|[0-9a-f]{40}\n?\Z")
_NAMED = re.compile(rb"ref: ?refs/heads/([!-~]+)\n?\Z")
_NEW = ".git.denktank-new"
_IMPORT = Author("denktank", f"denktank@{Author.DOMAIN}")


@dataclass(frozen=True, slots=True)
class Adopted:
    """A repository ready for use: its git folder, its branch, and what an administrator reads."""

    git: Path
    branch: str
    notices: tuple[Notice, ...]


def adopt(folder: Path, branch: str, witness: str = "") -> Adopted:
    """Make the folder's repository ready for use, creating it if there is none.

    `witness` is a commit that others know to have been the branch's, empty if they know of none.

    Notices: `store_imported` (count), `store_kept` (count, files), `store_unfinished` (what),
    `store_detached` (branch, revision), `store_branch` (branch, instead_of), `store_shallow`,
    `store_mended` (file), `store_damaged` (detail).
    Raises StoreError: `store_gitfile`, `store_bare`, `store_sha256`, `store_reftable`,
    `store_partial`, `store_corrupt`, `store_unwritable`, `store_git_missing` (all with `folder`).
    """
    git = folder / ".git"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with held_folder(folder):
            notices = [] if os.path.lexists(git) else _create(folder, branch)
            _recall(git, branch, witness)
            notices += _mend(git)
            _refuse(folder, git)
            own_branch, more = _take(folder, git, branch)
    except OSError as error:
        detail = f"{error.strerror}: {error.filename}"
        raise StoreError("store_unwritable", folder=str(folder), detail=detail) from error
    return Adopted(git, own_branch, (*notices, *more))


def _create(folder: Path, branch: str) -> list[Notice]:
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
        raise StoreError("store_bare", folder=str(folder))
    new = folder / _NEW
    shutil.rmtree(new, ignore_errors=True)
    command.run(new, "init", "--quiet", "--bare", f"--initial-branch={branch}", str(new))
    files = worktree.files(folder)
    notices = []
    if any(has_suffix(file) for file in files):
        _import(folder, new, branch, files)
        notices.append(Notice("store_imported", {"count": len(files)}))
    elif files:
        notices.append(_kept(files))
    _flush(new)
    new.rename(folder / ".git")
    flush_folder(os.fspath(folder))
    return notices


def _flush(git: Path) -> None:
    """Let a new repository be whole before it has its name: without `config` it is none."""
    for name in ("HEAD", "config"):
        flush(git / name)
    for below in ("refs/heads", "refs", "objects/pack", "objects/info", "objects", "."):
        flush_folder(os.fspath(git / below))


def _import(folder: Path, git: Path, branch: str, files: list[str]) -> None:
    changes = (Change(file, (folder / file).read_bytes()) for file in files)
    message = commits.message_of("import", {}, "import")
    with ObjectWriter(git / "objects") as writer:
        tree = editing.edit(Reader(git), writer, "", changes, twins=True)
        raw = commits.compose(tree, (), (_IMPORT, _IMPORT), datetime.now(UTC), message)
        revision = writer.write("commit", raw)
        writer.flush()
    _begin(git, branch, revision)


def _begin(git: Path, branch: str, revision: str) -> None:
    new = Branch(git, branch)
    new.propose(revision)
    new.move("")


def _recall(git: Path, wanted: str, witness: str) -> None:
    """Note the witness as what was seen last, if branch and note are gone while it is still here.

    The note is not flushed, so a power cut may empty it together with the branch. Without either
    the repository would pass for a new one, and the next save begin history again.
    """
    if not witness or not (git / "objects").is_dir() or seen_branch(git):
        return
    head = _written(git / "HEAD")
    named = _NAMED.match(head)
    if _HEAD.match(head) and not named:
        return
    branch = Branch(git, named[1].decode() if named else wanted)
    try:
        if branch.read():
            return
    except StoreError:
        pass
    with suppress(Unreadable):
        Reader(git).expect("commit", witness)
        branch.note(witness)


def _mend(git: Path) -> list[Notice]:
    """Write anew what git cannot do without, if it is unreadable in a repository that was ours."""
    branch = seen_branch(git) if git.is_dir() else ""
    if not branch:
        return []
    clear_locks(git)
    mended = []
    if not _HEAD.match(_written(git / "HEAD")):
        _point_head(git, branch)
        mended.append("HEAD")
    if not _is_config(git / "config"):
        if (git / "config").exists():
            (git / "config").replace(git / "config.damaged")
        write_flushed(os.fspath(git / "config"), _CONFIG)
        mended.append("config")
    (git / "refs").mkdir(exist_ok=True)
    return [Notice("store_mended", {"file": name}) for name in mended]


def _written(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _is_config(file: Path) -> bool:
    try:
        # An empty one is read without a word, and means a repository of another kind.
        return "core.repositoryformatversion" in pygit2.Config(os.fspath(file))
    except (pygit2.GitError, ValueError, OSError):
        return False


def _refuse(folder: Path, git: Path) -> None:
    """Raise if the repository is of a sort that cannot be used; say what to do."""

    def error(code: str, **values: object) -> StoreError:
        return StoreError(code, folder=str(folder), **values)

    if not git.is_dir() or (git / "commondir").exists():
        raise error("store_gitfile")
    if not (git / "config").is_file() or not (git / "objects").is_dir():
        raise error("store_corrupt", detail="no config or no objects")
    try:
        config = pygit2.Config(os.fspath(git / "config"))
        written = {entry.name.lower(): (entry.value or "").lower() for entry in config}
    except (pygit2.GitError, ValueError, OSError) as problem:
        raise error("store_corrupt", detail=str(problem)) from problem
    if written.get("extensions.objectformat", "sha1") != "sha1":
        raise error("store_sha256")
    if written.get("extensions.refstorage", "files") != "files" or (git / "reftable").exists():
        raise error("store_reftable")
    if "extensions.partialclone" in written:
        raise error("store_partial")


def _take(folder: Path, git: Path, wanted: str) -> tuple[str, list[Notice]]:
    config = pygit2.Config(os.fspath(git / "config"))
    was_bare = "core.bare" in config and config.get_bool("core.bare")
    if not was_bare:
        for name in _LEFT_LOCKS:
            (git / name).unlink(missing_ok=True)
    try:
        reader = Reader(git)
        branch, notices = _branch(reader, wanted)
        notices += _look(reader, folder, branch, was_bare=was_bare)
    except (pygit2.GitError, KeyError, ValueError, NotFound, Unreadable) as problem:
        detail = f"{type(problem).__name__}: {problem}"
        raise StoreError("store_corrupt", folder=str(folder), detail=detail) from problem
    notices += _end_unfinished(git)
    _settle(git, config, branch)
    if reader.shallow:
        notices.append(Notice("store_shallow", {}))
    return branch, notices


def _look(reader: Reader, folder: Path, branch: str, *, was_bare: bool) -> list[Notice]:
    """Tell what is wrong with the newest revision, or differs from it beside the repository."""
    is_ours = bool(seen_branch(reader.git))
    try:
        head = Branch(reader.git, branch).read()
        if head:
            reader.tree(log.tree_of(reader, head))
    except (StoreError, NotFound, Unreadable) as problem:
        if not is_ours:
            raise
        return [Notice("store_damaged", {"detail": f"{problem} {problem.values}"})]
    if not head:
        files = [] if was_bare else worktree.files(folder)
        return [_kept(files)] if files else []
    if not is_ours:
        Branch(reader.git, branch).note(head)
    return [] if was_bare else _differing(reader, folder, head)


def _settle(git: Path, config: pygit2.Config, branch: str) -> None:
    """Our settings, and no index: last, for a killed start must begin again."""
    if (git / "index").exists():
        (git / "index").replace(git / "index.before-denktank")
    if "core.worktree" in config:
        del config["core.worktree"]
    if receiving.install(git):
        receiving.set_up(config, branch)
    for name, value in _SETTINGS.items():
        if name not in config or config[name] != value:
            config[name] = value
    if (git / "config.worktree").exists():
        pygit2.Config(os.fspath(git / "config.worktree"))["core.bare"] = "true"


def _branch(reader: Reader, wanted: str) -> tuple[str, list[Notice]]:
    """The branch to work on, and HEAD pointed at it."""
    head = (reader.git / "HEAD").read_text(errors="replace").strip()
    if (seen := seen_branch(reader.git)) and head == f"ref: {HEADS}{seen}":
        # Also if it cannot be read now: no other one takes its place.
        return seen, []
    repository = reader.repository()
    names = sorted(repository.listall_branches())
    if not head.startswith("ref:"):
        return _attach(reader, head, names, wanted)
    current = head.removeprefix("ref:").strip()
    if not current.startswith(HEADS):
        return _attach(reader, str(repository.head.target), names, wanted)
    name = _pointed_at(repository, current.removeprefix(HEADS))
    if name in names or not names:
        return name, []
    # HEAD names a branch without a commit, while others have some.
    other = _preferred(names, wanted)
    _point_head(reader.git, other)
    return other, [Notice("store_branch", {"branch": other, "instead_of": name})]


def _attach(
    reader: Reader, revision: str, names: list[str], wanted: str
) -> tuple[str, list[Notice]]:
    """Take the branch that a rebase left, else one at the detached commit, else a new one."""
    log.tree_of(reader, revision)
    at_head = [name for name in names if Branch(reader.git, name).read() == revision]
    rebased = _rebased(reader.git)
    if rebased in names:
        branch = rebased
    elif at_head:
        branch = _preferred(at_head, wanted)
    else:
        free = (f"denktank-{number}" if number > 1 else "denktank" for number in range(1, 1_000))
        branch = next(name for name in free if name not in names)
        _begin(reader.git, branch, revision)
    _point_head(reader.git, branch)
    return branch, [Notice("store_detached", {"branch": branch, "revision": revision})]


def _rebased(git: Path) -> str:
    for state in ("rebase-merge", "rebase-apply"):
        file = git / state / "head-name"
        if file.is_file():
            return file.read_text(errors="replace").strip().removeprefix(HEADS)
    return ""


def _pointed_at(repository: pygit2.Repository, name: str) -> str:
    """The branch that a branch which is only another name for it stands for."""
    try:
        return repository.lookup_reference(HEADS + name).resolve().name.removeprefix(HEADS)
    except KeyError:
        return name


def _preferred(names: list[str], wanted: str) -> str:
    return next((name for name in (wanted, "main", "master") if name in names), names[0])


def _point_head(git: Path, branch: str) -> None:
    write_flushed(os.fspath(git / "denktank.head"), f"ref: {HEADS}{branch}\n".encode())
    (git / "denktank.head").replace(git / "HEAD")
    flush_folder(os.fspath(git))


def _end_unfinished(git: Path) -> list[Notice]:
    unfinished = [name for name in _UNFINISHED if (git / name).exists()]
    for name in (*unfinished, *_LEFT):
        if (git / name).is_dir():
            shutil.rmtree(git / name)
        else:
            (git / name).unlink(missing_ok=True)
    return [
        Notice("store_unfinished", {"what": what}) for what in {_UNFINISHED[n] for n in unfinished}
    ]


def _differing(reader: Reader, folder: Path, head: str) -> list[Notice]:
    files = worktree.differing(reader, folder, log.tree_of(reader, head))
    return [_kept(files)] if files else []


def _kept(files: list[str]) -> Notice:
    return Notice("store_kept", {"count": len(files), "files": tuple(files[:20])})
