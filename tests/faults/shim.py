"""The shim between the wiki and its disk, compiled here, and the hand that moves it (`shim.c`)."""

from __future__ import annotations

import enum
import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SIZE = 4096


class Calls(enum.IntFlag):
    """Kinds of calls, as in the shim."""

    OPEN = 1
    WRITE = 2
    SYNC = 4
    NAME = 8
    SIZE = 16


EVERYTHING = Calls.OPEN | Calls.WRITE | Calls.SYNC | Calls.NAME | Calls.SIZE


def compiled(folder: Path) -> Path:
    """The shim as a library; without a compiler the test is skipped."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    library = folder / "shim.so"
    words = [compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([*words, HERE / "shim.c", "-lpthread"], check=True)
    return library


class Shim:
    """One folder that is looked at, in processes that start with `environment`."""

    def __init__(self, library: Path, folder: Path, control: Path, log: Path | None = None) -> None:
        control.write_bytes(b"\0" * SIZE)
        with control.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SIZE)
        self.environment = {
            "LD_PRELOAD": os.fspath(library),
            "SHIM_FOLDER": os.fspath(folder.resolve()),
            "SHIM_CONTROL": os.fspath(control),
            "SHIM_LOG": os.fspath(log) if log else "",
        }

    @contextmanager
    def failing(
        self, error: int, first: int, every: int = 1, calls: Calls = EVERYTHING
    ) -> Iterator[None]:
        """From the call of number `first` on each `every`-th (0: that one alone) fails."""
        self._memory[4:24] = struct.pack("5i", first, every, calls, 0, 0)
        self._memory[0:4] = struct.pack("i", error)
        try:
            yield
        finally:
            self._memory[0:4] = struct.pack("i", 0)

    @property
    def failed(self) -> int:
        """How many calls failed since `failing` began."""
        number: int = struct.unpack("i", self._memory[20:24])[0]
        return number

    def close(self) -> None:
        """Let go of the control file."""
        self._memory.close()
