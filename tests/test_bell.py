"""The bell that wakes the worker."""

from __future__ import annotations

import fcntl
from pathlib import Path

from wiki.bell import Bell, Listener


def test_a_ring_is_heard_once(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    bell.ring()
    listener = bell.listen()
    assert not listener.wait(0)
    bell.ring()
    bell.ring()
    assert listener.wait(60)
    assert not listener.wait(0)
    listener.close()


def test_whether_a_worker_listens_is_found_out_without_waking_it(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    assert not bell.is_heard()
    listener = bell.listen()
    assert bell.is_heard()
    assert not listener.wait(0)
    listener.close()
    assert not bell.is_heard()


def test_it_is_heard_where_very_many_files_are_open(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    low = bell.listen()
    high = Listener(fcntl.fcntl(low._handle, fcntl.F_DUPFD_CLOEXEC, 1_500))
    low.close()
    bell.ring()
    assert high.wait(60)
    high.close()
