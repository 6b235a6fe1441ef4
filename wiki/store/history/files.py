"""Files of a tree: one by its name, or all of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from wiki.domain.content.paths import INDEXES, index_rank, without_suffix
from wiki.store.objects import trees
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import Entry

MOST_LINKS = 8
"""Symbolic links that lead to each other, followed one after the other."""
_OWN = re.compile(rb"(?i) (?:%s)\." % "|".join(INDEXES).encode())


def entry(reader: Reader, root: str, file: str) -> Entry | None:
    """The file's entry in a tree, or None if no regular file is there."""
    node = _node(reader, root, file)
    return Entry(file, node.id, _mode(node)) if node and node.is_file else None


def shown(reader: Reader, root: str, file: str) -> Entry | None:
    """The regular file of this name, or the one to which a symbolic link of it leads.

    None if nothing is there, or a link leads nowhere.
    """
    node = _node(reader, root, file)
    if node is None or node.is_file:
        return Entry(file, node.id, _mode(node)) if node else None
    return entry(reader, root, destination(reader, root, file)) if node.is_link else None


def destination(reader: Reader, root: str, file: str) -> str:
    """The path to which a symbolic link leads, whether anything is there; that of no link itself.

    Empty if it goes round, is absolute or leads out of the tree. Links to folders are not followed,
    neither on the way to the link nor on that to the file.
    """
    for _ in range(MOST_LINKS + 1):
        node = _node(reader, root, file)
        if node is None or not node.is_link:
            return file
        target = _target(reader, node)
        file = posixpath.normpath(posixpath.join(posixpath.dirname(file), target))
        is_inside = target and not target.startswith("/") and not file.startswith("..")
        if not is_inside or not trees.is_shown(file):
            return ""
    return ""


def entries(reader: Reader, root: str, prefix: str) -> Iterator[Entry]:
    """Every regular file with a UTF-8 name under a folder, or the file of that name."""
    prefix = prefix.strip("/")
    if not prefix:
        yield from _files(reader, root, "")
        return
    try:
        node = _descend(reader, root, prefix.encode().split(b"/"))
    except UnicodeEncodeError:
        return
    if node and node.is_folder:
        yield from _files(reader, node.id, prefix + "/")
    elif node and node.is_file:
        yield Entry(prefix, node.id, _mode(node))


def own_pages(reader: Reader, root: str, folder: str) -> list[str]:
    """The files and links in a folder that may be its own page, by `paths.INDEXES`."""
    try:
        node = _descend(reader, root, folder.encode().split(b"/")) if folder else None
    except UnicodeEncodeError:
        return []
    tree = node.id if node and node.is_folder else "" if folder else root
    raw = reader.tree(tree)
    if not _OWN.search(raw):
        return []
    at = f"{folder}/" if folder else ""
    shown = (node for node in trees.nodes(raw) if node.is_file or node.is_link)
    files = (trees.path_of(at, node.name) for node in shown)
    return [file for file in files if file and index_rank(without_suffix(file)) >= 0]


def inside(reader: Reader, root: str, folder: str) -> Iterator[Entry]:
    """The files that lie in a folder itself; none if it is no folder."""
    try:
        node = _descend(reader, root, folder.encode().split(b"/"))
    except UnicodeEncodeError:
        return
    for child in trees.nodes(reader.tree(node.id)) if node and node.is_folder else ():
        file = trees.path_of(f"{folder}/", child.name)
        if file is not None and child.is_file:
            yield Entry(file, child.id, _mode(child))


def odd_names(reader: Reader, root: str, at: str = "") -> Iterator[str]:
    """Names in a tree that are not shown, what is not UTF-8 escaped.

    That of a folder which holds too much ends in a slash.
    """
    left_out = reader.weights.of(root).left_out
    for node in trees.nodes(reader.tree(root)):
        path = trees.path_of(at, node.name)
        if path is None:
            yield at + node.name.decode(errors="backslashreplace")
        elif node.is_folder and node.id in left_out:
            yield f"{path}/"
        elif node.is_folder:
            yield from odd_names(reader, node.id, f"{path}/")


def _files(reader: Reader, id: str, at: str) -> Iterator[Entry]:
    """Give the files that can be shown below a folder; as deep as `trees.MOST_FOLDERS` at most."""
    left_out = reader.weights.of(id).left_out
    for node in trees.nodes(reader.tree(id)):
        file = trees.path_of(at, node.name)
        if file is None or (node.is_folder and node.id in left_out):
            continue
        if node.is_folder:
            yield from _files(reader, node.id, file + "/")
        elif node.is_file:
            yield Entry(file, node.id, _mode(node))


def _target(reader: Reader, link: trees.Node) -> str:
    """Give what a symbolic link says; empty if that is no path that can be shown."""
    try:
        is_short = reader.size(link.id) <= trees.MOST_BYTES
        said = reader.expect("blob", link.id).decode() if is_short else ""
        return said if "\0" not in said else ""
    except (KeyError, UnicodeDecodeError):
        return ""


def _node(reader: Reader, root: str, file: str) -> trees.Node | None:
    """Give what stands in a tree at a path that can be shown."""
    try:
        parts = file.encode().split(b"/")
    except UnicodeEncodeError:
        return None
    return _descend(reader, root, parts) if trees.is_shown(file) else None


def _descend(reader: Reader, root: str, parts: list[bytes]) -> trees.Node | None:
    for part in parts[:-1]:
        root = reader.folder(root, part)
        if not root:
            return None
    return trees.find(reader.tree(root), parts[-1])


def _mode(node: trees.Node) -> int:
    return trees.EXECUTABLE if node.mode & 0o111 else trees.FILE
