"""The store: every version of every file, in one git repository.

This is the contract that the rest of the wiki builds on. A *file* is a path in the repository
(`a/b.md`), a *revision* a full commit id, a *blob* a blob id (both 40 lower-case hexadecimal
digits). Only regular files with UTF-8 names exist here: symbolic links, submodules and other names
are never listed, read or followed. Reads come from committed objects, so any number of processes
and threads read while one writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from wiki.domain.errors import NotFound, Unreadable
from wiki.domain.history.revisions import Author, is_revision
from wiki.store import adopt, damage
from wiki.store.branch import refs
from wiki.store.branch.incoming import Incoming
from wiki.store.branch.refs import Branch
from wiki.store.damage import Damage
from wiki.store.git import command, maintenance
from wiki.store.git.lock import WriteLock
from wiki.store.history import differences, files, log
from wiki.store.history.ancestry import Ancestry
from wiki.store.objects import commits, editing, trees, writing
from wiki.store.objects.reading import Reader
from wiki.store.objects.seals import Seal
from wiki.store.objects.versions import (
    Blob,
    Change,
    Commit,
    Entry,
    FileDiff,
    Notice,
    Stale,
    StoreError,
)
from wiki.store.objects.writing import ObjectWriter
from wiki.store.rewriting import bulk, moving
from wiki.store.rewriting.bulk import Line

# Inside the class, `list` is its method.
Files = list[str]
Diffs = list[FileDiff]
Damages = list[Damage]

__all__ = [
    "Blob",
    "Change",
    "Commit",
    "Entry",
    "FileDiff",
    "Notice",
    "Stale",
    "Store",
    "StoreError",
]


class Store:
    """One repository and its branch; use `Store.open`. Safe for threads and for forked children."""

    def __init__(self, folder: Path, adopted: adopt.Adopted) -> None:
        self.folder = folder
        self.git = adopted.git
        self.branch = adopted.branch
        self.notices = adopted.notices
        self._lock = WriteLock(self.git / "denktank.lock")
        self._branch = Branch(self.git, adopted.branch)
        self._reader = Reader(self.git)
        self._ancestry = Ancestry(self._reader)
        self._believed = ""

    @classmethod
    def open(cls, folder: Path, branch: str = "main", witness: str = "") -> Store:
        """The store in `folder` (`pages/`), created or adopted; see `wiki/store/adopt.py`.

        `branch` names the branch of a new repository; one that is there keeps its own. `witness`
        is a commit that was its newest, if one is known from elsewhere. What an
        administrator should know of the adoption is in `notices`. Raises StoreError with a code
        that says what to do if the repository cannot be used.
        """
        return cls(folder, adopt.adopt(folder, branch, witness))

    def trust(self, secret: bytes, believed: str) -> None:
        """From now on seal commits with this secret, and know those that it sealed.

        What leads up to the commit `believed` (empty: none) is of before there were seals.
        """
        self._reader.seal = Seal(secret)
        self._believed = believed

    @property
    def seal(self) -> Seal:
        """Return what our own commits are known by."""
        return self._reader.seal

    def head(self) -> str:
        """The branch's newest revision; empty if it has no commit. Microseconds.

        Where the branch cannot be read (see `trouble`), the last one known: reading goes on.
        """
        try:
            return self._branch.read()
        except StoreError:
            return self._branch.known()

    def trouble(self) -> StoreError | None:
        """Why nothing can be saved: the branch is unreadable, or gone. Else None."""
        try:
            self._branch.read()
        except StoreError as error:
            return error
        return None

    @property
    def is_shared(self) -> bool:
        """Whether other nodes write to the same history."""
        return False

    @property
    def epoch(self) -> int:
        """How often history was written anew for all nodes; 0 on one machine."""
        return 0

    def lost(self) -> Files:
        """Commits that were made here and that no other node knows; none on one machine."""
        return []

    def refresh(self, *, all: bool = False) -> bool:
        """See what other nodes saved; whether that was anything. On one machine: nothing to do.

        With `all` also where no page but another ref moved: who is in no hurry does that.
        """
        del all
        return False

    def remember(self) -> None:
        """Write down where the branch is, if it was moved from elsewhere."""
        if self.head() != self._branch.known():
            with self._lock.held():
                self._branch.note(self._branch.read())

    def stamp(self) -> object:
        """A hashable that is equal exactly as long as the branch did not move. Microseconds."""
        return self.head()

    def locked(self) -> AbstractContextManager[bool]:
        """Hold the writers' lock: between processes and threads, reentrant within a thread.

        Held around read, merge and commit, it makes them one step beside other writers of the
        wiki. A push does not take it: `commit` finds out, and raises Stale if it matters.
        """
        return self._lock.held()

    def entry(self, file: str, at: str = "") -> Entry | None:
        """The file's entry in a revision (default: the newest), or None if it is not there."""
        return files.entry(self._reader, self._tree_at(at), file)

    def shown(self, file: str, at: str = "") -> Entry | None:
        """The regular file of this name, or the one to which a symbolic link of it leads."""
        return files.shown(self._reader, self._tree_at(at), file)

    def destination(self, file: str, at: str = "") -> str:
        """The path to which a symbolic link leads within the repository, there or not; or empty."""
        return files.destination(self._reader, self._tree_at(at), file)

    def read(self, file: str, at: str = "") -> Blob | None:
        """The file's bytes in a revision (default: the newest), or None if it is not there.

        Raises Unreadable, as everything that reads does.
        """
        found = self.entry(file, at)
        return Blob(found.blob, self.blob(found.blob)) if found else None

    def blob(self, id: str) -> bytes:
        """A blob's bytes.

        Raises Unreadable if it cannot be read or is not there: who asks knows its id from a tree.
        NotFound (`blob_unknown`) for an id that is not one of a blob.
        """
        try:
            kind, data = self._reader.read(id)
        except KeyError:
            raise Unreadable(id, "missing") from None
        if kind != "blob":
            raise NotFound("blob_unknown", blob=id)
        return data

    def size(self, id: str) -> int:
        """Count how many bytes a blob has, without reading it; raises Unreadable."""
        try:
            return self._reader.size(id)
        except KeyError:
            raise Unreadable(id, "missing") from None

    def stream(self, id: str) -> Iterator[bytes]:
        """A blob's bytes, some at a time; for what is too large to hold."""
        return command.stream(self.git, "cat-file", "blob", id)

    def blobs(self, ids: Sequence[str]) -> Iterator[Blob]:
        """Many blobs, in the order asked; raises as `blob` does."""
        for id in ids:
            yield Blob(id, self.blob(id))

    def list(self, prefix: str = "", at: str = "") -> Iterator[Entry]:
        """Every file under a folder (or the file of that name), in a revision, in git's order."""
        return files.entries(self._reader, self._tree_at(at), prefix)

    def files_in(self, folder: str, at: str = "") -> Iterator[Entry]:
        """The files that lie in a folder itself, in git's order."""
        return files.inside(self._reader, self._tree_at(at), folder)

    def own_pages(self, folder: str, at: str = "") -> Files:
        """The files in a folder (empty: the root) that may be its own page, in git's order."""
        return files.own_pages(self._reader, self._tree_at(at), folder)

    def odd_files(self, at: str = "") -> Files:
        """Files that are not shown because their name is not UTF-8, spelled with escapes.

        So are folders that hold more than can be gone through: their name ends in a slash.
        """
        return sorted(files.odd_names(self._reader, self._tree_at(at)))

    def commit(
        self,
        changes: Sequence[Change],
        *,
        author: Author,
        message: str,
        trailers: Mapping[str, str],
        expect: Mapping[str, str | None],
        committer: Author | None = None,
        when: datetime | None = None,
        while_flushing: Callable[[], None] = lambda: None,
    ) -> str:
        """Add one commit to the branch; gives its id. When it returns, it is on the disk.

        `expect` gives, per file, the blob id that it must still have, or None if it must not
        exist; files not named there are written over whatever is there. If nothing changes, no
        commit is made and the newest revision is given (empty if there is none). `when` is aware,
        default now; `message` and names are cleaned of what git does not take. `while_flushing`,
        which raises nothing, is called while the branch, at its new commit already, is flushed.

        Raises Stale (an expectation does not hold, nothing was written), Conflict `path_taken`
        (values `path`) and `path_twin` (`path`, `other`), Invalid for an impossible path,
        StoreError if the branch stays locked by somebody else (`store_branch_locked`), is not what
        it was (`store_branch_lost`) or the disk does not take it (`store_unwritable`); Unreadable.
        """
        event = next(iter(trailers.values()), "change")
        fallback = f"{event} {changes[0].file}" if changes else event
        text = commits.message_of(message, trailers, fallback)
        is_told = any(trailers.values())
        people = (author, committer or author)
        with _disk_errors(self.folder):
            with self._lock.held():
                moment = when or datetime.now(UTC)
                revision = self._add(changes, expect, people, moment, text, is_told=is_told)
            self._branch.settle(while_flushing)
        return revision

    def line(self, tip: str) -> AbstractContextManager[Line]:
        """Write many commits that nobody sees before `land`; see `wiki/store/rewriting/bulk.py`."""
        return bulk.line(self.git, self._reader.seal, tip)

    def land(
        self,
        line: Line,
        changes: Callable[[], Sequence[Change]],
        *,
        author: Author,
        message: str,
        trailers: Mapping[str, str],
        when: datetime | None = None,
    ) -> str:
        """Let the branch take in a line that has ended; gives its newest revision.

        `changes` is called with the writers' lock held: what the line does to the files as they are
        then. A branch without a commit becomes the line. Raises as `commit` does.
        """
        with _disk_errors(self.folder):
            line.bring(self.git)
        return self.join(
            line.tip, changes, author=author, message=message, trailers=trailers, when=when
        )

    def join(
        self,
        tip: str,
        changes: Callable[[], Sequence[Change]],
        *,
        author: Author,
        message: str,
        trailers: Mapping[str, str],
        when: datetime | None = None,
    ) -> str:
        """Let the branch take in a commit that is there with all that led to it, as `land` does."""
        text = commits.message_of(message, trailers, "merge")
        with _disk_errors(self.folder):
            self._reader.reopen()
            with self._lock.held():
                moment = when or datetime.now(UTC)
                people = (author, author)
                revision = self._add(changes, {}, people, moment, text, is_told=True, tip=tip)
            self._branch.settle(lambda: None)
        return revision

    def advance(self, tip: str) -> bool:
        """Let the branch go forward to a commit that is there; whether it could.

        False where it is not what leads up to that commit. Raises as `commit` does.
        """
        with _disk_errors(self.folder):
            self._reader.reopen()
            with self._lock.held():
                head = self._branch.read()
                if head and not maintenance.descends(self.git, tip, head):
                    return False
                self._branch.propose(tip)
                if not self._branch.move(head):
                    return False
            self._branch.settle(lambda: None)
        return True

    def base(self, one: str, other: str) -> str:
        """The newest commit that both of two commits come from; empty if there is none."""
        status, found, _ = command.attempt(self.git, "merge-base", one, other)
        return "" if status else found.strip()

    def incoming(self, apart: str) -> Incoming:
        """Read what a push brought, kept apart in that folder (empty: it is in already)."""
        head = self.head()
        knows = partial(self._ancestry.holds, head)
        return Incoming(self.git, self.seal, Path(apart) if apart else None, knows)

    def _add(
        self,
        changes: Sequence[Change] | Callable[[], Sequence[Change]],
        expect: Mapping[str, str | None],
        people: tuple[Author, Author],
        when: datetime,
        text: str,
        *,
        is_told: bool,
        tip: str = "",
    ) -> str:
        """`commit`, but for the last flush; call with the writers' lock held.

        With a `tip` the commit joins that line, also where nothing changes.
        """
        while True:
            head = self._branch.read()
            tree = self._tree_at(head)
            self._require(tree, expect)
            with self._writer() as writer:
                wanted = changes() if callable(changes) else changes
                after = editing.edit(self._reader, writer, tree, wanted)
                if after == (tree or trees.EMPTY) and not tip:
                    # Nothing new; but what is there may be damaged, and this is it, whole.
                    writer.flush()
                    return head
                if tip and not head:
                    revision = tip
                else:
                    parents = [one for one in (head, tip) if one]
                    raw = commits.compose(after, parents, people, when, text)
                    raw = self._reader.seal.put(raw) if is_told else raw
                    revision = writer.write("commit", raw, over=head)
                if self._publish(writer, head, revision, tip):
                    return revision
            # Somebody was faster: the same change again on their head, if `expect` holds.

    def _writer(self) -> ObjectWriter:
        """Make the writer of a save's objects."""
        return ObjectWriter(self.git / "objects")

    def _publish(self, writer: ObjectWriter, head: str, revision: str, tip: str) -> bool:
        """Let the branch go from `head` to a revision, whole and lasting; false if it moved.

        `tip` is what the revision takes in, if it does.
        """
        del tip
        writer.flush(while_flushing=partial(self._branch.propose, revision))
        return self._branch.move(head)

    def log(self, since: str = "", until: str = "") -> Iterator[Commit]:
        """Commits reachable from `until` (default: the newest) and not from `since`.

        Parents come before children. Raises NotFound (`revision_unknown`).
        """
        return log.log(self._reader, since, until or self.head())

    def believed(self, since: str = "") -> frozenset[str]:
        """The commits of before there were seals that are not reachable from `since`."""
        try:
            return log.reachable(self._reader, since, self._believed)
        except NotFound:
            return frozenset()

    def history(self, since: str = "", until: str = "") -> Iterator[tuple[Commit, Diffs]]:
        """`log`, each commit with its `changes`: the fast way to go through many."""
        return log.history(self._reader, since, until or self.head())

    def get(self, revision: str) -> Commit | None:
        """The commit of that full id, or None."""
        return log.commit(self._reader, revision)

    def resolve(self, text: str) -> str | None:
        """The full id of the commit in the branch's history that a text abbreviates, or None.

        Anything but 4 to 64 lower-case hexadecimal digits is None, and so is what more than one
        object's id begins with.
        """
        return self._ancestry.resolve(self.head(), text) if is_revision(text) else None

    def reachable(self, revision: str, of: str = "") -> bool:
        """Whether a commit is, or is an ancestor of, another (default: the newest).

        Against the newest: microseconds once the process has asked before.
        """
        if of and of != self.head():
            return maintenance.descends(self.git, of, revision)
        return self._ancestry.holds(self.head(), revision)

    def diff(self, before: str, after: str, links: Diffs | None = None) -> Diffs:
        """Files that differ between two revisions, sorted; an empty one is the empty tree.

        Symbolic links that differ are added to `links`. Renames are not looked for. Raises NotFound
        (`revision_unknown`).
        """
        before, after = self._tree_of(before), self._tree_of(after)
        return differences.between(self._reader, before, after, links)

    def changes(self, commit: Commit) -> Diffs:
        """Return what a commit did: its difference from its parent.

        A merge: only files whose blob differs from all parents, `before` from the first.
        """
        return log.changes(self._reader, commit)

    def renames(self, commit: Commit) -> dict[str, str]:
        """New file to old file, by similarity as `git log -M` finds it; none for merges."""
        return differences.renames(self._reader, commit, self.changes(commit))

    def maintain(self) -> None:
        """Pack what has gathered, if it is much; for the worker, now and then."""
        with self._lock.held():
            writing.clear(self.git / "objects")
            refs.clear_locks(self.git)
        maintenance.maintain(self.git)
        self._reader.reopen()

    def fsck(self) -> Files:
        """Return what `git fsck --strict` says, one line each; empty if all is well.

        True of one moment, also while others save. Raises StoreError.
        """
        return maintenance.fsck(self.git)

    def damages(self) -> Damages:
        """Every object that the branch, other refs and what was seen last reach and nobody can
        read: goes through all of history.
        """
        tips = [self.head(), self._branch.known()]
        # Where git cannot list refs, the branch is looked at all the same.
        with suppress(StoreError):
            tips += [id for _, id, _ in moving.refs(self.git)]
        return damage.examine(self._reader, dict.fromkeys(filter(None, tips)))

    def mend(self, source: str = "") -> int:
        """Put damaged objects right as far as they can be had; gives how many.

        From the index of a pack made anew, the files beside the repository, and `source`: a
        backup, a bundle, a clone or its address. Raises StoreError (`repair_source`).
        """
        mended = len(damage.index_packs(self.git))
        self._reader.reopen()
        with damage.from_elsewhere(source) if source else nullcontext() as elsewhere:
            sources = [damage.from_export(self.folder), *([elsewhere] if elsewhere else [])]
            # A folder that is readable again shows what is missing in it.
            while waiting := self.damages():
                with self._lock.held():
                    done = [damage.restore(self.git, waiting, one) for one in sources]
                self._reader.forget()
                if not any(done):
                    break
                mended += len({id for some in done for id in some})
        return mended

    def recover(self, candidates: Sequence[str]) -> str:
        """Point a branch that is lost, or names no readable commit, at the newest whole candidate.

        Candidates are commits that are known to have been its newest; what it was last seen at is
        one. Gives the commit, empty if there was nothing to do or to be had.
        """
        with self._lock.held():
            if self.trouble() is None and self._is_readable(self.head()):
                return ""
            known = dict.fromkeys(filter(None, (self._branch.known(), *candidates)))
            whole = [id for id in known if self._is_readable(id)]
            if not whole:
                return ""
            newest = max(whole, key=lambda id: len(log.reached(self._reader, "", id)))
            self._branch.put(newest)
            return newest

    def _is_readable(self, revision: str) -> bool:
        """Whether a commit and its files can be listed; true of none."""
        try:
            if revision:
                raw = self._reader.expect("commit", revision)
                self._reader.tree(raw[5:45].decode())
        except (Unreadable, NotFound):
            return False
        return True

    def backup(self, target: Path) -> None:
        """Write everything as one git bundle, consistent while others write.

        `git clone <target>` gives the repository back. Without a commit the file is empty.
        """
        maintenance.backup(self.git, target)

    def restore(self, source: Path) -> None:
        """Take everything from a file that `backup` wrote; for a store that is still empty."""
        maintenance.restore(self.git, source)

    def close(self) -> None:
        """Let go of this thread's files."""
        self._reader.reopen()

    def _require(self, tree: str, expect: Mapping[str, str | None]) -> None:
        stale = {}
        for file, blob in expect.items():
            found = files.entry(self._reader, tree, file)
            now = found.blob if found else None
            if now != blob:
                stale[file] = now
        if stale:
            raise Stale(stale)

    def _tree_at(self, revision: str) -> str:
        if revision:
            return self._tree_of(revision)
        head = self.head()
        # The branch names it: that it is not there is damage, not somebody's mistake.
        return self._reader.expect("commit", head)[5:45].decode() if head else ""

    def _tree_of(self, revision: str) -> str:
        return log.tree_of(self._reader, revision) if revision else ""


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        detail = f"{error.strerror}: {error.filename}"
        raise StoreError("store_unwritable", folder=str(folder), detail=detail) from error
