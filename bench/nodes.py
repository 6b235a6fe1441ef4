"""`python -m bench.nodes`: what several nodes cost, as ratios to one machine in the same run.

Saves and reads alternate between one machine with SQLite and nodes on a primary and a synchronous
standby, so that what else the machine does weighs on both alike. Reads are counted in processor
time, of the nodes and of the database: that is what a quota buys.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import psutil

from bench.load import load
from bench.report import Figure, table, write
from tests.fixtures.nodes import first_pages, node, start
from tests.fixtures.running import Browser, Running, edit_url, value_of
from tests.fixtures.standby import Databases, pair
from wiki.database.engine.database import Database
from wiki.database.history.ledger import PostgresLedger
from wiki.store.shared.store import SharedStore

SAVES, ROUNDS, SECONDS = 150, 5, 2
PAGES, COMMITS = 10_000, 100_000
PATH = "/wiki/p0"


def main() -> None:
    """Measure all."""
    folder = Path(tempfile.mkdtemp(prefix="denktank-bench-"))
    figures = []
    with pair() as databases:
        nodes = [node(folder / str(number), databases.url()) for number in range(3)]
        single = node(folder / "single", "")
        try:
            start(nodes)
            start([single])
            for one in (nodes[0], single):
                first_pages(one, 1)
            figures += [_saves(single, nodes), _kept(single, nodes[0])]
            figures += _reads(nodes, databases)
        finally:
            for one in (*nodes, single):
                one.end()
    with pair() as databases:
        figures.append(_join(folder, databases.url()))
    shutil.rmtree(folder, ignore_errors=True)
    print(table(figures))
    print(f"\nkept in {write(figures)}")


def _saves(single: Running, nodes: list[Running]) -> Figure:
    """Saves on one machine and, in turn, on each of the nodes."""
    near, far = [_member(single)], [_member(one) for one in nodes]
    for browser in (*near, *far):
        _save(browser, 0)
    took: tuple[list[float], list[float]] = [], []
    for number in range(SAVES):
        took[0].append(_save(near[0], number))
        took[1].append(_save(far[number % len(far)], number))
    one, several = map(statistics.median, took)
    said = f"{several / one:.2f} × ({one:.1f} and {several:.1f} ms)"
    return Figure("nodes", "save on three nodes, p50", said, "≤ 1.5 ×", several <= 1.5 * one)


def _member(one: Running) -> Browser:
    browser = Browser(one.port)
    browser.login("lid0")
    return browser


def _save(browser: Browser, number: int) -> float:
    page = browser.get(edit_url("p1"))[1]
    form = {name: value_of(page, name) for name in ("csrf_token", "base")}
    text = f"# p1\n\nmeting {number} {time.perf_counter_ns()}\n"
    began = time.perf_counter()
    status, body = browser.post(edit_url("p1"), text=text, summary="meting", **form)
    took = 1000 * (time.perf_counter() - began)
    if status != 303:
        raise SystemExit(f"{status}\n{body[:2000]}")
    return took


def _kept(single: Running, one: Running) -> Figure:
    """A page that lies ready, for visitors."""
    rates: tuple[list[float], list[float]] = [], []
    for _ in range(ROUNDS):
        for found, where in zip(rates, (single, one), strict=True):
            found.append(load(f"http://127.0.0.1:{where.port}{PATH}", seconds=SECONDS).rate)
    sqlite, postgres = map(statistics.median, rates)
    said = f"{postgres / sqlite:.2f} × ({sqlite:.0f} and {postgres:.0f} a second)"
    is_met = postgres >= 0.8 * sqlite
    return Figure("nodes", "kept page on PostgreSQL", said, "≥ 0.8 ×", is_met)


def _reads(nodes: list[Running], databases: Databases) -> list[Figure]:
    """Processor time a page, of the nodes and of the database, while 1, 2 and 3 nodes are read."""
    web, database = [], []
    for number in (1, 2, 3):
        before = _used(nodes), databases.processor_time()
        asked = sum(_read(one) for one in nodes[:number])
        web.append(1000 * (_used(nodes) - before[0]) / asked)
        database.append(1000 * (databases.processor_time() - before[1]) / asked)
    figures = []
    for what, found in (("web", web), ("database", database)):
        said = ", ".join(f"{time:.2f}" for time in found)
        name = f"{what}: ms of processor a page, 1, 2, 3 nodes"
        figures.append(
            Figure("nodes", name, said, "flat within 15%", max(found) <= 1.15 * found[0])
        )
    return figures


def _read(one: Running, count: int = 1_500) -> int:
    browser = Browser(one.port)
    for _ in range(count):
        if browser.get(PATH)[0] != 200:
            raise SystemExit("not every answer was a 200")
    return count


def _used(nodes: Iterable[Running]) -> float:
    return sum(processor_time(one.family()) for one in nodes)


def processor_time(processes: Iterable[psutil.Process]) -> float:
    """Seconds of processor that processes used, with those of their children that ended."""
    return sum(sum(process.cpu_times()[:4]) for process in processes)


def _join(folder: Path, url: str) -> Figure:
    """A node that joins a wiki with a long history: seconds of processor, git's included."""
    first = folder / "long"
    subprocess.run(["git", "init", "-q", "-b", "main", first], check=True)
    with subprocess.Popen(
        ["git", f"--git-dir={first}/.git", "fast-import", "--quiet"], stdin=subprocess.PIPE
    ) as git:
        assert git.stdin is not None
        _history(git.stdin)
        git.stdin.close()
    Database.open(url, folder).close()
    SharedStore.enter(first, PostgresLedger.at(url)).close()
    words = [sys.executable, "-m", "bench.nodes", str(folder / "joins"), url]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, env={**os.environ})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    name = f"join of {PAGES:,} pages, {COMMITS:,} commits"
    return Figure("nodes", name, f"{took:.1f} s of processor", "≤ 60 s", took <= 60)


def _history(stream: IO[bytes]) -> None:
    person = "committer A <a@example.org>"
    for number in range(COMMITS):
        page = number % PAGES
        text = f"# Pagina {page}\n\n" + f"Regel van versie {number}. " * 40
        data = text.encode()
        stream.write(
            f"commit refs/heads/main\n{person} {1_600_000_000 + number} +0000\n"
            f"data 4\nedit\nM 644 inline map{page % 100}/p{page}.md\ndata {len(data)}\n".encode()
        )
        stream.write(data + b"\n")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        SharedStore.enter(Path(sys.argv[1]), PostgresLedger.at(sys.argv[2])).close()
    else:
        main()
