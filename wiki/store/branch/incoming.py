"""Commits that came with a push and wait: git keeps them apart until they are found good.

They are read in process, as everything is; nothing of ours names them yet. What they change is
told entry by entry, symbolic links and names that the wiki never shows included, since that is
what has to be refused. The place apart: https://git-scm.com/docs/git-receive-pack#_quarantine_environment
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wiki.domain.content.paths import fold
from wiki.domain.errors import Refused, TooLarge
from wiki.store.branch import push_guard
from wiki.store.history import log
from wiki.store.objects import trees
from wiki.store.objects.reading import Reader
from wiki.store.objects.seals import Seal
from wiki.store.objects.versions import Commit

MOST_COMMITS = 5_000
MOST_CHANGES = 20_000
"""Commits of one push, and files that all of them change."""
MOST_FILES = 1_000_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that a commit changes: its blobs, empty where it is absent.

    `is_odd`: it is no regular file afterwards, but a link or a repository of its own.
    """

    file: str
    before: str
    after: str
    is_odd: bool


class Incoming:
    """A push that comes in, seen with what is there; `knows` tells what the branch has."""

    def __init__(
        self, git: Path, seal: Seal, apart: Path | None, knows: Callable[[str], bool]
    ) -> None:
        self._reader = Reader(git, seal, apart)
        self._git = git
        self._knows = knows
        self._left = MOST_CHANGES
        self._names: dict[str, Mapping[str, list[str]]] = {}

    def commits(self, tip: str) -> list[Commit]:
        """The commits that are new to the branch, parents before children.

        Raises TooLarge (`push_commits`), Refused (`push_purged`, `push_broken`).
        """
        barred = push_guard.barred(self._git)
        ordered: list[Commit] = []
        seen: set[str] = set()
        waiting: list[tuple[str, Commit | None]] = [(tip, None)]
        while waiting:
            id, done = waiting.pop()
            if done is not None:
                ordered.append(done)
            elif id not in seen and not self._knows(id):
                seen.add(id)
                if len(seen) > MOST_COMMITS:
                    raise TooLarge("push_commits", most=MOST_COMMITS)
                if id in barred:
                    raise Refused("push_purged")
                commit = log.commit(self._reader, id)
                if commit is None:
                    raise Refused("push_broken", commit=id[:10])
                waiting.append((id, commit))
                waiting += [(parent, None) for parent in commit.parents]
        return ordered

    def changes(self, commit: Commit) -> list[Arrival]:
        """Tell what a commit does to its parents' files; a merge: to what differs from all of them.

        Raises TooLarge (`push_changes`, `push_files`), Refused (`push_name`, `push_broken`).
        """
        weight = self._reader.weights.of(commit.tree)
        if not weight.is_whole or weight.entries > MOST_FILES:
            raise TooLarge("push_files", commit=commit.id[:10], most=MOST_FILES)
        parents = [log.tree_of(self._reader, parent) for parent in commit.parents] or [""]
        arrivals = {one.file: one for one in self._differing(parents[0], commit.tree, "")}
        for parent in parents[1:]:
            others = {one.file for one in self._differing(parent, commit.tree, "")}
            arrivals = {file: one for file, one in arrivals.items() if file in others}
        self._left -= len(arrivals)
        if self._left < 0:
            raise TooLarge("push_changes", most=MOST_CHANGES)
        return list(arrivals.values())

    def twin(self, tree: str, file: str) -> str:
        """Another name in a tree that some computers take for a file's, or for a folder's above it.

        Empty if there is none.
        """
        at = ""
        for name in file.split("/"):
            raw = self._reader.tree(tree)
            if tree not in self._names:
                self._names[tree] = _folded(raw)
            other = next((one for one in self._names[tree][fold(name)] if one != name), "")
            if other:
                return at + other
            node = trees.find(raw, name.encode())
            if node is None or not node.is_folder:
                break
            tree, at = node.id, f"{at}{name}/"
        return ""

    def size(self, blob: str) -> int:
        """Count how many bytes a blob has. Raises KeyError, Unreadable."""
        return self._reader.size(blob)

    def read(self, blob: str) -> bytes:
        """A blob's bytes. Raises Unreadable."""
        return self._reader.expect("blob", blob)

    def _differing(self, before: str, after: str, at: str) -> Iterator[Arrival]:
        waiting = [(before, after, at)]
        while waiting:
            old_tree, new_tree, folder = waiting.pop()
            old_raw, new_raw = self._reader.tree(old_tree), self._reader.tree(new_tree)
            try:
                pairs = list(trees.differing(old_raw, new_raw))
            except ValueError:
                raise Refused("push_broken", commit=new_tree[:10]) from None
            for old, new in pairs:
                node = new or old
                assert node
                path = trees.path_of(folder, node.name)
                if path is None:
                    if new is None:
                        continue
                    shown = folder + node.name.decode(errors="backslashreplace")
                    raise Refused("push_name", name=shown[:200])
                yield from self._files(path, old, new)
                folders = [
                    one.id if one is not None and one.is_folder else "" for one in (old, new)
                ]
                if folders[0] != folders[1]:
                    waiting.append((folders[0], folders[1], f"{path}/"))

    def _files(
        self, path: str, old: trees.Node | None, new: trees.Node | None
    ) -> Iterator[Arrival]:
        was = old if old is not None and not old.is_folder else None
        now = new if new is not None and not new.is_folder else None
        if was is None and now is None:
            return
        is_odd = now is not None and not now.is_file
        before = was.id if was is not None and was.is_file else ""
        after = now.id if now is not None else ""
        if is_odd or before != after:
            yield Arrival(path, before, after, is_odd)


def _folded(raw: bytes) -> Mapping[str, list[str]]:
    """The names of a tree by what they are folded to."""
    names: dict[str, list[str]] = defaultdict(list)
    for name in trees.names(raw):
        shown = name.decode(errors="replace")
        names[fold(shown)].append(shown)
    return names
