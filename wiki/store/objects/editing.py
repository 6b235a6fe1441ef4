"""A tree with changes applied: only the folders on the way to a changed file are rewritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from wiki.domain.content.paths import fold, page_of
from wiki.domain.errors import Conflict, Invalid
from wiki.store.objects import trees
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import Change
from wiki.store.objects.writing import ObjectWriter

_RESERVED = {b".git", b".", b".."}


@dataclass(slots=True)
class _Step:
    """The change at one name: a file is written (`data`, or a `blob` that is there), deleted,
    or lies further inside.
    """

    data: bytes | None = None
    blob: str = ""
    is_deleted: bool = False
    inside: dict[bytes, _Step] = field(default_factory=dict)


def edit(
    reader: Reader,
    writer: ObjectWriter,
    root: str,
    changes: Iterable[Change],
    *,
    twins: bool = False,
) -> str:
    """The id of the tree `root` (empty: no tree) with the changes; writes its new objects.

    Raises Conflict: `path_taken` (a file where a folder is, or the reverse), `path_twin` (a new
    name that differs from another only by case or Unicode form, unless `twins` are allowed);
    Invalid for an impossible path.
    """
    id, _ = _Editor(reader, writer, twins).folder(root, _steps(changes), "")
    return id or writer.write("tree", b"")


def segments(file: str) -> list[bytes]:
    """A file's path as git holds it; raises Invalid if git could not."""
    try:
        parts = file.encode().split(b"/")
    except UnicodeEncodeError:
        raise Invalid.field("path", "path_control") from None
    for part in parts:
        if not part:
            raise Invalid.field("path", "path_segment_empty")
        if b"\0" in part:
            raise Invalid.field("path", "path_control")
        if part.lower() in _RESERVED:
            raise Invalid.field("path", "path_dot", segment=part.decode())
    return parts


def _steps(changes: Iterable[Change]) -> dict[bytes, _Step]:
    root = _Step()
    for change in changes:
        step = root
        for part in segments(change.file):
            step = step.inside.setdefault(part, _Step())
        step.data, step.blob = change.data, change.blob
        step.is_deleted = change.data is None and not change.blob
    return root.inside


class _Editor:
    def __init__(self, reader: Reader, writer: ObjectWriter, twins: bool) -> None:
        self._twins = twins
        self._reader = reader
        self._writer = writer

    def folder(self, id: str, steps: dict[bytes, _Step], at: str) -> tuple[str, bool]:
        """The edited folder's id, empty if nothing is left in it, and whether it changed."""
        before = self._reader.tree(id)
        edits: dict[bytes, tuple[int, str] | None] = {}
        new = []
        for name, step in steps.items():
            node = trees.find(before, name)
            mode, target = self._result(node, step, at + name.decode())
            if target and (node is None or (mode, target) != (node.mode, node.id)):
                edits[name] = (mode, target)
                new += [name] if node is None else []
            elif node and not target:
                edits[name] = None
        if not edits:
            return id, False
        raw = trees.edited(before, edits)
        if new and not self._twins:
            _refuse_twins(raw, new, at)
        if not raw:
            return "", True
        written = self._writer.write("tree", raw, over=id)
        self._reader.keep_tree(written, raw)
        return written, True

    def _result(self, node: trees.Node | None, step: _Step, file: str) -> tuple[int, str]:
        """Give what stands at a name afterwards: its mode and id, an empty id for nothing."""
        mode, id = (node.mode, node.id) if node else (0, "")
        if step.is_deleted and node and node.is_file:
            mode, id = 0, ""
        if step.inside:
            mode, id = self._descend(mode, id, step, file)
        if step.data is not None or step.blob:
            if id and not (node and node.is_file):
                raise Conflict("path_taken", path=page_of(file) or file)
            kept = trees.EXECUTABLE if node and node.mode & 0o111 else trees.FILE
            before = node.id if node else ""
            return kept, step.blob or self._writer.write("blob", step.data or b"", over=before)
        return mode, id

    def _descend(self, mode: int, id: str, step: _Step, file: str) -> tuple[int, str]:
        is_folder = mode == trees.FOLDER
        inner, changed = self.folder(id if is_folder else "", step.inside, file + "/")
        if is_folder or not id:
            return trees.FOLDER, inner
        if changed:
            raise Conflict("path_taken", path=page_of(file) or file)
        return mode, id


def _refuse_twins(raw: bytes, new: list[bytes], at: str) -> None:
    names: dict[str, bytes] = {}
    wanted = {fold(name.decode()): name for name in new}
    for name in trees.names(raw):
        # Most names are ASCII, for which folding is lowering; the rest may fold to anything.
        key = name.lower().decode() if name.isascii() else fold(name.decode(errors="replace"))
        if key in wanted:
            other = names.setdefault(key, name)
            if other != name:
                twin = other if name == wanted[key] else name
                file, found = at + wanted[key].decode(), at + twin.decode()
                raise Conflict(
                    "path_twin", path=page_of(file) or file, other=page_of(found) or found
                )
