"""Differences between two trees, and what a commit did."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wiki.domain.content.paths import page_of
from wiki.domain.errors import Unreadable
from wiki.domain.history.moves import moves
from wiki.store.objects import trees
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import Commit, FileDiff


def between(
    reader: Reader, before: str, after: str, links: list[FileDiff] | None = None
) -> list[FileDiff]:
    """Files that differ between two trees (empty id: the empty tree), sorted by name.

    Only regular files with a UTF-8 name; a change of mode alone is no difference. What lies in a
    folder that cannot be read, before or after, counts as unchanged, and a folder that holds too
    much (`weights`), or is no list of files, as one that is not there. Symbolic links that differ
    are added to `links`.
    """
    found = _compare(reader, before, after, "", [] if links is None else links)
    return sorted(found, key=lambda diff: diff.file)


def of_commit(reader: Reader, commit: Commit, trees_of_parents: list[str]) -> list[FileDiff]:
    """Return what a commit did to its parent; a merge: the files that differ from every parent."""
    if not trees_of_parents:
        return between(reader, "", commit.tree)
    first, *others = (between(reader, tree, commit.tree) for tree in trees_of_parents)
    for other in others:
        files = {diff.file for diff in other}
        first = [diff for diff in first if diff.file in files]
    return first


def renames(reader: Reader, commit: Commit, diffs: list[FileDiff]) -> dict[str, str]:
    """New page's file to old file, where one came as another went with a like text."""
    gone = {diff.file: diff.before for diff in diffs if not diff.after}
    come = {diff.file: diff.after for diff in diffs if not diff.before and page_of(diff.file)}
    if not gone or not come or len(commit.parents) != 1:
        return {}
    return moves(gone, come, partial(_text, reader))


def _text(reader: Reader, blob: str) -> bytes | None:
    try:
        return reader.expect("blob", blob)
    except Unreadable:
        return None


def _compare(
    reader: Reader, before: str, after: str, at: str, links: list[FileDiff]
) -> Iterator[FileDiff]:
    if before == after:
        return
    try:
        old_raw, new_raw = reader.tree(before), reader.tree(after)
    except Unreadable:
        return
    try:
        pairs = list(trees.differing(old_raw, new_raw))
    except ValueError:
        pairs = list(trees.differing(trees.sound(old_raw), trees.sound(new_raw)))
    left_before, left_after = (reader.weights.of(tree).left_out for tree in (before, after))
    for old, new in pairs:
        node = old or new
        file = trees.path_of(at, node.name) if node else None
        if file is None:
            continue
        old_file, new_file = _file(old), _file(new)
        if old_file != new_file:
            yield FileDiff(file, old_file, new_file)
        old_link, new_link = _link(old), _link(new)
        if old_link != new_link:
            links.append(FileDiff(file, old_link, new_link))
        old_folder, new_folder = _folder(old, left_before), _folder(new, left_after)
        if old_folder != new_folder:
            yield from _compare(reader, old_folder, new_folder, f"{file}/", links)


def _file(node: trees.Node | None) -> str:
    return node.id if node and node.is_file else ""


def _link(node: trees.Node | None) -> str:
    return node.id if node and node.is_link else ""


def _folder(node: trees.Node | None, left_out: frozenset[str]) -> str:
    return node.id if node and node.is_folder and node.id not in left_out else ""
