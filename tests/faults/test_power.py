"""Whenever the power goes: what was answered is there, and the wiki opens by itself."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.faults import power
from tests.faults.recorded import Disk, Record


def played(folder: Path, *steps: tuple[str, int, int, str, bytes]) -> Disk:
    """A disk to which this was done: kind, file, offset, path, bytes or the new path."""
    disk = Disk(folder)
    for kind, file, offset, path, second in steps:
        first = f"{folder.resolve()}/{path}".rstrip("/").encode()
        if kind == "r":
            second = f"{folder.resolve()}/".encode() + second
        disk.take(Record(kind, file, offset, first, second))
    return disk


WRITTEN = (("c", 1, 0, "x.new", b""), ("w", 1, 0, "", b"tekst"))
MOVED = ("r", 0, 0, "x.new", b"x")


def left(disk: Disk, folder: Path, random: Random | None) -> dict[str, bytes]:
    disk.cut(folder, random)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_only_what_was_flushed_is_safe(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    unnamed = played(home, *WRITTEN, ("S", 1, 0, "", b""), MOVED)
    assert left(unnamed, tmp_path / "a", None) == {}
    unwritten = played(home, *WRITTEN, MOVED, ("D", 0, 0, "", b""))
    assert left(unwritten, tmp_path / "b", None) == {"x": b""}
    both = played(home, *WRITTEN, ("S", 1, 0, "", b""), MOVED, ("D", 0, 0, "", b""))
    assert left(both, tmp_path / "c", None) == {"x": b"tekst"}


def test_names_come_in_order_and_bytes_in_any(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    disk = played(home, *WRITTEN, ("w", 1, 5, "", b"meer"), MOVED)
    found = [left(disk, tmp_path / str(seed), Random(seed)) for seed in range(40)]
    assert {tuple(names) for names in found} == {(), ("x.new",), ("x",)}
    texts = {data for names in found for data in names.values()}
    assert texts == {b"", b"tekst", b"tekstmeer", b"\0" * 5 + b"meer"}


@pytest.mark.slow
def test_a_power_cut_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    recording = power.record(tmp_path, seconds=4)
    cuts = power.cuts(recording, 16, seed=1, folder=tmp_path)
    bad = {cut.what: found for cut in cuts if (found := power.wrong(cut))}
    assert not bad


@pytest.mark.slow
def test_a_wiki_that_flushed_nothing_would_be_found_out(tmp_path: Path) -> None:
    recording = power.record(tmp_path, seconds=1)
    unflushed = [one for one in recording.records if one.kind not in "SD"]
    cuts = power.cuts(power.Recording(recording.start, unflushed), 6, seed=1, folder=tmp_path)
    # What was answered is gone, or the wiki does not even open; a lucky cut may leave all of it.
    assert any(power.wrong(cut) for cut in cuts if cut.answered)
