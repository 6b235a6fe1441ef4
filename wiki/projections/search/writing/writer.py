"""Writing a generation of the index: documents out, documents in, then state and table at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wiki.domain.search.search import Progress
from wiki.projections.search.storage.fields import schema
from wiki.projections.search.storage.folder import INDEX, storage_of, write_state
from wiki.projections.search.storage.view import View
from wiki.projections.search.storage.whoosh_parts import TOC, FileIndex, PostingWriter
from wiki.projections.search.writing.prepared import Prepared


class Writer(PostingWriter):
    """Whoosh's writer; the state of each generation is written just before its table."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._progress = progress
        index = FileIndex(storage_of(folder), indexname=INDEX)
        super().__init__(index)

    def about_to_commit(self, segments: list[Any]) -> None:
        """Write the state of the generation to come."""
        ids = [segment.segment_id() for segment in segments]
        write_state(self._folder, self.generation, self._progress, ids)


def begin(folder: Path) -> None:
    """Make an empty index, in which segments can be written; nobody can open it yet."""
    TOC(schema(), [], 0).write(storage_of(folder), INDEX)


def finish(folder: Path, segments: list[Any], progress: Progress) -> None:
    """Make an index of the segments that were written since `begin`: its first generation."""
    write_state(folder, 1, progress, [segment.segment_id() for segment in segments])
    TOC(schema(), segments, 1).write(storage_of(folder), INDEX)
    (folder / f"_{INDEX}_0.toc").unlink()
    shutil.rmtree(folder / f"{INDEX}.tmp", ignore_errors=True)


def write(view: View, progress: Progress, out: Iterable[str], into: Iterable[Prepared]) -> int:
    """A new generation without the documents of the owners `out` and with `into`; how many came.

    `view` is the newest generation; the caller holds the lock of the one that writes.
    """
    writer = Writer(view.folder, progress)
    added = 0
    try:
        for owner in out:
            _remove(writer, view, owner)
        for one in into:
            writer.add_document(**one.fields)
            added += 1
    except BaseException:
        writer.cancel()
        raise
    writer.commit()
    return added


def _remove(writer: Writer, view: View, owner: str) -> None:
    for part, segment in zip(view.parts, writer.segments, strict=True):
        for document in part.segment.postings("owner", owner):
            if not segment.is_deleted(document):
                segment.delete_document(document)
