"""Threads that ask the same at once share an answer, which is never older than their question."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from wiki.coalesced import Coalesced


def test_an_answer_is_never_older_than_the_question() -> None:
    asked, now = [], [0]

    def ask() -> int:
        asked.append(now[0])
        seen = now[0]
        time.sleep(0.001)
        return seen

    question = Coalesced(ask)

    def reader(_: int) -> bool:
        before = now[0]
        return question() >= before

    def writer() -> None:
        while not stop.wait(0.0005):
            now[0] += 1

    stop = threading.Event()
    thread = threading.Thread(target=writer)
    thread.start()
    with ThreadPoolExecutor(8) as pool:
        fresh = list(pool.map(reader, range(400)))
    stop.set()
    thread.join()
    assert all(fresh)
    assert len(asked) < 300, "each asked for itself"


def test_alone_each_asks_anew() -> None:
    numbers = iter(range(9))
    question = Coalesced(lambda: next(numbers))
    assert [question(), question(), question()] == [0, 1, 2]


def test_an_error_is_everybodys_and_passes() -> None:
    is_away, entered, go_on = [True], threading.Event(), threading.Event()

    def ask() -> str:
        if is_away[0]:
            entered.set()
            go_on.wait(10)
            raise OSError("away")
        return "here"

    question = Coalesced(ask)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(question)
        entered.wait(10)
        rest = [pool.submit(question) for _ in range(3)]
        go_on.set()
        for one in (first, *rest):
            with pytest.raises(OSError, match="away"):
                one.result(10)
    is_away[0] = False
    assert question() == "here"
