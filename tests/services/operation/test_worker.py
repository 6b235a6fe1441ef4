"""When a job of the worker runs: after changes, now and then, later after a failure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wiki.engine import Wiki
from wiki.services.operation import worker
from wiki.services.operation.worker import FIRST_DELAY, Job, run

NOBODY = cast(Wiki, SimpleNamespace(leads=lambda: True))


def _counting(**rules: Any) -> tuple[Job, list[int]]:
    runs: list[int] = []

    def do(_: Wiki) -> bool:
        runs.append(1)
        return False

    return Job("count", do, **rules), runs


def test_a_job_runs_after_a_change_and_now_and_then() -> None:
    job, runs = _counting(every=10)
    for now, changed in ((0, False), (1, False), (2, True), (3, False), (12, False)):
        job.run(NOBODY, now, changed)
    assert len(runs) == 3


def test_between_two_changes_it_rests_and_forgets_neither() -> None:
    job, runs = _counting(every=100, rest=1)
    for now, changed in ((0, False), (0.2, True), (0.4, True), (0.9, False)):
        job.run(NOBODY, now, changed)
    assert len(runs) == 1
    job.run(NOBODY, 1.1, False)
    job.run(NOBODY, 1.2, False)
    assert len(runs) == 2


def test_a_failing_job_waits_longer_each_time_whatever_changes() -> None:
    tried: list[float] = []

    def fail(_: Wiki) -> bool:
        tried.append(now)
        raise OSError("no route")

    job = Job("mail", fail, every=1)
    for tenth in range(80):
        now = tenth / 10
        job.run(NOBODY, now, changed=True)
    assert tried == [0, FIRST_DELAY, 3 * FIRST_DELAY, 7 * FIRST_DELAY]
    assert job.failure == "OSError: no route"


def test_what_is_urgent_has_its_turn_again_when_something_changes(wiki: Any, page: Any) -> None:
    did, stop = [], threading.Event()

    def note(name: str, then: Callable[[], object] = lambda: None) -> Callable[[Wiki], bool]:
        def do(_: Wiki) -> bool:
            did.append(name)
            then()
            return False

        return do

    work = [
        Job("search", note("search"), every=100, urgent=True),
        Job("one", note("one", lambda: page("a", "# A\n")), every=100),
        Job("other", note("other", stop.set), every=100),
    ]
    run(wiki, stop, work)
    assert did == ["search", "one", "search", "other"]


def test_a_slow_job_does_not_keep_the_worker_from_stopping(
    wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LINGER", 0.1)
    stop, begun, free = threading.Event(), threading.Event(), threading.Event()

    def build(_: Wiki) -> bool:
        begun.set()
        stop.set()
        return not free.wait(60)

    assert not run(wiki, stop, [Job("lost", build, every=1, slow=True)])
    assert begun.is_set()
    free.set()


def test_without_a_sign_of_life_and_without_a_database_it_goes_on(
    wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    turns, stop = [], threading.Event()

    def do(_: Wiki) -> bool:
        turns.append(1)
        if len(turns) == 3:
            stop.set()
        return True

    monkeypatch.setattr(worker, "keep", fail)
    monkeypatch.setattr(wiki.database, "version", fail)
    assert run(wiki, stop, [Job("count", do, every=0)])
    assert len(turns) == 3
