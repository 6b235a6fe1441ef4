"""Building the index from nothing, in several processes.

Each process makes documents of its share and writes one segment; a table of contents over all of
them is the index. Nobody sees it before it is whole.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from wiki.domain.search.search import Progress, Site
from wiki.projections.crumbs import crumbs_in
from wiki.projections.search.storage.folder import INDEX, storage_of
from wiki.projections.search.storage.whoosh_parts import FileIndex, PostingWriter
from wiki.projections.search.texts.sources import Source
from wiki.projections.search.writing.prepared import tried
from wiki.projections.search.writing.writer import begin, finish
from wiki.projections.setaside import Trial

CHUNK = 25
ALONE = 400
"""So few sources are not worth a second process."""

_WAIT = 5.0

Tell = Callable[[int], None]
"""Told how many sources were done since the last time."""


def build(
    folder: Path,
    sources: Iterable[Source],
    progress: Progress,
    site: Site,
    tell: Tell,
    trial: Trial,
) -> None:
    """Make an index in an empty folder of all sources; the trial knows what cannot be described."""
    begin(folder)
    chunks = _chunks(iter(sources))
    first = list(islice(chunks, ALONE // CHUNK))
    if sum(map(len, first)) < ALONE:
        segments = [_segment(folder, first, site, tell, trial)]
    else:
        segments = _together(folder, _chain(first, chunks), site, tell, trial)
    finish(folder, [segment for segment in segments if segment is not None], progress)


def _chunks(sources: Iterator[Source]) -> Iterator[list[Source]]:
    while chunk := list(islice(sources, CHUNK)):
        yield chunk


def _chain(first: list[list[Source]], rest: Iterator[list[Source]]) -> Iterator[list[Source]]:
    yield from first
    yield from rest


def _segment(
    folder: Path, chunks: Iterable[list[Source]], site: Site, tell: Tell, trial: Trial
) -> Any:
    """One segment of these sources, or None if they give no document."""
    index = FileIndex(storage_of(folder), indexname=INDEX)
    writer = PostingWriter(index, locked=False)
    for chunk in chunks:
        for source in chunk:
            for one in tried(source, site, trial):
                writer.add_document(**one.fields)
        tell(len(chunk))
    return writer.end()


def _together(
    folder: Path, chunks: Iterator[list[Source]], site: Site, tell: Tell, trial: Trial
) -> list[Any]:
    context = multiprocessing.get_context("spawn")
    number = max(2, len(os.sched_getaffinity(0)))
    given: Any = context.Queue(number * 4)
    told: Any = context.Queue()
    workers = [
        context.Process(target=_work, args=(folder, site, trial.git, given, told), daemon=True)
        for _ in range(number)
    ]
    for worker in workers:
        worker.start()
    try:
        for chunk in chunks:
            _put(given, chunk, workers)
            _hear(told, tell)
        for _ in workers:
            _put(given, None, workers)
        return [_segment_from(told, tell, workers, trial) for _ in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.join()


def _work(folder: Path, site: Site, git: Path, given: Any, told: Any) -> None:
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    # postings are millions of small objects without cycles: looking for those doubles the time
    gc.disable()
    chunks: Iterator[list[Source]] = iter(given.get, None)
    trial = Trial(git)
    crumbs_in(git).watch()
    segment = _segment(folder, chunks, site, lambda done: told.put(done), trial)
    told.put((segment, trial.failed))


def _leave_with_parent() -> None:
    """End this process as soon as its parent has ended, even where it waits for a full queue."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _put(given: Any, chunk: list[Source] | None, workers: list[Any]) -> None:
    while True:
        try:
            given.put(chunk, timeout=_WAIT)
            return
        except queue.Full:
            _check(workers)


def _hear(told: Any, tell: Tell) -> None:
    while not told.empty():
        tell(told.get())


def _segment_from(told: Any, tell: Tell, workers: list[Any], trial: Trial) -> Any:
    """The next finished segment; progress that is told before it is passed on."""
    while True:
        try:
            heard = told.get(timeout=_WAIT)
        except queue.Empty:
            _check(workers)
            continue
        if isinstance(heard, tuple):
            segment, failed = heard
            trial.hear(failed)
            return segment
        tell(heard)


def _check(workers: list[Any]) -> None:
    if any(worker.exitcode not in (None, 0) for worker in workers):
        raise ChildProcessError("a process that built the index ended early")
