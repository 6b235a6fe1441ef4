"""A git repository that is not ours, read commit by commit.

Its objects are read in process: no git is started in it, so nothing that its configuration names
is ever run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pygit2

from wiki.domain.errors import Invalid, Unreadable
from wiki.store.history import differences, log
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import Commit


@dataclass(frozen=True, slots=True)
class Step:
    """The changes of a commit when all are taken one after the other.

    `files` gives each file's blob after it, empty where it went; `renames` new file to old.
    """

    commit: Commit
    files: Mapping[str, str]
    renames: Mapping[str, str]


class Foreign:
    """The newest commit of a repository and all that led to it."""

    def __init__(self, folder: Path) -> None:
        """Raises Invalid (`import_not_git`) where there is no repository with a commit."""
        git = folder / ".git" if (folder / ".git").is_dir() else folder
        if (folder / ".git").is_symlink() or not (git / "objects").is_dir():
            raise Invalid("import_not_git", source=str(folder))
        self._reader = Reader(git)
        try:
            self._head = str(self._reader.repository().head.target)
        except pygit2.GitError as error:
            raise Invalid("import_not_git", source=str(folder)) from error

    def commits(self) -> list[Commit]:
        """Every commit, parents before children."""
        found = (log.commit(self._reader, id) for id in log.reached(self._reader, "", self._head))
        return [commit for commit in found if commit]

    def files(self) -> set[str]:
        """Every file that any commit has."""
        return {file for step in self.steps() for file in step.files}

    def steps(self) -> Iterator[Step]:
        """Every commit with what it changes, branches one after the other.

        So that each merge ends in the files that it has, it is compared with what came before it.
        """
        state: dict[str, str] = {}
        for commit in self.commits():
            files: dict[str, str] = {}
            trees = [log.tree_of(self._reader, one) for one in commit.parents] or [""]
            for tree in trees:
                for diff in differences.between(self._reader, tree, commit.tree):
                    if state.get(diff.file, "") != diff.after:
                        files[diff.file] = diff.after
            renames = {} if len(trees) > 1 else self._renames(commit, trees[0])
            state |= files
            yield Step(commit, files, renames)

    def _renames(self, commit: Commit, tree: str) -> Mapping[str, str]:
        diffs = differences.between(self._reader, tree, commit.tree)
        return differences.renames(self._reader, commit, diffs)

    def size(self, blob: str) -> int:
        """Count how many bytes a blob has; more than any limit for one that cannot be read."""
        try:
            return self._reader.size(blob)
        except (KeyError, Unreadable):
            return -1

    def read(self, blob: str) -> bytes:
        """A blob's bytes. Raises Unreadable."""
        return self._reader.expect("blob", blob)
