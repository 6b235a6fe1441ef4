"""A folder to write an export in: one that is new, and stays inside itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wiki.domain.errors import Conflict, Invalid


class Folder:
    """A new folder; raises Conflict (`export_there`) if something is there already."""

    def __init__(self, root: Path) -> None:
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise Conflict("export_there", folder=str(root))
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.written: list[str] = []

    def write(self, name: str, data: bytes | Iterable[bytes]) -> None:
        """Write a file; names that lead out, or that two files would have, are refused."""
        if any(part in ("", ".", "..") for part in name.split("/")):
            raise Invalid.field("path", "path_dot", segment=name)
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as out:
            for piece in [data] if isinstance(data, bytes) else data:
                out.write(piece)
        self.written.append(name)
